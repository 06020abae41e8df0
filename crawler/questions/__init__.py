"""Questions to an archive that change nothing. `verify`: does everything in it agree with its WARC files and its manifest?"""
