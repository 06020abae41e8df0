"""`ScratchArchive`: the archive of one visit. Its finished WARC files are all that is wanted of it.

`slicing` makes its folder and its catalogue. A kill loses nothing that was stored (`finish_warcs`); a power cut loses the
visit, which is then made anew: nothing is synced to disk before the segment is delivered.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from sqlalchemy import Engine

from crawler.archive.catalogue.databases.base import Catalogue
from crawler.archive.catalogue.engine import CATALOGUE, scratch_engine
from crawler.archive.damage import errors_as_damage
from crawler.archive.evidence.killed_warcs import repair
from crawler.archive.evidence.lock import acquire
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.facade import Archive


class ScratchArchive(Archive):
    """An archive in a folder that `write_scratch` has made, opened for its only run. It gets no texts and no search index."""

    _durable: ClassVar[bool] = False

    @classmethod
    def _writing_engine(cls, catalogue: Catalogue) -> Engine:
        return scratch_engine(catalogue.archive / CATALOGUE)

    def _prepare(self, now: datetime, notify: Callable[[str], None]) -> Manifest:
        """Return a manifest: there is no earlier run here to look after."""
        return Manifest(self.path, durable=False)


def finish_warcs(scratch: Path, now: datetime) -> None:
    """Finish the WARC files of a scratch archive whose run was killed. Its catalogue is not asked for. Raises ArchiveError, OSError."""
    with errors_as_damage(scratch), acquire(scratch, now):
        repair(scratch, Manifest(scratch), now, lambda _: None)
