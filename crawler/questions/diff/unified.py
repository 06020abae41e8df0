"""A difference as text for a terminal: the changed paragraphs with the words that were removed and added.

Colour alone tells nothing: removed words stand in [-…-], added ones in {+…+}, as `git diff --word-diff` marks them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.field.counting import counted
from crawler.field.times import iso
from crawler.language import translate
from crawler.questions.diff.align import Block, Kind
from crawler.questions.diff.hunks import hunks

if TYPE_CHECKING:
    from crawler.questions.diff.texts import Difference, Side

_SIGNS = {
    Kind.SAME: " ", Kind.CHANGED: "~", Kind.ADDED: "+", Kind.REMOVED: "-", Kind.MOVED_FROM: "<", Kind.MOVED_TO: ">",
}  # fmt: skip

NONE = "none"
"""Stands for a field that a text does not have."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line: `role` is plain, head, removed, added or moved."""

    text: str
    role: str = "plain"


Line = tuple[Piece, ...]


def lines(difference: Difference) -> Iterator[Line]:
    """Yield the lines, in the language of the process: both sides, changed fields, totals, then the changed paragraphs."""
    yield (Piece(f"--- {translate(_head(difference.old))}{by_whom(difference.old)}", "removed"),)
    yield (Piece(f"+++ {translate(_head(difference.new))}{by_whom(difference.new)}", "added"),)
    for change in difference.fields:
        yield (
            Piece(f"{translate(change.field)}: "),
            Piece(f"[-{change.old or translate(NONE)}-]", "removed"),
            Piece(" "),
            Piece(f"{{+{change.new or translate(NONE)}+}}", "added"),
        )
    yield (Piece(translate(summary(difference))),)
    for hunk in hunks(difference):
        skipped = (
            f"@@ {hunk.skipped} unchanged paragraph{'s' * (hunk.skipped != 1)} @@" if hunk.skipped else "@@"
        )
        yield (Piece(translate(skipped), "head"),)
        for block in hunk.blocks:
            yield tuple(_pieces(difference, block))


def by_whom(side: Side) -> str:
    """Return who captured a text, in the language of the process and in brackets; empty for this archive's own crawls."""
    return "" if side.origin == "own" else f" ({translate(side.origin)})"


def summary(difference: Difference) -> str:
    """Return totals as a sentence."""
    if difference.is_equal:
        return "the texts are the same to the character"
    counts = [
        f"{number} {'paragraph' if number == 1 else 'paragraphs'} {word}"
        for word, kind in (
            ("changed", Kind.CHANGED),
            ("added", Kind.ADDED),
            ("removed", Kind.REMOVED),
            ("moved", Kind.MOVED_TO),
        )
        if (number := difference.count(kind))
    ]
    share = f"{difference.carried_share:.0%} of the new text stands word for word in the old one"
    return f"{', '.join(counts)}; {counted(difference.changed_chars, 'character')}; {share}"


def _head(side: Side) -> str:
    report = side.report
    if side.gone:
        return f"{side.name}  gone since {iso(side.seen_at)}"
    again = (
        f"  (read again by a later extractor; first read as {side.read_again[:16]})"
        if side.read_again
        else ""
    )
    return f"{side.name}  {report.title}  {report.url}  captured {iso(side.seen_at)}{again}"


def _pieces(difference: Difference, block: Block) -> Iterator[Piece]:
    yield Piece(f"{_SIGNS[block.kind]} ", "head")
    old = difference.old.paragraphs[block.old] if block.old is not None else ""
    new = difference.new.paragraphs[block.new] if block.new is not None else ""
    if block.spans:
        yield from _changed(block)
    elif block.kind is Kind.REMOVED:
        yield Piece(f"[-{old}-]", "removed")
    elif block.kind is Kind.ADDED:
        yield Piece(f"{{+{new}+}}", "added")
    else:
        yield Piece(new or old, "moved" if block.other is not None else "plain")
    if block.other is not None:
        way = "moved to" if block.kind is Kind.MOVED_FROM else "moved from"
        yield Piece(translate(f"  ({way} paragraph {block.other + 1})"), "moved")


def _changed(block: Block) -> Iterator[Piece]:
    for span in block.spans:
        if span.same:
            yield Piece(span.new)
            continue
        if span.old:
            yield Piece(f"[-{span.old}-]", "removed")
        if span.new:
            yield Piece(f"{{+{span.new}+}}", "added")
