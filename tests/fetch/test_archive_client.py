"""Requests to web archives: each at its own rate, until it asks to be left alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from crawler.errors import FetchError, LeftAlone, Refused
from crawler.fetch.archive_client import MAX_BUSY_ANSWERS, ArchiveClient, Part, Service
from tests.intake.backfill.web_archives import Reply, WebArchives, serving

INDEX, CAPTURES = Part(name="index", gap=2.5), Part(name="captures", gap=0.125)
URL = "http://archives.example.org/cdx"


class Time:
    """A clock that only `sleep` moves."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.seconds += seconds

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 11, 29, tzinfo=UTC) + timedelta(seconds=self.seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def archives() -> Iterator[WebArchives]:
    with serving(WebArchives()) as found:
        yield found


@pytest.fixture
async def client(archives: WebArchives, time: Time) -> AsyncIterator[ArchiveClient]:
    async with ArchiveClient(
        connect_to=archives.connect_to, clock=time.now, sleep=time.sleep, monotonic=time.monotonic
    ) as client:
        yield client


def answers(archives: WebArchives, *replies: Reply) -> None:
    archives.faults = [("/", reply) for reply in replies]


async def test_each_part_of_an_archive_has_its_own_rate(
    archives: WebArchives, client: ArchiveClient, time: Time
) -> None:
    service = Service(name="a")
    for part in (INDEX, CAPTURES, INDEX, CAPTURES, CAPTURES):
        await client.get(URL, service, part)
    assert time.slept == [2.5, 0.125]  # the second capture came after 2.5 seconds


@pytest.mark.parametrize("status", [429, 503])
async def test_all_requests_wait_as_long_as_a_busy_archive_asks(
    status: int, archives: WebArchives, client: ArchiveClient, time: Time
) -> None:
    service = Service(name="a")
    answers(archives, Reply(status, headers=[("Retry-After", "90")]), Reply(200, b"rows"))
    assert (await client.get(URL, service, CAPTURES)).payload == b"rows"
    assert time.slept == [90.0]
    assert len(archives.asked) == 2


async def test_without_retry_after_a_minute_passes(
    archives: WebArchives, client: ArchiveClient, time: Time
) -> None:
    answers(archives, Reply(429), Reply(200))
    await client.get(URL, Service(name="a"), CAPTURES)
    assert time.slept == [60.0]


async def test_an_archive_that_stays_busy_is_given_up(archives: WebArchives, client: ArchiveClient) -> None:
    service = Service(name="a")
    answers(archives, *[Reply(429)] * 9)
    for part in (INDEX, CAPTURES):
        with pytest.raises(LeftAlone, match="a is not asked any more: it answers 429"):
            await client.get(URL, service, part)
    assert len(archives.asked) == MAX_BUSY_ANSWERS


async def test_a_long_wait_ends_the_run_and_is_known_to_the_next(
    archives: WebArchives, client: ArchiveClient, time: Time
) -> None:
    service = Service(name="a")
    answers(archives, Reply(429, headers=[("Retry-After", "3600")]))
    with pytest.raises(LeftAlone, match="3600 seconds"):
        await client.get(URL, service, INDEX)
    assert service.closed_until == time.now() + timedelta(hours=1)
    later = Service(name="a", closed_until=service.closed_until)
    with pytest.raises(LeftAlone, match="not to be asked before 2026-11-29 01:00:00 UTC"):
        await client.get(URL, later, INDEX)
    assert len(archives.asked) == 1


async def test_an_archived_answer_says_nothing_of_the_archive(
    archives: WebArchives, client: ArchiveClient, time: Time
) -> None:
    service = Service(name="a", is_played=lambda capture: capture.header("memento-datetime") is not None)
    for status in (429, 503, 500, 302):
        headers = [("Memento-Datetime", "x"), ("Location", "/elsewhere")]
        answers(archives, Reply(status, headers=headers))
        assert (await client.get(URL, service, CAPTURES)).status == status
    assert len(archives.asked) == 4
    assert max(time.slept) <= CAPTURES.gap


async def test_a_broken_answer_is_asked_for_three_times(archives: WebArchives, client: ArchiveClient) -> None:
    answers(archives, Reply(502), Reply(500), Reply(504), Reply(200))
    assert (await client.get(URL, Service(name="a"), INDEX)).status == 504
    assert len(archives.asked) == 3


async def test_a_body_that_breaks_off_is_asked_for_again(
    archives: WebArchives, client: ArchiveClient
) -> None:
    answers(archives, Reply(200, b"half", cut=True), Reply(200, b"whole"))
    assert (await client.get(URL, Service(name="a"), INDEX)).payload == b"whole"


async def test_redirects_are_followed_on_the_archives_own_host_only(
    archives: WebArchives, client: ArchiveClient
) -> None:
    service = Service(name="a")
    answers(archives, Reply(302, headers=[("Location", "/there")]), Reply(200, b"there"))
    there = await client.get(URL, service, INDEX)
    assert (there.url, len(there.hops)) == ("http://archives.example.org/there", 1)
    answers(archives, Reply(302, headers=[("Location", "http://127.0.0.1/private")]))
    assert (await client.get(URL, service, INDEX)).status == 302
    answers(archives, *[Reply(302, headers=[("Location", "/round")])] * 20)
    assert (await client.get(URL, service, INDEX)).status == 302


async def test_the_guard_stands_before_archives_too(client: ArchiveClient) -> None:
    with pytest.raises(Refused, match="not public"):
        await client.get("http://127.0.0.1/cdx", Service(name="a"), INDEX)
    with pytest.raises(FetchError, match="user name"):
        await client.get("http://me:word@archives.example.org/", Service(name="a"), INDEX)


async def test_an_archive_that_does_not_answer_is_given_up(archives: WebArchives, time: Time) -> None:
    async with ArchiveClient(
        connect_to={"archives.example.org:80": ("127.0.0.1", 9)}, clock=time.now, sleep=time.sleep, monotonic=time.monotonic
    ) as client:  # fmt: skip
        service = Service(name="a")
        for _ in range(2):
            with pytest.raises(FetchError, match="cannot connect"):
                await client.get(URL, service, INDEX)
        with pytest.raises(LeftAlone):
            await client.get(URL, service, INDEX)
        before = len(time.slept)
        with pytest.raises(LeftAlone):
            await client.get(URL, service, INDEX)
        assert len(time.slept) == before
