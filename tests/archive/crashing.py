"""Crash test: processes write to an archive and are killed, or find the disk full, at random moments.

`python -m tests.archive.crashing FOLDER ROUNDS SEED` prints how many rounds ended how, and fails if anything was lost.
20 rounds are a test, 500 are `make bench-crash`. The writers are forked, so that a round takes a tenth of a second.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive import CATALOGUE, Archive, rebuild
from crawler.archive.evidence import run_warcs
from crawler.errors import ArchiveDamaged
from crawler.extract import extract
from crawler.model import Capture, Ending, Outcome, Site, SiteVisit, VisitState
from tests.archive.held import derived, dump, faults, query
from tests.quick import share_compiled_statements, sync_nothing

SITE = Site(id="jia", name="甲市人民政府", region="420100")
BATCH = 8
PAGES_PER_WRITER = 40  # after these it ends normally
SMALL_WARC_BYTES = 12_000  # maximum size of a WARC file here, so that many are opened and closed


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def page(number: int, edit: int) -> bytes:
    """Return a page from which the extractor reads a report."""
    lines = "".join(
        f"<p>第{n}项工作取得成效，完成事项{n * number + edit}件，群众满意度达到{90 + n % 10}%。</p>"
        for n in range(30)
    )
    title = f"甲市人民政府关于{2015 + number % 9}年度法治政府建设情况的报告"
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div id=zoom>{lines}</div></body></html>".encode()


def url_of(number: int) -> str:
    """Return the URL of a page."""
    return f"http://www.jia.gov.cn/art/{number}.html"


def store_page(archive: Archive, number: int, edit: int, at: datetime) -> None:
    """Archive a page as fetched at a time."""
    url, payload = url_of(number), page(number, edit)
    capture = Capture(url=url, status=200, reason="OK", headers=(), payload=payload, fetched_at=at)
    archive.record(capture)
    archive.store(extract(payload, (), url), capture, SITE)


def write(folder: Path, seed: int, report_to: int) -> None:
    """Store pages, some of them edited. Write the URL of each stored page to the file descriptor `report_to`."""
    run_warcs.MAX_WARC_BYTES = SMALL_WARC_BYTES
    chance = random.Random(seed)
    with Archive.create(folder, clock=now, command="crawl", notify=lambda _: None, batch=BATCH) as archive:
        visit = SiteVisit(site_id=SITE.id, began_at=archive.started_at)
        archive.begin_visit(visit)
        for _ in range(PAGES_PER_WRITER):
            number = chance.randrange(30)
            url = url_of(number)
            if chance.random() < 0.1:
                archive.note(Outcome(ending=Ending.GONE, url=url, site_id=SITE.id, detail="HTTP 404"))
            else:
                store_page(archive, number, chance.randrange(2), now())
            os.write(report_to, f"{url}\n".encode())
        archive.end_visit(SiteVisit(site_id=SITE.id, began_at=visit.began_at, state=VisitState.COMPLETE))


def forked(folder: Path, seed: int, before: Callable[[], None]) -> tuple[int, int]:
    """Start a writer in a process of its own. Return its pid and the file descriptor with the URLs that it stored."""
    reports, report_to = os.pipe()
    process = os.fork()
    if process:
        os.close(report_to)
        return process, reports
    try:
        before()
        write(folder, seed, report_to)
    except ArchiveDamaged as error:
        os._exit(error.exit_code)
    os._exit(0)


def killed(folder: Path, seed: int, chance: random.Random) -> tuple[str, Counter[str]]:
    """Kill a writer after some stored pages and a short time. Return how it ended and the URLs that it reported."""
    process, reports = forked(folder, seed, lambda: None)
    lines, wanted = b"", chance.choice((0, 0, *range(1, PAGES_PER_WRITER + 2)))
    while lines.count(b"\n") < wanted and (more := os.read(reports, 80)):
        lines += more
    until = time.perf_counter() + chance.uniform(0, 0.02 if wanted else 0.08)
    while time.perf_counter() < until:
        pass
    os.kill(process, signal.SIGKILL)
    return _end(process, reports, lines)


def full(folder: Path, seed: int, chance: random.Random) -> tuple[str, Counter[str]]:
    """Run a writer with a file size limit, as on a full disk. Return how it ended and the URLs that it reported."""
    limit = chance.choice((chance.randrange(SMALL_WARC_BYTES), chance.randrange(400_000)))

    def before() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    process, reports = forked(folder, seed, before)
    return _end(process, reports, b"")


def _end(process: int, reports: int, lines: bytes) -> tuple[str, Counter[str]]:
    while more := os.read(reports, 4096):
        lines += more
    os.close(reports)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert code in (-signal.SIGKILL, 0, ArchiveDamaged.exit_code), f"a writer ended with {code}"
    return {0: "ended", -9: "killed", 4: "disk full"}[code], Counter(lines.decode().split())


def kept(folder: Path) -> Counter[str]:
    """Count the outcomes of each URL in the catalogue."""
    return Counter(str(url) for (url,) in query(folder, "SELECT url FROM outcomes"))


def crash(folder: Path, rounds: int, seed: int) -> Counter[str]:
    """Run rounds on one archive and count how they ended. Raises AssertionError if a reported page is lost or verify finds a fault."""
    chance, ends = random.Random(seed), Counter[str]()
    with Archive.create(folder, clock=now, notify=lambda _: None):
        pass
    for number in range(rounds):
        before = kept(folder)
        crash_writer = full if chance.random() < 0.25 else killed
        how, reported = crash_writer(folder, seed * 100_000 + number, chance)
        ends[how] += 1
        with Archive.create(folder, clock=now, notify=lambda _: None):
            pass
        lost = reported - (kept(folder) - before)
        assert not lost, f"round {number} ({how}): reported as stored and lost: {lost}"
        if number % 20 == 19:
            assert (found := faults(folder)) == [], f"round {number} ({how}): {found[:3]}"
    assert (found := faults(folder, deep=True)) == [], found[:3]
    rows, files = dump(folder), derived(folder)
    (folder / CATALOGUE).unlink()
    rebuild(folder, clock=now, notify=lambda _: None)
    assert dump(folder) == rows, sorted(set(dump(folder)) ^ set(rows))[:4]
    assert derived(folder) == files
    return ends


if __name__ == "__main__":
    sync_nothing()  # a kill is no power cut
    share_compiled_statements()
    print(dict(crash(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
