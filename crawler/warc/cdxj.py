"""CDXJ index: one line per capture, sorted by address and time, by which a replay tool finds its record.

The format is that of pywb and cdxj-indexer: SURT key, 14-digit UTC time, a JSON object. Written beside each WARC file
by archive.evidence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from crawler.model import Capture
from crawler.warc.digests import labelled, parse_digest
from crawler.warc.read import Record, exchanges, to_capture
from crawler.warc.write import Place

SUFFIX = ".cdxj"
_WWW = re.compile(r"www\d*\.")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_REVISIT = "warc/revisit"
_NO_DIGEST = "-"
_OFFSET = re.compile(r'"offset":"([0-9]{1,15})"')
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def surt(url: str) -> str:
    """Return an address's sort key: `cn,gov,wuhan)/zwgk/a.shtml`, without scheme, `www.`, case and order of the query."""
    parts = urlsplit(url)
    host = _WWW.sub("", (parts.hostname or "").lower(), count=1)
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    path = parts.path.lower()
    path = path.rstrip("/") if path != "/" else path
    query = "&".join(sorted(parts.query.lower().split("&"))) if parts.query else ""
    return ",".join(reversed(host.split("."))) + port + ")" + (path or "/") + (f"?{query}" if query else "")


def line_of(capture: Capture, place: Place, kind: str, sha256: bytes, file: str) -> str:
    """Return the line of a capture in `file`. `kind` is the record's type, `sha256` the payload's digest."""
    mime = (capture.header("content-type") or "unk").partition(";")[0].strip().lower()
    no_payload = capture.status == 304
    fields: dict[str, str] = {
        "url": capture.url,
        "mime": _REVISIT if kind == "revisit" else mime,
        "status": str(capture.status),
        "digest": _NO_DIGEST if no_payload else labelled(sha256),
        "length": str(place.length),
        "offset": str(place.offset),
        "filename": Path(file).name,
    }
    key = capture.url
    if capture.method != "GET":
        fields["method"] = capture.method
        form = capture.request_body.decode("latin-1")
        key += ("&" if "?" in key else "?") + f"__wb_method={capture.method}" + (f"&{form}" if form else "")
    return f"{surt(key)} {capture.fetched_at:%Y%m%d%H%M%S} {_JSON(fields)}\n"


def lines_of(records: Iterable[Record], file: str) -> Iterator[str]:
    """Yield the lines of a WARC file's captures, in the order of its records."""
    for response, request in exchanges(records):
        if response.is_http:
            capture = to_capture(response, request)
            yield line_of(capture, response.place, response.kind, payload_sha256(response, capture), file)


def payload_sha256(record: Record, capture: Capture) -> bytes:
    """Return the SHA-256 of what was served: as its record states it, else of the payload itself."""
    stated = parse_digest(record.fields.get("warc-payload-digest", ""))
    if stated and stated[0] == "sha256":
        return stated[1]
    return bytes.fromhex(capture.payload_sha256)


def index_text(lines: Iterable[str]) -> bytes:
    """Return an index file's content: the lines sorted by their bytes, for a replay tool's binary search."""
    return b"".join(sorted(line.encode("utf-8", "surrogatepass") for line in lines))


def offsets(index: Path) -> frozenset[int]:
    """Return the offsets of the records that an index lists. Lines that cannot be read are passed over; none if it is missing."""
    try:
        lines = index.read_bytes().decode("utf-8", "replace").split("\n")
    except OSError:
        return frozenset()
    return frozenset(int(found[1]) for line in lines if (found := _OFFSET.search(line)))
