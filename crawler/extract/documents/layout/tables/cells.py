"""Text of table cells: a run cut at the rules it crosses, and the lines of a cell as one text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from crawler.extract.documents.layout.page import Run
from crawler.extract.documents.layout.rows import rows_of
from crawler.extract.documents.layout.spacing import join_lines, width

_SHORT_BY = 1.6  # font sizes that a full line of a cell lacks at most
_MIN_OVER = 0.4  # font sizes of a run on both sides of a rule that cuts it


def cut_at(run: Run, edges: Sequence[float]) -> list[Run]:
    """Return a run as its parts between edges. The place of each character follows from the usual widths."""
    parts: list[Run] = []
    for edge in edges:
        over = _MIN_OVER * run.size
        if run.left + over > edge or edge > run.right - over:
            continue
        scale = (run.right - run.left) / (width(run.text) or 1)
        x, count = run.left, 0
        for char in run.text:
            step = width(char) * scale
            if x + step / 2 > edge:
                break
            x += step
            count += 1
        parts.append(run._replace(text=run.text[:count], right=edge))
        run = run._replace(text=run.text[count:], left=edge)
    return [part for part in (*parts, run) if part.text.strip()]


def cell_text(runs: Sequence[Run]) -> str:
    """Return the text of a cell. A line that ends early is followed by a space, a full one by nothing."""
    rows = rows_of(runs)
    right = max(row.right for row in rows)
    text = rows[0].text
    for before, row in pairwise(rows):
        is_full = right - before.right <= _SHORT_BY * row.size
        text = join_lines(text, row.text) if is_full else f"{text} {row.text}"
    return text.replace("\t", " ").strip()
