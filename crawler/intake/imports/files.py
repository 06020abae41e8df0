"""Import files that are one document each: text documents and saved HTML pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from crawler.errors import ExtractError
from crawler.extract import check_whole, extract
from crawler.intake.imports.job import Job, complete
from crawler.intake.imports.names import printable
from crawler.model import Ending, Outcome
from crawler.reading.alone import read_alone
from crawler.warc import http_address

MAX_FILE_BYTES = 64 * 1024 * 1024

_SAVED_FROM_BYTES = 4096  # start of a page, where browsers write its address
_HEAD_BYTES = 256 * 1024  # start of a page that is searched for its canonical address
_SAVED_FROM = re.compile(rb"<!--\s{0,10}saved from url=\(\d{1,9}\)(https?://[^\s>]{1,4000})\s{0,10}-->", re.I)
"""`<!-- saved from url=(0034)http://www.example.gov.cn/a.html -->`, as browsers write into pages that they save."""
_LINK = re.compile(rb"<link\s[^<>]{1,8000}>", re.I)
_CANONICAL = re.compile(rb"""\srel=["']?canonical["'\s>/]""", re.I)
_HREF = re.compile(rb"""\shref=["'](https?://[^"'<>]{1,4000})["']""", re.I)
_FRONT_PAGE_PATH = re.compile(r"/?(?:index\.\w+)?")


def import_text(file: Path, job: Job) -> Iterator[Outcome]:
    """Import a text document. Its identity is its name and its bytes: others may have the same name."""
    yield _document(file, job, page=False)


def import_page(file: Path, job: Job) -> Iterator[Outcome]:
    """Import a saved page. Its address is the one that its markup states; without one, it is identified like a text."""
    yield _document(file, job, page=True)


def _document(file: Path, job: Job, *, page: bool) -> Outcome:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            return job.not_stored(Ending.FAILED, file, f"over {MAX_FILE_BYTES} bytes")
        data = file.read_bytes()
        url = _stated_address(data) if page else None
        report = read_alone(extract, data, (), url)
        check_whole(report)
    except OSError as error:
        return job.not_stored(Ending.FAILED, file, f"cannot be read: {error.strerror or error}")
    except ExtractError as error:
        return job.not_stored(Ending.FAILED, file, error.reason)
    name = printable(file.name)
    found = complete(report, name)
    if isinstance(found, str):
        return job.not_stored(Ending.SKIPPED, file, found)
    if not page:
        return job.archive.ingest(found[0], name, data, found[1])
    return job.archive.ingest(found[0], name, data, found[1], url=url, content_type="text/html", origin=name)


def _stated_address(data: bytes) -> str | None:
    """Return the address that a saved page states: the browser's `saved from`, else its canonical link.

    A canonical link to a front page is ignored: templates put it into every page.
    """
    if found := _SAVED_FROM.search(data[:_SAVED_FROM_BYTES]):
        return http_address(found[1].decode("utf-8", "replace"))
    for link in _LINK.findall(data[:_HEAD_BYTES]):
        href = _HREF.search(link) if _CANONICAL.search(link) else None
        url = http_address(href[1].decode("utf-8", "replace").replace("&amp;", "&")) if href else None
        if url and not (_FRONT_PAGE_PATH.fullmatch(urlsplit(url).path) and not urlsplit(url).query):
            return url
    return None
