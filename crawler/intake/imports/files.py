"""Files that are one document each: text documents and saved HTML pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from crawler.errors import ExtractError
from crawler.extract import check_whole, extract
from crawler.intake.imports.job import Job, understood
from crawler.intake.imports.names import shown
from crawler.model import Ending, Outcome
from crawler.warc import http_address

MAX_FILE_BYTES = 64 * 1024 * 1024

_SAVED_FROM_BYTES = 4096  # at the start of a page, where browsers write its address
_HEAD_BYTES = 256 * 1024  # in which a page may tell its canonical address
_SAVED_FROM = re.compile(rb"<!--\s{0,10}saved from url=\(\d{1,9}\)(https?://[^\s>]{1,4000})\s{0,10}-->", re.I)
"""`<!-- saved from url=(0034)http://www.example.gov.cn/a.html -->`, which browsers write into pages that they save."""
_LINK = re.compile(rb"<link\s[^<>]{1,8000}>", re.I)
_CANONICAL = re.compile(rb"""\srel=["']?canonical["'\s>/]""", re.I)
_HREF = re.compile(rb"""\shref=["'](https?://[^"'<>]{1,4000})["']""", re.I)
_FRONT = re.compile(r"/?(?:index\.\w+)?")


def import_text(file: Path, job: Job) -> Iterator[Outcome]:
    """A text document. It is known by its name and its bytes: others may have the same name."""
    yield _document(file, job, page=False)


def import_page(file: Path, job: Job) -> Iterator[Outcome]:
    """A saved page. Its address is the one it tells itself; where it tells none, it is known as a text is."""
    yield _document(file, job, page=True)


def _document(file: Path, job: Job, *, page: bool) -> Outcome:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            return job.told(Ending.FAILED, file, f"over {MAX_FILE_BYTES} bytes")
        data = file.read_bytes()
        url = _told_address(data) if page else None
        report = extract(data, (), url)
        check_whole(report)
    except OSError as error:
        return job.told(Ending.FAILED, file, f"cannot be read: {error.strerror or error}")
    except ExtractError as error:
        return job.told(Ending.FAILED, file, error.reason)
    name = shown(file.name)
    found = understood(report, name)
    if isinstance(found, str):
        return job.told(Ending.SKIPPED, file, found)
    if not page:
        return job.archive.ingest(found[0], name, data, found[1])
    return job.archive.ingest(found[0], name, data, found[1], url=url, content_type="text/html", origin=name)


def _told_address(data: bytes) -> str | None:
    """Where a page says that it stood. A canonical address that is a front page is not believed: templates name it everywhere."""
    if found := _SAVED_FROM.search(data[:_SAVED_FROM_BYTES]):
        return http_address(found[1].decode("utf-8", "replace"))
    for link in _LINK.findall(data[:_HEAD_BYTES]):
        href = _HREF.search(link) if _CANONICAL.search(link) else None
        url = http_address(href[1].decode("utf-8", "replace").replace("&amp;", "&")) if href else None
        if url and not (_FRONT.fullmatch(urlsplit(url).path) and not urlsplit(url).query):
            return url
    return None
