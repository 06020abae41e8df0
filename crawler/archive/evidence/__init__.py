"""The files that are evidence: WARC files of a run, its journal, the manifest's chain of hashes, the lock; and text files."""
