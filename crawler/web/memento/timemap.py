"""TimeMaps: all captures of an address, as link-format (RFC 7089, section 5) and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crawler.archive.reader_queries.captures import CaptureFacts
from crawler.field.times import iso
from crawler.web.memento.addresses import http_date, memento_path
from crawler.web.memento.captures import memento_link

LINK_FORMAT = "application/link-format"


def link_format(base_url: str, captures: Sequence[CaptureFacts]) -> str:
    """Return a TimeMap as link-format."""
    url = captures[-1].url
    span = f'from="{http_date(captures[0].at)}"; until="{http_date(captures[-1].at)}"'
    lines = [
        f'<{url}>; rel="original"',
        f'<{base_url}/timemap/link/{url}>; rel="self"; type="{LINK_FORMAT}"; {span}',
        f'<{base_url}/web/{url}>; rel="timegate"',
    ]
    last = len(captures) - 1
    for at, each in enumerate(captures):
        names = [name for name, place in (("first", 0), ("last", last)) if place == at]
        lines.append(memento_link(base_url, each, names))
    return ",\n".join(lines) + "\n"


def as_json(base_url: str, captures: Sequence[CaptureFacts]) -> dict[str, Any]:
    """Return a TimeMap as a value for JSON, in the keys that other Memento aggregators have, and the site's `rows`."""
    url = captures[-1].url
    rows = [
        {
            "datetime": iso(each.at),
            "uri": f"{base_url}{memento_path(each.at, each.url)}",
            "status": each.status,
            "payload_sha256": each.payload_sha256,
            "origin": "imported" if each.origin else "own",
        }
        for each in captures
    ]
    short = [{"datetime": row["datetime"], "uri": [row["uri"]]} for row in rows]
    return {
        "original_uri": url,
        "timegate_uri": f"{base_url}/web/{url}",
        "timemap_uri": {
            "link_format": f"{base_url}/timemap/link/{url}",
            "json_format": f"{base_url}/timemap/json/{url}",
        },
        "mementos": {
            "first": short[0],
            "last": short[-1],
            "list": [{"datetime": row["datetime"], "uri": row["uri"]} for row in rows],
        },
        "rows": rows,
        "next_url": None,
    }
