"""The kinds of web archives, one module each: `wayback`, `commoncrawl`, `cdx`, `memento`. To add one: its file, and its line in `choice`.

`public_archive`: what they have in common. A capture comes as an archive plays it back (`mementos`) or as the record in its WARC
file (`record_places`).
"""
