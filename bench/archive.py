"""Compare the archive's work with the least that it must cost, in one run on one machine: `make bench-archive`.

Storing is compared with warcio's writer, verifying with `zcat | sha256sum`, rebuilding with extraction alone, size with
the gzip of the payloads. Each row has a ratio and the aim for it.
"""

from __future__ import annotations

import argparse
import gzip
import random
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from bench.table import RATIO_HEAD, Ratio
from crawler.archive import Archive, rebuild
from crawler.extract import extract
from crawler.fetch import load_exchanges
from crawler.model import Capture, Report, Site
from crawler.questions.verify import verify

FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures"
SITE = Site(id="bench", name="武汉市人民政府", region="420100")
BATCH = 64
PAGE_BYTES = 49_000
ROUNDS = 3  # the best one counts: other work of the machine can only slow a round
HEADERS = (
    ("Server", "nginx"),
    ("Content-Type", "text/html; charset=utf-8"),
    ("Last-Modified", "Tue, 21 Feb 2023 02:00:00 GMT"),
    ("ETag", '"63f427d0-bf68"'),
)
REQUEST = (("Host", "www.wuhan.gov.cn"), ("User-Agent", "fazhi/0.1 (bench)"), ("Accept", "*/*"))


def captures(number: int) -> Iterator[Capture]:
    """Yield captures of PAGE_BYTES bytes, made from saved pages, with different digits in each."""
    pages = [e.body for e in load_exchanges(FIXTURES) if b"<html" in e.body.lower() and len(e.body) > 8_000]
    chance, when = random.Random(1), datetime(2026, 11, 25, tzinfo=UTC)
    for n in range(number):
        page = re.sub(rb"\d", lambda _: b"%d" % chance.randrange(10), pages[n % len(pages)])
        filling = b"".join(
            b"<li><a href=/a/%d/t%d.shtml>%x</a></li>\n"
            % (n, chance.randrange(10**7), chance.getrandbits(64))
            for _ in range(max(0, PAGE_BYTES - len(page)) // 60)
        )
        body = page.replace(b"</body>", b"<ul>" + filling + b"</ul></body>", 1)
        yield Capture(
            url=f"http://www.wuhan.gov.cn/zwgk/{n // 100}/t{n}.shtml",
            status=200,
            reason="OK",
            headers=HEADERS,
            payload=body,
            fetched_at=when + timedelta(seconds=n),
            request_headers=REQUEST,
            ip="203.0.113.9",
        )


def reports(pages: list[Capture]) -> list[Report]:
    """Return the reports, extracted before the measurement."""
    return [replace(extract(p.payload, p.headers, p.url), url=p.url) for p in pages]


def clock() -> datetime:
    """Return a fixed time."""
    return datetime(2026, 11, 25, tzinfo=UTC)


def store(folder: Path, pages: list[Capture], texts: list[Report]) -> None:
    """Record and store all pages, as a crawl does."""
    with Archive.create(folder, clock=clock, notify=print, batch=BATCH) as archive:
        for page, text in zip(pages, texts, strict=True):
            archive.record(page)
            archive.store(text, page, SITE)


def warcio(path: Path, pages: list[Capture]) -> None:
    """Write only the responses, with warcio's writer."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
        for page in pages:
            head = StatusAndHeaders("200 OK", list(page.headers), protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    page.url, "response", payload=BytesIO(page.payload), http_headers=head
                )
            )


def seconds(work: Callable[[], object]) -> float:
    """Return the wall-clock seconds that a call takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def size(folder: Path, pattern: str = "**/*") -> int:
    """Return the size of the files that match, in bytes."""
    return sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file())


def rows(number: int, scratch: Path) -> Iterator[Ratio]:
    """Yield the rows of the table."""
    pages = list(captures(number))
    texts = reports(pages)
    ours = min(seconds(lambda n=n: store(scratch / f"ours{n}", pages, texts)) for n in range(ROUNDS))  # type: ignore[misc]
    peer = min(seconds(lambda n=n: warcio(scratch / f"{n}.gz", pages)) for n in range(ROUNDS))  # type: ignore[misc]
    folder = scratch / "ours0"
    yield Ratio(
        what="storing, beside warcio's writer",
        ours=number / ours,
        peer=number / peer,
        unit="captures/s",
        aim="≥ 1.00",
    )
    gzipped = sum(len(gzip.compress(page.payload, 6)) for page in pages)
    warcs = size(folder, "warc/*/*.warc.gz")
    yield Ratio(
        what="WARC on disk, beside gzip -6 of the payloads",
        ours=warcs / number,
        peer=gzipped / number,
        unit="bytes",
        aim="≤ 1.10",
    )
    yield Ratio(
        what="    with index, catalogue and texts",
        ours=size(folder) / number,
        peer=gzipped / number,
        unit="bytes",
        aim="",
    )
    checked = min(seconds(lambda: list(verify(folder, notify=print))) for _ in range(ROUNDS))
    command = f"cat {folder}/warc/*/*.warc.gz | zcat | sha256sum"
    piped = min(
        seconds(lambda: subprocess.run(command, shell=True, check=True, capture_output=True))
        for _ in range(ROUNDS)
    )
    yield Ratio(
        what="verify, beside zcat | sha256sum", ours=checked, peer=piped, unit="seconds", aim="≤ 2.00"
    )
    again = min(seconds(lambda: rebuild(folder, clock=clock, notify=print)) for _ in range(ROUNDS))
    bare = min(seconds(lambda: reports(pages)) for _ in range(ROUNDS))
    yield Ratio(what="rebuild, beside bare extraction", ours=again, peer=bare, unit="seconds", aim="≤ 1.50")
    yield from unchanged(folder, pages, texts)


def unchanged(folder: Path, pages: list[Capture], texts: list[Report]) -> Iterator[Ratio]:
    """Yield how many bytes a second, unchanged capture of every page adds."""
    before, warcs = size(folder), size(folder, "warc/*/*.warc.gz")
    later = [replace(page, fetched_at=page.fetched_at + timedelta(days=1)) for page in pages]
    store(folder, later, texts)
    more = (size(folder, "warc/*/*.warc.gz") - warcs) / len(pages)
    yield Ratio(
        what="an unchanged capture adds to the WARC", ours=more, peer=1024, unit="bytes", aim="≤ 1.00"
    )
    yield Ratio(
        what="    with index and catalogue",
        ours=(size(folder) - before) / len(pages),
        peer=1024,
        unit="bytes",
        aim="≤ 1.00",
    )


def curve(number: int, scratch: Path) -> Iterator[Ratio]:
    """Yield the cost of a capture in a large archive relative to a small one."""
    step, times = 1000, []
    body = list(captures(step))
    texts = reports(body)
    with Archive.create(scratch / "curve", clock=clock, notify=print, batch=BATCH) as archive:
        for first in range(0, number, step):
            begin = time.perf_counter()
            for page, text in zip(body, texts, strict=True):
                url = f"{page.url}?{first}"
                digest = f"{first + 1:08x}{text.text_sha256[8:]}"
                mark = replace(page, url=url, payload=page.payload + b"<!-- %d -->" % first)
                archive.record(mark)
                archive.store(replace(text, url=url, text_sha256=digest), mark, SITE)
            times.append(time.perf_counter() - begin)
    tenth = max(1, len(times) // 10)
    yield Ratio(
        what=f"a capture's cost at {number}, beside the first",
        ours=1000 * statistics.median(times[-tenth:]) / step,
        peer=1000 * statistics.median(times[:tenth]) / step,
        unit="ms",
        aim="0.80 to 1.20",
    )


def main() -> None:
    """Print one table of ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=600, help="number of different pages, 49 KB each")
    options.add_argument(
        "--captures", type=int, default=5000, help="captures of the curve; 200000 takes some ten minutes"
    )
    given = options.parse_args()
    print(RATIO_HEAD)
    with tempfile.TemporaryDirectory() as scratch:
        for row in rows(given.pages, Path(scratch)):
            print(row, flush=True)
        for row in curve(given.captures, Path(scratch)):
            print(row, flush=True)


if __name__ == "__main__":
    main()
