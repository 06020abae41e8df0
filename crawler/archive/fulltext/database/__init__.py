"""The full text index of a catalogue in PostgreSQL: tables beside the catalogue's, with the tokens that `search.db` has.

`tables` has what is stored, `update` writes it at the end of each run, `lookup` finds it: the same texts as in SQLite, in the
same order.
"""
