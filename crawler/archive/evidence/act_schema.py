"""Schema of acts: the form of every field, as one table for each act. `check` compares an act with it.

An act is an untrusted value: it may come from another archive, or from a damaged file. What passes has the types,
lengths and forms that the loader relies on, so that applying it cannot fail. A new optional field is one line here.

Keys that no table names are allowed: a later version may have added them. `unknown_keys` lists them, so that a merge
can say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from crawler.address import MAX_LENGTH
from crawler.model import Ending, VisitState
from crawler.warc import parse_warc_date

Check = Callable[[object, str], None]
"""Raises ValueError, which names the field and the fault. Arguments: the value, the field's name."""

MAX_TEXT_CHARS = 100_000  # title, detail, note: far above the longest ever seen
MAX_ITEMS = 1_000_000  # of a list
MAX_COUNT = 2**53  # greatest whole number that every JSON reader keeps
_SHOWN_CHARS = 40  # of a wrong value, in a message


class Field(NamedTuple):
    """Form of a field, and whether it must be there. An optional field may also be null."""

    check: Check
    required: bool = False


def _fault(name: str, expected: str, value: object) -> ValueError:
    shown = ascii(value)
    shown = shown if len(shown) <= _SHOWN_CHARS else shown[:_SHOWN_CHARS] + "…"
    return ValueError(f"{name} must be {expected}, not {shown}")


def _matching(pattern: str, expected: str, flags: int = 0) -> Check:
    compiled = re.compile(pattern, flags)

    def check(value: object, name: str) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise _fault(name, expected, value)

    return check


def _text(max_chars: int = MAX_TEXT_CHARS) -> Check:
    def check(value: object, name: str) -> None:
        if not isinstance(value, str) or len(value) > max_chars:
            raise _fault(name, f"a text of at most {max_chars} characters", value)
        if not value.isascii() and _SURROGATE.search(value):
            raise _fault(name, "a text without lone surrogates", value)

    return check


def _whole(least: int, most: int) -> Check:
    def check(value: object, name: str) -> None:
        if type(value) is not int or not least <= value <= most:
            raise _fault(name, f"a whole number from {least} to {most}", value)

    return check


def _one_of(*values: object) -> Check:
    def check(value: object, name: str) -> None:
        if not isinstance(value, str | None) or value not in values:
            raise _fault(name, "one of " + ", ".join(str(each) for each in values), value)

    return check


def _list_of(item: Check, max_items: int = MAX_ITEMS) -> Check:
    def check(value: object, name: str) -> None:
        if not isinstance(value, list) or len(value) > max_items:
            raise _fault(name, f"a list of at most {max_items} values", value)
        for number, each in enumerate(value):
            item(each, f"{name}[{number}]")

    return check


def _pairs_of(key: Check, item: Check) -> Check:
    def check(value: object, name: str) -> None:
        if not isinstance(value, dict) or len(value) > MAX_ITEMS:
            raise _fault(name, "an object", value)
        for each, content in value.items():
            key(each, f"a key of {name}")
            item(content, f"{name}[…]")

    return check


def _object(fields: Mapping[str, Field]) -> Check:
    def check(value: object, name: str) -> None:
        if not isinstance(value, dict):
            raise _fault(name, "an object", value)
        check_fields(value, fields, f"{name}.")

    return check


def check_fields(content: Mapping[str, Any], fields: Mapping[str, Field], prefix: str = "") -> None:
    """Compare an object with a table. Raises ValueError at the first field that does not have its form."""
    for name, field in fields.items():
        value = content.get(name)
        if value is not None:
            field.check(value, prefix + name)
        elif field.required:
            raise ValueError(f"{prefix}{name} is missing")


def _moment(value: object, name: str) -> None:
    _MOMENT(value, name)
    try:
        parse_warc_date(str(value))
    except (ValueError, OverflowError):
        raise _fault(name, "a time such as 2026-11-24T09:30:00Z", value) from None


def _iso_moment(value: object, name: str) -> None:
    """Check a time as `datetime.isoformat` writes it, with its zone."""
    _text(40)(value, name)
    try:
        datetime.fromisoformat(str(value)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _fault(name, "a time such as 2026-11-24T09:30:00+00:00", value) from None


def _day(value: object, name: str) -> None:
    """Check a date or a date-time at the precision that the page gave."""
    _DAY(value, name)
    year, month, day = (*map(int, str(value)[:10].split("-")), 1, 1)[:3]
    try:
        date(year, month, day)
    except ValueError:
        raise _fault(name, "a date such as 2023-02-21", value) from None


def _seconds(value: object, name: str) -> None:
    if type(value) not in (int, float) or not 0 <= value <= MAX_COUNT:  # type: ignore[operator]
        raise _fault(name, "a number of seconds", value)


def _flag(value: object, name: str) -> None:
    if not isinstance(value, bool):
        raise _fault(name, "true or false", value)


def _year_or_none(value: object, name: str) -> None:
    if value is not None:
        _whole(0, 9999)(value, name)


def _step(value: object, name: str) -> None:
    """Check a step that a visit left: a link, or a page of a list."""
    (_LIST_STEP if isinstance(value, dict) and "request" in value else _LINK)(value, name)


_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_CONTROL = r"[^\x00-\x1f\x7f\ud800-\udfff]"
_MOMENT = _matching(
    r"[0-9]{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", "a time such as 2026-11-24T09:30:00Z", re.A
)
_DAY = _matching(r"\d{4}(-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d)?)?)?)?", "a date such as 2023-02-21", re.A)
_DIGEST = _matching(r"[0-9a-f]{64}", "a SHA-256 of 64 hex digits")
_REGION = _matching(r"[0-9]{6}|", "a division code of six digits")
_YEAR = _whole(1900, 2200)
_SITE_ID = _matching(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{0,200}", "the id of a site")
_REPORT_ID = _matching(r"[0-9A-Za-z_-]{1,100}", "the id of a report")
_RECORD_ID = _matching(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,200}>", "the id of a WARC record")
_URL = _matching(
    rf"(https?|urn):{_NO_CONTROL}{{1,{MAX_LENGTH}}}",
    "an address that begins with http:, https: or urn:",
    re.I,
)
_LINKED = _text(MAX_LENGTH)  # an address as a page gave it: shown, or asked for after it was checked
_FILE = _matching(
    r"warc/merged/[0-9A-Za-z][0-9A-Za-z._-]{0,220}\.warc\.gz", "the name of a file in warc/merged/"
)
_ENDINGS = _one_of(*(each.value for each in Ending))
_LINK = _object(
    {
        "url": Field(_LINKED, required=True),
        "title": Field(_text(), required=True),
        "date": Field(_text(100)),
        "found_on": Field(_LINKED),
    }
)
_REQUEST = _object(
    {
        "url": Field(_LINKED, required=True),
        "method": Field(_one_of("GET", "POST"), required=True),
        "form": Field(_list_of(_list_of(_text(), 2), 1000), required=True),
    }
)
_LIST_STEP = _object(
    {
        "request": Field(_REQUEST, required=True),
        "first": Field(_REQUEST, required=True),
        "number": Field(_whole(0, MAX_COUNT), required=True),
        "kind": Field(_one_of("list", "sitemap", "search")),
    }
)
_SECTION = _object(
    {
        "kind": Field(_text(100), required=True),
        "title": Field(_text(), required=True),
        "start": Field(_whole(0, MAX_COUNT), required=True),
        "end": Field(_whole(0, MAX_COUNT), required=True),
    }
)
_ATTACHMENT = _object({"title": Field(_text(), required=True), "url": Field(_LINKED, required=True)})
_SITE = {
    "id": Field(_SITE_ID, required=True),
    "name": Field(_text(1000)),
    "region": Field(_REGION),
    "body": Field(_text(10_000)),
}
_REPORT = {
    "text_sha256": Field(_DIGEST, required=True),
    "id": Field(_REPORT_ID),
    "version": Field(_whole(1, MAX_COUNT)),
    "title": Field(_text()),
    "issuer": Field(_text(10_000)),
    "region": Field(_REGION),
    "year": Field(_YEAR),
    "kind": Field(_text(100)),
    "published": Field(_day),
    "source": Field(_text(10_000)),
    "signed": Field(_day),
    "parts": Field(_whole(1, 100_000)),
    "index": Field(_pairs_of(_text(10_000), _text())),
    "sections": Field(_list_of(_SECTION)),
    "attachments": Field(_list_of(_ATTACHMENT)),
}
_VISIT = {
    "site_id": Field(_SITE_ID, required=True),
    "began_at": Field(_iso_moment, required=True),
    "state": Field(_one_of(*(each.value for each in VisitState))),
    "entries": Field(_list_of(_LINKED), required=True),
    "frontier": Field(_list_of(_step), required=True),
    "years": Field(_list_of(_whole(0, 9999)), required=True),
    "found": Field(_whole(0, MAX_COUNT)),
    "troubled": Field(_flag),
    "requests": Field(_whole(0, MAX_COUNT)),
    "bytes": Field(_whole(0, MAX_COUNT)),
    "seconds": Field(_seconds),
}
_LIST_MEMORY = _object(
    {
        "entries": Field(_list_of(_LINKED), required=True),
        "common": Field(_list_of(_LINKED), required=True),
        "reports": Field(_pairs_of(_LINKED, _year_or_none), required=True),
    }
)
_MEMORY = {
    "walked_at": Field(_iso_moment, required=True),
    "rules": Field(_text(10_000), required=True),
    "lists": Field(_pairs_of(_LINKED, _LIST_MEMORY), required=True),
    "owed": Field(_list_of(_LINK), required=True),
    "gone": Field(_list_of(_LINKED), required=True),
}
_MERGED_FILE = {
    "file": Field(_FILE, required=True),
    "sha256": Field(_DIGEST, required=True),
    "origin": Field(_text(5000)),
}
_OF_A_SITE = {"site": Field(_object(_SITE), required=True)}
_ABOUT_A_PAGE = {"url": Field(_URL, required=True), **_OF_A_SITE}
_TEXT = {
    "extractor": Field(_text(200)),
    "ending": Field(_ENDINGS),
    "report": Field(_object(_REPORT), required=True),
}
_COMMON = {
    "act": Field(_text(100)),
    "at": Field(_moment),
    "url": Field(_LINKED),  # of an import that failed it is the name of a file
    "about": Field(_RECORD_ID),
}
"""Fields of every act."""
ACTS: Mapping[str, Mapping[str, Field]] = {
    "stored": _COMMON
    | _ABOUT_A_PAGE
    | _TEXT
    | {
        "further": Field(_list_of(_RECORD_ID, 100_000)),
        "came_from": Field(_list_of(_LINKED, 1000)),
        "note": Field(_text()),
        "reextracted": Field(_flag),
        "varies": Field(_list_of(_LINKED, 100_000)),
    },
    "confirmed": _COMMON | _ABOUT_A_PAGE,
    "attempted": _COMMON | _OF_A_SITE | {"kind": Field(_text(1000)), "reason": Field(_text())},
    "noted": _COMMON | _OF_A_SITE | {"ending": Field(_ENDINGS, required=True), "detail": Field(_text())},
    "visit begun": _COMMON | {"visit": Field(_object(_VISIT), required=True)},
    "visit ended": _COMMON | {"visit": Field(_object(_VISIT), required=True)},
    "learnt": _COMMON | _OF_A_SITE | {"memory": Field(_object(_MEMORY), required=True)},
    "run ended": _COMMON | {"state": Field(_text(100), required=True), "detail": Field(_text())},
    "reextracted": _COMMON | _TEXT | {"site": Field(_object(_SITE)), "was": Field(_DIGEST, required=True)},
    "merged": _COMMON
    | {
        "files": Field(_list_of(_object(_MERGED_FILE), 100_000), required=True),
        "held": Field(_list_of(_FILE, 1_000_000)),
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
