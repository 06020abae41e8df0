"""The queries of a Reader, one module a question. Each is a base class of Reader, which opens the catalogue; `ids` needs none.

`base` says what they have in common. A further question is a module here and a base class in `archive/reader.py`.
"""
