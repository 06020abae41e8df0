"""Ours and other extractors on the same pages in one process: quality, speed and memory as one table.

`make bench-extract PAGES=dir`. Times are process time on one core, best of three a page; the bare lexbor parse,
decoding included, is the floor that they are told as multiples of. Memory is measured afterwards, in processes apart.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import warnings
from collections.abc import Sequence

from bench.extractors import EXTRACTORS, FLOOR, OURS
from bench.measure import ROUNDS, Result, run
from bench.memory import MEASURES, SHAPES, SIZES, peak, resident
from bench.pages import Page, add_argument, load
from bench.score import SHINGLE, Summary, summary
from bench.table import NOTHING, figure, percent, table

_QUALITY = ("precision", "recall", "F1 mean", "F1 median", "to the character", "title", "date", "source")
_COST = ("ms/page", "pages/s", "× parse", "memory × page", "no body", "failed")
_NO_BODY = frozenset((FLOOR,))
_MEMORY_SIZE = (
    "1 MB"  # at which extractors are compared: small pages hide in memory that a process has anyway
)
_MEMORY_SHAPE = "many pages in one"
_FAULTS_SHOWN = 3


def main() -> None:
    """Print the tables, and below them each extractor that is missing or failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_argument(parser)
    found = load(parser.parse_args().pages)
    logging.disable(logging.CRITICAL)  # the others' logs
    warnings.simplefilter("ignore")  # and their deprecations
    print(found)
    print(
        f"Body: {SHINGLE}-character shingles after NFKC without white space. Time: process time, best of {ROUNDS}."
    )
    print(f"Memory: growth of peak resident memory on a page of {_MEMORY_SIZE}, as a multiple of its size.\n")
    results, missing = _run_all(found.pages)
    print(table(["", *_QUALITY, *_COST], _rows(found.pages, results, missing)))
    for line in (*missing.values(), *_faults(results)):
        print(line)
    print()
    print(table(["peak memory × page", *SIZES], list(_memory_rows(found.pages))))


def _run_all(pages: Sequence[Page]) -> tuple[dict[str, list[Result]], dict[str, str]]:
    """Results by extractor, and for those not installed a sentence that says so."""
    results: dict[str, list[Result]] = {}
    missing: dict[str, str] = {}
    for name, extractor in EXTRACTORS.items():
        try:
            call = extractor.load()
        except ImportError as error:
            missing[name] = f"{name}: not installed ({error}); `make bench-extract` installs it"
            continue
        results[name] = run(call, pages)
    return results, missing


def _rows(
    pages: Sequence[Page], results: dict[str, list[Result]], missing: dict[str, str]
) -> list[list[str]]:
    floor = sum(result.seconds for result in results[FLOOR])
    make = SHAPES[_MEMORY_SHAPE]
    page, small = make(pages, SIZES[_MEMORY_SIZE]), make(pages, min(SIZES.values()))
    rows = []
    for name in EXTRACTORS:
        if name in missing:
            rows.append([f"{name}: not installed", *[NOTHING] * len((*_QUALITY, *_COST))])
            continue
        seconds = sum(result.seconds for result in results[name])
        memory = figure(peak(name, page, resident, warm_up=small), ".1f")
        rows.append(
            [name, *_quality(name, results[name]), *_cost(name, results[name], seconds / floor, memory)]
        )
        if name == OURS:
            rows += _by_kind(results[name])
    return rows


def _by_kind(results: Sequence[Result]) -> list[list[str]]:
    """Ours again, government and general pages apart."""
    kinds = sorted({result.page.kind for result in results})
    parts = {kind: [result for result in results if result.page.kind == kind] for kind in kinds}
    return [
        [f"– {kind} ({len(part)})", *_quality(OURS, part), *_cost(OURS, part, None, NOTHING)]
        for kind, part in parts.items()
        if len(parts) > 1
    ]


def _quality(name: str, results: Sequence[Result]) -> list[str]:
    if name in _NO_BODY:
        return [NOTHING] * len(_QUALITY)
    total: Summary = summary([result.score for result in results])
    gives = EXTRACTORS[name].gives
    marks = {"title": total.title, "date": total.date, "source": total.source}
    return [
        *map(figure, (total.precision, total.recall, total.f1_mean, total.f1_median)),
        f"{total.exact}/{total.pages}",
        *(percent(mark if field in gives else None) for field, mark in marks.items()),
    ]


def _cost(name: str, results: Sequence[Result], ratio: float | None, memory: str) -> list[str]:
    seconds = sum(result.seconds for result in results)
    return [
        f"{1000 * seconds / len(results):.2f}",
        f"{len(results) / seconds:.0f}",
        figure(ratio, ".1f"),
        memory,
        NOTHING if name in _NO_BODY else str(sum(result.empty and not result.fault for result in results)),
        str(sum(result.fault is not None for result in results)),
    ]


def _faults(results: dict[str, list[Result]]) -> list[str]:
    """What was raised, the first few of each extractor by page."""
    lines = []
    for name, outcome in results.items():
        faults = [result for result in outcome if result.fault]
        lines += [f"{name} failed on {result.page.id}: {result.fault}" for result in faults[:_FAULTS_SHOWN]]
        if more := faults[_FAULTS_SHOWN:]:
            lines.append(f"{name} failed on {len(more)} more")
    return lines


def _memory_rows(pages: Sequence[Page]) -> list[list[str]]:
    """Ours beside the floor, for each shape of page and each measure."""
    rows = []
    for shape, make in SHAPES.items():
        made = [make(pages, size) for size in SIZES.values()]
        for (label, measure), name in itertools.product(MEASURES.items(), (FLOOR, OURS)):
            ratios = [figure(peak(name, page, measure, warm_up=made[0]), ".1f") for page in made]
            rows.append([f"{name}, {shape}, {label}", *ratios])
    return rows


if __name__ == "__main__":
    main()
