"""Export made archives of two sizes in every format: time and peak memory of a process that does nothing else.

`python -m bench.export 1000 20000`. The texts have 5,000 characters. At most 1,000 reports are stored; further ones are copies of
their rows in the catalogue, since storing takes most of the time. So the WACZ of a larger archive has no more records. duckdb and XlsxWriter come with the extra `export`.
"""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler.archive import CATALOGUE, Archive, Reader
from crawler.field.fingerprint import text_sha256
from crawler.field.regions import all_regions
from crawler.model import Capture, Report, Section, Site
from crawler.questions.export import FORMATS, export

CHARACTERS = 5000
MAX_STORED = 1000
_START = datetime(2026, 1, 1, tzinfo=UTC)


def main(sizes: list[int]) -> None:
    """Print a line for each size and format."""
    print(f"{'reports':>8} {'format':<8} {'seconds':>8} {'peak MB':>8} {'MB':>7}")
    for size in sizes:
        with TemporaryDirectory() as folder:
            archive = Path(folder) / "archive"
            fill(archive, min(size, MAX_STORED))
            multiply(archive, size // MAX_STORED)
            for name in FORMATS:
                words = [
                    sys.executable,
                    "-m",
                    "bench.export",
                    "--one",
                    str(archive),
                    f"{folder}/{name}",
                    name,
                ]
                print(
                    f"{size:>8} {name:<8}",
                    subprocess.run(words, check=True, capture_output=True, text=True).stdout,
                    end="",
                    flush=True,
                )


def fill(folder: Path, number: int) -> None:
    """Make an archive of so many reports, of all divisions in turn."""
    regions = all_regions()
    with Archive.create(folder, clock=lambda: _START + timedelta(days=number)) as archive:
        for each in range(number):
            region = regions[each % len(regions)]
            year = 2015 + each // len(regions)
            site = Site(
                id=f"s{region.code}",
                name=region.name,
                region=region.code,
                lists=(f"https://s{region.code}.gov.cn/",),
            )
            report = _report(each, region.name, year)
            url = f"https://s{region.code}.gov.cn/{year}/{each}.html"
            capture = Capture(
                url=url, status=200, reason="OK", headers=(("Content-Type", "text/html"),),
                payload=f"<p>{report.body}</p>".encode(), fetched_at=_START + timedelta(minutes=each),
            )  # fmt: skip
            archive.record(capture)
            archive.store(replace(report, url=url), capture, site)


def multiply(folder: Path, times: int) -> None:
    """Copy the rows of each report and its version so often that there are `times` of each."""
    with closing(sqlite3.connect(folder / CATALOGUE)) as catalogue:
        for table, key in (("reports", "id"), ("versions", "report_id")):
            columns = [name for _, name, *_ in catalogue.execute(f"PRAGMA table_info({table})")]
            kept = [name for name in columns if name != "id" or key == "id"]
            given = ", ".join(f"{key} || ?" if name == key else name for name in kept)
            number = catalogue.execute(f"SELECT max(rowid) FROM {table}").fetchone()[0]
            statement = (
                f"INSERT INTO {table} ({', '.join(kept)}) SELECT {given} FROM {table} WHERE rowid <= {number}"
            )
            for copy in range(1, times):
                catalogue.execute(statement, (f"-{copy}",))
        catalogue.commit()


def _report(number: int, name: str, year: int) -> Report:
    lines = [
        f"{number}之{line},{name}办理事项{number * 37 + line}件。" + "依法行政" * 55 for line in range(20)
    ]
    body = "\n".join(lines)[:CHARACTERS]
    half = len(body) // 2
    sections = (
        Section(kind="achievements", title="一、成效", start=0, end=half),
        Section(kind="problems", title="二、问题", start=half, end=len(body)),
    )
    return Report(
        title=f"{name}{year}年法治政府建设情况报告", issuer=f"{name}人民政府", year=year, kind="government",
        published=f"{year + 1}-03-01", text_sha256=text_sha256(body), body=body, sections=sections, extractor="bench/1",
    )  # fmt: skip


def one(archive: str, target: str, name: str) -> None:
    """Export in one format, in this process."""
    begun = time.perf_counter()
    with Reader.read(archive) as reader:
        made = export(reader, target, [name], with_text=True)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(path.stat().st_size for path in made.path.rglob("*") if path.is_file()) / 1e6
    print(f"{seconds:>8.1f} {peak:>8.0f} {size:>7.1f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(*sys.argv[2:])
    else:
        main([int(each) for each in sys.argv[1:]] or [1000, 20000])
