"""Read acts from WARC records: each line as an Act, or as an ActFault that says what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from crawler.archive.evidence.act_schema import ACTS, check
from crawler.warc import Record, parse_warc_date

_MAX_DIGITS = 18  # of a whole number


class Act(NamedTuple):
    """One act, as read from a WARC record."""

    content: dict[str, Any]
    at: datetime
    url: str  # the URL it concerns; empty if none
    about: str | None  # id of the WARC record it concerns

    @property
    def name(self) -> str:
        """Which act it is. The earliest versions wrote `stored` acts without a name."""
        name = self.content.get("act", "stored" if "report" in self.content else "")
        return name if isinstance(name, str) else ""


class ActFault(NamedTuple):
    """A line of a WARC record that is no act, or has a field without its form. It is never applied."""

    line: int  # in the record's block, from 1
    reason: str

    def __str__(self) -> str:
        return f"act {self.line}: {self.reason}"


def acts_in(record: Record) -> Iterator[Act]:
    """Yield the acts in a WARC record that have their form; none if it is no `metadata` record of ours."""
    return (each for each in read_acts(record) if isinstance(each, Act))


def read_acts(record: Record, *, strict: bool = False) -> Iterator[Act | ActFault]:
    """Yield the acts in a WARC record, and an ActFault for each line that is none. An act of an unknown name is not checked.

    `strict`: a key that stands twice in an object is a fault, since another program may read the other value.

    Other crawlers write `metadata` records too. One that is not called JSON has acts only where a line looks like an object.
    """
    if record.kind != "metadata":
        return
    is_json = record.fields.get("content-type", "").startswith("application/json")
    for number, line in enumerate(record.block.split(b"\n"), start=1):
        if line.lstrip()[:1] == b"{" or (is_json and line.strip()):
            yield _read_act(record, number, line, _READ_STRICTLY if strict else _READ_JSON)


def _read_act(record: Record, number: int, line: bytes, read: Callable[[str], Any]) -> Act | ActFault:
    try:
        content = _parse(line, read)
        act = Act(content, record.date, "", None)
        if act.name in ACTS:
            url, about = content.get("url") or record.url, content.get("about") or _about(record)
            check(act.name, content | {"url": url, "about": about})
            at = parse_warc_date(content["at"]) if content.get("at") else record.date
            return Act(content, at, url, about)
    except (ValueError, OverflowError) as error:
        return ActFault(number, str(error))
    except RecursionError:
        return ActFault(number, "it is nested too deeply")
    return act


def _about(record: Record) -> str | None:
    return record.fields.get("warc-refers-to")


def _parse(line: bytes, read: Callable[[str], Any]) -> dict[str, Any]:
    """Return the JSON object of a line. Raises ValueError, also for values that JSON does not know, RecursionError."""
    try:
        content = read(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON: {error.msg} at character {error.pos + 1}") from None
    if not isinstance(content, dict):
        raise ValueError("it is no JSON object")
    return content


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no value of JSON")


def _whole_number(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


_READ_STRICTLY = json.JSONDecoder(
    parse_constant=_no_number, parse_int=_whole_number, object_pairs_hook=_once
).decode
_READ_JSON = json.JSONDecoder(parse_constant=_no_number, parse_int=_whole_number).decode


def content_of(line: bytes) -> dict[str, Any]:
    """Return the content of an act's line; empty if the line is no JSON object."""
    try:
        return _parse(line, _READ_JSON)
    except (ValueError, RecursionError):
        return {}
