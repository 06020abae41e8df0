"""Checks of values of an act: text, number, list, object, time. Each raises ValueError, which names field and fault.

`act_schema` puts them together to one table for each act.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

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


def matching(pattern: str, expected: str, flags: int = 0) -> Check:
    """Return the check of a text that has a form throughout."""
    compiled = re.compile(pattern, flags)

    def check(value: object, name: str) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise _fault(name, expected, value)

    return check


def text(max_chars: int = MAX_TEXT_CHARS) -> Check:
    """Return the check of a text of any form."""

    def check(value: object, name: str) -> None:
        if not isinstance(value, str) or len(value) > max_chars:
            raise _fault(name, f"a text of at most {max_chars} characters", value)
        if not value.isascii() and SURROGATE.search(value):
            raise _fault(name, "a text without lone surrogates", value)

    return check


def whole(least: int, most: int) -> Check:
    """Return the check of a whole number within bounds, both included."""

    def check(value: object, name: str) -> None:
        if type(value) is not int or not least <= value <= most:
            raise _fault(name, f"a whole number from {least} to {most}", value)

    return check


def one_of(*values: object) -> Check:
    """Return the check of one of some texts."""

    def check(value: object, name: str) -> None:
        if not isinstance(value, str | None) or value not in values:
            raise _fault(name, "one of " + ", ".join(str(each) for each in values), value)

    return check


def list_of(item: Check, max_items: int = MAX_ITEMS) -> Check:
    """Return the check of a list."""

    def check(value: object, name: str) -> None:
        if not isinstance(value, list) or len(value) > max_items:
            raise _fault(name, f"a list of at most {max_items} values", value)
        for number, each in enumerate(value):
            item(each, f"{name}[{number}]")

    return check


def pairs_of(key: Check, item: Check) -> Check:
    """Return the check of an object with any keys."""

    def check(value: object, name: str) -> None:
        if not isinstance(value, dict) or len(value) > MAX_ITEMS:
            raise _fault(name, "an object", value)
        for each, content in value.items():
            key(each, f"a key of {name}")
            item(content, f"{name}[…]")

    return check


def an_object(fields: Mapping[str, Field]) -> Check:
    """Return the check of an object with a table of its own."""

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


def moment(value: object, name: str) -> None:
    """Check a time as WARC files write it."""
    _MOMENT(value, name)
    try:
        parse_warc_date(str(value))
    except (ValueError, OverflowError):
        raise _fault(name, "a time such as 2026-11-24T09:30:00Z", value) from None


def iso_moment(value: object, name: str) -> None:
    """Check a time as `datetime.isoformat` writes it, with its zone."""
    text(40)(value, name)
    try:
        datetime.fromisoformat(str(value)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _fault(name, "a time such as 2026-11-24T09:30:00+00:00", value) from None


def day(value: object, name: str) -> None:
    """Check a date or a date-time at the precision that the page gave."""
    _DAY(value, name)
    parts = (*map(int, str(value)[:10].split("-")), 1, 1)
    try:
        date(*parts[:3])
    except ValueError:
        raise _fault(name, "a date such as 2023-02-21", value) from None


def seconds(value: object, name: str) -> None:
    """Check a number of seconds."""
    if type(value) not in (int, float) or not 0 <= value <= MAX_COUNT:  # type: ignore[operator]
        raise _fault(name, "a number of seconds", value)


def share(value: object, name: str) -> None:
    """Check a share from 0 to 1."""
    if type(value) not in (int, float) or not 0 <= value <= 1:  # type: ignore[operator]
        raise _fault(name, "a number from 0 to 1", value)


def flag(value: object, name: str) -> None:
    """Check true or false."""
    if not isinstance(value, bool):
        raise _fault(name, "true or false", value)


def year_or_none(value: object, name: str) -> None:
    """Check a year that may be missing."""
    if value is not None:
        whole(0, 9999)(value, name)


SURROGATE = re.compile("[\ud800-\udfff]")
_MOMENT = matching(
    r"[0-9]{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", "a time such as 2026-11-24T09:30:00Z", re.A
)
_DAY = matching(r"\d{4}(-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d)?)?)?)?", "a date such as 2023-02-21", re.A)
