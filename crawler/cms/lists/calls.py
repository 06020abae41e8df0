"""Read the data that a script of a page sends to a server: `$.ajax({url: '/a.jsp', data: 'x=1&y=2'})`, or an object."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from crawler.cms.lists.near_json import parsed

_NEAR_CHARS = 1500  # between the address and the data of one call
_MAX_OBJECT_CHARS = 4000
_DATA_TEXT = re.compile(r"""\bdata['"]?\s{0,9}:\s{0,9}(?:'([^'\n]{1,3000})'|"([^"\n]{1,3000})")""")
_DATA_OBJECT = re.compile(r"""\bdata['"]?\s{0,9}:\s{0,9}(?:JSON\.stringify\(\s{0,9})?(?=\{)""")
_WORD = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+')|(?P<word>[A-Za-z_$][\w$.]*+)(?P<call>\([^()]{0,200}\))?(?P<key>\s{0,9}:)?"""
)
_LITERALS = ("true", "false", "null", "undefined")


def data_of(source: str, place: int) -> dict[str, str]:
    """Return the data of the call that has an address at a place in a script, as the fields of a form; empty without any.

    The data stand behind the address or before it.
    """
    after = source[place : place + _NEAR_CHARS]
    before = source[max(place - _NEAR_CHARS, 0) : place]
    if end := re.search(r"\}\s{0,9}\)|</script", after):  # of the call
        after = after[: end.end()]
    before = before[max(before.rfind("ajax"), before.rfind("post("), before.rfind("<script"), 0) :]
    return _data_in(after) or _data_in(before)


def _data_in(source: str) -> dict[str, str]:
    if found := _DATA_TEXT.search(source):
        return dict(parse_qsl(found[1] or found[2], keep_blank_values=True))
    if found := _DATA_OBJECT.search(source):
        value = object_at(source, found.end())
        return {key: str(each) for key, each in value.items() if not isinstance(each, dict | list)}
    return {}


def object_at(source: str, place: int) -> dict[str, Any]:
    """Return the object literal at a place in a script, with empty texts for what only a browser knows; empty if there is none."""
    depth = 0
    for end, char in enumerate(source[place : place + _MAX_OBJECT_CHARS], place + 1):
        depth += (char == "{") - (char == "}")
        if not depth:
            value = parsed(_WORD.sub(_known, source[place:end]))
            return value if isinstance(value, dict) else {}
    return {}


def _known(found: re.Match[str]) -> str:
    if found["text"] is not None or found["key"] or found["word"] in _LITERALS:
        return found[0]
    return json.dumps("")
