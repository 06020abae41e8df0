"""Save a site's pages for tests without a network, and compare a replay of them with the expected result.

A folder holds `exchanges.yaml`, one file for each body, and `expected.json`, all readable in a diff.
`crawler.fetch.replay` reads it.
"""

from __future__ import annotations

import difflib
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from crawler.archive import Archive
from crawler.crawl import Visit, crawl_site
from crawler.errors import ConfigError
from crawler.fetch import Fetcher, Replay, load_exchanges
from crawler.fetch.record import Sink
from crawler.fetch.replay import EXCHANGES
from crawler.field.times import utc_now
from crawler.model import Capture, Site
from crawler.reading.pages import PageProcess
from crawler.sources import load_sites
from crawler.warc import warc_date

EXPECTED = "expected.json"
ENTRY = "source.yaml"
_PERSONAL = re.compile(r"cookie|auth|forwarded|client-?ip|real-?ip|remote-|session|token|user", re.I)
"""Headers that could identify the person who recorded the pages."""

_FACTS = ("url", "title", "issuer", "region", "year", "published", "source", "signed", "index", "text_sha256")


def save(captures: Iterable[Capture], folder: Path) -> int:
    """Write captures as `exchanges.yaml` and one file for each body; return their number.

    Headers that could identify a person are left out. Bodies are the bytes that the server sent.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries: list[dict[str, Any]] = []
    for number, capture in enumerate(captures, start=1):
        entry: dict[str, Any] = {"method": capture.method, "url": capture.url}
        if capture.request_body:
            entry["form"] = capture.request_body.decode("utf-8", "replace")
        entry |= {"status": capture.status, "reason": capture.reason, "date": warc_date(capture.fetched_at)}
        entry["headers"] = [[name, value] for name, value in capture.headers if not _PERSONAL.search(name)]
        if capture.payload:
            entry["file"] = _file_name(number, capture.url)
            (folder / entry["file"]).write_bytes(capture.payload)
        entries.append(entry)
    text = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=200, default_flow_style=None)
    (folder / EXCHANGES).write_text(text, "utf-8")
    return len(entries)


def _file_name(number: int, url: str) -> str:
    last = url.partition("?")[0].rstrip("/").rpartition("/")[2]
    return f"{number:02}-{re.sub(r'[^A-Za-z0-9._-]', '_', last)[-60:] or 'index'}"


async def record(
    site: Site, fetcher_of: Callable[[Sink], Fetcher], *, limit: int | None = None
) -> list[Capture]:
    """Crawl a site, at most up to `limit` reports, and return every exchange, robots.txt included. Nothing else is kept.

    `fetcher_of` makes a Fetcher that gives its captures to a sink.
    """
    captures: list[Capture] = []
    with tempfile.TemporaryDirectory() as scratch, Archive.create(Path(scratch), clock=utc_now) as archive:

        def sink(capture: Capture) -> None:
            archive.record(capture)
            captures.append(capture)

        async with fetcher_of(sink) as fetcher, PageProcess() as pages:
            visit = Visit(site, fetcher, archive, pages, full=True)
            kept = 0
            async for outcome in crawl_site(visit):
                kept += outcome.report_id is not None
                if limit is not None and kept >= limit:
                    visit.halt.request(f"--limit {limit}")
    return captures


async def found(site: Site, folder: Path) -> dict[str, Any]:
    """Crawl a saved site, and return how each address ended, the links to reports, and each report without its body."""
    replay = Replay(load_exchanges(folder))
    with (
        tempfile.TemporaryDirectory() as scratch,
        Archive.create(Path(scratch), clock=_fixed_time) as archive,
    ):
        fetching = Fetcher(sink=archive.record, rendered=archive.record_rendered, replay=replay)
        async with fetching as fetcher, PageProcess() as pages:
            visit = Visit(site, fetcher, archive, pages, full=True, keep_listings=True)
            outcomes = [
                [o.ending.value, o.url, o.detail if o.report_id is None else ""]
                async for o in crawl_site(visit)
            ]
        reports = [
            {
                key: dict(value) if isinstance(value := getattr(report, key), Mapping) else value
                for key in _FACTS
            }
            for report in archive.reports()
        ]
    links = [[v.year, link.date, link.title, link.url] for link, v in visit.verdicts if v.report]
    return {"outcomes": outcomes, "links": links, "reports": reports}


def _fixed_time() -> datetime:
    """Return the time of every replay, so that the result does not depend on the day."""
    return datetime(2026, 11, 25, 3, tzinfo=UTC)


def difference(expected: dict[str, Any], facts: dict[str, Any]) -> list[str]:
    """Return a unified diff of the expected and the found result as lines; empty if they are equal."""
    before, after = (
        json.dumps(each, ensure_ascii=False, indent=1).splitlines() for each in (expected, facts)
    )
    return list(difflib.unified_diff(before, after, "expected", "found", n=2, lineterm=""))


def folders(root: Path) -> list[Path]:
    """Return the saved sites in a folder, by name."""
    return sorted(path.parent for path in root.glob(f"*/{EXCHANGES}"))


def site_of(folder: Path, sources: Mapping[str, Site]) -> Site:
    """Return the entry of a saved site: its own `source.yaml`, or the entry of that id in `sources`.

    Raises ConfigError if there is neither.
    """
    if (folder / ENTRY).is_file():
        return load_sites(folder / ENTRY)[0]
    if folder.name not in sources:
        raise ConfigError(f"{folder}: no source has the id {folder.name}, and there is no {ENTRY} here")
    return sources[folder.name]


def write_expected(facts: dict[str, Any], folder: Path) -> None:
    """Write what was found as the expected result."""
    text = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    (folder / EXPECTED).write_text(text, "utf-8")


def read_expected(folder: Path) -> dict[str, Any]:
    """Return the expected result of a saved site."""
    facts: dict[str, Any] = json.loads((folder / EXPECTED).read_text("utf-8"))
    for outcome in facts.get("outcomes", ()):
        if outcome and isinstance(outcome[-1], str):  # as version 0.1 wrote it
            outcome[-1] = re.sub(r"\A1 links, ", "1 link, ", outcome[-1])
    return facts
