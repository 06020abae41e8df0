"""Compare a WARC record with what the catalogue says of it: the row of a capture, the version that an act made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.archive import Act, MadeVersion
from crawler.warc import Record, hex_sha256

_TOLD = (
    "title",
    "issuer",
    "kind",
    "published",
    "source",
    "signed",
)  # columns of a version that its WARC record states too


def capture_faults(place: Any, record: Record) -> Iterator[str]:
    """Yield where the catalogue's row of a capture differs from its WARC record."""
    if place is None:
        yield "the catalogue does not have this capture"
        return
    payload_sha256 = hex_sha256(record.fields.get("warc-payload-digest"))
    pairs = {
        "place": ((place.offset, place.length), (record.place.offset, record.place.length)),
        "kind": (place.kind, record.kind),
        "address": (place.url, record.url),
        "date": (place.date, record.date),
        "payload digest": (place.sha256, payload_sha256 or place.sha256),
    }
    yield from (
        f"the catalogue has another {what} for it" for what, (one, other) in pairs.items() if one != other
    )


def made_version(act: Act) -> bool:
    """Whether an act says that a version was made, with all its fields."""
    content = act.content
    held = content.get("reextracted") or content.get("rests_here")
    return content.get("act") == "stored" and "title" in content["report"] and not held


def version_faults(claimed: MadeVersion | None, act: Act, *, merged: bool) -> Iterator[str]:
    """Yield where the catalogue's row of a version differs from what the WARC file says was read.

    `merged`: the file is from another archive. What was a new version there may have been known here.
    """
    content = act.content
    report = content["report"]
    # earlier versions made a version of what another site showed; that page has a report of its own since
    departed = content.get("ending") == "revised" and "hosts" not in content.get("site", {})
    if claimed is None or (claimed.ending != content.get("ending") and not departed):
        if not merged:
            yield "the catalogue has no version for the text that was read here"
        return
    row = claimed.version
    former = {each["text_sha256"] for each in row.former}
    if report["text_sha256"] not in {row.text_sha256, *former}:
        yield f"{row.report_id} version {row.number} has another text than the one that was read here"
    for name in _TOLD if claimed.rests_on_it and not merged else ():
        if getattr(row, name) != report.get(name):
            yield f"{row.report_id} version {row.number} has another `{name}` than the one that was read here"
