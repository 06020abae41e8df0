"""The SQLite catalogue: tables, migrations, engines and queries. Derived from the WARC files; knows nothing of them.

`models` are the tables, `rows` turns nouns into rows, `queries` and `selection` read them, `prepared` makes the frequent
statements fast, `engine` and `read_only` open the file.
"""
