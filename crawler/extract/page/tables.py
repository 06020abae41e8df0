"""Find data tables among a page's containers. An article may hold one that outweighs its sentences.

Takes a flow and numbers of its containers. `documents/html/candidates` chooses the article; `rows` turns rows into lines.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from crawler.extract.page.flow import Flow
from crawler.extract.page.tag_marks import LINK, MARKS

_MIN_ROWS = 3  # of two filled cells or more, in a data table
_MAX_WEIGHT_RATIO = 1.5  # weight of the container around a table to the table's own
_MIN_UNLINKED_LENGTH = 60  # characters outside links in a data table
_MAX_FRAGMENT_LENGTH = 3  # characters; a longer piece beside a table is a text


class Tables:
    """The tables of a page. Whether one holds data is found out on the first question."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.all = [i for i, tag in enumerate(flow.tags) if tag.startswith("table") and _is(tag, "table")]
        self._data: dict[int, bool] = {}

    def is_data(self, table: int) -> bool:
        """Whether a table has several rows of two filled cells or more, no inner table, and text outside links."""
        if table not in self._data:
            self._data[table] = self._holds_data(table)
        return self._data[table]

    def _holds_data(self, table: int) -> bool:
        flow, end = self.flow, self.flow.ends[table]
        after = bisect_right(self.all, table)
        if after < len(self.all) and flow.starts[self.all[after]] < end:
            return False
        return _has_rows(flow, table) and _unlinked_length(flow, table) > _MIN_UNLINKED_LENGTH


def leaves_table(flow: Flow, tables: Tables, here: int, inner: int) -> bool:
    """Whether `here` directly holds a data table that lies outside its inner container."""
    return any(
        flow.parents[i] == here
        and (flow.ends[i] <= flow.starts[inner] or flow.starts[i] >= flow.ends[inner])
        and tables.is_data(i)
        for i in tables.all
    )


def out_of_table(flow: Flow, tables: Tables, weight: Callable[[int], float], here: int) -> int:
    """Return the container of the article around a data table, if `here` is the table or a cell of it; else `here`."""
    chain = [here]
    while flow.parents[chain[-1]] >= 0:
        chain.append(flow.parents[chain[-1]])
    table = next((i for i in chain if _is(flow.tags[i], "table") and tables.is_data(i)), None)
    if table is None:
        return here
    best = table
    for around in chain[chain.index(table) + 1 : -1]:
        if weight(around) > weight(table) * _MAX_WEIGHT_RATIO:
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
    return rows + (filled > 1) >= _MIN_ROWS


def _unlinked_length(flow: Flow, container: int) -> int:
    """Characters of a container's pieces that have no link."""
    pieces = flow.pieces[flow.starts[container] : flow.ends[container]]
    return sum(len(_text(piece)) for piece in pieces if LINK not in piece)


def _has_texts_beside(flow: Flow, around: int, table: int) -> bool:
    """Whether the container around a table has two further texts at least."""
    beside = (
        *flow.pieces[flow.starts[around] : flow.starts[table]],
        *flow.pieces[flow.ends[table] : flow.ends[around]],
    )
    return sum(len(_text(piece)) > _MAX_FRAGMENT_LENGTH for piece in beside) > 1


def _text(piece: str) -> str:
    return MARKS.sub("", piece).strip()


def _is(tag: str, *names: str) -> bool:
    return tag.partition(" ")[0] in names
