"""From a page's bytes to lines of text in reading order. Judges nothing: which lines are the article is decided above.

In the order of the data: `decode` (bytes to characters), `markup_limits` (cuts markup that a parser is slow on),
`hidden_markup` (opens what keeps a text from view), `tag_marks` and `flow` (markup to one flow of text), `tables`, `rows`
and `lines` (the flow to lines).
"""
