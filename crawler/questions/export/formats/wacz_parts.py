"""One WACZ 1.1.1 file (specs.webrecorder.net/wacz/1.1.1): WARC, index, list of pages, data package, in a zip without compression.

Times in it are those of the job, so that the same records give the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.questions.export.formats.writer import Job, file_digest
from crawler.questions.export.schema import plain
from crawler.warc import Place, Record, WarcFile, to_capture, warc_date
from crawler.warc.cdxj import index_text, line_of, payload_sha256

LINES_PER_BLOCK = 1024
"""Lines of an index that are compressed together: a reader finds the block by index.idx and inflates it alone."""
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time that a zip can state
_PAGES_HEADER = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A record as its gzip member, byte for byte. `request`: that of an answer, for the index."""

    data: bytes
    record: Record
    request: Record | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A line of pages.jsonl."""

    id: str
    url: str
    ts: str  # ISO 8601, UTC
    title: str
    text: str | None


class Part:
    """One WACZ file in progress. Index and ids of one part are in memory; its size limits them."""

    def __init__(self, job: Job, number: int) -> None:
        self.name = f"fazhi-{number:05}.wacz"
        self._job = job
        self._folder = job.scratch / f"wacz-{number}"
        self._folder.mkdir()
        self._warc_name = f"fazhi-{number:05}.warc.gz"
        self._warc = (self._folder / self._warc_name).open("wb")
        self._pages = (self._folder / "pages.jsonl").open("w", encoding="utf-8", newline="\n")
        self._pages.write(json.dumps(_PAGES_HEADER) + "\n")
        self._size = 0
        self._ids: set[str] = set()
        self._lines: list[str] = []
        self._write_info()

    def has_room(self, members: list[Member]) -> bool:
        """Whether the records go into this file: it is empty, or stays within the limit."""
        more = sum(len(each.data) for each in members if each.record.place.record_id not in self._ids)
        return not self._lines or self._size + more <= self._job.max_wacz_bytes

    def add(self, member: Member) -> None:
        """Copy a record, once, and note it in the index if it is an answer."""
        record = member.record
        record_id = record.place.record_id or hashlib.sha256(member.data).hexdigest()
        if record_id in self._ids:
            return
        self._ids.add(record_id)
        place = Place(record_id=record_id, offset=self._size, length=len(member.data))
        self._put(member.data)
        if record.is_http and record.kind != "request":
            capture = to_capture(record, member.request)
            digest = payload_sha256(record, capture)
            self._lines.append(line_of(capture, place, record.kind, digest, self._warc_name))

    def add_page(self, page: Page) -> None:
        """Add a line to the list of pages."""
        value = {"id": page.id, "url": page.url, "ts": page.ts, "title": page.title}
        if page.text is not None:
            value["text"] = page.text
        line = json.dumps(value, ensure_ascii=False)
        self._pages.write(line.encode("utf-8", "replace").decode() + "\n")

    def finish(self) -> str:
        """Write the WACZ file and remove the scratch files. Return its name."""
        self.abandon()
        blocks = _write_index(self._folder, self._lines)
        (self._folder / "index.idx").write_text(blocks, "utf-8")
        files = {
            f"archive/{self._warc_name}": self._folder / self._warc_name,
            "indexes/index.cdx.gz": self._folder / "index.cdx.gz",
            "indexes/index.idx": self._folder / "index.idx",
            "pages/pages.jsonl": self._folder / "pages.jsonl",
        }
        package = json.dumps(self._package(files), ensure_ascii=False, indent=2).encode()
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}
        with zipfile.ZipFile(self._job.folder / self.name, "x", zipfile.ZIP_STORED) as archive:
            for name, path in files.items():
                with (
                    path.open("rb") as source,
                    archive.open(_entry(name, path.stat().st_size), "w") as target,
                ):
                    shutil.copyfileobj(source, target, 1 << 20)
            archive.writestr(_entry("datapackage.json", len(package)), package)
            archive.writestr(_entry("datapackage-digest.json", 0), json.dumps(digest, indent=2).encode())
        shutil.rmtree(self._folder)
        return self.name

    def abandon(self) -> None:
        """Close the scratch files."""
        self._warc.close()
        self._pages.close()

    def _package(self, files: dict[str, Path]) -> dict[str, Any]:
        created = plain(self._job.created)
        return {
            "profile": "data-package",
            "wacz_version": "1.1.1",
            "title": "法治政府建设情况报告",
            "software": self._job.software,
            "created": created,
            "resources": [
                {
                    "name": path.name,
                    "path": name,
                    "hash": f"sha256:{file_digest(path)}",
                    "bytes": path.stat().st_size,
                }
                for name, path in files.items()
            ],
        }

    def _write_info(self) -> None:
        """Write the `warcinfo` that begins the file; its id follows from name and time."""
        when = warc_date(self._job.created)
        record_id = f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{self._warc_name} {when}')}>"
        block = (
            f"software: {self._job.software}\r\nformat: WARC File Format 1.1\r\n"
            "description: records copied byte for byte from an archive\r\n"
        ).encode()
        head = (
            f"WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: {record_id}\r\nWARC-Date: {when}\r\n"
            f"WARC-Filename: {self._warc_name}\r\nContent-Type: application/warc-fields\r\n"
            f"Content-Length: {len(block)}\r\n\r\n"
        ).encode()
        place = WarcFile(self._warc).append(record_id, head + block + b"\r\n\r\n")
        self._size += place.length

    def _put(self, data: bytes) -> None:
        self._warc.write(data)
        self._size += len(data)


def _write_index(folder: Path, lines: list[str]) -> str:
    """Write index.cdx.gz, in blocks that can be inflated alone; return the text of index.idx, which leads to them."""
    ordered = index_text(lines).splitlines(keepends=True)
    meta = {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
    found = [f"!meta 0 {json.dumps(meta)}\n"]
    with (folder / "index.cdx.gz").open("wb") as file:
        for first in range(0, len(ordered), LINES_PER_BLOCK):
            block = gzip.compress(b"".join(ordered[first : first + LINES_PER_BLOCK]), mtime=0)
            where = {
                "offset": file.tell(),
                "length": len(block),
                "digest": f"sha256:{hashlib.sha256(block).hexdigest()}",
            }
            key, time, _ = ordered[first].decode("utf-8", "replace").split(" ", 2)
            found.append(f"{key} {time} {json.dumps(where)}\n")
            file.write(block)
    return "".join(found)


def _entry(name: str, size: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system, entry.external_attr, entry.file_size = 3, 0o644 << 16, size
    return entry
