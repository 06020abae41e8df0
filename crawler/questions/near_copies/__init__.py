"""Find near copies: reports whose texts were edited, shortened, or copied into another frame. They are never merged.

What is compared is derived from the catalogue's texts for each question, so it is never behind them, and nothing is
written to the archive: read permission is enough, also while a crawl runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.field.counting import counted
from crawler.questions.near_copies.candidates import Candidates
from crawler.questions.near_copies.clauses import (
    SharedParagraph,
    clauses,
    contained_share,
    shared_paragraphs,
    shingles,
)

if TYPE_CHECKING:
    from crawler.archive import Reader
    from crawler.model import Report, Years

__all__ = ["NearCopy", "SharedParagraph", "near_copies", "near_pairs"]

MIN_CLAUSES = 0.7
"""Least share of the smaller text's clauses that stand in the larger one. Next year's report shares 0.78 at most."""

MIN_CHARACTERS = 0.8
"""The same of its runs of four characters. Texts with many edits share fewer clauses and more characters than others."""

_PROGRESS_EVERY = 2_000  # texts
_KEPT_TEXTS = 64  # whose clauses are kept for the next pairs, about 0.5 MB each


@dataclass(frozen=True, slots=True, kw_only=True)
class NearCopy:
    """Two reports whose latest texts are near copies."""

    one: Report
    other: Report
    share: float  # of the smaller text that stands in the larger, by runs of four characters, 0.8 to 1.0
    paragraphs: tuple[SharedParagraph, ...]
    one_captured_at: datetime | None = None  # when the page of that text was captured, UTC
    other_captured_at: datetime | None = None


def near_copies(
    archive: Reader,
    *,
    region: str | None = None,
    year: int | None = None,
    years: Years | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Iterator[NearCopy]:
    """Yield the pairs of reports whose latest texts are near copies. `one` is first by region, year and date.

    `region`, `year` and `years`: as for `Reader.iter_reports`. `progress` gets a line for every 2,000 texts read, and when they are compared. Two texts are
    near copies if the shares MIN_CLAUSES and MIN_CHARACTERS of the smaller one stand in the larger one. Raises ConfigError for a wrong region,
    ArchiveDamaged if the catalogue cannot be read.
    """
    ids: list[str] = []

    def bodies() -> Iterator[str]:
        for report in archive.iter_reports(region=region, year=year, years=years, bodies=True):
            ids.append(report.id or "")
            if len(ids) % _PROGRESS_EVERY == 0:
                progress(f"{counted(len(ids), 'text')} read")
            yield report.body
        if (number := len(ids)) >= _PROGRESS_EVERY:
            progress(f"{number} texts read; those that share a rare clause are compared")

    for one, other, share in near_pairs(bodies(), lambda number: archive.show(ids[number]).body):
        first, second = archive.show(ids[one]), archive.show(ids[other])
        paragraphs = shared_paragraphs(first.body, second.body)
        yield NearCopy(
            one=first,
            other=second,
            share=share,
            paragraphs=paragraphs,
            one_captured_at=_captured_at(archive, first),
            other_captured_at=_captured_at(archive, second),
        )


def _captured_at(archive: Reader, report: Report) -> datetime | None:
    places = archive.places(report.id or "", report.version)
    return places[0].captured_at if places else None


def near_pairs(bodies: Iterable[str], body_of: Callable[[int], str]) -> Iterator[tuple[int, int, float]]:
    """Yield the near copies among texts as two numbers (the place in `bodies`, from 0) and their share.

    `bodies` are read once, one at a time. `body_of` returns one of them again by its number.
    """
    clauses_of = lru_cache(_KEPT_TEXTS)(lambda number: clauses(body_of(number)))
    shingles_of = lru_cache(_KEPT_TEXTS)(lambda number: shingles(body_of(number)))
    with closing(Candidates()) as candidates:
        for number, body in enumerate(bodies):
            candidates.add(number, clauses(body))
        for one, other in candidates.pairs():
            if contained_share(clauses_of(one), clauses_of(other)) < MIN_CLAUSES:
                continue
            share = contained_share(shingles_of(one), shingles_of(other))
            if share >= MIN_CHARACTERS:
                yield one, other, share


def near_pairs_of(bodies: Sequence[str]) -> list[tuple[int, int, float]]:
    """Return the near copies among a few texts, as `near_pairs` does, in order."""
    return sorted(near_pairs(bodies, bodies.__getitem__))
