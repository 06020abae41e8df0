"""`WarcSource`: a WARC or ARC file to import, and how outcomes and records name it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crawler.intake.imports.names import printable


@dataclass(frozen=True, slots=True)
class WarcSource:
    """A file to read. `url` names it in outcomes, `name` in the origin of its records: also the package that it is in."""

    path: Path
    url: str
    name: str

    @classmethod
    def of(cls, path: Path) -> WarcSource:
        """Return a file that stands by itself."""
        return cls(path, f"file:{printable(str(path))}", printable(path.name))

    def member(self, path: Path, name: str) -> WarcSource:
        """Return a member of this file, which is at `path` for now."""
        shown = printable(name)
        return WarcSource(path, f"{self.url}/{shown}", f"{self.name}/{shown}")
