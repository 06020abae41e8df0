"""Parse JSON as servers write it for scripts: in a callback, assigned to a variable, with comments, with bare keys.

Nothing is executed. A text that cannot be parsed as a whole gives None, never a part of it.
"""

from __future__ import annotations

import json
import re
from typing import Any

_COMMENT = r"/\*.*?\*/|//[^\n]*"
# prefixes that keep other sites from reading the answer as a script
_GUARD = r"\)\]\}',?|while\s*\(\s*1\s*\)\s*;|for\s*\(\s*;\s*;\s*\)\s*;|try\s*\{"
_NAME = r"[\w.$]+"
_CALL = rf"(?:typeof\s+{_NAME}\s*===?\s*['\"]function['\"]\s*&&\s*|{_NAME}\s*&&\s*)?{_NAME}\s*\(\s*+"
_ASSIGNED = rf"(?:(?:var|let|const)\s+)?(?P<name>{_NAME})\s*=\s*+"
_BEFORE = re.compile(
    rf"(?:[\s\ufeff;]+|{_COMMENT}|{_GUARD})*+(?:{_ASSIGNED}|{_CALL})?(?:\s+|{_COMMENT})*+", re.S
)
_AFTER = re.compile(rf"(?:[\s;)]+|{_COMMENT}|\}}\s*catch\s*\([^)]*\)\s*\{{[^}}]*\}})*+", re.S)
OPENING = re.compile(
    rf"(?:[\s\ufeff]+|{_COMMENT}|{_GUARD})*+(?:[{{\[]|(?:{_ASSIGNED}|{_CALL})(?:\s+|{_COMMENT})*+[{{\['\"\d])",
    re.S | re.I,
)
"""Matches the beginning of such an answer."""

_TOKEN = re.compile(
    r'"(?P<double>(?:[^"\\]|\\.)*+)(?:"|\\?\Z)'
    r"|'(?P<single>(?:[^'\\]|\\.)*+)(?:'|\\?\Z)"
    r"|(?P<comment>/\*.*?(?:\*/|\Z)|//[^\n]*)"
    r"|(?P<word>[^\W\d]?[\w$]+)(?P<key>\s*:)?",
    re.S,
)
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|,(\s*[\]}])', re.S)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)|\"", re.S)
_JSON_WORDS = {"undefined": "null", "True": "true", "False": "false", "None": "null"}
_MAX_OPENING_CHARS = 4000
_DECODER = json.JSONDecoder(strict=False)  # accepts control characters in strings


def is_json(text: str) -> bool:
    """Whether a text looks like a JSON answer, bare, in a callback or assigned to a variable."""
    return OPENING.match(text[:_MAX_OPENING_CHARS]) is not None


def parsed(text: str) -> Any:
    """Return the value of a JSON answer; None if it is not JSON. Several variables give one object, by their names."""
    for source in (text, None):
        try:
            return _values(source if source is not None else _repaired(text))
        except (ValueError, RecursionError):
            continue
    return None


def _values(text: str) -> Any:
    """Return the value or the values of a whole text. Raises ValueError where a part of it is no value."""
    found: dict[str, Any] = {}
    place = 0
    while True:
        before = _BEFORE.match(text, place)
        assert before is not None  # the pattern also matches the empty string
        value, place = _DECODER.raw_decode(text, before.end())
        found[before["name"] or ""] = value
        after = _AFTER.match(text, place)
        place = after.end() if after else place
        if place >= len(text):
            return found.popitem()[1] if len(found) == 1 else found
        if not before["name"]:
            raise ValueError("more follows after the value")


def _repaired(text: str) -> str:
    """Return the text as strict JSON: quotes, bare keys, escapes, comments and trailing commas are repaired."""
    start = _BEFORE.match(text)
    at = start.end() if start else 0
    return text[:at] + _TRAILING_COMMA.sub(lambda found: found[1] or found[2], _TOKEN.sub(_token, text[at:]))


def _token(found: re.Match[str]) -> str:
    if found["comment"] is not None:
        return " "
    if (word := found["word"]) is not None:
        if found["key"]:
            return f'"{word}"{found["key"]}'
        return _JSON_WORDS.get(word, word)
    inner = found["double"] if found["double"] is not None else found["single"]
    return '"' + _ESCAPE.sub(_escape, inner) + '"'


def _escape(found: re.Match[str]) -> str:
    """Return the JSON escape for an escape of JavaScript; a bare quote is escaped."""
    what = found[1]
    if what is None:
        return '\\"'
    if what[0] == "x":
        return f"\\u00{what[1:]}"
    if (what[0] == "u" and len(what) == 5) or what in '"\\/bfnrt':
        return found[0]
    return "" if what == "\n" else what
