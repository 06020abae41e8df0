"""What somebody else gathered into the archive: text documents such as seeds/, saved HTML pages, WARCs of other crawlers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from crawler.archive import Archive, import_url
from crawler.discover import judge_title
from crawler.errors import ArchiveDamaged, ConfigError, ExtractError, FetchError
from crawler.extract import extract
from crawler.fetch.judge import judge, uncompressed
from crawler.model import Capture, Ending, Outcome, Report, Site
from crawler.regions import path as region_path
from crawler.regions import region_of
from crawler.warc import exchanges, read_records, to_capture

SITE_ID = "import"
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(https?://[^\s>]+)\s*-->", re.I)
"""`<!-- saved from url=(0034)http://www.example.gov.cn/a.html -->`, which browsers write into pages that they save."""
_CANONICAL = re.compile(rb"""<link\s[^>]*rel=["']?canonical["']?[^>]*href=["'](https?://[^"']+)""", re.I)
_HEAD = 4096  # bytes of a page in which its address is looked for


def documents(paths: Iterable[Path]) -> list[Path]:
    """The files named, and of the folders named those that can be imported. Raises ConfigError for what is not there."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(file for file in path.rglob("*") if file.is_file() and _reader(file) is not None)
        elif path.is_file():
            files.append(path)
        else:
            raise ConfigError(f"{path}: no such file or folder")
    if not files:
        kinds = ", ".join(sorted(READERS))
        raise ConfigError(f"{' '.join(map(str, paths))}: nothing there that can be imported ({kinds})")
    return files


def import_paths(paths: Iterable[Path], archive: Archive) -> Iterator[Outcome]:
    """The outcomes of all that `documents` finds; of a WARC, one for each page in it. Again, and nothing comes twice."""
    for file in documents(paths):
        yield from (_reader(file) or _text)(file, archive)


def import_documents(files: Iterable[Path], archive: Archive) -> Iterator[Outcome]:
    """One Outcome a text file. A document that is no report, or cannot be understood, is told and not stored."""
    for file in files:
        yield from _text(file, archive)


def _text(file: Path, archive: Archive) -> Iterator[Outcome]:
    url = import_url(file.name)
    try:
        data = file.read_bytes()
        report = extract(data)
    except (OSError, ExtractError) as error:
        yield archive.note(_failed(url, str(error)))
        return
    found = _understood(report, url, file.name)
    if isinstance(found, Outcome):
        yield archive.note(found)
        return
    yield archive.ingest(found[0], file.name, data, found[1])


def _page(file: Path, archive: Archive) -> Iterator[Outcome]:
    """A saved page. Its address is the one it tells itself, or else made from its name."""
    try:
        data = file.read_bytes()
        told = _SAVED_FROM.search(data[:_HEAD]) or _CANONICAL.search(data)
        url = told[1].decode("ascii", "replace") if told else import_url(file.name)
        report = extract(data, (), url if told else None)
    except (OSError, ExtractError) as error:
        yield archive.note(_failed(import_url(file.name), str(error)))
        return
    found = _understood(report, url, file.name)
    if isinstance(found, Outcome):
        yield archive.note(found)
        return
    yield archive.ingest(
        found[0], file.name, data, found[1], url=url, content_type="text/html", origin=file.name
    )


def _warc(file: Path, archive: Archive) -> Iterator[Outcome]:
    """The exchanges of another crawler's WARC: all are recorded with their origin, reports are stored."""
    try:
        for response, request in exchanges(read_records(file)):
            if response.kind != "response" or not response.is_http:
                continue
            capture = to_capture(response, request)
            if archive.holds(capture):
                continue
            archive.record(capture, origin=f"{file.name}#{response.place.record_id}")
            yield _captured(capture, archive)
    except ArchiveDamaged as error:
        yield archive.note(_failed(import_url(file.name), str(error)))


def _captured(capture: Capture, archive: Archive) -> Outcome:
    try:
        body = uncompressed(capture)
        judge(capture, body)
        report = extract(body, capture.headers, capture.url)
    except FetchError as error:
        return archive.note(_ended(error.ending, capture.url, error.reason))
    except ExtractError as error:
        return archive.note(_ended(Ending.SKIPPED, capture.url, error.reason))
    found = _understood(report, capture.url, capture.url)
    if isinstance(found, Outcome):
        return archive.note(found)
    return archive.store(found[0], capture, found[1])


def _understood(report: Report, url: str, name: str) -> tuple[Report, Site] | Outcome:
    """A report with its year and region, and the site it is kept under; or why it is none."""
    verdict = judge_title(report.title)
    if not verdict.report:
        return _ended(Ending.SKIPPED, url, f"no report: its title is {report.title!r}: {verdict.why}")
    code = report.region or (region_of(report.issuer) if report.issuer else None)
    place = region_path(code) if code else report.issuer or name
    site = Site(id=SITE_ID, name=place, region=code or "000000")
    return replace(report, region=code, year=verdict.year or report.year), site


def _failed(url: str, detail: str) -> Outcome:
    return _ended(Ending.FAILED, url, detail)


def _ended(ending: Ending, url: str, detail: str) -> Outcome:
    return Outcome(ending=ending, url=url, site_id=SITE_ID, detail=detail)


Read = Callable[[Path, Archive], Iterator[Outcome]]

READERS: dict[str, Read] = {
    ".txt": _text,
    ".html": _page,
    ".htm": _page,
    ".shtml": _page,
    ".warc": _warc,
    ".warc.gz": _warc,
}
"""How a file is read, by how its name ends."""


def _reader(file: Path) -> Read | None:
    name = file.name.lower()
    return next((read for ending, read in READERS.items() if name.endswith(ending)), None)
