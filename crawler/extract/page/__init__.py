"""Turn a page's bytes into lines of text in reading order. Which lines are the article is decided in `documents` and `roles`.

In the order of the data: `decode` (bytes to characters), `markup_limits` (cut markup that a parser is slow on),
`hidden_markup` (open elements that hide text), `tag_marks` and `flow` (markup to one flow of text), `tables` (data tables
among its containers), `rows` and `lines` (the flow to lines).
"""
