"""What is asked of an archive for the visits of workers: the slice that one needs, and which are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from crawler.archive.reader_queries.base import ReaderQueries

if TYPE_CHECKING:
    from crawler.archive.ledger.site_visits import VisitHistory
    from crawler.archive.segments.slicing import Slice


class SliceQueries(ReaderQueries):
    """What the planner and a worker ask."""

    def slice_of(self, sites: Sequence[str], hosts: Sequence[str]) -> Slice:
        """Return what a visit of sites, by id, asks of an archive. `hosts`: those that their entries name."""
        from crawler.archive.segments.slicing import read_slice  # not for every command that reads

        return self._query(partial(read_slice, sites=sites, hosts=hosts))

    def visit_histories(self, now: datetime) -> dict[str, VisitHistory]:
        """Return what is known of the earlier visits of each site, by site id."""
        from crawler.archive.ledger.site_visits import visit_histories  # not for every command that reads

        return self._query(partial(visit_histories, now=now))
