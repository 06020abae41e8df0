"""OFD documents (GB/T 33190-2016), set as official documents are: 28 characters a line, 22 lines a page, page numbers at the foot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

SIZE, TITLE_SIZE, FOOT_SIZE = 5.64, 7.76, 4.94  # mm: 16, 22 and 14 points
LEFT, TOP, PITCH = 28.0, 37.0, 9.8  # mm; PITCH from line to line
CHARS, LINES = 28, 22  # of a line, of a page
WIDTH, HEIGHT = 210, 297  # mm
_DATE = (2024, 1, 2, 3, 4, 6)
_NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


@dataclass(frozen=True, slots=True)
class Set:
    """A line of text with its place: x, and y of its base line, in mm."""

    text: str
    x: float
    y: float
    size: float = SIZE


def pack(members: Mapping[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP container; the same members give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = method
            archive.writestr(info, data)
    return buffer.getvalue()


def text_object(line: Set, **attributes: str) -> str:
    """Return a text object of one line. Steps that are equal are written in the short form (g)."""
    widths = [line.size if ord(char) > 0xFF else line.size / 2 for char in line.text]
    steps = widths[:-1]
    deltas = (
        f"g {len(steps)} {steps[0]:.2f}"
        if len(set(steps)) == 1
        else " ".join(f"{each:.2f}" for each in steps)
    )
    given = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    box = f"{line.x:.2f} {line.y - line.size:.2f} {sum(widths):.2f} {line.size * 1.2:.2f}"
    return (
        f'<ofd:TextObject ID="9" Boundary="{box}" Font="1" Size="{line.size}"{given}>'
        f'<ofd:TextCode X="0" Y="{line.size:.2f}" DeltaX="{deltas}">{escape(line.text)}</ofd:TextCode></ofd:TextObject>'
    )


def rule(x1: float, y1: float, x2: float, y2: float) -> str:
    """Return a straight line."""
    box = f"{x1} {y1} {max(x2 - x1, 0.3):.2f} {max(y2 - y1, 0.3):.2f}"
    path = f"M 0 0 L {x2 - x1:.2f} {y2 - y1:.2f}"
    return f'<ofd:PathObject ID="8" Boundary="{box}"><ofd:AbbreviatedData>{path}</ofd:AbbreviatedData></ofd:PathObject>'


def page(objects: str, template: str = "") -> str:
    """Return the content of a page. `template`: id of its template."""
    used = f'<ofd:Template TemplateID="{template}" ZOrder="Background"/>' if template else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ofd:Page {_NAMESPACE}>{used}'
        f'<ofd:Content><ofd:Layer ID="1" Type="Body">{objects}</ofd:Layer></ofd:Content></ofd:Page>'
    )


def container(
    pages: Sequence[str], title: str = "", *, more: Mapping[str, str] | None = None, common: str = ""
) -> bytes:
    """Return a container of one document. `pages`: their contents; `more`: further members; `common`: in CommonData."""
    listed = "".join(
        f'<ofd:Page ID="{i + 10}" BaseLoc="Pages/Page_{i}/Content.xml"/>' for i in range(len(pages))
    )
    members = {
        "OFD.xml": root([("Doc_0/Document.xml", title)]),
        "Doc_0/Document.xml": document(listed, common),
        **{f"Doc_0/Pages/Page_{i}/Content.xml": each for i, each in enumerate(pages)},
    }
    return pack({**members, **(more or {})})


def root(bodies: Iterable[tuple[str, str]]) -> str:
    """Return OFD.xml for documents, each with its location and title."""
    made = "".join(
        f"<ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID><ofd:Title>{escape(title)}</ofd:Title></ofd:DocInfo>"
        f"<ofd:DocRoot>{location}</ofd:DocRoot></ofd:DocBody>"
        for location, title in bodies
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD {_NAMESPACE} DocType="OFD" Version="1.0">{made}</ofd:OFD>'


def document(pages: str, common: str = "") -> str:
    """Return Document.xml. `pages`: the page elements."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ofd:Document {_NAMESPACE}><ofd:CommonData><ofd:PageArea>'
        f"<ofd:PhysicalBox>0 0 {WIDTH} {HEIGHT}</ofd:PhysicalBox></ofd:PageArea>{common}</ofd:CommonData>"
        f"<ofd:Pages>{pages}</ofd:Pages></ofd:Document>"
    )


def report(title: str, paragraphs: Iterable[str], *, head: str = "", numbers: bool = True) -> bytes:
    """Return a report. `head`: a running head on each page; `numbers`: page numbers such as — 3 —."""
    return container(
        [
            page(_drawn(lines, number, head, numbers))
            for number, lines in enumerate(typeset(title, paragraphs), 1)
        ],
        title,
    )


def typeset(title: str, paragraphs: Iterable[str]) -> list[list[Set]]:
    """Return the lines of each page: the title centred, paragraphs indented by two characters."""
    pages: list[list[Set]] = [[]]
    per_line = 18
    for start in range(0, len(title), per_line):
        text = title[start : start + per_line]
        _place(pages, text, (WIDTH - len(text) * TITLE_SIZE) / 2, TITLE_SIZE)
    _place(pages, "", LEFT, SIZE)
    for paragraph in paragraphs:
        indent = 2 * SIZE
        rest = paragraph
        while rest:
            text = _fitting(rest, CHARS * SIZE - indent)
            _place(pages, text, LEFT + indent, SIZE)
            rest, indent = rest[len(text) :], 0.0
    return pages


def _place(pages: list[list[Set]], text: str, x: float, size: float) -> None:
    if len(pages[-1]) == LINES:
        pages.append([])
    pages[-1].append(Set(text, x, TOP + PITCH * len(pages[-1]), size))


def _fitting(text: str, width: float) -> str:
    """As much of a text as fits on a line."""
    used = 0.0
    for i, char in enumerate(text):
        used += SIZE if ord(char) > 0xFF else SIZE / 2
        if used > width + 0.01:
            return text[: max(i, 1)]
    return text


def _drawn(lines: Iterable[Set], number: int, head: str, numbers: bool) -> str:
    parts = [text_object(line) for line in lines if line.text]
    if head:
        parts.append(text_object(Set(head, LEFT, 20.0, FOOT_SIZE)))
    if numbers:
        parts.append(text_object(Set(f"— {number} —", WIDTH / 2 - 8, 275.0, FOOT_SIZE)))
    return "".join(parts)


def table(rows: Sequence[Sequence[str]], top: float, widths: Sequence[float]) -> str:
    """Return the objects of a ruled table: its rules and the texts of its cells."""
    edges = [LEFT]
    for width in widths:
        edges.append(edges[-1] + width)
    bottom = top + PITCH * len(rows)
    parts = [rule(edges[0], top + PITCH * i, edges[-1], top + PITCH * i) for i in range(len(rows) + 1)]
    parts += [rule(x, top, x, bottom) for x in edges]
    parts += [
        text_object(Set(cell, x + 1, top + PITCH * i + 7.5))
        for i, row in enumerate(rows)
        for x, cell in zip(edges, row, strict=False)
        if cell
    ]
    return "".join(parts)
