"""Edits of a page's title, issuer, source and dates over an unchanged text, as lines and as values for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from crawler.field.text import visible_line
from crawler.field.times import iso
from crawler.model import MetadataEdit
from crawler.questions.changes.varying_fields import varying_fields


def edit_json(edit: MetadataEdit) -> dict[str, Any]:
    """Return an edit as a value for JSON. `fields` is empty where an address gave other values from the beginning."""
    return {
        "version": edit.version,
        "url": edit.url,
        "at": iso(edit.at),
        "fields": [{"field": name, "was": was, "now": edit.shown[name]} for name, was in edit.was.items()],
        "shown": dict(edit.shown),
        "record_id": edit.record_id,
        "captured_at": iso(edit.captured_at),
        "record_before": edit.record_before,
        "captured_before": iso(edit.captured_before),
    }


def edit_lines(edits: Sequence[MetadataEdit]) -> Iterator[str]:
    """Yield a line for each edit, with both captures; of a field that a page changes at every visit only how often."""
    for url, found in groupby(edits, key=lambda edit: edit.url):
        history = list(found)
        varying = varying_fields(history)
        for edit in history:
            told = [name for name in edit.was if name not in varying]
            words = "; ".join(
                f"{name} {_shown(edit.was[name])} → {_shown(edit.shown[name])}" for name in told
            )
            if words:
                yield (
                    f"edited, the text is the same: {words}; seen {iso(edit.captured_at)}, before"
                    f" {iso(edit.captured_before)}  {visible_line(url)}"
                )
        for name in sorted(varying):
            times = sum(name in edit.was for edit in history)
            yield f"the page changes its {name} again and again: {times} times  {visible_line(url)}"


def _shown(value: str | None) -> str:
    return visible_line(value) if value else "none"
