"""`wacz`: the pages that the versions were read from, as WACZ 1.1.1 files for replay, split by size.

Records are copied byte for byte, so that their digests and ids are those of the archive. `wacz_parts` writes one file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.archive.evidence.warc_paths import on_disk
from crawler.errors import ArchiveDamaged
from crawler.questions.export.formats.wacz_parts import Member, Page, Part
from crawler.questions.export.formats.writer import Job, Resource, Writer, file_digest
from crawler.questions.export.schema import plain
from crawler.regular_files import open_regular
from crawler.warc import Record, read_records

if TYPE_CHECKING:
    from crawler.archive.reader_queries.held_versions import HeldVersion
    from crawler.model import RecordPlace

MEDIA_TYPE = "application/wacz"
LIST = "wacz.json"
"""Names the files if there are several: profile `multi-wacz-package`, which replay tools open as one."""


class WaczFiles(Writer):
    """`fazhi-00001.wacz` …"""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._made: list[str] = []
        self._part = self._begin()

    def _begin(self) -> Part:
        return Part(self.job, len(self._made) + 1)

    def version(self, item: HeldVersion) -> None:
        """Copy the records of a version: each page with its request, and with the earlier response if it was unchanged."""
        members = [each for place in item.places for each in self._members(place)]
        if not self._part.has_room(members):
            self._finish_part()
            self._part = self._begin()
        for member in members:
            self._part.add(member)
        report = item.report
        # an imported document is no page that a replay could show
        if any(each.record.is_http and each.record.url == item.places[0].url for each in members):
            self._part.add_page(
                Page(
                    id=f"{report.id}.v{report.version}",
                    url=item.places[0].url,
                    ts=str(plain(item.places[0].captured_at)),
                    title=report.title,
                    text=report.body if self.job.with_text else None,
                )
            )

    def finish(self) -> list[Resource]:
        """Complete the last file, and name them in a list if there are several."""
        self._finish_part()
        paths = list(self._made)
        resources = [
            Resource(path=path, format="wacz", mediatype=MEDIA_TYPE, title="Pages as captured 网页存档")
            for path in paths
        ]
        if len(paths) > 1:
            self._write_list(paths)
            resources.append(
                Resource(
                    path=LIST, format="json", mediatype="application/json", title="List of the WACZ files"
                )
            )
        return resources

    def abandon(self) -> None:
        """Close the files of the part in progress."""
        self._part.abandon()

    def _members(self, place: RecordPlace) -> Iterator[Member]:
        """Yield the records of a capture: the page as served of one that a browser rendered, the original of a revisit, itself."""
        if place.payload_record_id != place.record_id:
            yield from _exchange(self.job.archive, place.payload_warc_file, place.payload_warc_offset)
        found = list(_exchange(self.job.archive, place.warc_file, place.warc_offset))
        if found[0].record.kind == "conversion":
            served = self.job.place_of_record(found[0].record.fields.get("warc-refers-to", ""))
            if served is not None:
                yield from _exchange(self.job.archive, served.payload_warc_file, served.payload_warc_offset)
                yield from _exchange(self.job.archive, served.warc_file, served.warc_offset)
        yield from found

    def _finish_part(self) -> None:
        self._made.append(self._part.finish())

    def _write_list(self, paths: list[str]) -> None:
        folder = self.job.folder
        resources = [
            {
                "name": p,
                "path": p,
                "hash": f"sha256:{file_digest(folder / p)}",
                "bytes": (folder / p).stat().st_size,
            }
            for p in paths
        ]
        value = {"profile": "multi-wacz-package", "resources": resources}
        (folder / LIST).write_text(json.dumps(value, indent=2) + "\n", "utf-8")


def _exchange(archive: Path, file: str, offset: int) -> Iterator[Member]:
    """Yield the record at a byte of a file of the archive, and its request if that follows. Raises ArchiveDamaged."""
    path = on_disk(archive / file)
    records = read_records(path, offset)
    answer = next(records, None)
    if answer is None:
        raise ArchiveDamaged(f"{path}: no record at byte {offset}")
    request = _request_of(answer, records)
    yield Member(data=_bytes(path, answer), record=answer, request=request)
    if request is not None:
        yield Member(data=_bytes(path, request), record=request, request=None)


def _request_of(answer: Record, following: Iterator[Record]) -> Record | None:
    """Return the record behind an answer if it is its request. What cannot be read there is not this capture's."""
    try:
        found = next(following, None)
    except ArchiveDamaged:
        return None
    if found is None or found.kind != "request":
        return None
    return found if found.fields.get("warc-concurrent-to") == answer.place.record_id else None


def _bytes(path: Path, record: Record) -> bytes:
    with open_regular(path) as file:
        file.seek(record.place.offset)
        return file.read(record.place.length)
