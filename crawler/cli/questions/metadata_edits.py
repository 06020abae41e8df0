"""Edits of a page's title, issuer, source and dates over an unchanged text, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from crawler.field.text import visible_line
from crawler.field.times import iso
from crawler.model import MetadataEdit
from crawler.questions.changes.varying_fields import steady_edits, varying_fields


def edit_lines(edits: Sequence[MetadataEdit]) -> Iterator[str]:
    """Yield a line for each edit, with both captures; of a field that a page changes at every visit only how often."""
    for url, found in groupby(edits, key=lambda edit: edit.url):
        history = list(found)
        for edit in steady_edits(history):
            words = "; ".join(
                f"{name} {_shown(was)} → {_shown(edit.shown[name])}" for name, was in edit.was.items()
            )
            yield (
                f"edited, the text is the same: {words}; seen {iso(edit.captured_at)}, before"
                f" {iso(edit.captured_before)}  {visible_line(url)}"
            )
        for name in sorted(varying_fields(history)):
            times = sum(name in edit.was for edit in history)
            yield f"the page changes its {name} again and again: {times} times  {visible_line(url)}"


def _shown(value: str | None) -> str:
    return visible_line(value) if value else "none"
