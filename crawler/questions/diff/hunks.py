"""A difference as hunks: changed paragraphs with some unchanged ones around them, with offsets into both texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.field.times import iso
from crawler.questions.diff.align import Block, Kind

if TYPE_CHECKING:
    from crawler.questions.diff.texts import Difference, Side

CONTEXT_PARAGRAPHS = 1


@dataclass(frozen=True, slots=True)
class Hunk:
    """Neighbouring blocks, and how many unchanged paragraphs were left out before them."""

    skipped: int
    blocks: tuple[Block, ...]


def hunks(difference: Difference, context: int = CONTEXT_PARAGRAPHS) -> Iterator[Hunk]:
    """Yield the changed parts of a difference, each with `context` unchanged paragraphs before and behind it."""
    blocks = difference.blocks
    near = _near(blocks, context)
    skipped, part = 0, list[Block]()
    for number, block in enumerate(blocks):
        if number in near:
            part.append(block)
            continue
        if part:
            yield Hunk(skipped, tuple(part))
            skipped, part = 0, []
        skipped += 1
    if part:
        yield Hunk(skipped, tuple(part))


def _near(blocks: Sequence[Block], context: int) -> set[int]:
    changed = (number for number, block in enumerate(blocks) if block.kind is not Kind.SAME)
    return {near for number in changed for near in range(number - context, number + context + 1)}


def difference_json(difference: Difference) -> dict[str, Any]:
    """Return a difference as a value for JSON. Offsets are characters in the body of the version that a side names."""
    return {
        "old": _side(difference.old),
        "new": _side(difference.new),
        "equal": difference.is_equal,
        "changed_chars": difference.changed_chars,
        "carried_share": round(difference.carried_share, 4),
        "adapted_share": round(difference.adapted_share, 4),
        "fields": [{"field": each.field, "old": each.old, "new": each.new} for each in difference.fields],
        "hunks": [
            _block(difference, block) for hunk in hunks(difference, context=0) for block in hunk.blocks
        ],
    }


def _side(side: Side) -> dict[str, Any]:
    report = side.report
    return {
        "id": report.id,
        "version": report.version,
        "title": report.title,
        "url": report.url,
        "published": report.published,
        "captured_at": iso(side.captured_at),
        "text_sha256": report.text_sha256,
        "gone": side.gone,
        "origin": side.origin,
        "read_again": side.read_again,
    }


def _block(difference: Difference, block: Block) -> dict[str, Any]:
    value: dict[str, Any] = {"kind": block.kind.value.replace(" ", "_")}
    for name, side, number in (("old", difference.old, block.old), ("new", difference.new, block.new)):
        if number is not None:
            start = side.starts[number]
            text = side.paragraphs[number]
            value[name] = {"paragraph": number, "start": start, "end": start + len(text), "text": text}
    if block.other is not None:
        value["other_paragraph"] = block.other
    if block.spans:
        value["changes"] = list(_changes(difference, block))
    return value


def _changes(difference: Difference, block: Block) -> Iterator[dict[str, Any]]:
    """Yield the changed parts within a pair of paragraphs with their offsets in the bodies."""
    before = (
        block.old if block.old is not None else block.other
    )  # of a moved paragraph: its place in the old text
    assert before is not None
    assert block.new is not None
    at_old, at_new = difference.old.starts[before], difference.new.starts[block.new]
    for span in block.spans:
        if not span.same:
            yield {"old": span.old, "old_start": at_old, "new": span.new, "new_start": at_new}
        at_old, at_new = at_old + len(span.old), at_new + len(span.new)
