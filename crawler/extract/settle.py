"""Evidence weighed: one value a field, the others kept as clues."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.model import Clue


def settle(clues: Iterable[Clue], field: str) -> str | None:
    """The value of the heaviest clue of a field, the first one among equals; None without any.

    Of publication dates the one shown to the reader weighs more than the head's: PubDate is wrong on one page in eight.
    """
    best: Clue | None = None
    for clue in clues:
        if clue.field == field and (best is None or clue.weight > best.weight):
            best = clue
    return best.value if best else None
