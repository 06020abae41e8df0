"""What others gathered, into an archive: `imports` takes text files, saved pages and WARC files of other crawlers."""
