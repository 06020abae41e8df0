"""Add what others collected to an archive. `imports` reads text files, saved pages and WARC files of other crawlers."""
