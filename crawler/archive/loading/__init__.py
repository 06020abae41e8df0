"""Enter the records of WARC files in the catalogue, and read texts from them again.

- `warc_loader`: a file of this archive, for recovery, a rebuild and a comparison. `foreign_loader`: a file of another one.
- `reextraction`: the text of a version from its captures (`version_captures`), with the extractor of today.
- `acts_ahead`, `versions_ahead`: begin to read pages in child processes before their turn comes (`begun`).
"""
