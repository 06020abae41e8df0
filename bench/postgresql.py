"""Compare a catalogue in PostgreSQL with one in SQLite, in one run on one machine: `make bench-postgresql`.

Storing is that of `bench.archive`. Searching is one query after another over the texts stored. The server is that of
FAZHI_TEST_DATABASE, or one that is started for the run.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.archive import BATCH, SITE, captures
from crawler.archive import Archive, Reader, rebuild
from crawler.errors import ExtractError
from crawler.extract import extract
from crawler.model import Capture, Report
from crawler.questions.search import search
from tests.spread.servers import postgres

QUERIES = ("法", "法治", "行政复议", "优化营商环境", "法治 -复议")
ROUNDS = 3


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--captures", type=int, default=1000)
    number: int = arguments.parse_args().captures
    pages = [(capture, report) for capture in captures(number) if (report := _report(capture))]
    print(f"{len(pages)} captures with their texts; seconds, and times that of SQLite")
    with postgres() as server, tempfile.TemporaryDirectory() as folder:
        places = {"sqlite": None, "postgresql": server.new_database()}
        rows: dict[str, list[float]] = {}
        for name, database in places.items():
            path = Path(folder, name)
            rows.setdefault("store", []).append(_timed(lambda p=path, d=database: _store(p, d, pages)))  # type: ignore[misc]
            rows.setdefault("rebuild", []).append(
                _timed(lambda p=path, d=database: rebuild(p, clock=_now, notify=_silent, database=d))  # type: ignore[misc]
            )
            with Reader.read(path, database=database) as archive:
                for query in QUERIES:
                    search(archive, query)
                    best = min(_timed(lambda a=archive, q=query: search(a, q)) for _ in range(ROUNDS))  # type: ignore[misc]
                    rows.setdefault(f"search {query}", []).append(best)
    print(f"{'':16}{'SQLite':>10}{'PostgreSQL':>12}{'ratio':>8}")
    for what, (one, other) in rows.items():
        print(f"{what:16}{one:>10.3f}{other:>12.3f}{other / one:>8.2f}")
    print(f"stored per second: {len(pages) / rows['store'][0]:.0f} and {len(pages) / rows['store'][1]:.0f}")


def _report(capture: Capture) -> Report | None:
    try:
        return extract(capture.body, capture.headers, capture.url)
    except ExtractError:
        return None


def _store(path: Path, database: str | None, pages: list[tuple[Capture, Report]]) -> None:
    with Archive.create(path, clock=_now, notify=_silent, batch=BATCH, database=database) as archive:
        for capture, report in pages:
            archive.record(capture)
            archive.store(report, capture, SITE)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _now() -> datetime:
    return datetime.now(UTC) + timedelta(days=30)


def _silent(_: str) -> None: ...


if __name__ == "__main__":
    main()
