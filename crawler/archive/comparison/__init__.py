"""Compare a catalogue with one made again from the WARC files (`differences`, `tolerance`), and its bytes with its format.

`file_format` checks what no query can see: the header of a SQLite file, the checksums of its write-ahead log.
"""
