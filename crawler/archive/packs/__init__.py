"""Packs: many small WARC files of an archive, one behind the other in one file, under the manifest's chain.

`packing` chooses and writes them, `finishing` completes what a kill left. `evidence.warc_paths` finds a file in its pack.
"""
