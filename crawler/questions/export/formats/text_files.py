"""`txt`: a file a text, in the form of the archive's own, with a list of digests that `sha256sum --check` reads."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from crawler.field.text import visible
from crawler.questions.export.formats.writer import Job, Resource, Writer

if TYPE_CHECKING:
    from crawler.archive.reader_queries.held_versions import HeldVersion

SUMS = "txt/SHA256SUMS"
_SAFE = re.compile(r"[^0-9A-Za-z_-]")


class TextFiles(Writer):
    """`txt/<region>/<year>/<id>.v<version>.txt`."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        (job.folder / "txt").mkdir()
        self._sums = (job.folder / SUMS).open("w", encoding="utf-8", newline="\n")

    def version(self, item: HeldVersion) -> None:
        """Write the text; a tombstone has none."""
        if item.tombstone:
            return
        report = item.report
        place = f"{report.region or 'no-region'}/{report.year or 'no-year'}"
        name = f"{_SAFE.sub('_', report.id or '')}.v{report.version}.txt"
        path = self.job.folder / "txt" / place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = visible(report.text()).encode("utf-8", "replace")
        path.write_bytes(data)
        self._sums.write(f"{hashlib.sha256(data).hexdigest()}  {place}/{name}\n")

    def finish(self) -> list[Resource]:
        """Close the list of digests: it stands for the files in the data package."""
        self._sums.close()
        return [
            Resource(
                path=SUMS,
                format="txt",
                mediatype="text/plain",
                title="Digests of the text files 正文文件摘要",
            )
        ]

    def abandon(self) -> None:
        """Close the list."""
        self._sums.close()
