"""Data tables among a page's containers: an article may hold one that outweighs its sentences. Judges nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import pairwise

from crawler.extract.flow import Flow
from crawler.extract.marks import LINK, MARKS

_ROWS = 3  # rows of two filled cells or more that make a table one of data
_LITTLE_MORE = 1.5  # times a table's weight that the container around it may have
_SOME = 60  # characters of unlinked text in a table that an article would not be whole without
_TEXT = 3  # characters; a shorter piece beside a table is no text


def data_tables(flow: Flow) -> frozenset[int]:
    """The tables of several rows of two filled cells or more, without a table in them, that are no menus."""
    tables = [i for i, tag in enumerate(flow.tags) if _is(tag, "table")]
    return frozenset(
        table
        for table, after in pairwise((*tables, len(flow.tags)))
        if (after == len(flow.tags) or flow.starts[after] >= flow.ends[table])
        and _is_data(flow, table, after)
        and _unlinked(flow, table) > _SOME
    )


def leaves_table(flow: Flow, data: Collection[int], here: int, inner: int) -> bool:
    """Whether a data table stands in one container, directly, but not in the one inside it."""
    return any(
        flow.above[i] == here and (flow.ends[i] <= flow.starts[inner] or flow.starts[i] >= flow.ends[inner])
        for i in data
    )


def out_of_table(flow: Flow, data: Collection[int], weight: Callable[[int], float], here: int) -> int:
    """The container around the data table that outweighs an article's own sentences, or around a cell of it."""
    chain = [here]
    while flow.above[chain[-1]] >= 0:
        chain.append(flow.above[chain[-1]])
    table = next((i for i in chain if i in data), None)
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


def _is_data(flow: Flow, table: int, after: int) -> bool:
    rows = filled = 0
    for i in range(table + 1, after):
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
