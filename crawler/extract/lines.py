"""Markup to lines of text, as a reader sees them: one line a paragraph, a heading, a table row. Judges nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
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
        return self.linked > 0.6 * len(self.text)


_TOKEN = re.compile(r'<(/?[a-zA-Z][^\s/>"]*)((?:[^>"]|"[^"]*")*)>')
_UNSEEN = re.compile(
    r"<(script|style|noscript|template|textarea|select|button|svg|iframe|object|video|audio|head)\b.*?</\1>|<!--.*?-->",
    re.S,
)
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
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
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
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
    "caption",
    "ucapcontent",
    "ucaptitle",
    "option",
]
_BREAKS = frozenset([*_BLOCKS, *("/" + name for name in _BLOCKS), "br"])
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_ROW_TAGS = frozenset(("tr", "/tr", "td", "th"))
_SPECIAL = frozenset(("a", "/a", "pre", "/pre"))
_SPACE = re.compile(r"[ \t\r\n\f\u00a0\u2002\u2003]+")
_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3001-\u303f"
_BROKEN = re.compile(
    rf"(?<=[{_CJK}])[ \t]*[\r\n]\s*(?=[{_CJK}])"
)  # a source line broken between two characters
_INVISIBLE = re.compile("[\ufeff\u200b\u200c\u200d\u2060\u00ad]")
_EDGE = " \t\r\n\f\v\u00a0\u3000\u2002\u2003"
_CELL_LENGTH = 200  # characters; a cell that holds more is layout, not data


@dataclass(slots=True)
class _Row:
    first: int
    cells: list[int] = field(default_factory=list)
    nested: bool = False


def linearise(html: str) -> list[Line]:
    """The lines of a piece of well-formed markup, as lexbor serialises it."""
    if "<script" in html or "<style" in html or "<!--" in html or "<s" in html or "<n" in html:
        html = _UNSEEN.sub("", html)
    return _Reader().read(html)


def clean(text: str) -> str:
    """One paragraph: white space collapsed as browsers do, edges stripped, folded."""
    if "\n" in text or "\r" in text:
        text = _BROKEN.sub("", text)
    if "\u200b" in text or "\ufeff" in text or "\u00ad" in text:
        text = _INVISIBLE.sub("", text)
    return fold(_SPACE.sub(" ", text).strip(_EDGE))


def unescape(text: str) -> str:
    """Undoes the four escapes that HTML serialisation writes."""
    if "&" not in text:
        return text
    return (
        text.replace("&nbsp;", "\u00a0")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", '"')
        .replace("&amp;", "&")
    )


class _Reader:
    """Reads tokens from left to right, without recursion; keeps the line being built and the table rows open."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.buffer: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.linked = 0
        self.heading = ""
        self.href: str | None = None
        self.pre = 0
        self.rows: list[_Row] = []

    def read(self, html: str) -> list[Line]:
        parts = _TOKEN.split(html)
        self.add(parts[0])
        hidden = 0  # depth inside a hidden element
        for name, attributes, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            if hidden:
                if name not in _VOID:
                    hidden += -1 if name[0] == "/" else 1
                if hidden:
                    continue
            elif attributes and name not in _VOID and _HIDDEN.search(attributes):
                hidden = 1
                self.flush()
                continue
            if name in _BREAKS:
                self.flush()
                if name in _HEADINGS:
                    self.heading = name
                elif name in _ROW_TAGS:
                    self.table(name)
                elif name in _SPECIAL:
                    self.special(name, attributes)
            elif name in _SPECIAL:
                self.special(name, attributes)
            if text:
                self.add(text)
        self.flush()
        return self.lines

    def add(self, text: str) -> None:
        text = unescape(text)
        if self.href is not None and (stripped := text.strip(_EDGE)):
            self.linked += len(stripped)
            self.links.append((stripped, self.href))
        if self.pre and "\n" in text:
            first, *rest = text.split("\n")
            self.buffer.append(first)
            for line in rest:
                self.flush()
                self.buffer.append(line)
        else:
            self.buffer.append(text)

    def special(self, name: str, attributes: str) -> None:
        if name == "a":
            found = _HREF.search(attributes)
            self.href = unescape(found[1]) if found else None
        elif name == "/a":
            self.href = None
        else:
            self.pre = max(self.pre + (1 if name == "pre" else -1), 0)

    def flush(self) -> None:
        """Ends the line being built."""
        if self.buffer:
            if text := clean("".join(self.buffer)):
                self.lines.append(Line(text, self.linked, self.heading, tuple(self.links)))
            self.buffer.clear()
        if self.linked:
            self.linked = 0
            self.links.clear()
        self.heading = ""

    def table(self, name: str) -> None:
        if name == "tr":
            if self.rows:
                self.rows[-1].nested = True
            self.rows.append(_Row(len(self.lines)))
        elif name == "/tr":
            if self.rows:
                self.join_row(self.rows.pop())
        elif self.rows:
            self.rows[-1].cells.append(len(self.lines))

    def join_row(self, row: _Row) -> None:
        """A row of short cells becomes one line, cells separated by tabs; a layout row is left as it is."""
        if row.nested or len(row.cells) < 2:
            return
        ends = [*row.cells[1:], len(self.lines)]
        cells = [self.lines[first:end] for first, end in zip(row.cells, ends, strict=True)]
        if sum(1 for cell in cells if cell) < 2 or any(
            sum(len(x.text) for x in cell) > _CELL_LENGTH for cell in cells
        ):
            return
        text = "\t".join(" ".join(line.text for line in cell) for cell in cells).rstrip("\t")
        inner = self.lines[row.first :]
        links = tuple(link for line in inner for link in line.links)
        self.lines[row.first :] = [Line(text, sum(line.linked for line in inner), "", links)]
