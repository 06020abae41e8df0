"""Marks: control characters that stand for tags while a page's text is cleaned as one string. Tables only."""

from __future__ import annotations

import re

BREAK, LINK, LINK_END, HEADING, CELL, ROW, ROW_END = "\x1e\x01\x02\x03\x04\x05\x06"
"""Control characters of the page itself are removed before. A heading's mark is followed by its level."""

MARKS = re.compile("[\x01-\x06\x1e]")
EDGE = " \t\r\n\f\v\u00a0\u3000\u2002\u2003"
"""White space that is indentation at the edges of a line."""

VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
))  # fmt: skip

_BLOCKS = (
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "legend", "li", "main", "menu", "nav",
    "ol", "p", "section", "summary", "table", "tbody", "tfoot", "thead", "ul", "caption", "ucapcontent", "ucaptitle",
    "option", "h1", "h2", "h3", "h4", "h5", "h6", "pre",
)  # fmt: skip

ACTIONS = (
    dict.fromkeys(_BLOCKS, BREAK)
    | {f"/{name}": BREAK for name in [*_BLOCKS, "td", "th"]}
    | {f"h{level}": f"{BREAK}{HEADING}{level}" for level in range(1, 7)}
    | {"br": BREAK, "td": BREAK + CELL, "th": BREAK + CELL, "tr": BREAK + ROW, "/tr": BREAK + ROW_END}
    | {"a": LINK, "/a": LINK_END}
)
"""What a tag leaves in the text; other tags leave nothing."""
