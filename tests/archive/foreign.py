"""Makes other archives, honest or hostile, record by record; their files need not be what this project writes."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from crawler.extract import extract
from crawler.warc import new_record_id
from tests.conftest import BODY

_OPTIONAL = (
    "text_from",
    "text_url",
    "reader",
    "pages",
    "unread",
    "difference",
)  # fields of a report that an act may lack
EVIL_URL = "http://evil.example.net/a.html"
AT = "2026-11-20T00:00:00Z"
TEXT_FIELDS = ("text_from", "text_url", "reader", "pages", "confidence", "unread", "difference")
FILE = "warc/2026/fazhi-20261120000000-00001.warc.gz"


def article(text: str = "", title: str = "武汉市人民政府关于2022年度推进法治政府建设情况的报告") -> bytes:
    """Return a page from which the extractor reads BODY followed by a text."""
    lines = "".join(f"<p>{line}</p>" for line in f"{BODY}{text}".split("\n"))
    return (
        f"<html><head><meta charset=utf-8><title>{title}</title></head>"
        f"<body><h1>{title}</h1><div id=zoom>{lines}</div></body></html>"
    ).encode()


def record(
    kind: str,
    block: bytes,
    *fields: tuple[str, str],
    record_id: str | None = None,
    date: str = AT,
    content_type: str = "application/http; msgtype=response",
) -> bytes:
    """Return a WARC record, not compressed."""
    pairs = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", record_id or new_record_id()),
        ("WARC-Date", date),
        *fields,
        ("WARC-Block-Digest", _labelled(block)),
        ("Content-Type", content_type),
        ("Content-Length", str(len(block))),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in pairs)
    return b"WARC/1.1\r\n" + head.encode("utf-8", "surrogateescape") + b"\r\n" + block + b"\r\n\r\n"


def _labelled(data: bytes) -> str:
    return "sha256:" + base64.b32encode(hashlib.sha256(data).digest()).decode()


def warcinfo(started: str = AT, run: object = 1) -> bytes:
    """Return the record at the head of a run's file."""
    block = f"software: fazhi/0.2.0\r\nrun: {run}\r\nstarted: {started}\r\ndescription: crawl\r\n".encode()
    return record("warcinfo", block, content_type="application/warc-fields", date=started)


def response(
    url: str,
    payload: bytes,
    record_id: str,
    *,
    date: str = AT,
    status: str = "200 OK",
    headers: str = "Content-Type: text/html\r\n",
    digest: str = "",
) -> bytes:
    """Return a response record. `digest`: stated of its payload, instead of the right one."""
    block = f"HTTP/1.1 {status}\r\n{headers}\r\n".encode() + payload
    fields = (("WARC-Target-URI", url), ("WARC-Payload-Digest", digest or _labelled(payload)))
    return record("response", block, *fields, record_id=record_id, date=date)


def metadata(*acts: dict[str, Any] | bytes, date: str = AT) -> bytes:
    """Return a record of acts: dicts, or lines as they are."""
    lines = [act if isinstance(act, bytes) else json.dumps(act).encode() for act in acts]
    return record("metadata", b"\n".join(lines), content_type="application/jsonl", date=date)


def stored(
    url: str, page: bytes, about: str, *, region: str = "420100", at: str = AT, **changed: Any
) -> dict[str, Any]:
    """Return the act that a page's text was stored, as an honest archive writes it but for `changed`."""
    read = extract(page, (), url)
    report = {
        "id": f"{region}-2022-{read.text_sha256[:8]}",
        "version": 1,
        "title": read.title,
        "issuer": "武汉市人民政府",
        "region": region,
        "year": 2022,
        "kind": "government",
        "published": "2023-02-21",
        "source": None,
        "signed": None,
        "parts": 1,
        "index": None,
        "sections": [],
        "attachments": [],
        "text_sha256": read.text_sha256,
    }
    report |= {name: changed.pop(name) for name in TEXT_FIELDS if name in changed}
    act = {
        "act": "stored",
        "at": at,
        "url": url,
        "about": about,
        "site": {"id": "evil", "name": "某市人民政府", "region": region},
        "extractor": read.extractor,
        "ending": "new",
    }
    report |= {name: changed.pop(name) for name in [*changed] if name in report or name in _OPTIONAL}
    return act | {"report": report} | changed


def make(
    folder: Path, *records: bytes, name: str = FILE, listed: bool = True, started: str = AT, run: object = 1
) -> Path:
    """Write an archive with one WARC file of these records, after a warcinfo. `listed`: in a manifest. Returns the folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(gzip.compress(each, 1) for each in (warcinfo(started, run), *records)))
    if listed:
        list_files(folder)
    return folder


def list_files(folder: Path) -> None:
    """Write a manifest of all WARC files of an archive."""
    previous, lines = "0" * 64, []
    for path in sorted(folder.glob("warc/*/*.warc.gz")):
        facts = {
            "file": path.relative_to(folder).as_posix(),
            "size": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "previous": previous,
        }
        lines.append(json.dumps(facts).encode())
        previous = hashlib.sha256(lines[-1]).hexdigest()
    (folder / "manifest.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
