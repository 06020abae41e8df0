"""Turn marked text into lines: one for each paragraph, heading and row of a data table. Layout tables leave no trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crawler.extract.page.tag_marks import CELL, EDGE, HEADING, LINK, LINK_END, ROW, ROW_END

_MAX_CELL_LENGTH = 200  # characters; a longer cell is layout, not data
_MIN_LINKED_SHARE = 0.6  # of the characters of a line that is links
_PROSE_LENGTH = 100  # characters; a longer line of several sentences is no list of links


class Line(NamedTuple):
    """A paragraph, folded and without indentation."""

    text: str
    linked: int = 0  # characters of it in links
    tag: str = ""  # h1 to h6 for a heading
    links: tuple[tuple[str, str], ...] = ()  # text and address of its links
    published: str = ""  # the text before folding, of the same length; empty if folding changes nothing

    @property
    def as_published(self) -> str:
        """The text with the full-width forms of the page."""
        return self.published or self.text

    @property
    def is_links(self) -> bool:
        """Whether most of the line is links: navigation, unless they are attachments."""
        if not self.linked:
            return False
        text = self.text
        if (
            len(text) > _PROSE_LENGTH and text.count("。") > 1
        ):  # an <a> that is never closed swallows paragraphs
            return False
        return self.linked > _MIN_LINKED_SHARE * (len(text) - sum(map(text.count, " []|\t")))


def lines_of(pieces: Sequence[str], hrefs: Sequence[str]) -> list[Line]:
    """Return the lines of pieces between breaks. A row of short cells becomes one line, with tabs between the cells."""
    lines: list[Line] = []
    rows: list[list[int]] = []  # for each open row: where it and its cells begin in `lines`
    addresses = iter(hrefs)
    link = _OpenLink()
    for piece in pieces:
        if not piece or piece == " ":
            continue
        tag = ""
        if HEADING <= piece[0] <= ROW_END:
            if piece[0] == HEADING:
                tag = "h" + piece[1]
                piece = piece[2:]
            else:
                _enter_mark(piece[0], lines, rows)
                piece = piece[1:]
        if link.is_open or LINK in piece or LINK_END in piece:
            if line := link.line(piece, tag, addresses):
                lines.append(line)
        elif text := piece.strip(EDGE):
            lines.append(Line(text, 0, tag))
    return lines


def _enter_mark(mark: str, lines: list[Line], rows: list[list[int]]) -> None:
    """Enter the beginning of a row or cell, or join the lines of a row that ends."""
    if mark == ROW:
        rows.append([len(lines)])
    elif mark == CELL and rows:
        rows[-1].append(len(lines))
    elif mark == ROW_END and rows:
        _join_row(lines, rows.pop())
        if rows:
            rows[-1].append(-1)  # a row that holds rows is layout


class _OpenLink:
    """The link that the text being read is in, if any. It may go on over several pieces."""

    __slots__ = ("href", "is_open")

    def __init__(self) -> None:
        self.is_open = False
        self.href = ""

    def line(self, piece: str, tag: str, addresses: Iterator[str]) -> Line | None:
        """Return the line of a piece that has link marks; None if it has no text."""
        texts: list[str] = []
        links: list[tuple[str, str]] = []
        linked = 0
        for number, part in enumerate(piece.split(LINK)):
            if number:
                self.href = next(addresses, "")
                self.is_open = bool(self.href)  # <a name=top> is no link
            if self.is_open:
                within, end, part = part.partition(LINK_END)
                self.is_open = not end
                texts.append(within)
                if shown := within.strip(EDGE):
                    linked += len(shown)
                    links.append((shown, self.href))
            texts.append(part.replace(LINK_END, ""))
        text = "".join(texts).strip(EDGE)
        return Line(text, linked, tag, tuple(links)) if text else None


def _join_row(lines: list[Line], row: list[int]) -> None:
    """Join the lines of a data row into one; leave a layout row as it is."""
    first, *starts = row
    if len(starts) < 2 or -1 in starts:
        return
    cells = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    if sum(map(bool, cells)) < 2 or any(
        sum(len(line.text) for line in cell) > _MAX_CELL_LENGTH for cell in cells
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
