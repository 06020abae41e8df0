"""Saved sites for tests without a network: captures to a folder that people can read in a diff, and what it must give."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from crawler.archive import Archive
from crawler.crawl import crawl
from crawler.fetch import Fetcher, Replay, load_exchanges
from crawler.fetch.replay import EXCHANGES
from crawler.model import Capture, Ending, Site
from crawler.warc import warc_date

EXPECTED = "expected.json"
_PERSONAL = frozenset(("set-cookie", "cookie", "authorization", "proxy-authorization"))
_FACTS = ("url", "title", "issuer", "region", "year", "published", "source", "signed", "index", "text_sha256")


def save(captures: Iterable[Capture], folder: Path) -> int:
    """Write captures as `exchanges.yaml` and one file a body; returns their number.

    Headers that could tell a person are left out. Bodies are bytes as they came.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries: list[dict[str, Any]] = []
    for number, capture in enumerate(captures, start=1):
        entry: dict[str, Any] = {"method": capture.method, "url": capture.url}
        if capture.request_body:
            entry["form"] = capture.request_body.decode("latin-1")
        entry |= {"status": capture.status, "reason": capture.reason, "date": warc_date(capture.fetched_at)}
        entry["headers"] = [[name, value] for name, value in capture.headers if name.lower() not in _PERSONAL]
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


async def found(site: Site, folder: Path, archive: Archive) -> dict[str, Any]:
    """What a crawl of a saved site finds: how each address ended, and each report without its body."""
    outcomes = []
    replay = Replay(load_exchanges(folder))
    async with Fetcher(sink=archive.record, rendered=archive.record_rendered, replay=replay) as fetcher:
        async for outcome in crawl([site], fetcher=fetcher, archive=archive):
            outcomes.append(
                [outcome.ending.value, outcome.url, outcome.detail if outcome.ending is Ending.LISTED else ""]
            )
    reports = [
        {
            key: getattr(report, key) if key != "index" else report.index and dict(report.index)
            for key in _FACTS
        }
        for report in archive.reports()
    ]
    return {"outcomes": outcomes, "reports": reports}


def write_expected(facts: dict[str, Any], folder: Path) -> None:
    """Keep what was found as what must be found."""
    text = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    (folder / EXPECTED).write_text(text, "utf-8")


def read_expected(folder: Path) -> dict[str, Any]:
    """What must be found in a saved site."""
    facts: dict[str, Any] = json.loads((folder / EXPECTED).read_text("utf-8"))
    return facts
