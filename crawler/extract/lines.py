"""Markup to lines of text, as a reader sees them: one line a paragraph, a heading, a table row. Judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from crawler.text import fold


class Line(NamedTuple):
    """A paragraph, folded and without indentation."""

    text: str
    linked: int = 0  # characters of it that stand in links
    tag: str = ""  # h1 to h6 for a heading
    links: tuple[tuple[str, str], ...] = ()  # text and address of its links

    @property
    def is_links(self) -> bool:
        """Whether most of it is links: navigation, unless they are attachments."""
        if not self.linked:
            return False
        text = self.text
        if len(text) > 100 and text.count("。") > 1:  # an <a> left open swallows paragraphs
            return False
        return self.linked > 0.6 * (len(text) - sum(map(text.count, " []|\t")))


# Control characters stand for markup while the text is cleaned as one string; decoding has removed those of the page.
_BREAK, _LINK, _LINK_END, _HEADING, _CELL, _ROW, _ROW_END, _TABLE = "\x1e\x01\x02\x03\x04\x05\x06\x07"
_MARKS = re.compile("[\x01-\x07\x1e]")

_TOKEN = re.compile(r'<(/?[a-zA-Z][^\s/>"]*)((?:[^>"]|"[^"]*")*)>')
_UNSEEN = re.compile(
    r"<(script|style|noscript|template|textarea|select|button|svg|iframe|object|video|audio|head)\b.*?</\1>|<!--.*?-->",
    re.S,
)
_UNSEEN_STARTS = re.compile(r"<(?:!--|s[cetv]|no|te|bu|i[fn]|ob|vi|au|he)")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|\s)hidden=\"", re.I)
_HREF = re.compile(r'\shref="([^"]*)"')
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_BLOCKS = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "ul",
    "caption",
    "ucapcontent",
    "ucaptitle",
    "option",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
]
_ACTIONS = (
    dict.fromkeys(_BLOCKS, _BREAK)
    | {f"/{name}": _BREAK for name in [*_BLOCKS, "td", "th"]}
    | {f"h{level}": f"{_BREAK}{_HEADING}{level}" for level in range(1, 7)}
    | {
        "br": _BREAK,
        "td": _BREAK + _CELL,
        "th": _BREAK + _CELL,
        "tr": _BREAK + _ROW,
        "/tr": _BREAK + _ROW_END,
    }
    | {"a": _LINK, "/a": _LINK_END}
)
"""What a tag leaves in the text; other tags leave nothing."""

_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3001-\u303f"
# A source line broken between two characters. It begins with its newline, so that the search runs at memchr's speed.
_BROKEN = re.compile(rf"\n(?<=[{_CJK}]\n)[ \t\r\n]*(?=[{_CJK}])")
_SPACES = "\t\n\r\f\u00a0\u2002\u2003"
_RUN = re.compile("  +")
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\u00ad\ufffd"
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_EDGE = " \t\r\n\f\v\u00a0\u3000\u2002\u2003"
_CELL_LENGTH = 200  # characters; a cell that holds more is layout, not data


def linearise(html: str) -> list[Line]:
    """The lines of a piece of well-formed markup, as lexbor serialises it."""
    if _CONTROL.search(html):
        html = _CONTROL.sub("", html)
    if _UNSEEN_STARTS.search(html):
        html = _UNSEEN.sub("", html)
    text, hrefs = _marked(html)
    return _rows(_clean(text).split(_BREAK), hrefs)


def clean(text: str) -> str:
    """One paragraph: white space collapsed as browsers do, edges stripped, folded."""
    return _clean(text).strip(_EDGE)


def _clean(text: str) -> str:
    if "\n" in text:
        text = _BROKEN.sub("", text)
    for char in _INVISIBLE:
        if char in text:
            text = text.replace(char, "")
    for char in _SPACES:
        text = text.replace(char, " ")
    return fold(_RUN.sub(" ", text) if "  " in text else text)


def unescape(text: str) -> str:
    """Undoes the escapes that HTML serialisation writes."""
    if "&" not in text:
        return text
    for escaped, char in (
        ("&nbsp;", "\u00a0"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", '"'),
        ("&amp;", "&"),
    ):
        text = text.replace(escaped, char)
    return text


def _marked(html: str) -> tuple[str, list[str]]:
    """The text with a mark for every tag that matters, and the addresses of its links in order. No recursion."""
    parts = _TOKEN.split(html)
    out = [parts[0]]
    hrefs: list[str] = []
    hidden = pre = 0
    for name, attributes, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        if hidden:
            if name not in _VOID:
                hidden += -1 if name[0] == "/" else 1
            if hidden:
                continue
        elif attributes and _may_hide(attributes) and name not in _VOID:
            hidden = 1
            out.append(_BREAK)
            continue
        elif mark := _ACTIONS.get(name):
            out.append(mark)
            if mark == _LINK:
                found = _HREF.search(attributes)
                hrefs.append(found[1] if found else "")
            elif name in ("pre", "/pre"):
                pre += 1 if name == "pre" else -1
        if text:
            out.append(text if pre <= 0 else text.replace("\n", _BREAK))
    return unescape("".join(out)), hrefs


def _may_hide(attributes: str) -> bool:
    return ("none" in attributes or "hidden" in attributes) and _HIDDEN.search(attributes) is not None


def _rows(pieces: list[str], hrefs: list[str]) -> list[Line]:
    """Pieces between breaks to lines; rows of short cells become one line, cells separated by tabs."""
    lines: list[Line] = []
    rows: list[list[int]] = []  # for each row open: where it and its cells begin in `lines`
    address = iter(hrefs)
    state = _State()
    for piece in pieces:
        if not _MARKS.search(piece):
            if text := piece.strip(_EDGE):
                lines.append(Line(text, len(text), "", ((text, state.href),)) if state.inside else Line(text))
            continue
        head = piece[0]
        if head == _ROW:
            rows.append([len(lines)])
        elif head == _CELL and rows:
            rows[-1].append(len(lines))
        elif head == _ROW_END and rows:
            _join(lines, rows.pop())
            if rows:
                rows[-1].append(-1)  # a row that holds rows is layout
        tag = ""
        if head == _HEADING:
            tag = f"h{piece[1]}"
            piece = piece[2:]
        if line := state.line(piece, tag, address):
            lines.append(line)
    return lines


class _State:
    """Whether the text being read stands in a link, and in which."""

    __slots__ = ("href", "inside")

    def __init__(self) -> None:
        self.inside = False
        self.href = ""

    def line(self, piece: str, tag: str, address: Iterator[str]) -> Line | None:
        """The line in a piece that has marks."""
        texts: list[str] = []
        links: list[tuple[str, str]] = []
        linked = 0
        for part in _LINK_PARTS.split(piece):
            if part == _LINK:
                self.inside, self.href = True, unescape(next(address, ""))
            elif part == _LINK_END:
                self.inside = False
            else:
                texts.append(part)
                if self.inside and (shown := part.strip(_EDGE + "\x04\x05\x06")):
                    linked += len(shown)
                    links.append((shown, self.href))
        text = _MARKS.sub("", "".join(texts)).strip(_EDGE)
        return Line(text, linked, tag, tuple(links)) if text else None


_LINK_PARTS = re.compile("([\x01\x02])")


def _join(lines: list[Line], row: list[int]) -> None:
    """Makes one line of a data row; leaves a layout row as it is."""
    first, *starts = row
    if len(starts) < 2 or -1 in starts:
        return
    cells = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    if sum(map(bool, cells)) < 2 or any(
        sum(len(line.text) for line in cell) > _CELL_LENGTH for cell in cells
    ):
        return
    inner = lines[first:]
    lines[first:] = [
        Line(
            "\t".join(" ".join(line.text for line in cell) for cell in cells).rstrip("\t"),
            sum(line.linked for line in inner),
            "",
            tuple(link for line in inner for link in line.links),
        )
    ]
