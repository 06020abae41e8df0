"""Tables of tags and their marks: single characters that replace tags while a page's text is handled as one string."""

from __future__ import annotations

import re

BREAK, LINK, LINK_END, HEADING, CELL, ROW, ROW_END = map(chr, range(0xD801, 0xD808))
"""Lone surrogates: no decoded text has one, so no page can forge a mark. HEADING is followed by the heading's level."""

MARKS = re.compile(f"{HEADING}[1-6]|[{BREAK}-{ROW_END}]")
EDGE = " \t\r\n\f\v\u00a0\u3000\u2002\u2003"
"""White space that is removed at the edges of a line."""

VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
))  # fmt: skip

UNSEEN = [
    "script", "style", "noscript", "template", "textarea", "select", "button", "svg", "iframe", "object", "video",
    "audio", "noembed", "noframes", "xmp", "plaintext",
]  # fmt: skip
"""Elements whose content is not displayed as text of the page."""

EMBEDDING = ("embed", "iframe", "img")
"""Elements in whose place a document, a page or an image is shown. Of frames and objects an empty `<iframe>` is left."""

HINTED = "fazhi-hinted"
"""Name of the element that is put around the body that a CSS hint selects."""

CONTAINERS = frozenset((
    HINTED,
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div", "dl",
    "fieldset", "figure", "footer", "form", "header", "li", "main", "menu", "nav", "ol", "section", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "ul", "ucapcontent",
))  # fmt: skip
"""Elements that may hold an article."""

_BREAKING = (
    *CONTAINERS, "caption", "dt", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "html", "legend", "option",
    "p", "pre", "summary", "ucaptitle",
)  # fmt: skip

MARKED = (
    dict.fromkeys(_BREAKING, BREAK)
    | {f"/{name}": BREAK for name in _BREAKING}
    | {f"h{level}": f"{BREAK}{HEADING}{level}" for level in range(1, 7)}
    | {"br": BREAK, "td": BREAK + CELL, "th": BREAK + CELL, "tr": BREAK + ROW, "/tr": BREAK + ROW_END}
    | {"/a": LINK_END}
)
"""The mark that replaces a tag, with one break at most. LINK replaces a link with an address, nothing the other tags."""
