"""The databases that a catalogue may be in: a file of SQLite in the archive's folder, or a schema of PostgreSQL.

`base` says what a `Catalogue` can do, `sqlite` and `postgresql` are the two kinds, and `opening` chooses by the address.
"""
