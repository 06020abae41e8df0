"""Find the title of a document by its font size. Rows of paragraphs in, the title's first row out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.extract.documents.layout.page import Row

_FIRST_PARAGRAPHS = 12  # in which a title stands
_MIN_RATIO = 1.12  # of a title's font size to the body's
_MIN_LENGTH, _MAX_LENGTH = 5, 120  # characters
_LETTERHEAD = re.compile(
    r".{2,40}(?:文件|公报|函|令|简报|专报)$"
)  # 武汉市人民政府文件, set larger than the title


def title_of(paragraphs: Sequence[Sequence[Row]], size: float) -> Row | None:
    """Return the first row of the paragraph that is the title: the largest of the first ones; None if none is larger than the text."""
    best: Row | None = None
    for rows in paragraphs[:_FIRST_PARAGRAPHS]:
        text = "".join("".join(row.text.split()) for row in rows)
        if not _MIN_LENGTH <= len(text) <= _MAX_LENGTH or _LETTERHEAD.match(text):
            continue
        if rows[0].size >= _MIN_RATIO * size and (best is None or rows[0].size > best.size):
            best = rows[0]
    return best
