"""The full text index of a catalogue in PostgreSQL: tables beside the catalogue's, with the tokens that `search.db` has.

`tables` has what is stored, and `postings` the form of a row with positions. `update` writes it at the end of each run. `occurrences`
finds a phrase, `lookup` an expression: the same texts as in SQLite, in the same order.
"""
