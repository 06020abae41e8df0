"""`fazhi reports --similar`: pairs of reports that are near copies, with the paragraphs that both have."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from crawler.cli.output import message, print_json, say
from crawler.field.counting import counted
from crawler.field.text import visible_line
from crawler.field.times import iso
from crawler.model import Years
from crawler.questions.near_copies import NearCopy, near_copies
from crawler.questions.tables import write_csv

if TYPE_CHECKING:
    from crawler.archive import Reader

_BEGINNING_CHARS = 60  # of a paragraph


COLUMNS = (
    "one", "other", "share", "one_start", "one_end", "other_start", "other_end", "text", "one_title", "other_title",
    "one_url", "other_url", "one_version", "other_version", "one_captured_at", "other_captured_at",
)  # fmt: skip
"""Columns of --csv: a row a shared paragraph; a pair without any has one row."""


def print_similar(store: Reader, region: str | None, years: Years | None, *, json: bool, csv: bool) -> int:
    """Print the near copies among the reports of a division and on some years. Returns how many pairs there are."""
    found = list(near_copies(store, region=region, years=years, progress=message))
    if json:
        print_json(
            [
                {
                    "one": copy.one.id,
                    "other": copy.other.id,
                    "share": round(copy.share, 3),
                    **_evidence(copy),
                    "paragraphs": [asdict(paragraph) for paragraph in copy.paragraphs],
                }
                for copy in found
            ]
        )
        return len(found)
    if csv:
        write_csv(sys.stdout, COLUMNS, _rows(found))
        return len(found)
    for copy in found:
        say(
            f"{copy.share:.0%} of the shorter text in both, {counted(len(copy.paragraphs), 'paragraph')} word for word:"
        )
        for report, at in ((copy.one, copy.one_captured_at), (copy.other, copy.other_captured_at)):
            print(
                f"  {report.id} v{report.version}  {visible_line(report.title)}  {visible_line(report.url or '')}  {iso(at) or ''}"
            )
        for paragraph in copy.paragraphs:
            print(f"    {paragraph.one[0]:>6} {paragraph.other[0]:>6}  {_beginning(paragraph.text)}")
    return len(found)


def _evidence(copy: NearCopy) -> dict[str, object]:
    """Return where both texts come from, in the order of the last columns."""
    return {
        "one_title": copy.one.title,
        "other_title": copy.other.title,
        "one_url": copy.one.url,
        "other_url": copy.other.url,
        "one_version": copy.one.version,
        "other_version": copy.other.version,
        "one_captured_at": iso(copy.one_captured_at),
        "other_captured_at": iso(copy.other_captured_at),
    }


def _rows(found: Iterable[NearCopy]) -> Iterator[tuple[object, ...]]:
    for copy in found:
        pair = (copy.one.id, copy.other.id, round(copy.share, 3))
        pages = tuple(_evidence(copy).values())
        for paragraph in copy.paragraphs:
            yield (*pair, *paragraph.one, *paragraph.other, paragraph.text, *pages)
        if not copy.paragraphs:
            yield (*pair, *[None] * 5, *pages)


def _beginning(text: str) -> str:
    line = visible_line(text)
    return line if len(line) <= _BEGINNING_CHARS else f"{line[:_BEGINNING_CHARS]}…"
