"""Data tables among a page's containers: an article may hold one that outweighs its sentences. Judges nothing else."""

from __future__ import annotations

from collections.abc import Callable

from crawler.extract.flow import Flow
from crawler.extract.marks import LINK, MARKS

_ROWS = 3  # rows of two filled cells or more that make a table one of data
_LITTLE_MORE = 1.5  # times a table's weight that the container around it may have
_SOME = 60  # characters of unlinked text in a table that an article would not be whole without
_TEXT = 3  # characters; a shorter piece beside a table is no text


def leaves_table(flow: Flow, here: int, inner: int) -> bool:
    """Whether a data table stands in one container, directly, but not in the one inside it."""
    return any(
        flow.above[i] == here
        and (flow.ends[i] <= flow.starts[inner] or flow.starts[i] >= flow.ends[inner])
        and _name(flow, i) == "table"
        and is_data(flow, i)
        and _unlinked(flow, i) > _SOME
        for i in _inside(flow, here)
    )


def out_of_table(flow: Flow, weight: Callable[[int], float], here: int) -> int:
    """The container around the data table that outweighs an article's own sentences, or around a cell of it."""
    chain = [here]
    while flow.above[chain[-1]] >= 0:
        chain.append(flow.above[chain[-1]])
    table = next((i for i in reversed(chain) if _name(flow, i) == "table" and is_data(flow, i)), None)
    if table is None:
        return here
    best = table
    for around in chain[chain.index(table) + 1 : -1]:
        if weight(around) > weight(table) * _LITTLE_MORE:
            break
        best = around
        if _texts_beside(flow, around, table) > 1:
            break
    return best


def is_data(flow: Flow, table: int) -> bool:
    """Whether a table has several rows of two filled cells or more, and no table in it."""
    rows = filled = 0
    for i in _inside(flow, table):
        name = _name(flow, i)
        if name == "table":
            return False
        if name == "tr":
            rows += filled > 1
            filled = 0
        elif name in ("td", "th"):
            filled += any(
                MARKS.sub("", piece).strip() for piece in flow.pieces[flow.starts[i] : flow.ends[i]]
            )
    return rows + (filled > 1) >= _ROWS


def _inside(flow: Flow, container: int) -> range:
    """The containers inside another one: they follow it, up to the first that starts where it has ended."""
    end, last = flow.ends[container], container + 1
    while last < len(flow.starts) and flow.starts[last] < end:
        last += 1
    return range(container + 1, last)


def _texts_beside(flow: Flow, around: int, table: int) -> int:
    beside = (
        *flow.pieces[flow.starts[around] : flow.starts[table]],
        *flow.pieces[flow.ends[table] : flow.ends[around]],
    )
    return sum(len(MARKS.sub("", piece).strip()) > _TEXT for piece in beside)


def _unlinked(flow: Flow, container: int) -> int:
    """Characters of text in a container that stand in no link."""
    pieces = flow.pieces[flow.starts[container] : flow.ends[container]]
    return sum(len(MARKS.sub("", piece).strip()) for piece in pieces if LINK not in piece)


def _name(flow: Flow, i: int) -> str:
    return flow.tags[i].partition(" ")[0]
