"""The files that are evidence: a run's WARC files, its journal, the manifest's hash chain, the lock; and the text files.

In the order of the data:
`run_warcs` writes the WARC files of one run; `warc_paths` knows their names.
`acts` turns what the archive decided into JSON lines and back; `journal` keeps these lines until the next commit.
`killed_warcs` repairs the WARC files of a run that was killed.
`manifest` chains the SHA-256 of the closed files.
`files` writes text files and indexes atomically, by `crawler.archive.storage`; `lock` allows one writer an archive.
The catalogue's rows are made in `crawler.archive.ledger`.
"""
