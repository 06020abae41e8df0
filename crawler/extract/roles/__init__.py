"""Decide what part each line of a page plays: article, info line, index table, pager, boilerplate. Lines in, roles out.

`footer_words`, `boilerplate` and `labels` hold the words; `index_table` reads the index table, `pager_lines` the pager;
`role` judges one line; `article_end` finds the end of the article; `split` divides all lines into header, body and footer.
"""
