"""What an archive's index is asked, and what it answers: `Question`, `IndexRow`, and the three forms of an answer.

An answer is an enemy's until checked: each row must have a web address and a time that a web archive can have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from crawler.warc import http_address
from crawler.warc.cdxj import surt

MAX_FIELD_CHARS = 500
"""Of a file name, a digest, a media type."""

_FIRST_CAPTURE = datetime(1996, 1, 1, tzinfo=UTC)
"""The oldest web archive began in this year. Indexes have rows of 1980 and earlier, from files without a date."""
_MAX_CLOCK_DIFFERENCE = timedelta(days=1)

_TIMESTAMP = re.compile(r"[0-9]{14}")
_SHA1 = re.compile(r"[A-Z2-7]{32}")
_ALGORITHM = re.compile(r"[A-Za-z0-9-]{1,12}:[A-Za-z0-9+/=_-]{1,140}")
_NUMBER = re.compile(r"[0-9]{1,15}")
_TIME_OF_A_ROW = re.compile(r"[0-9]{4,17}")
_NAMES = {
    "timestamp": "timestamp",
    "original": "url",
    "url": "url",
    "mimetype": "mime",
    "mime": "mime",
    "statuscode": "status",
    "status": "status",
    "digest": "digest",
    "length": "length",
    "offset": "offset",
    "filename": "filename",
}
"""Names of fields, in Wayback's answers and in pywb's."""
_CDX_LINE = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest")
"""Fields of a line of plain CDX; of further ones the last three are length, offset and file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question to an index: captures of one address, or of all that begin with it. `part`: one of several indexes."""

    url: str
    prefix: bool = False
    part: str = ""

    @property
    def key(self) -> str:
        """Sort key of the address, as indexes have it: http and https, with and without www, are one."""
        return surt(self.url)

    def covers(self, key: str) -> bool:
        """Whether the answer has the captures of an address with this sort key."""
        return key.startswith(self.key) if self.prefix else key == self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """One capture, as an index lists it."""

    url: str
    at: datetime  # aware, UTC, whole seconds
    digest: str = ""  # labelled, such as sha1:…; empty if the index gives none
    mime: str = ""
    repeats: bool = False  # a revisit: the archive did not keep the payload again
    place: str = ""  # where the archive has it: the address of the memento, or file, offset and length; empty: by address and time

    @property
    def key(self) -> str:
        """Sort key of the address."""
        return surt(self.url)


@dataclass(slots=True, kw_only=True)
class Answer:
    """Rows of one answer of an index, and where the next one goes on."""

    rows: list[IndexRow] = field(default_factory=list)
    resume: str = ""  # empty: nothing further
    impossible: int = 0  # rows without a usable address or time
    other: int = 0  # rows of another status than 200


class NotAnIndex(ValueError):
    """An answer that is not an index's."""


def read_answer(text: str, now: datetime) -> tuple[Answer, list[str]]:
    """Return the rows of an answer, in any of its forms, and what stands behind them, such as Wayback's resumption key.

    JSON in one array (Wayback, OutbackCDX), JSON Lines (pywb, Common Crawl), CDXJ and plain CDX. Single rows may be
    unusable; if none has an address and a time, the answer is a message or garbage. Raises NotAnIndex.
    """
    answer = Answer()
    try:
        rows, rest = _fields_of(text)
        if rows and not any(map(_is_row, rows)):
            raise ValueError("no row of it has an address and a time")
        for values in rows:
            _add(values, answer, now)
    except (ValueError, RecursionError) as error:
        raise NotAnIndex(f"it begins with {text[:60]!r}: {error}") from error
    return answer, rest


def _is_row(values: dict[str, str]) -> bool:
    return bool(values.get("url") and _TIME_OF_A_ROW.fullmatch(values.get("timestamp", "")))


def _fields_of(text: str) -> tuple[list[dict[str, str]], list[str]]:
    start = text.lstrip()[:1]
    if not start:
        return [], []
    if start == "[":
        return _of_arrays(json.loads(text))
    lines = [line for line in text.split("\n") if line.strip()]
    if start == "{":
        return [_named(json.loads(line)) for line in lines], []
    if start == "<":
        raise ValueError("it is a page, no index")
    return [_of_line(line) for line in lines if not line.startswith(" CDX ")], []


def _of_arrays(value: Any) -> tuple[list[dict[str, str]], list[str]]:
    """Read Wayback's JSON: an array of names, arrays of values, and perhaps an empty array and one with a key."""
    if not all(isinstance(line, list) for line in value):
        raise ValueError("it is no array of arrays")
    names, *lines = value or [[]]
    if not all(isinstance(name, str) for name in names):
        raise ValueError("its first array has no names")
    rows: list[dict[str, str]] = []
    for number, line in enumerate(lines):
        if not line:
            rest = [str(each) for further in lines[number + 1 :] for each in further]
            return rows, rest
        rows.append(_named(dict(zip(names, line, strict=True))))
    return rows, []


def _named(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError(f"a row is {type(value).__name__}")
    return {_NAMES[name]: str(value[name]) for name in value if name in _NAMES}


def _of_line(line: str) -> dict[str, str]:
    _key, _, rest = line.strip().partition(" ")
    timestamp, _, fields = rest.partition(" ")
    if fields.startswith("{"):
        return _named({"timestamp": timestamp} | json.loads(fields))
    parts = line.split()
    if len(parts) < len(_CDX_LINE):
        raise ValueError(f"a line has {len(parts)} fields")
    values = dict(zip(_CDX_LINE, parts, strict=False))
    if len(parts) > len(_CDX_LINE) + 2:
        values |= dict(zip(("length", "offset", "filename"), parts[-3:], strict=True))
    return _named(values)


def _add(values: dict[str, str], answer: Answer, now: datetime) -> None:
    repeats = values.get("mime") == "warc/revisit"
    status = values.get("status", "")
    if status not in ("200", "") and not (repeats and status == "-"):
        answer.other += 1
        return
    url, at = http_address(values.get("url", "")), moment(values.get("timestamp", ""), now)
    if url is None or at is None:
        answer.impossible += 1
        return
    answer.rows.append(
        IndexRow(
            url=url,
            at=at,
            digest=digest_of(values.get("digest", "")),
            mime=values.get("mime", "")[:MAX_FIELD_CHARS],
            repeats=repeats,
            place=place_of(values),
        )
    )


def moment(timestamp: str, now: datetime) -> datetime | None:
    """Return the time of a timestamp of 14 digits; None for one that no capture can have, such as 1980."""
    if not _TIMESTAMP.fullmatch(timestamp):
        return None
    try:
        at = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return at if _FIRST_CAPTURE <= at <= now + _MAX_CLOCK_DIFFERENCE else None


def http_moment(date: str, now: datetime) -> datetime | None:
    """Return the time of an HTTP date, such as a Memento-Datetime, in whole seconds; None as in `moment`."""
    try:
        at = parsedate_to_datetime(date)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment(timestamp_of(at), now)


def timestamp_of(at: datetime) -> str:
    """Return a time as 14 digits."""
    return f"{at:%Y%m%d%H%M%S}"


def digest_of(value: str) -> str:
    """Return a digest with its algorithm: without one it is the SHA-1 that most indexes have. Empty for anything else."""
    if _SHA1.fullmatch(value):
        return f"sha1:{value}"
    return value if _ALGORITHM.fullmatch(value) else ""


def place_of(values: dict[str, str]) -> str:
    """Return `offset length file` of a row that says where its record is; else empty."""
    offset, length, name = (values.get(each, "") for each in ("offset", "length", "filename"))
    if (
        not name
        or len(name) > MAX_FIELD_CHARS
        or not (_NUMBER.fullmatch(offset) and _NUMBER.fullmatch(length))
    ):
        return ""
    return f"{offset} {length} {name}"


def least_rows(rows: Sequence[IndexRow]) -> Iterator[IndexRow]:
    """Yield rows without those that another row repeats in address and time: indexes list some twice."""
    seen: set[tuple[str, datetime]] = set()
    for row in rows:
        key = row.key, row.at
        if key not in seen:
            seen.add(key)
            yield row
