"""What workers take from a catalogue: the slice that a visit needs, and the texts of a WARC file to be read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
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

    def files_with_texts(self) -> list[str]:
        """Return the names of the WARC files that have the page of a text, sorted."""
        from crawler.archive.segments.readings import files_with_texts

        return self._query(files_with_texts)

    def write_readings(
        self,
        file: str,
        target: Path,
        *,
        notify: Callable[[str], None],
        processes: int | None = None,
        ending: Callable[[], bool] = lambda: False,
    ) -> int | None:
        """Read the texts of a WARC file again, and write to `target` what the current extractor reads differently.

        `Archive.enter_readings` enters it. Returns the number of such texts; None if `ending` before all were read.
        `processes`: number of child processes that read pages (default: one for each processor). Raises ArchiveDamaged.
        """
        from crawler.archive.segments.readings import write_readings
        from crawler.reading.pool import ReadingPool

        with ReadingPool(processes, notify) as pool:
            return self._query(
                lambda session: write_readings(self.path, session, file, target, pool, notify, ending)
            )
