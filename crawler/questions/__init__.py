"""Read-only questions to an archive. `verify`: do its files, its catalogue and its manifest agree with its WARC files?"""
