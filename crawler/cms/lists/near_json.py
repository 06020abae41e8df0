"""JSON as servers write it for scripts: in a callback, assigned to a variable, with comments, control characters, bare keys.

Nothing is run. What is not understood is None, never a guess at a part.
"""

from __future__ import annotations

import json
import re
from typing import Any

_COMMENT = r"/\*.*?\*/|//[^\n]*"
_GUARD = (
    r"\)\]\}',?|while\s*\(\s*1\s*\)\s*;|for\s*\(\s*;\s*;\s*\)\s*;|try\s*\{"  # against reading by other sites
)
_NAME = r"[\w.$]+"
_CALL = rf"(?:typeof\s+{_NAME}\s*===?\s*['\"]function['\"]\s*&&\s*|{_NAME}\s*&&\s*)?{_NAME}\s*\(\s*"
_ASSIGNED = rf"(?:(?:var|let|const)\s+)?(?P<name>{_NAME})\s*=\s*"
_BEFORE = re.compile(
    rf"(?:[\s\ufeff;]+|{_COMMENT}|{_GUARD})*+(?:{_ASSIGNED}|{_CALL})?(?:\s+|{_COMMENT})*+", re.S
)
_AFTER = re.compile(rf"(?:[\s;)]+|{_COMMENT}|\}}\s*catch\s*\([^)]*\)\s*\{{[^}}]*\}})*+", re.S)
OPENING = re.compile(
    rf"(?:[\s\ufeff]+|{_COMMENT}|{_GUARD})*+(?:[{{\[]|(?:{_ASSIGNED}|{_CALL})(?:\s+|{_COMMENT})*+[{{\['\"\d])",
    re.S | re.I,
)
"""What the source of such an answer begins with."""

_TOKEN = re.compile(
    r'"(?P<double>(?:[^"\\]|\\.)*+)(?:"|\\?\Z)'
    r"|'(?P<single>(?:[^'\\]|\\.)*+)(?:'|\\?\Z)"
    r"|(?P<comment>/\*.*?(?:\*/|\Z)|//[^\n]*)"
    r"|(?P<word>[^\W\d]?[\w$]+)(?P<key>\s*:)?",
    re.S,
)
_LAST_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|,(\s*[\]}])', re.S)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)|\"", re.S)
_VALUES = {"undefined": "null", "True": "true", "False": "false", "None": "null"}
_DECODER = json.JSONDecoder(strict=False)  # control characters in strings are taken as they are


def is_json(text: str) -> bool:
    """Whether a text looks like a JSON answer, bare, in a callback or assigned to a variable."""
    return OPENING.match(text[:4000]) is not None


def parsed(text: str) -> Any:
    """The value of a JSON answer; None where it is none. Of several variables, an object of them by their names."""
    for source in (text, None):
        try:
            return _values(source if source is not None else _mended(text))
        except (ValueError, RecursionError):
            continue
    return None


def _values(text: str) -> Any:
    """Raises ValueError where something of the text is no value."""
    found: dict[str, Any] = {}
    place = 0
    while True:
        before = _BEFORE.match(text, place)
        assert before is not None  # it matches nothing at all, too
        value, place = _DECODER.raw_decode(text, before.end())
        found[before["name"] or ""] = value
        after = _AFTER.match(text, place)
        place = after.end() if after else place
        if place >= len(text):
            return found.popitem()[1] if len(found) == 1 else found
        if not before["name"]:
            raise ValueError("more follows after the value")


def _mended(text: str) -> str:
    """The text with what is nearly JSON made JSON: quotes, bare keys, escapes, comments, commas before an end."""
    start = _BEFORE.match(text)
    at = start.end() if start else 0
    return text[:at] + _LAST_COMMA.sub(lambda found: found[1] or found[2], _TOKEN.sub(_token, text[at:]))


def _token(found: re.Match[str]) -> str:
    if found["comment"] is not None:
        return " "
    if (word := found["word"]) is not None:
        if found["key"]:
            return f'"{word}"{found["key"]}'
        return _VALUES.get(word, word)
    inner = found["double"] if found["double"] is not None else found["single"]
    return '"' + _ESCAPE.sub(_escape, inner) + '"'


def _escape(found: re.Match[str]) -> str:
    """An escape that JSON knows, for any that scripts know; a bare quote gets one."""
    what = found[1]
    if what is None:
        return '\\"'
    if what[0] == "x":
        return f"\\u00{what[1:]}"
    if (what[0] == "u" and len(what) == 5) or what in '"\\/bfnrt':
        return found[0]
    return "" if what == "\n" else what
