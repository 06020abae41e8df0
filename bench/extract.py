"""Compare our extractor with others on the same pages, in one process: quality, speed and memory as one table.

`make bench-extract PAGES=dir`. Times are process time on one core, the best of three for each page, and are also given as
multiples of the lexbor parse with decoding. Memory is measured afterwards, in separate processes.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import warnings
from collections.abc import Iterable, Iterator, Sequence

from bench.compare import HEADS, faults, rows
from bench.extractors import EXTRACTORS, FLOOR, OURS
from bench.measure import ROUNDS, Result, run
from bench.memory import MEASURES, SHAPES, SIZES, peak, resident
from bench.pages import Page, add_argument, load
from bench.score import SHINGLE
from bench.table import figure, table

_SIZE = (
    "1 MB"  # page size for the comparison of memory: small pages fit into memory that a process has anyway
)
_SHAPE = "many pages in one"


def main() -> None:
    """Print the tables, and between them the extractors that are not installed or failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_argument(parser)
    found = load(parser.parse_args().pages)
    logging.disable(logging.CRITICAL)  # logs of the other extractors
    warnings.simplefilter("ignore")  # and their deprecation warnings
    print(found)
    print(
        f"Body: {SHINGLE}-character shingles after NFKC without white space. Time: process time, best of {ROUNDS}."
    )
    print(f"Memory: growth of peak resident memory on a page of {_SIZE}, as a multiple of its size.\n")
    results, missing = _run_all(found.pages)
    print(table(HEADS, list(rows(results, _memory(results, found.pages)))))
    print("\n".join([*missing, *faults(results)]))
    print(table(["peak memory × page", *SIZES], list(_memory_rows(found.pages))))


def _run_all(pages: Sequence[Page]) -> tuple[dict[str, list[Result]], list[str]]:
    """Return results by extractor, and a sentence for each extractor that is not installed."""
    results: dict[str, list[Result]] = {}
    missing: list[str] = []
    for name, extractor in EXTRACTORS.items():
        try:
            call = extractor.load()
        except ImportError as error:
            missing.append(f"{name}: not installed ({error}); `make bench-extract` installs it")
        else:
            results[name] = run(call, pages)
    return results, missing


def _memory(names: Iterable[str], pages: Sequence[Page]) -> dict[str, float | None]:
    page, small = (SHAPES[_SHAPE](pages, size) for size in (SIZES[_SIZE], min(SIZES.values())))
    return {name: peak(name, page, resident, warm_up=small) for name in names}


def _memory_rows(pages: Sequence[Page]) -> Iterator[list[str]]:
    """Yield our memory and that of the bare parse, for each shape of page and each measure."""
    for shape, make in SHAPES.items():
        made = [make(pages, size) for size in SIZES.values()]
        for (label, measure), name in itertools.product(MEASURES.items(), (FLOOR, OURS)):
            ratios = [figure(peak(name, page, measure, warm_up=made[0]), ".1f") for page in made]
            yield [f"{name}, {shape}, {label}", *ratios]


if __name__ == "__main__":
    main()
