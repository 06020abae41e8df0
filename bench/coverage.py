"""Measure `fazhi coverage` on made catalogues of two sizes: processor time and peak memory of a process that does nothing else.

`python -m bench.coverage 24000 96000`: numbers of reports. Each division of GB/T 2260 has a source that was visited ten times
for each of its reports; a tenth of the reports are gone, a twentieth have two texts. The matrix has every division and eleven
years. The time must grow as the number of reports does, and the memory must not.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, insert

from crawler.archive import CATALOGUE, Reader
from crawler.archive.catalogue.engine import sqlite_engine, upgrade
from crawler.archive.catalogue.models import PageRow, ReportRow, RunRow, SourceRow, VersionRow, VisitRow
from crawler.field.regions import Region, all_regions
from crawler.model import Years
from crawler.questions.coverage import coverage

SIZES = (24_000, 96_000)
YEARS = Years(first=2015, last=2025)
ASOF = date(2026, 11, 25)
VISITS_PER_REPORT = 10
MAX_TIME_RATIO, MAX_MEMORY_RATIO = 1.5, 1.2
"""Time: of the ratio of the numbers of reports. Memory: of that of the smaller catalogue."""

_REGIONS = all_regions()
_BEGIN = datetime(2016, 1, 5, tzinfo=UTC)
_ROWS_PER_INSERT = 2000
_NO_BAND = {"band_0": 0, "band_1": 0, "band_2": 0, "band_3": 0}


def main(sizes: list[int]) -> int:
    """Print a line for each size. Return 1 if a limit is not kept."""
    print(f"{'reports':>8} {'sources':>8} {'visits':>8} {'cells':>7} {'seconds':>8} {'peak MB':>8}")
    found: list[tuple[float, float]] = []
    for size in sizes:
        with TemporaryDirectory(prefix="fazhi-coverage-") as folder:
            fill(Path(folder), size)
            words = [sys.executable, "-m", "bench.coverage", "--one", folder]
            told = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
        cells, seconds, peak = int(told[0]), float(told[1]), float(told[2])
        visits = size * VISITS_PER_REPORT
        print(f"{size:>8} {len(_REGIONS):>8} {visits:>8} {cells:>7} {seconds:>8.1f} {peak:>8.0f}", flush=True)
        found.append((seconds, peak))
    growth = sizes[-1] / sizes[0]
    time_ratio, memory_ratio = found[-1][0] / found[0][0] / growth, found[-1][1] / found[0][1]
    print(f"time a report, against the smaller catalogue: {time_ratio:.2f} (<= {MAX_TIME_RATIO})")
    print(f"memory, against the smaller catalogue: {memory_ratio:.2f} (<= {MAX_MEMORY_RATIO})")
    return int(time_ratio > MAX_TIME_RATIO or memory_ratio > MAX_MEMORY_RATIO)


def fill(folder: Path, number: int, divisions: int | None = None) -> None:
    """Write a catalogue with so many reports, year by year, of so many divisions in turn; None: all. Only they have sources."""
    regions = _REGIONS[:: len(_REGIONS) // divisions][:divisions] if divisions else _REGIONS
    engine = sqlite_engine(folder / CATALOGUE, writes=True)
    upgrade(engine)
    with engine.begin() as connection:
        run = {"started_at": _BEGIN, "state": "finished", "command": "", "software": "", "detail": ""}
        connection.execute(insert(RunRow), [run])
        _insert(connection, SourceRow, map(_source, regions))
        _insert(connection, ReportRow, (_report(each, regions) for each in range(number)))
        _insert(connection, VersionRow, (row for each in range(number) for row in _versions(each, regions)))
        _insert(connection, PageRow, (_page(each, regions) for each in range(number)))
        _insert(connection, VisitRow, (_visit(each, regions) for each in range(number * VISITS_PER_REPORT)))
    engine.dispose()


def _insert(connection: Connection, table: type[Any], rows: Iterator[Mapping[str, Any]]) -> None:
    portion: list[Mapping[str, Any]] = []
    for row in rows:
        portion.append(row)
        if len(portion) == _ROWS_PER_INSERT:
            connection.execute(insert(table), portion)
            portion = []
    if portion:
        connection.execute(insert(table), portion)


def _source(region: Region) -> dict[str, Any]:
    return {
        "site_id": f"s{region.code}", "since": _BEGIN, "name": region.name, "region": region.code, "lists": 1,
        "first_year": 2015, "last_year": None,
    }  # fmt: skip


def _place(number: int, regions: Sequence[Region]) -> tuple[Region, int, int]:
    """Return a report's division, its year, and its number among those of this division and year."""
    years = YEARS.last - YEARS.first if YEARS.last else 1
    return (
        regions[number % len(regions)],
        YEARS.first + number // len(regions) % years,
        number // len(regions) // years,
    )


def _report(number: int, regions: Sequence[Region]) -> dict[str, Any]:
    region, year, _ = _place(number, regions)
    return {
        "id": f"{region.code}-{year}-{number:08d}",
        "site_id": f"s{region.code}",
        "region": region.code,
        "year": year,
    }


def _versions(number: int, regions: Sequence[Region]) -> Iterator[dict[str, Any]]:
    region, year, beside = _place(number, regions)
    seen = datetime(year + 1, 3, 1, tzinfo=UTC) + timedelta(days=number % 61)
    first: dict[str, Any] = {
        "report_id": f"{region.code}-{year}-{number:08d}", "number": 1, "title": "", "issuer": f"{region.name}人民政府",
        "kind": "department" if beside else "government", "published": f"{seen:%Y-%m-%d}", "source": None,
        "signed": None, "index": None, "body": "", "sections": [], "attachments": [],
        "url": f"https://s{region.code}.gov.cn/{number}.html", "text_sha256": f"{number:064x}", "simhash": "0" * 16,
        "first_seen": seen, "last_seen": seen, "capture_id": None, "parts": 1, "text_file": "", "extractor": "made",
        "tombstone": False, "older": False, "origin": "own", "further": [], "former": [], **_NO_BAND,
    }  # fmt: skip
    if beside:
        first["issuer"] = f"{region.name}第{beside}局"
    yield first
    if number % 20 == 0:
        later = {
            "number": 2,
            "text_sha256": f"{number + (1 << 40):064x}",
            "first_seen": seen + timedelta(days=90),
        }
        yield first | later
    elif number % 10 == 1:
        yield first | {
            "number": 2,
            "published": None,
            "tombstone": True,
            "first_seen": seen + timedelta(days=200),
        }


def _page(number: int, regions: Sequence[Region]) -> dict[str, Any]:
    region, year, _ = _place(number, regions)
    seen = datetime(year + 1, 3, 1, tzinfo=UTC) + timedelta(days=number % 61)
    url = f"https://s{region.code}.gov.cn/{number}.html"
    return {
        "url_key": url, "url": url, "site_id": f"s{region.code}", "report_id": f"{region.code}-{year}-{number:08d}",
        "text_sha256": f"{number:064x}", "first_seen": seen, "last_seen": seen, "state": "live", "own": True,
    }  # fmt: skip


def _visit(number: int, regions: Sequence[Region]) -> dict[str, Any]:
    region, turn = regions[number % len(regions)], number // len(regions)
    began = _BEGIN + timedelta(days=13 * turn % 3900)
    years = sorted(range(YEARS.first, min(began.year, (YEARS.last or began.year) + 1)))
    state = "failed" if number % 17 == 0 else "complete"
    return {
        "run_id": 1, "site_id": f"s{region.code}", "began_at": began, "ended_at": began + timedelta(minutes=2),
        "state": state, "left": 0, "requests": 9, "bytes": 90_000, "seconds": 12.0, "found": len(years),
        "troubled": False, "years": years, "entries": [], "frontier": [],
    }  # fmt: skip


def one(folder: str) -> None:
    """Answer for one catalogue, in this process; print the number of cells, the seconds and the peak memory in MB."""
    cells = 0
    with Reader.read(folder) as reader:
        begun = time.process_time()
        for row in coverage(reader, asof=ASOF, years=YEARS, every_division=True):
            cells += len(row.cells)
        seconds = time.process_time() - begun
    print(cells, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2])
    else:
        sys.exit(main([int(word) for word in sys.argv[1:]] or list(SIZES)))
