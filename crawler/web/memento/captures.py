"""Which capture of an address answers a time, and its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crawler.archive import Reader
from crawler.archive.reader_queries.captures import CaptureFacts
from crawler.web.memento.addresses import http_date, memento_path
from crawler.web.question import NotFound


def captures_of(reader: Reader, url: str) -> list[CaptureFacts]:
    """Return the captures of an address by time; of one second the last. Raises NotFound if there is none."""
    by_second = {each.at.replace(microsecond=0): each for each in reader.captures_at(url) if each.status}
    if not by_second:
        raise NotFound(f"{url}: the archive has no capture of this address")
    return list(by_second.values())


def nearest(captures: Sequence[CaptureFacts], at: datetime | None) -> CaptureFacts:
    """Return the capture nearest to a time; the last one for None."""
    if at is None:
        return captures[-1]
    return min(captures, key=lambda each: abs(each.at - at))


def links(base_url: str, captures: Sequence[CaptureFacts], chosen: CaptureFacts | None = None) -> str:
    """Return the Link header: the original, TimeGate, TimeMap, and the first, last and neighbouring captures."""
    url = captures[-1].url
    found = [
        f'<{url}>; rel="original"',
        f'<{base_url}/web/{url}>; rel="timegate"',
        f'<{base_url}/timemap/link/{url}>; rel="timemap"; type="application/link-format"',
    ]
    relations: dict[int, list[str]] = {}
    for at, name in ((0, "first"), (len(captures) - 1, "last")):
        relations.setdefault(at, []).append(name)
    if chosen is not None:
        here = captures.index(chosen)
        for at, name in ((here - 1, "prev"), (here + 1, "next")):
            if 0 <= at < len(captures):
                relations.setdefault(at, []).append(name)
        relations.setdefault(here, [])
    found += [memento_link(base_url, captures[at], names) for at, names in sorted(relations.items())]
    return ", ".join(found)


def memento_link(base_url: str, capture: CaptureFacts, names: Sequence[str] = ()) -> str:
    """Return the link to a capture in the form of RFC 7089."""
    relation = " ".join((*names, "memento"))
    return f'<{base_url}{memento_path(capture.at, capture.url)}>; rel="{relation}"; datetime="{http_date(capture.at)}"'
