"""The slice of a catalogue that a worker's visit needs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from crawler.archive.reader_queries.base import ReaderQueries

if TYPE_CHECKING:
    from crawler.archive.segments.slicing import Slice


class SliceQueries(ReaderQueries):
    """What a worker takes with it."""

    def slice_of(self, sites: Sequence[str], hosts: Sequence[str]) -> Slice:
        """Return what a visit of sites, by id, asks of an archive. `hosts`: those that their entries name."""
        from crawler.archive.segments.slicing import read_slice  # not for every command that reads

        return self._query(partial(read_slice, sites=sites, hosts=hosts))
