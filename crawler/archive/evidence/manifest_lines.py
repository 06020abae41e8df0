"""The form of the lines of `manifest.jsonl`, and how one is read. A line is not trusted until it is checked here.

Kinds of lines, each with `previous`, the SHA-256 of the line before:

`file`: a closed WARC file with its size and SHA-256.
`pack`: WARC files that were put one behind the other into one file, with the byte at which each begins in it.
`run` with `begun`: a run begins.
`run` with `state`: a run ended, with the number of its files and of all lines. Earlier versions wrote neither these nor the begin.
`key`: a public key that signs anchors from here on. `endorsed` is the signature of the key before it.
`anchor`: a signature of an earlier head, and the SHA-256 of the files in its folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

MAX_LINE_BYTES = 4 * 1024 * 1024
"""A run's line holds its command, which may name thousands of sources; no line of ours comes near this."""

MAX_ANCHOR_FILES = 64
MAX_PACK_PARTS = 10_000
_MAX_NUMBER = 2**63 - 1  # of an integer in SQLite
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_WARC = re.compile(r"warc/(?:[0-9]{4}|merged|segments)/[^/\x00-\x1f\x7f.][^/\x00-\x1f\x7f]*\.warc\.gz")
_PACK = re.compile(r"warc/(?:[0-9]{4}|segments)/pack-[0-9]{6}-[0-9]{5}\.warc\.gz")
_STATE = re.compile(r"[a-z]{1,20}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z")
_ANCHOR = re.compile(r"anchors/[0-9]{8}T[0-9]{6}Z-[0-9a-f]{16}")
_ANCHOR_FILE = re.compile(r"[a-z0-9][a-z0-9.-]{0,200}")


class Kind(Enum):
    """What a line says."""

    FILE = "file"
    PACK = "pack"
    BEGIN = "begin of a run"
    END = "end of a run"
    KEY = "key"
    ANCHOR = "anchor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the manifest."""

    number: int  # line number, from 1
    sha256: str  # of the line
    facts: dict[str, Any] = field(default_factory=dict)  # empty for a line that cannot be understood
    kind: Kind | None = None  # None for such a line
    previous: str | None = None  # the SHA-256 that this line states for the line before
    fault: str = ""  # why the line is not as fazhi writes lines; empty if it is


def written(facts: Mapping[str, Any]) -> bytes:
    """Return a line as it is written, without the newline. Raises UnicodeEncodeError for lone surrogates."""
    return json.dumps(facts, ensure_ascii=False).encode()


def read_line(number: int, sha256: str, line: bytes) -> Entry:
    """Read a line, without its newline. `sha256`: its digest."""
    try:
        facts = _parsed(line)
    except (ValueError, RecursionError) as error:
        return Entry(
            number=number, sha256=sha256, fault=f"is no JSON object as fazhi writes it ({_short(error)})"
        )
    stated = facts.get("previous")
    previous = stated if isinstance(stated, str) and _DIGEST.fullmatch(stated) else None
    kind = next((kind for kind, keys in _FORMS.items() if _MARKS[kind] <= facts.keys()), None)
    if kind is None:
        fault = f"says nothing that this version knows (keys: {_short(', '.join(facts))})"
        return Entry(number=number, sha256=sha256, previous=previous, fault=fault)
    if fault := _form_fault(facts, _FORMS[kind]):
        return Entry(number=number, sha256=sha256, previous=previous, fault=fault)
    return Entry(
        number=number,
        sha256=sha256,
        facts=facts,
        kind=kind,
        previous=previous,
        fault=_spelling_fault(facts, line),
    )


def is_digest(value: object) -> bool:
    """Whether a value is a SHA-256 as 64 lower-case hex characters."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _parsed(line: bytes) -> dict[str, Any]:
    facts = json.loads(line.decode("utf-8"), object_pairs_hook=_without_repetition, parse_constant=_refuse)
    if not isinstance(facts, dict):
        raise ValueError("it is not an object")
    return facts


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    facts = dict(pairs)
    if len(facts) != len(pairs):
        raise ValueError("it has a key twice")
    return facts


def _refuse(constant: str) -> None:
    raise ValueError(f"it holds {constant}")


def _form_fault(facts: Mapping[str, Any], form: Mapping[str, _Form]) -> str:
    for name, (expected, check, optional) in form.items():
        if name not in facts:
            if optional:
                continue
            return f"has no `{name}`"
        if not check(facts[name]):
            return f"its `{name}` must be {expected}, not {_short(repr(facts[name]))}"
    return ""


def _spelling_fault(facts: Mapping[str, Any], line: bytes) -> str:
    unknown = facts.keys() - {name for form in _FORMS.values() for name in form}
    if unknown:
        return f"has the unknown key {_short(repr(min(unknown)))}"
    try:
        same = written(facts) == line
    except UnicodeEncodeError:
        return "holds a lone surrogate, which is no character"
    return "" if same else "is written in another way than fazhi writes lines: other spaces or escapes"


def _short(value: object) -> str:
    """Return a text of an enemy in a length to print."""
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


# -- forms of the values ---------------------------------------------------------------------------------


def _matches(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_NUMBER


def _is_time(value: object) -> bool:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_files(value: object) -> bool:
    return (
        isinstance(value, dict)
        and 0 < len(value) <= MAX_ANCHOR_FILES
        and all(_ANCHOR_FILE.fullmatch(name) and is_digest(digest) for name, digest in value.items())
    )


def _is_parts(value: object) -> bool:
    return (
        isinstance(value, list)
        and 0 < len(value) <= MAX_PACK_PARTS
        and all(
            isinstance(part, dict)
            and list(part) == ["file", "offset"]
            and _matches(_WARC)(part["file"])
            and _is_count(part["offset"])
            for part in value
        )
    )


_Form = tuple[str, Callable[[object], bool], bool]  # what is expected, the check, whether it may be absent

_DIGEST_FORM: _Form = ("a SHA-256 in hex", is_digest, False)
_TEXT_FORM: _Form = ("text", _is_text, False)
_TIME_FORM: _Form = ("a time in UTC", _is_time, False)
_NUMBER_FORM: _Form = ("a whole number", _is_count, False)
_COUNT_FORM: _Form = ("a whole number", _is_count, True)
_PREVIOUS: dict[str, _Form] = {"previous": ("the SHA-256 of the line before, in hex", is_digest, False)}

_FORMS: dict[Kind, dict[str, _Form]] = {
    Kind.FILE: {
        "file": ("the name of a WARC file in the archive", _matches(_WARC), False),
        "size": ("a number of bytes", _is_count, False),
        "sha256": _DIGEST_FORM,
    } | _PREVIOUS,
    Kind.PACK: {
        "pack": ("the name of a pack in the archive", _matches(_PACK), False),
        "size": ("a number of bytes", _is_count, False),
        "sha256": _DIGEST_FORM,
        "parts": ("the files in it, each with the byte at which it begins", _is_parts, False),
    } | _PREVIOUS,
    Kind.END: {
        "run": _NUMBER_FORM,
        "started": _TIME_FORM,
        "finished": _TIME_FORM,
        "state": ("a word", _matches(_STATE), False),
        "detail": _TEXT_FORM,
        "command": _TEXT_FORM,
        "software": _TEXT_FORM,
        "files": _COUNT_FORM,
        "lines": _COUNT_FORM,
    } | _PREVIOUS,
    Kind.BEGIN: {
        "run": _NUMBER_FORM,
        "begun": _TIME_FORM,
        "command": _TEXT_FORM,
        "software": _TEXT_FORM,
    } | _PREVIOUS,
    Kind.KEY: {
        "key": _DIGEST_FORM,
        "public": ("an Ed25519 public key in hex", is_digest, False),
        "endorsed": ("a signature in hex", _matches(_SIGNATURE), True),
    } | _PREVIOUS,
    Kind.ANCHOR: {
        "anchor": ("the name of a folder in anchors/", _matches(_ANCHOR), False),
        "head": _DIGEST_FORM,
        "digests": ("the SHA-256 of each file in its folder", _is_files, False),
    } | _PREVIOUS,
}  # fmt: skip

_MARKS: dict[Kind, set[str]] = {
    Kind.FILE: {"file"},
    Kind.PACK: {"pack"},
    Kind.END: {"run", "state"},
    Kind.BEGIN: {"run", "begun"},
    Kind.KEY: {"key"},
    Kind.ANCHOR: {"anchor"},
}
"""The keys that tell what a line says."""
