"""`fazhi reports --similar`: pairs of reports that are near copies, with the paragraphs that both have."""

from __future__ import annotations

from dataclasses import asdict

from crawler.archive import Reader
from crawler.cli.output import message, print_json
from crawler.field.text import visible_line
from crawler.model import Years
from crawler.questions.near_copies import near_copies

_BEGINNING_CHARS = 60  # of a paragraph


def print_similar(store: Reader, region: str | None, years: Years | None, *, json: bool) -> None:
    """Print the near copies among the reports of a division and on some years."""
    found = near_copies(store, region=region, years=years, progress=message)
    if json:
        print_json(
            [
                {
                    "one": copy.one.id,
                    "other": copy.other.id,
                    "share": round(copy.share, 3),
                    "paragraphs": [asdict(paragraph) for paragraph in copy.paragraphs],
                }
                for copy in found
            ]
        )
        return
    for copy in found:
        print(
            f"{copy.share:.0%} of the shorter text in both, {len(copy.paragraphs)} paragraphs word for word:"
        )
        for report in (copy.one, copy.other):
            print(f"  {report.id}  {report.title}  {report.url}")
        for paragraph in copy.paragraphs:
            print(f"    {paragraph.one[0]:>6} {paragraph.other[0]:>6}  {_beginning(paragraph.text)}")


def _beginning(text: str) -> str:
    line = visible_line(text)
    return line if len(line) <= _BEGINNING_CHARS else f"{line[:_BEGINNING_CHARS]}…"
