"""A page with only the beginning of the archived text: requested once more, reported, and a version if it stays so."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import httpx
import pytest

from crawler.archive import Archive, rebuild
from crawler.archive.ledger.shrunk_texts import is_shrunk
from crawler.crawl import crawl, is_trouble
from crawler.fetch import Fetcher
from crawler.intake.imports import import_paths
from crawler.model import Ending, Outcome, Site
from tests.archive.held import dump, faults, query
from tests.conftest import Clock, a_capture

URL = "http://www.a.gov.cn/fz/1.html"
SITE = Site(id="a", name="甲市人民政府", region="420100", pages=(URL,), delay=0)
LINES = [f"第{n}项工作在2022年取得成效,全年办结事项{n * 37}件,群众满意度持续提升。" for n in range(40)]


def page(lines: Iterable[str]) -> bytes:
    body = "".join(f"<p>{line}</p>\n" for line in lines)
    return (
        "<html><head><meta charset=utf-8><title>甲市人民政府2022年度法治政府建设情况报告</title></head><body>"
        f"<h1>甲市人民政府2022年度法治政府建设情况报告</h1><div class=TRS_Editor>{body}</div></body></html>"
    ).encode()


WHOLE, EDITED = page(LINES), page([LINES[0], LINES[1].replace("37", "38"), *LINES[2:]])
SHORT = page(LINES[:20])
SHORTS = {
    "at a paragraph": SHORT,
    "within a paragraph": page([*LINES[:20], LINES[20][:11]]),
    "within its markup": WHOLE[: WHOLE.index("第21项".encode())],
    "with the page's foot": page([*LINES[:20], "打印本页 关闭窗口"]),
    "by three tenths": page(LINES[:27]),
    "to two paragraphs": page(LINES[:2]),
}
OTHERS = {
    "a tenth shorter": page(LINES[:36]),
    "another head": page(LINES[20:]),
    "shorter in its middle": page([*LINES[:15], *LINES[33:]]),
    "longer": page([*LINES, *LINES]),
}

Crawled = Callable[..., Awaitable["tuple[Outcome, int]"]]


class Answers(httpx.AsyncBaseTransport):
    """Answers with the bodies in turn, the last one repeatedly; 304 to a request with the ETag of the body."""

    def __init__(self, bodies: tuple[bytes, ...]) -> None:
        self.bodies, self.asked = list(bodies), 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(404, stream=httpx.ByteStream(b""))
        self.asked += 1
        body = self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]
        tag = f'"{hashlib.sha256(body).hexdigest()}"'
        if request.headers.get("if-none-match") == tag:
            return httpx.Response(304, headers={"ETag": tag}, stream=httpx.ByteStream(b""))
        headers = {"Content-Type": "text/html", "ETag": tag}
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))


@pytest.fixture
def crawled(folder: Path, clock: Clock) -> Crawled:
    async def once(*bodies: bytes, **later: float) -> tuple[Outcome, int]:
        """Visit the page, so much later; return the outcome and the number of requests."""
        clock.forward(**later or {"hours": 1})
        answers = Answers(bodies)
        with Archive.create(folder, clock=clock) as archive:
            async with Fetcher(sink=archive.record, replay=answers, clock=clock) as fetcher:
                outcomes = [o async for o in crawl([SITE], fetcher=fetcher, archive=archive)]
        (outcome,) = (each for each in outcomes if each.ending is not Ending.RECOVERED)
        return outcome, answers.asked

    return once


def versions(folder: Path) -> list[int]:
    """Return the number of characters of each version."""
    return [int(str(row[0])) for row in query(folder, "SELECT length(body) FROM versions ORDER BY number")]


@pytest.mark.parametrize("how", SHORTS)
async def test_a_beginning_of_the_text_is_requested_twice_reported_and_no_version(
    how: str, crawled: Crawled, folder: Path
) -> None:
    await crawled(WHOLE)
    outcome, asked = await crawled(SHORTS[how])
    assert (outcome.ending, asked) == (Ending.SHRUNK, 2)
    assert outcome.report_id is not None
    assert is_trouble(outcome, SITE)
    assert "% shorter; requested twice; the first answer: " in outcome.detail
    assert len(versions(folder)) == 1
    assert query(folder, "SELECT count(*) FROM captures WHERE status = 200") == [(3,)]  # evidence
    assert query(folder, "SELECT state FROM pages") == [("live",)]
    assert faults(folder, deep=True) == []


@pytest.mark.parametrize("how", OTHERS)
async def test_another_text_is_a_version_at_once(how: str, crawled: Crawled, folder: Path) -> None:
    await crawled(WHOLE)
    outcome, asked = await crawled(OTHERS[how])
    assert (outcome.ending, asked, len(versions(folder))) == (Ending.REVISED, 1, 2)


async def test_a_second_answer_that_is_whole_confirms_the_text_and_notes_the_first(
    crawled: Crawled, folder: Path
) -> None:
    await crawled(WHOLE)
    outcome, asked = await crawled(SHORT, WHOLE)
    assert (outcome.ending, asked) == (Ending.UNCHANGED, 2)
    assert outcome.detail.startswith("requested twice; the first answer: ")
    assert outcome.detail.endswith("% shorter")
    outcome, _ = await crawled(SHORT, EDITED)
    assert (outcome.ending, outcome.version) == (Ending.REVISED, 2)


async def test_a_text_that_is_still_shorter_a_day_later_is_a_version(crawled: Crawled, folder: Path) -> None:
    await crawled(WHOLE)
    for hours in (1, 20):
        outcome, _ = await crawled(SHORT, hours=hours)
        assert outcome.ending is Ending.SHRUNK
    outcome, _ = await crawled(SHORT, hours=4)
    assert (outcome.ending, outcome.version) == (Ending.REVISED, 2)
    assert ", shorter since 2026-11-25" in outcome.detail
    whole, short = versions(folder)
    assert short < whole
    assert (await crawled(SHORT))[0].ending is Ending.UNCHANGED
    outcome, asked = await crawled(WHOLE)  # a longer text is not suspicious
    assert (outcome.ending, outcome.version, asked) == (Ending.REVISED, 3, 1)
    assert faults(folder, deep=True) == []


@pytest.mark.parametrize("between", [WHOLE, page(LINES[:19])])
async def test_another_text_in_between_begins_the_day_anew(
    between: bytes, crawled: Crawled, folder: Path
) -> None:
    await crawled(WHOLE)
    await crawled(SHORT)
    await crawled(between)
    outcome, _ = await crawled(SHORT, days=2)
    assert (outcome.ending, len(versions(folder))) == (Ending.SHRUNK, 1)
    outcome, _ = await crawled(SHORT, days=1)
    assert outcome.ending is Ending.REVISED


async def test_after_a_shorter_answer_the_page_is_requested_with_the_etag_of_the_archived_text(
    crawled: Crawled, folder: Path
) -> None:
    await crawled(WHOLE)
    await crawled(SHORT)
    outcome, asked = await crawled(WHOLE)
    assert (outcome.ending, outcome.detail, asked) == (Ending.UNCHANGED, "not modified (304)", 1)
    assert query(folder, "SELECT shrunk_sha256, shrunk_since FROM pages") == [(None, None)]


async def test_a_gone_report_that_returns_shorter_is_no_version_either(
    crawled: Crawled, folder: Path, clock: Clock
) -> None:
    await crawled(WHOLE)
    with Archive.create(folder, clock=clock) as archive:
        for _ in range(2):
            clock.forward(days=1)
            archive.note(Outcome(ending=Ending.GONE, url=URL, site_id=SITE.id, detail="HTTP 404"))
    assert (await crawled(SHORT, days=8))[0].ending is Ending.SHRUNK
    assert query(folder, "SELECT state FROM pages") == [("gone",)]
    outcome, _ = await crawled(SHORT, days=1)
    assert (outcome.ending, outcome.version) == (Ending.REVISED, 3)
    assert outcome.detail.startswith("back again, gone since ")


async def test_a_rebuild_gives_the_same_for_shorter_texts(
    crawled: Crawled, folder: Path, clock: Clock
) -> None:
    await crawled(WHOLE)
    await crawled(SHORT)
    await crawled(SHORT, WHOLE)
    for days in (1, 1, 1):
        await crawled(SHORT, days=days)
    await crawled(page(LINES[:5]))
    before = dump(folder)
    rebuild(folder, clock=clock, notify=lambda _: None)
    assert dump(folder) == before
    endings = query(folder, "SELECT ending FROM outcomes ORDER BY id")
    assert [ending for (ending,) in endings] == (
        ["new", "shrunk", "unchanged", "shrunk", "revised", "unchanged", "shrunk"]
    )


def test_a_shorter_capture_that_is_imported_is_reported_and_no_version(folder: Path, clock: Clock) -> None:
    """A capture of another crawler cannot be requested once more."""
    endings = []
    for body in (WHOLE, SHORT):
        clock.forward(days=1)
        other = folder.parent / f"other-{len(endings)}"
        with Archive.create(other, clock=clock) as archive:
            archive.record(a_capture(URL, body, at=clock(), Content_Type="text/html"))
        with Archive.create(folder, clock=clock) as archive:
            (warc,) = other.glob("warc/*/*.gz")
            endings += [outcome.ending for outcome in import_paths([warc], archive)]
    assert endings == [Ending.NEW, Ending.SHRUNK]
    assert len(versions(folder)) == 1


@pytest.mark.parametrize(
    ("body", "held", "expected"),
    [
        ("甲" * 70, "甲" * 100, True),
        ("甲" * 71, "甲" * 100, False),
        ("甲" * 63 + "乙" * 7, "甲" * 100, True),
        ("甲" * 62 + "乙" * 8, "甲" * 100, False),
        ("", "甲" * 100, False),
        ("甲", "", False),
    ],
)
def test_three_tenths_shorter_with_the_same_head(body: str, held: str, expected: bool) -> None:
    assert is_shrunk(body, held) is expected
