"""Find where the head of an article begins in the flow of a page: title, info line and index table above the text.

Takes a flow and the number of the article's first piece. What each line there means is decided in `roles/`.
"""

from __future__ import annotations

import re

from crawler.extract.page.flow import Flow
from crawler.extract.page.tag_marks import BREAK, MARKS
from crawler.extract.roles.role import squeeze
from crawler.field.text import iso_date

_PIECES_ABOVE_WITH_HEAD = 24  # read above an article that holds its own title
_PIECES_ABOVE = 40  # read above one without, if no title is found above it
_MAX_PIECES_ABOVE = 300  # searched for a title, a date or an index table
_LEAD_PIECES = 3  # read above a title or date: its element
_TITLE_START = 10  # characters by which a title is found
_MAX_INDENT = 40  # characters of white space and marks before the first one of a piece
_DATE_LIKE = re.compile(r"20\d\d\s?[-/.年]\s?\d")
_INDEX_WORDS = ("索", "发布机构", "发文机关", "发文字号", "公开方式")
_INDEX = re.compile(r"索\s*引|发布机构|发文机关|发文字号|公开方式")
_MAX_TITLE_LENGTH = 200  # characters of a piece that is a title, marks included
HEAD_PIECES = 40
"""Pieces of an article itself that may be its head."""


def top_of(flow: Flow, start: int, titles: tuple[str, ...]) -> int:
    """Return the first piece to be read above an article: some pieces above it, or at a title or index table farther away."""
    far = max(start - _MAX_PIECES_ABOVE, 0)
    known = frozenset(map(squeeze, titles))
    top = start - _PIECES_ABOVE_WITH_HEAD
    if not _has_head(flow.pieces[start : start + HEAD_PIECES], known):
        at = _title_above(flow, far, start, known)
        if at is None:
            top = start - _PIECES_ABOVE
            at = next((i for i in range(start - 1, far - 1, -1) if _DATE_LIKE.search(flow.pieces[i])), start)
        top = min(top, at - _LEAD_PIECES)
    above = BREAK.join(flow.pieces[far:start])
    if any(word in above for word in _INDEX_WORDS) and (found := _INDEX.search(above)):
        top = min(top, far + above.count(BREAK, 0, found.start()) - _LEAD_PIECES)
    return max(top, 0)


def _title_above(flow: Flow, far: int, start: int, titles: frozenset[str]) -> int | None:
    """The last piece above an article that begins as one of the titles does."""
    beginnings = tuple(title[:_TITLE_START] for title in titles if len(title) > 1)
    openings = {beginning[0] for beginning in beginnings}
    for i in range(start - 1, far - 1, -1):
        piece = flow.pieces[i]
        opening = piece[:_MAX_INDENT]
        if (
            len(piece) > 1
            and any(map(opening.__contains__, openings))
            and squeeze(without_marks(piece)).startswith(beginnings)
        ):
            return i
    return None


def _has_head(pieces: list[str], titles: frozenset[str]) -> bool:
    """Whether the title is among the pieces; for a page that names no title, whether a date is."""
    short = [piece for piece in pieces if 1 < len(piece) < _MAX_TITLE_LENGTH]
    if not titles:
        return any(iso_date(without_marks(piece)) for piece in short)
    openings = {title[0] for title in titles if title}
    return any(
        squeeze(without_marks(piece)) in titles for piece in short if any(map(piece.__contains__, openings))
    )


def without_marks(piece: str) -> str:
    """Return a piece of a flow as it is read, without the marks of tags."""
    return MARKS.sub("", piece)


def below_title(flow: Flow, titles: tuple[str, ...], start: int) -> int:
    """Return the piece of the page's title above an article that begins at `start`; `start` if it is not shown there."""
    at = _title_above(flow, 0, start, frozenset(map(squeeze, titles)))
    return start if at is None else at
