"""Turn a page's bytes into lines of text in reading order. `documents` and `roles` decide which lines are the article.

In the order of the data: `decode` (bytes to characters), `markup_limits` (cut markup that a parser is slow on),
`hidden_markup` (open elements that hide text), `tag_marks` and `flow` (markup to one flow of text), `tables` (data tables
among its containers), `rows` and `lines` (the flow to lines).
"""
