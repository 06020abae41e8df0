"""Read HTML pages. `reader` is the entry: `candidates`, `hints` and `stubs` find the article, `article_head` what is above it,
`embedded` what it shows instead of text; `head_clues` reads the page's head.
"""
