"""Read the records of 大汉 jpage and TrueCMS: `<record><![CDATA[<li>…</li>]]></record>` within XML, a script or JSON."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_ROW = re.compile(r"\s*+<(tr|td|th|tbody)\b", re.I)
_WRAPPERS = {
    "tr": "<table><tbody>{}</tbody></table>",
    "tbody": "<table>{}</table>",
    "td": "<table><tbody><tr>{}</tr></tbody></table>",
    "th": "<table><tbody><tr>{}</tr></tbody></table>",
}
"""What a parser must see around an element of a table: outside of one it drops the tags, and cells run together."""


def record_markup(text: str) -> Iterator[str]:
    """Yield the markup of each whole record, in order. A record without CDATA has its markup escaped."""
    for part in text.split("<record>")[1:]:
        content, end, _ = part.partition("</record>")
        if not end:
            continue
        content = content.strip()
        if content.startswith(_CDATA):
            yield content.removeprefix(_CDATA).removesuffix(_CDATA_END)
        else:
            yield html.unescape(content)


def fragment(markup: str) -> LexborHTMLParser:
    """Return a part of a page as a tree. Rows and cells without their table are parsed inside one."""
    found = _ROW.match(markup)
    return LexborHTMLParser(_WRAPPERS[found[1].lower()].format(markup) if found else markup)
