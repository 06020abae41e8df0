"""Data tables among a page's containers: an article may hold one that outweighs its sentences. Judges nothing else."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from crawler.extract.page.flow import Flow
from crawler.extract.page.tag_marks import LINK, MARKS

_ROWS = 3  # rows of two filled cells or more that make a table one of data
_LITTLE_MORE = 1.5  # times a table's weight that the container around it may have
_SOME = 60  # characters of unlinked text in a table that an article would not be whole without
_TEXT = 3  # characters; a shorter piece beside a table is no text


class Tables:
    """A page's tables; which of them hold data is looked at only where it matters."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.all = [i for i, tag in enumerate(flow.tags) if tag.startswith("table") and _is(tag, "table")]
        self._data: dict[int, bool] = {}

    def is_data(self, table: int) -> bool:
        """Whether a table has several rows of two filled cells or more, no table in it, and is no menu."""
        if table not in self._data:
            self._data[table] = self._holds_data(table)
        return self._data[table]

    def _holds_data(self, table: int) -> bool:
        flow, end = self.flow, self.flow.ends[table]
        after = bisect_right(self.all, table)
        if after < len(self.all) and flow.starts[self.all[after]] < end:
            return False
        return _has_rows(flow, table) and _unlinked(flow, table) > _SOME


def leaves_table(flow: Flow, tables: Tables, here: int, inner: int) -> bool:
    """Whether a data table stands in one container, directly, but not in the one inside it."""
    return any(
        flow.above[i] == here
        and (flow.ends[i] <= flow.starts[inner] or flow.starts[i] >= flow.ends[inner])
        and tables.is_data(i)
        for i in tables.all
    )


def out_of_table(flow: Flow, tables: Tables, weight: Callable[[int], float], here: int) -> int:
    """The container around the data table that outweighs an article's own sentences, or around a cell of it."""
    chain = [here]
    while flow.above[chain[-1]] >= 0:
        chain.append(flow.above[chain[-1]])
    table = next((i for i in chain if _is(flow.tags[i], "table") and tables.is_data(i)), None)
    if table is None:
        return here
    best = table
    for around in chain[chain.index(table) + 1 : -1]:
        if weight(around) > weight(table) * _LITTLE_MORE:
            break
        best = around
        if _has_texts_beside(flow, around, table):
            break
    return best


def _has_rows(flow: Flow, table: int) -> bool:
    rows = filled = 0
    for i in range(table + 1, len(flow.tags)):
        if flow.starts[i] >= flow.ends[table]:
            break
        if _is(flow.tags[i], "tr"):
            rows += filled > 1
            filled = 0
        elif _is(flow.tags[i], "td", "th"):
            filled += any(_text(piece) for piece in flow.pieces[flow.starts[i] : flow.ends[i]])
    return rows + (filled > 1) >= _ROWS


def _unlinked(flow: Flow, container: int) -> int:
    """Characters of text in a container that stand in no link."""
    pieces = flow.pieces[flow.starts[container] : flow.ends[container]]
    return sum(len(_text(piece)) for piece in pieces if LINK not in piece)


def _has_texts_beside(flow: Flow, around: int, table: int) -> bool:
    """Whether two further texts at least stand in the container around a table."""
    beside = (
        *flow.pieces[flow.starts[around] : flow.starts[table]],
        *flow.pieces[flow.ends[table] : flow.ends[around]],
    )
    return sum(len(_text(piece)) > _TEXT for piece in beside) > 1


def _text(piece: str) -> str:
    return MARKS.sub("", piece).strip()


def _is(tag: str, *names: str) -> bool:
    return tag.partition(" ")[0] in names
