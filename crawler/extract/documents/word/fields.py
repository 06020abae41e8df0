"""Fields of Word documents (DOCX, RTF): of which the result is text, and what the fields without a result show."""

from __future__ import annotations

import re

from crawler.extract.documents.numbering import format_number

MAX_CODE_CHARS = 1000  # of a field's code that are kept
_CONTENTS = ("TOC", "INDEX", "TOA", "RD")
_SILENT = ("PAGE", "NUMPAGES", "SECTIONPAGES")
_OVERSTRIKE = re.compile(r"\\o(?:\\a[lcrd])?\(([^,;(]{1,4})[,;]([^()]{1,10})\)")
_RUBY = re.compile(r"\\(?:s\\)?up ?[0-9]{0,3}\([^()]*\)[,;]([^()]{1,10})\)")
_CIRCLES = "○〇◯O"


def is_contents(code: str) -> bool:
    """Whether a field's result is no text of the document: a table of contents, an index, a page number."""
    return code.strip().partition(" ")[0].upper() in (*_CONTENTS, *_SILENT)


def text_of_code(code: str) -> str:
    """Return what a field without a result shows. Word draws enclosed characters (带圈字符) and readings of characters so.

    `EQ \\o\\ac(○,1)` is ①; `EQ \\* jc2 \\o\\ad(\\s\\up 11(fǎ),法)` is 法 with its reading above, which is left out.
    """
    if not code.strip()[:3].upper().startswith("EQ"):
        return ""
    code = code[:MAX_CODE_CHARS].replace(" ", "")
    if ruby := _RUBY.search(code):
        return ruby[1]
    if not (struck := _OVERSTRIKE.search(code)):
        return ""
    mark, inner = struck[1], struck[2]
    if mark not in _CIRCLES:
        return inner
    return (
        format_number(int(inner), "decimalEnclosedCircle") if inner.isascii() and inner.isdigit() else inner
    )
