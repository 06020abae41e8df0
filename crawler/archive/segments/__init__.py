"""Segments: the WARC files of workers, each of one visit of one server's sites.

`slicing` writes the part of a catalogue that a visit needs into a scratch archive; `entering` copies a segment into this
archive and enters it, by `loader`, as if a run here had made the visit. `readings` has what workers read again of the texts held. `crawler.spread` runs the workers.
"""
