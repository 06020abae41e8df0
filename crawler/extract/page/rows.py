"""Marked text to lines: one line a paragraph, a heading, a row of a data table. Layout tables leave no trace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from crawler.extract.page.tag_marks import CELL, EDGE, HEADING, LINK, LINK_END, ROW, ROW_END

_CELL_LENGTH = 200  # characters; a cell that holds more is layout, not data


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


def lines_of(pieces: list[str], hrefs: list[str]) -> list[Line]:
    """Pieces between breaks to lines; rows of short cells become one line, cells separated by tabs."""
    lines: list[Line] = []
    rows: list[list[int]] = []  # for each row open: where it and its cells begin in `lines`
    address = iter(hrefs)
    state = _State()
    for piece in pieces:
        if not piece or piece == " ":
            continue
        tag = ""
        if HEADING <= piece[0] <= ROW_END:
            if piece[0] == HEADING:
                tag = "h" + piece[1]
                piece = piece[2:]
            else:
                _note(piece[0], lines, rows)
                piece = piece[1:]
        if state.inside or LINK in piece or LINK_END in piece:
            if line := state.line(piece, tag, address):
                lines.append(line)
        elif text := piece.strip(EDGE):
            lines.append(Line(text, 0, tag))
    return lines


def _note(mark: str, lines: list[Line], rows: list[list[int]]) -> None:
    """Enters where a row or cell begins; joins the lines of a row that ends."""
    if mark == ROW:
        rows.append([len(lines)])
    elif mark == CELL and rows:
        rows[-1].append(len(lines))
    elif mark == ROW_END and rows:
        _join(lines, rows.pop())
        if rows:
            rows[-1].append(-1)  # a row that holds rows is layout


class _State:
    """Whether the text being read stands in a link, and in which."""

    __slots__ = ("href", "inside")

    def __init__(self) -> None:
        self.inside = False
        self.href = ""

    def line(self, piece: str, tag: str, address: Iterator[str]) -> Line | None:
        """The line in a piece that has marks of links."""
        texts: list[str] = []
        links: list[tuple[str, str]] = []
        linked = 0
        for number, part in enumerate(piece.split(LINK)):
            if number:
                self.href = next(address, "")
                self.inside = bool(self.href)  # <a name=top> is no link
            if self.inside:
                within, end, part = part.partition(LINK_END)
                self.inside = not end
                texts.append(within)
                if shown := within.strip(EDGE):
                    linked += len(shown)
                    links.append((shown, self.href))
            texts.append(part.replace(LINK_END, ""))
        text = "".join(texts).strip(EDGE)
        return Line(text, linked, tag, tuple(links)) if text else None


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
