"""Schema of acts: the form of every field, as one table for each act. `check` compares an act with it.

An act is an untrusted value: it may come from another archive, or from a damaged file. What passes has the types,
lengths and forms that the loader relies on, so that applying it cannot fail. A new optional field is one line here.

Keys that no table names are allowed: a later version may have added them. `unknown_keys` lists them, so that a merge
can say so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crawler.address import MAX_LENGTH
from crawler.archive.evidence.act_checks import (
    MAX_COUNT,
    Field,
    an_object,
    check_fields,
    day,
    flag,
    iso_moment,
    list_of,
    matching,
    moment,
    one_of,
    pairs_of,
    seconds,
    share,
    text,
    whole,
    year_or_none,
)
from crawler.model import Ending, VisitState


def _step(value: object, name: str) -> None:
    """Check a step that a visit left: a link, or a page of a list."""
    (_LIST_STEP if isinstance(value, dict) and "request" in value else _LINK)(value, name)


_NO_CONTROL = r"[^\x00-\x1f\x7f\ud800-\udfff]"
_DIGEST = matching(r"[0-9a-f]{64}", "a SHA-256 of 64 hex digits")
_REGION = matching(r"[0-9]{6}|", "a division code of six digits")
_YEAR = whole(1900, 2200)
_SITE_ID = matching(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{0,200}", "the id of a site")
_HOST = matching(rf"{_NO_CONTROL}{{1,255}}", "the name of a host")
_REPORT_ID = matching(r"[0-9A-Za-z_-]{1,100}", "the id of a report")
_RECORD_ID = matching(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,200}>", "the id of a WARC record")
_URL = matching(
    rf"(https?|urn):{_NO_CONTROL}{{1,{MAX_LENGTH}}}",
    "an address that begins with http:, https: or urn:",
    re.I,
)
_LINKED = text(MAX_LENGTH)  # an address as a page gave it: shown, or asked for after it was checked
_SEGMENT = matching(
    r"warc/segments/[0-9]{20}-[0-9]{5}-[0-9a-f]{64}\.warc\.gz", "the name of a file in warc/segments/"
)
_FILE = matching(
    r"warc/merged/[0-9A-Za-z][0-9A-Za-z._-]{0,220}\.warc\.gz", "the name of a file in warc/merged/"
)
_ENDINGS = one_of(*(each.value for each in Ending))
_LINK = an_object(
    {
        "url": Field(_LINKED, required=True),
        "title": Field(text(), required=True),
        "date": Field(text(100)),
        "found_on": Field(_LINKED),
    }
)
_REQUEST = an_object(
    {
        "url": Field(_LINKED, required=True),
        "method": Field(one_of("GET", "POST"), required=True),
        "form": Field(list_of(list_of(text(), 2), 1000), required=True),
        "json_body": Field(text()),
        "referer": Field(_LINKED),
    }
)
_LIST_STEP = an_object(
    {
        "request": Field(_REQUEST, required=True),
        "first": Field(_REQUEST, required=True),
        "number": Field(whole(0, MAX_COUNT), required=True),
        "kind": Field(one_of("list", "sitemap", "search")),
    }
)
_SECTION = an_object(
    {
        "kind": Field(text(100), required=True),
        "title": Field(text(), required=True),
        "start": Field(whole(0, MAX_COUNT), required=True),
        "end": Field(whole(0, MAX_COUNT), required=True),
    }
)
_ATTACHMENT = an_object({"title": Field(text(), required=True), "url": Field(_LINKED, required=True)})
_READING = {
    "reader": Field(text(200)),
    "pages": Field(whole(0, MAX_COUNT)),
}
_WORD = matching(r"[a-z0-9_]{1,32}", "a word of small letters")
_DOCUMENT = an_object(
    {
        "url": Field(_LINKED, required=True),
        "title": Field(text(), required=True),
        "how": Field(matching(r"[a-z0-9_]{1,16}", "a short word of small letters"), required=True),
        "about": Field(_RECORD_ID),
        "format": Field(matching(r"[a-z0-9_]{1,16}", "the key of a format")),
        "fault": Field(_WORD),
    }
    | _READING
)
_SITE = {
    "id": Field(_SITE_ID, required=True),
    "name": Field(text(1000)),
    "region": Field(_REGION),
    "hosts": Field(list_of(_HOST, 10_000)),
    "body": Field(text(10_000)),
}
_REPORT = {
    "text_sha256": Field(_DIGEST, required=True),
    "id": Field(_REPORT_ID),
    "version": Field(whole(1, MAX_COUNT)),
    "title": Field(text()),
    "issuer": Field(text(10_000)),
    "region": Field(_REGION),
    "year": Field(_YEAR),
    "kind": Field(text(100)),
    "published": Field(day),
    "source": Field(text(10_000)),
    "signed": Field(day),
    "parts": Field(whole(1, 100_000)),
    "index": Field(pairs_of(text(10_000), text())),
    "sections": Field(list_of(_SECTION)),
    "attachments": Field(list_of(_ATTACHMENT)),
    "text_from": Field(matching(r"[a-z0-9_]{1,16}", "page, or the key of a format")),
    "text_url": Field(_LINKED),
    "unread": Field(_WORD),
    "difference": Field(text(10_000)),
    "confidence": Field(share),
} | _READING
_SHOWN = {
    "title": Field(text()),
    "issuer": Field(text(10_000)),
    "source": Field(text(10_000)),
    "published": Field(day),
    "signed": Field(day),
}
_METADATA = an_object(
    {
        "shown": Field(an_object(_SHOWN), required=True),
        "was": Field(an_object(_SHOWN)),
        "before": Field(_RECORD_ID),
    }
)
_VISIT = {
    "site_id": Field(_SITE_ID, required=True),
    "began_at": Field(iso_moment, required=True),
    "state": Field(one_of(*(each.value for each in VisitState))),
    "entries": Field(list_of(_LINKED), required=True),
    "frontier": Field(list_of(_step), required=True),
    "years": Field(list_of(whole(0, 9999)), required=True),
    "found": Field(whole(0, MAX_COUNT)),
    "troubled": Field(flag),
    "requests": Field(whole(0, MAX_COUNT)),
    "bytes": Field(whole(0, MAX_COUNT)),
    "seconds": Field(seconds),
}
_ENTRY = {
    "name": Field(text(1000), required=True),
    "region": Field(_REGION),
    "lists": Field(whole(0, MAX_COUNT), required=True),
    "first_year": Field(whole(0, 9999), required=True),
    "last_year": Field(whole(0, 9999)),
}
_LIST_MEMORY = an_object(
    {
        "entries": Field(list_of(_LINKED), required=True),
        "common": Field(list_of(_LINKED), required=True),
        "reports": Field(pairs_of(_LINKED, year_or_none), required=True),
    }
)
_MEMORY = {
    "walked_at": Field(iso_moment, required=True),
    "rules": Field(text(10_000), required=True),
    "lists": Field(pairs_of(_LINKED, _LIST_MEMORY), required=True),
    "owed": Field(list_of(_LINK), required=True),
    "gone": Field(list_of(_LINKED), required=True),
    "not_reports": Field(pairs_of(_LINKED, day)),
}
_MERGED_FILE = {
    "file": Field(_FILE, required=True),
    "sha256": Field(_DIGEST, required=True),
    "origin": Field(text(5000)),
}
_OF_A_SITE = {"site": Field(an_object(_SITE), required=True)}
_ABOUT_A_PAGE = {"url": Field(_URL, required=True), **_OF_A_SITE}
_TEXT = {
    "extractor": Field(text(200)),
    "ending": Field(_ENDINGS),
    "report": Field(an_object(_REPORT), required=True),
    "documents": Field(list_of(_DOCUMENT, 1000)),
}
_COMMON = {
    "act": Field(text(100)),
    "at": Field(moment),
    "url": Field(_LINKED),  # of an import that failed it is the name of a file
    "about": Field(_RECORD_ID),
}
"""Fields of every act."""
ACTS: Mapping[str, Mapping[str, Field]] = {
    "stored": _COMMON
    | _ABOUT_A_PAGE
    | _TEXT
    | {
        "further": Field(list_of(_RECORD_ID, 100_000)),
        "came_from": Field(list_of(_LINKED, 1000)),
        "note": Field(text()),
        "reextracted": Field(flag),
        "rests_here": Field(flag),
        "metadata": Field(_METADATA),
        "varies": Field(list_of(_LINKED, 100_000)),
    },
    "confirmed": _COMMON | _ABOUT_A_PAGE,
    "attempted": _COMMON | _OF_A_SITE | {"kind": Field(text(1000)), "reason": Field(text())},
    "noted": _COMMON | _OF_A_SITE | {"ending": Field(_ENDINGS, required=True), "detail": Field(text())},
    "visit begun": _COMMON
    | {"visit": Field(an_object(_VISIT), required=True), "entry": Field(an_object(_ENTRY))},
    "visit ended": _COMMON | {"visit": Field(an_object(_VISIT), required=True)},
    "learnt": _COMMON | _OF_A_SITE | {"memory": Field(an_object(_MEMORY), required=True)},
    "clock set back": _COMMON,
    "run ended": _COMMON | {"state": Field(text(100), required=True), "detail": Field(text())},
    "reextracted": _COMMON | _TEXT | {"site": Field(an_object(_SITE)), "was": Field(_DIGEST, required=True)},
    "page edited": _COMMON
    | {
        "url": Field(_URL, required=True),
        "about": Field(_RECORD_ID, required=True),
        "report": Field(
            an_object(
                {
                    "id": Field(_REPORT_ID, required=True),
                    "version": Field(whole(1, MAX_COUNT), required=True),
                }
            ),
            required=True,
        ),
        "metadata": Field(_METADATA, required=True),
    },
    "merged": _COMMON
    | {
        "files": Field(list_of(an_object(_MERGED_FILE), 100_000), required=True),
        "held": Field(list_of(_FILE, 1_000_000)),
    },
    "entered": _COMMON
    | {
        "file": Field(_SEGMENT, required=True),
        "sha256": Field(_DIGEST, required=True),
    },
}
"""The tables of all acts that this version knows, by name."""


def check(name: str, content: Mapping[str, Any]) -> None:
    """Compare an act with its table. Raises ValueError, which names the field, what it must be, and what it is."""
    check_fields(content, ACTS[name])
    if name == "reextracted":
        for field in ("id", "version"):
            if content["report"].get(field) is None:
                raise ValueError(f"report.{field} is missing")


def unknown_keys(name: str, content: Mapping[str, Any]) -> list[str]:
    """Return the keys of an act, and of its report and site, that no table names."""
    inner = {"report": _REPORT, "site": _SITE}
    found = [key for key in content if key not in ACTS[name]]
    for part, fields in inner.items():
        if part in ACTS[name] and isinstance(content.get(part), dict):
            found += [f"{part}.{key}" for key in content[part] if key not in fields]
    return found
