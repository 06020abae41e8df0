"""Make the rows of a table from the results of several extractors on the same pages. `measure` makes the results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bench.extractors import EXTRACTORS, FLOOR, OURS
from bench.measure import Result
from bench.score import summary
from bench.table import NOTHING, figure, percent

_QUALITY = ("precision", "recall", "F1 mean", "F1 median", "to the character", "title", "date", "source")
_COST = ("ms/page", "pages/s", "× parse", "memory × page", "no body", "failed")
HEADS = ("", *_QUALITY, *_COST)
_MAX_FAULTS_SHOWN = 3  # of each extractor

Results = Mapping[str, Sequence[Result]]
"""Results by the extractor's name; all have the same pages in the same order."""


def rows(results: Results, memory: Mapping[str, float | None]) -> Iterator[list[str]]:
    """Yield a row for each known extractor, for ours also one for each kind of page. `memory`: multiples of the page size.

    An extractor without results is not installed; its row says so.
    """
    for name in EXTRACTORS:
        if name not in results:
            yield [f"{name}: not installed", *[NOTHING] * (len(HEADS) - 1)]
            continue
        yield _row(name, name, results[name], results[FLOOR], memory.get(name))
        if name == OURS:
            yield from _by_kind(results)


def _by_kind(results: Results) -> Iterator[list[str]]:
    """Yield our results for each kind of page."""
    kinds = sorted({result.page.kind for result in results[OURS]})
    for kind in kinds if len(kinds) > 1 else ():
        ours, floor = ([one for one in results[name] if one.page.kind == kind] for name in (OURS, FLOOR))
        yield _row(f"– {kind} ({len(ours)})", OURS, ours, floor, None)


def _row(
    label: str, name: str, results: Sequence[Result], floor: Sequence[Result], memory: float | None
) -> list[str]:
    seconds = _seconds(results)
    return [
        label,
        *_quality(name, results),
        f"{1000 * seconds / len(results):.2f}",
        f"{len(results) / seconds:.0f}",
        f"{seconds / _seconds(floor):.1f}",
        figure(memory, ".1f"),
        str(sum(one.empty and not one.fault for one in results)) if EXTRACTORS[name].gives else NOTHING,
        str(sum(one.fault is not None for one in results)),
    ]


def _quality(name: str, results: Sequence[Result]) -> list[str]:
    """Return the scores of the fields that an extractor gives. A page on which it failed counts as nothing found."""
    gives = EXTRACTORS[name].gives
    if not gives:
        return [NOTHING] * len(_QUALITY)
    total = summary([one.score for one in results])
    marks = {"title": total.title, "date": total.date, "source": total.source}
    return [
        *map(figure, (total.precision, total.recall, total.f1_mean, total.f1_median)),
        f"{total.exact}/{total.pages}",
        *(percent(mark if field in gives else None) for field, mark in marks.items()),
    ]


def _seconds(results: Sequence[Result]) -> float:
    return sum(one.seconds for one in results)


def faults(results: Results) -> Iterator[str]:
    """Yield a line for each page on which an extractor raised an exception, the first few of each extractor."""
    for name, outcome in results.items():
        failed = [one for one in outcome if one.fault]
        for one in failed[:_MAX_FAULTS_SHOWN]:
            yield f"{name} failed on {one.page.id}: {one.fault}"
        if len(failed) > _MAX_FAULTS_SHOWN:
            yield f"{name} failed on {len(failed) - _MAX_FAULTS_SHOWN} more"
