"""Extraction against the bare lexbor parse of the same pages, in one run: `make bench`. The ratio is the figure."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from crawler.errors import ExtractError
from crawler.extract import extract
from crawler.extract.decode import decode

PAGES = Path(__file__).parent.parent / "tests" / "fixtures"
ROUNDS = 5


def main() -> None:
    """Print milliseconds a page (process time, best of ROUNDS) and their ratio."""
    pages = [
        path.read_bytes() for path in sorted(PAGES.glob("*/*")) if path.suffix in (".html", ".shtml", ".htm")
    ]
    bare = statistics.mean(_best(_parse, page) for page in pages)
    ours = statistics.mean(_best(_extract, page) for page in pages)
    size = sum(map(len, pages)) / len(pages) / 1024
    print(f"{len(pages)} saved pages, {size:.0f} KiB on average")
    print(f"bare lexbor parse   {bare * 1000:7.2f} ms a page")
    print(f"extract             {ours * 1000:7.2f} ms a page, {ours / bare:.1f} times the bare parse")


def _best(call: Callable[[bytes], object], page: bytes) -> float:
    times = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        call(page)
        times.append(time.process_time() - begin)
    return min(times)


def _parse(page: bytes) -> object:
    return LexborHTMLParser(decode(page)[0])


def _extract(page: bytes) -> object:
    try:
        return extract(page)
    except ExtractError as error:
        return error


if __name__ == "__main__":
    main()
