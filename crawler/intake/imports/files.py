"""Import files that are one document each: text documents and saved HTML pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from crawler.discover import judge_title
from crawler.errors import ExtractError, UnreadDocument
from crawler.extract import unread_report
from crawler.intake.imports.job import Job, complete
from crawler.intake.imports.names import printable
from crawler.model import Ending, Outcome, Report
from crawler.regular_files import read_regular
from crawler.warc import http_address

MAX_FILE_BYTES = 64 * 1024 * 1024

PAGES = (".html", ".htm", ".shtml")
"""Endings of the names of files that are saved pages."""
MHTML = (".mhtml", ".mht")
"""Endings of the names of pages that were saved with all they show, as one MIME message (RFC 2557)."""

_SAVED_FROM_BYTES = 4096  # start of a page, where browsers write its address
_HEAD_BYTES = 256 * 1024  # start of a page that is searched for its canonical address
_SAVED_FROM = re.compile(rb"<!--\s{0,10}saved from url=\(\d{1,9}\)(https?://[^\s>]{1,4000})\s{0,10}-->", re.I)
"""`<!-- saved from url=(0034)http://www.example.gov.cn/a.html -->`, as browsers write into pages that they save."""
_SNAPSHOT = re.compile(rb"^Snapshot-Content-Location:[ \t]{0,8}(https?://[^\s]{1,4000})", re.I | re.M)
"""Address of a page in MHTML, in the head of the message."""
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


def begin_file(file: Path, job: Job) -> int:
    """Begin to read a file before its turn. Return how many bytes it takes; 0 if it cannot be read, which is told in its turn."""
    try:
        data = read_regular(file, MAX_FILE_BYTES)
    except OSError:
        return 0
    job.data[file] = data
    job.ahead.begin(data, data, (), _stated_address(file, data))
    return len(data)


def _document(file: Path, job: Job, *, page: bool) -> Outcome:
    url = None
    try:
        held = job.data.pop(file, None)
        data = read_regular(file, MAX_FILE_BYTES) if held is None else held
        url = _stated_address(file, data)
        report = job.read(data, data, (), url)
    except OSError as error:
        return job.not_stored(Ending.FAILED, file, f"cannot be read: {error.strerror or error}")
    except UnreadDocument as error:
        report = unread_report(error, url)
    except ExtractError as error:
        return job.not_stored(Ending.FAILED, file, error.reason)
    name = printable(file.name)
    found = complete(_titled(report, name), name)
    if isinstance(found, str):
        if report.unread is not None:
            found = f"{found}; and the document has no text ({report.unread}): name the file after its report"
            return job.not_stored(Ending.FAILED, file, found)
        return job.not_stored(Ending.SKIPPED, file, found)
    if not page:
        is_text = report.text_from == "page" and report.unread is None
        content_type = "text/plain" if is_text else "application/octet-stream"
        return job.archive.ingest(found[0], name, data, found[1], content_type=content_type, origin=name)
    content_type = "multipart/related" if _has_ending(file, MHTML) else "text/html"
    return job.archive.ingest(found[0], name, data, found[1], url=url, content_type=content_type, origin=name)


def _titled(report: Report, name: str) -> Report:
    """Return the report of a document with its file's name for a title, if that names a report and its own title does not."""
    stem = name.rpartition(".")[0]
    is_document = report.text_from != "page" or report.unread is not None
    if is_document and not judge_title(report.title).report and judge_title(stem).report:
        return replace(report, title=stem)
    return report


def _has_ending(file: Path, endings: tuple[str, ...]) -> bool:
    return file.name.lower().endswith(endings)


def _stated_address(file: Path, data: bytes) -> str | None:
    """Return the address that a saved page states: the browser's `saved from` or snapshot, else its canonical link.

    A canonical link to a front page is ignored: templates put it into every page.
    """
    if _has_ending(file, MHTML):
        snapshot = _SNAPSHOT.search(data[:_SAVED_FROM_BYTES])
        return http_address(snapshot[1].decode("utf-8", "replace")) if snapshot else None
    if not _has_ending(file, PAGES):
        return None
    if found := _SAVED_FROM.search(data[:_SAVED_FROM_BYTES]):
        return http_address(found[1].decode("utf-8", "replace"))
    for link in _LINK.findall(data[:_HEAD_BYTES]):
        href = _HREF.search(link) if _CANONICAL.search(link) else None
        url = http_address(href[1].decode("utf-8", "replace").replace("&amp;", "&")) if href else None
        if url and not (_FRONT_PAGE_PATH.fullmatch(urlsplit(url).path) and not urlsplit(url).query):
            return url
    return None
