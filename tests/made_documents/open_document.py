"""Flat OpenDocument texts, from which LibreOffice makes the DOC files of tests/fixtures/documents. See the README there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{path}:1.0"'
    for name, path in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("meta", "meta"),
        ("fo", "xsl-fo-compatible"), ("draw", "drawing"), ("svg", "svg-compatible"),
    )
)  # fmt: skip
_CHAPTER = re.compile(r"([一二三四五六七八九十]{1,3})、")
_SECTION = re.compile(r"[(（]([一二三四五六七八九十]{1,3})[)）]")
CHINESE = "一, 二, 三, ..."


def level(number: int, before: str, after: str, style: str, *, shown: int = 1) -> str:
    """Return a level of a list style."""
    return (
        f'<text:list-level-style-number text:level="{number}" style:num-prefix="{before}" style:num-suffix="{after}" '
        f'style:num-format="{style}" text:display-levels="{shown}"/>'
    )


def document(title: str, content: str, *, levels: str = "", head: str = "", changes: str = "") -> str:
    """Return a flat OpenDocument text with page numbers at the foot. `content`: elements of office:text."""
    levels = levels or level(1, "", "、", CHINESE) + level(2, "（", "）", CHINESE)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"
 office:mimetype="application/vnd.oasis.opendocument.text">
<office:meta><dc:title>{escape(title)}</dc:title></office:meta>
<office:styles>
<text:list-style style:name="Numbers">{levels}</text:list-style>
<style:style style:name="Hidden_20_style" style:family="paragraph"><style:text-properties text:display="none"/></style:style>
</office:styles>
<office:automatic-styles>
<style:page-layout style:name="page"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm"/>
<style:header-style/><style:footer-style/></style:page-layout>
<style:style style:name="hidden" style:family="text"><style:text-properties text:display="none"/></style:style>
<style:style style:name="bold" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="next" style:family="paragraph"><style:paragraph-properties fo:break-before="page"/></style:style>
</office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="page">
<style:header><text:p>{escape(head)}</text:p></style:header>
<style:footer><text:p>— <text:page-number>1</text:page-number> —</text:p></style:footer>
</style:master-page></office:master-styles>
<office:body><office:text>{changes}{content}</office:text></office:body></office:document>"""


def paragraph(text: str, style: str = "") -> str:
    """Return a paragraph. `text`: markup."""
    return f'<text:p text:style-name="{style}">{text}</text:p>' if style else f"<text:p>{text}</text:p>"


def item(text: str, depth: int, style: str = "Numbers", *, goes_on: bool = True) -> str:
    """Return a numbered paragraph. `depth`: from 1. `text`: markup."""
    inner = paragraph(text)
    for _ in range(depth):
        inner = f"<text:list-item>{inner}</text:list-item>"
        inner = f"<text:list>{inner}</text:list>"
    return inner.replace(
        "<text:list>",
        f'<text:list text:style-name="{style}" text:continue-numbering="{str(goes_on).lower()}">',
        1,
    )


def numbered(paragraphs: Iterable[str]) -> str:
    """Return paragraphs, with headings such as 一、 and (一) as items of a numbered list, without their numbers."""
    parts = []
    for text in paragraphs:
        for pattern, depth in ((_CHAPTER, 1), (_SECTION, 2)):
            if found := pattern.match(text):
                parts.append(item(escape(text[found.end() :]), depth))
                break
        else:
            parts.append(paragraph(escape(text)))
    return "".join(parts)


def table(rows: Iterable[Iterable[str]]) -> str:
    """Return a table. A cell is the text of a paragraph, or markup that begins with `<`."""
    made = [[cell if cell.startswith("<") else paragraph(escape(cell)) for cell in row] for row in rows]
    body = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell>{cell}</table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in made
    )
    columns = max(map(len, made))
    return f'<table:table><table:table-column table:number-columns-repeated="{columns}"/>{body}</table:table>'


def note(text: str, kind: str = "footnote", number: int = 1) -> str:
    """Return a footnote or endnote, which stands within a paragraph."""
    return (
        f'<text:note text:id="{kind}{number}" text:note-class="{kind}"><text:note-citation>{number}</text:note-citation>'
        f"<text:note-body><text:p>{escape(text)}</text:p></text:note-body></text:note>"
    )
