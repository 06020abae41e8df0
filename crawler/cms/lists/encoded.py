"""Decode the parts of a list page that its script writes from base64, as the pagers of some sites in 云南 are.

`document.write(Base64.decode("PGEgaHJlZj0…"))`, `$("#page").html(atob('PGEg…'))`. Nothing is executed.
"""

from __future__ import annotations

import base64
import binascii
import re

MAX_PARTS = 50
"""Encoded texts of a page that are decoded; a pager is one, or one for each of its links."""

_MARKS = ("base64", "atob(", "b64")
_LITERAL = re.compile(r"""['"]([A-Za-z0-9+/]{16,20000}={0,2})['"]""")
_TAG = re.compile(r"<(?:a|span|div|ul|li|p|script)\b|共\s?\d")


def with_decoded(html: str) -> str:
    """Return a page with the markup that is in it as base64 added at its end; unchanged where there is none."""
    if not any(mark in html.lower() for mark in _MARKS):
        return html
    parts = (_decoded(found[1]) for found, _ in zip(_LITERAL.finditer(html), range(MAX_PARTS), strict=False))
    markup = "".join(part for part in parts if _TAG.search(part))
    return f"{html}\n{markup}" if markup else html


def _decoded(text: str) -> str:
    """Return the text that base64 stands for; empty if it stands for none in UTF-8 or GB 18030."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return ""
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""
