"""Align the paragraphs of two texts: equal, changed, added, removed, moved. Pure, and bounded in time.

Equal paragraphs are aligned first, as lines of a file are. Between them, those that are most alike belong together. What is left
on one side and stands elsewhere on the other was moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum

from crawler.questions.diff.characters import Span, similarity, spans

MIN_SIMILARITY = 0.5
"""Share of common characters from which a paragraph is a changed one, and not another. Reports share many stock phrases, which
alone give 0.2 to 0.4."""

MAX_COMPARED_PAIRS = 10_000
"""Pairs of paragraphs within one gap that are compared. In a larger gap each is compared with the one at its place only."""

_MIN_MOVED_CHARS = 8  # of a paragraph that counts as moved; shorter ones are headings and signatures


class Kind(StrEnum):
    """What became of a paragraph."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED_FROM = "moved from"  # its old place
    MOVED_TO = "moved to"  # its new place


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph of one text or a pair of both. Numbers count from 0; an absent side is None."""

    kind: Kind
    old: int | None = None
    new: int | None = None
    spans: tuple[Span, ...] = ()  # of a changed pair, and of a moved one that was changed too
    other: int | None = None  # of a moved paragraph: its number in the other text


def align(old: Sequence[str], new: Sequence[str]) -> tuple[Block, ...]:
    """Return the paragraphs of two texts as blocks, in the order of the new text with the removed ones at their places."""
    blocks: list[Block] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            blocks += (
                Block(kind=Kind.SAME, old=i, new=j) for i, j in zip(range(i1, i2), range(j1, j2), strict=True)
            )
        else:
            blocks += _gap(old, new, range(i1, i2), range(j1, j2))
    return tuple(_with_moves(blocks, old, new))


def _gap(old: Sequence[str], new: Sequence[str], left: range, right: range) -> Iterator[Block]:
    """Yield the blocks of a part in which no paragraph is equal."""
    at = left.start
    last = right.start
    for i, j in _pairs(old, new, left, right):
        yield from (Block(kind=Kind.REMOVED, old=each) for each in range(at, i))
        yield from (Block(kind=Kind.ADDED, new=each) for each in range(last, j))
        yield Block(kind=Kind.CHANGED, old=i, new=j, spans=spans(old[i], new[j]))
        at, last = i + 1, j + 1
    yield from (Block(kind=Kind.REMOVED, old=each) for each in range(at, left.stop))
    yield from (Block(kind=Kind.ADDED, new=each) for each in range(last, right.stop))


def _pairs(old: Sequence[str], new: Sequence[str], left: range, right: range) -> list[tuple[int, int]]:
    """Return which paragraphs belong together, in order: of all ways that do not cross, the one with the most in common."""
    if not left or not right:
        return []
    if len(left) * len(right) > MAX_COMPARED_PAIRS:
        same_place = zip(left, right, strict=False)
        return [(i, j) for i, j in same_place if similarity(old[i], new[j], MIN_SIMILARITY) >= MIN_SIMILARITY]
    alike = [[_worth(old[i], new[j]) for j in right] for i in left]
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in reversed(range(len(left))):
        for j in reversed(range(len(right))):
            with_pair = alike[i][j] + best[i + 1][j + 1] if alike[i][j] else 0.0
            best[i][j] = max(with_pair, best[i + 1][j], best[i][j + 1])
    found, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            found.append((left[i], right[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _worth(old: str, new: str) -> float:
    """Return how many characters two paragraphs share if they are alike enough to be one; else 0."""
    ratio = similarity(old, new, MIN_SIMILARITY)
    return ratio * (len(old) + len(new)) if ratio >= MIN_SIMILARITY else 0.0


def _with_moves(blocks: list[Block], old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    """Yield the blocks; paragraphs that were removed at one place and added at another, equal or changed, as moved."""
    removed = [
        b.old
        for b in blocks
        if b.kind is Kind.REMOVED and b.old is not None and len(old[b.old]) >= _MIN_MOVED_CHARS
    ]
    added = [
        b.new
        for b in blocks
        if b.kind is Kind.ADDED and b.new is not None and len(new[b.new]) >= _MIN_MOVED_CHARS
    ]
    pairs = _equal_pairs(removed, added, old, new)
    pairs |= _alike_pairs(
        [i for i in removed if i not in pairs], sorted(set(added) - set(pairs.values())), old, new
    )
    back = {new_place: old_place for old_place, new_place in pairs.items()}
    for each in blocks:
        if each.kind is Kind.REMOVED and each.old in pairs:
            yield replace(each, kind=Kind.MOVED_FROM, other=pairs[each.old])
        elif each.kind is Kind.ADDED and each.new is not None and each.new in back:
            i, j = back[each.new], each.new
            changed = spans(old[i], new[j]) if old[i] != new[j] else ()
            yield replace(each, kind=Kind.MOVED_TO, other=i, spans=changed)
        else:
            yield each


def _equal_pairs(
    removed: list[int], added: list[int], old: Sequence[str], new: Sequence[str]
) -> dict[int, int]:
    """Return the old places of equal paragraphs with their new ones."""
    places: dict[str, list[int]] = {}
    for j in added:
        places.setdefault(new[j], []).append(j)
    return {i: places[old[i]].pop(0) for i in removed if places.get(old[i])}


def _alike_pairs(
    removed: list[int], added: list[int], old: Sequence[str], new: Sequence[str]
) -> dict[int, int]:
    """Return the old places of changed paragraphs with their new ones, the most alike first."""
    if len(removed) * len(added) > MAX_COMPARED_PAIRS:
        return {}
    worth = sorted(((_worth(old[i], new[j]), -i, -j) for i in removed for j in added), reverse=True)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for value, i, j in worth:
        if value and -i not in pairs and -j not in taken:
            pairs[-i] = -j
            taken.add(-j)
    return pairs
