"""What part each line of a page plays: article, info line, index table, pager, frame. Lines in, roles out.

`boilerplate` and `labels` hold the words; `index_table`, `pager_lines` and `article_end` know one part each; `role` judges a
line; `split` divides all lines into header, body and footer.
"""
