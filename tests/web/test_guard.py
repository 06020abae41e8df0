"""Hosts, methods, headers, validators, limits."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from crawler.archive import Reader
from crawler.errors import QueryTooLong
from crawler.web.headers import ALWAYS
from crawler.web.memory import MAX_VALUES, Memory
from crawler.web.readers import Readers, TooBusy
from crawler.web.words import preferred
from tests.web.conftest import Client


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "", "localhost:x"]
)
def test_a_foreign_host_is_refused(site: httpx.Client, host: str) -> None:
    answer = site.get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_our_names_are_answered(site: httpx.Client, host: str) -> None:
    assert site.get("/about", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_written(site: httpx.Client, method: str) -> None:
    answer = site.request(method, "/")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("method", "address", "host", "status", "chinese"),
    [
        ("GET", "/", "evil.example", 421, "本站没有此域名"),
        ("GET", "/", "[evil", 421, "本站没有此域名"),
        ("POST", "/", "localhost", 405, "本站只能读取"),
        ("GET", "/search?q=" + "x" * 9000, "localhost", 414, "地址过长"),
    ],
)
def test_a_refusal_is_a_page_in_the_language_of_the_browser_and_a_problem_for_programs(
    site: httpx.Client, method: str, address: str, host: str, status: int, chinese: str
) -> None:
    asked = {"Host": host, "Accept": "text/html", "Accept-Language": "zh-CN"}
    answer = site.request(method, address, headers=asked)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert chinese in answer.text
    english = site.request(method, address, headers=asked | {"Accept-Language": "en"})
    assert not re.search("[\u4e00-\u9fff]", english.text.partition("<main")[2])
    program = site.request(method, address, headers=asked | {"Accept": "application/json"})
    assert program.headers["content-type"] == "application/problem+json"
    assert program.json()["status"] == status


@pytest.mark.parametrize("address", ["/", "/nix", "/r/420100-2022.json", "/search?q=(", "/web/nix"])
def test_every_answer_has_the_headers(site: httpx.Client, address: str) -> None:
    headers = site.get(address).headers
    assert {name: headers[name] for name in ALWAYS} == ALWAYS


def test_an_answer_that_is_known_is_not_sent_again(site: httpx.Client, ids: dict[str, str]) -> None:
    first = site.get(f"/r/{ids['edited']}/v1")
    assert "immutable" in first.headers["cache-control"]
    again = site.get(f"/r/{ids['edited']}/v1", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert not again.content
    other = site.get(f"/r/{ids['edited']}/v2", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


def test_another_language_is_another_answer(site: httpx.Client) -> None:
    chinese = site.get("/", headers={"Accept-Language": "zh"})
    english = site.get("/", headers={"Accept-Language": "en-GB,en;q=0.8"})
    assert chinese.headers["etag"] != english.headers["etag"]
    site.get("/?lang=en")
    assert 'lang="en"' in site.get("/", headers={"Accept-Language": "zh"}).text  # the switch is remembered


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("en", "en"),
        ("fr, en;q=0.5, zh;q=0.4", "en"),
        ("zh-TW, en;q=0.9", "zh"),
        ("en;q=nan-sense", "zh"),
        ("x" * 10_000, "zh"),
    ],
)
def test_the_preferred_language(header: str | None, language: str) -> None:
    assert preferred(header) == language


def test_a_question_that_takes_too_long_is_ended(told: tuple[Path, dict[str, str], object]) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with Reader.read(told[0]) as reader:
        began = time.monotonic()
        with pytest.raises(QueryTooLong), reader.time_limit(0.2):
            reader._query(lambda session: session.connection().exec_driver_sql(endless).all())
        assert time.monotonic() - began < 20
        assert len(reader.reports()) == 3  # the reader goes on


def test_a_time_limit_within_another_takes_its_place(
    told: tuple[Path, dict[str, str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("crawler.archive.reader.monotonic", lambda: now[0])

    def runs_at(second: float) -> object:
        now[0] = second
        return reader.runs()

    with Reader.read(told[0]) as reader, reader.time_limit(10):
        with reader.time_limit(100):
            assert runs_at(50)
        with pytest.raises(QueryTooLong), reader.time_limit(100):
            runs_at(151)
        assert runs_at(160)  # the time of the blocks does not count
        with pytest.raises(QueryTooLong):
            runs_at(162)


def test_a_late_question_is_answered_with_503(client: Client) -> None:
    answer = client(seconds=1e-9).get("/region/420000", headers={"Accept": "application/json"})
    assert answer.status_code in (200, 503)  # SQLite looks at the clock after some thousand steps
    assert answer.status_code == 200 or answer.headers["retry-after"]


async def test_no_more_questions_wait_than_may(told: tuple[Path, dict[str, str], object]) -> None:
    import asyncio

    readers = Readers(told[0], threads=1, waiting=1, seconds=30)
    go = threading.Event()
    slow = [asyncio.ensure_future(readers.ask(lambda _: go.wait(30))) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        await readers.ask(lambda _: None)
    go.set()
    assert await asyncio.gather(*slow) == [True, True]
    assert await readers.ask(lambda reader: len(reader.reports())) == 3
    readers.close()


def test_a_value_is_made_once_for_each_state_of_the_archive_and_one_that_took_long_is_kept_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr("crawler.web.memory.monotonic", lambda: now[0])
    made: list[int] = []

    def ask(memory: Memory, state: object, *, takes: float) -> int:
        def make() -> int:
            now[0] += takes
            made.append(1)
            return len(made)

        return memory.value("key", state, make)

    quick = Memory()
    assert [ask(quick, state, takes=0.0) for state in "aabb"] == [
        1,
        1,
        2,
        2,
    ]  # never that of an earlier state
    made.clear()
    slow = Memory()
    assert [ask(slow, state, takes=2.0) for state in "aabb"] == [1, 1, 1, 1]  # 40 s
    now[0] += 41.0
    assert ask(slow, "b", takes=2.0) == 2
    made.clear()
    slowest = Memory()
    assert [ask(slowest, state, takes=30.0) for state in "ab"] == [1, 1]
    now[0] += 61.0  # no longer than a minute
    assert ask(slowest, "b", takes=30.0) == 2


def test_a_value_that_takes_long_is_shown_to_others_while_it_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr("crawler.web.memory.monotonic", lambda: now[0])
    memory, outdated = Memory(), []

    def make(value: str) -> str:
        now[0] += 10.0
        return value

    memory.value("key", 1, lambda: make("old"))
    now[0] += 100.0

    def make_again() -> str:
        with ThreadPoolExecutor(1) as other:
            seen = other.submit(memory.value, "key", 2, lambda: make("other"), lambda: outdated.append(1))
            assert seen.result(timeout=60) == "old"
        return make("new")

    assert memory.value("key", 2, make_again, lambda: outdated.append(2)) == "new"
    assert memory.value("key", 2, lambda: make("third"), lambda: outdated.append(3)) == "new"
    assert outdated == [1]


def test_an_answer_of_an_earlier_state_has_no_validator(
    told: tuple[Path, dict[str, str], object], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one, a browser would keep it until the archive changes again."""
    state = ["first"]
    monkeypatch.setattr(Readers, "state", lambda self: tuple(state))
    monkeypatch.setattr("crawler.web.memory.COSTS_KEPT", 10**9)
    visitor = client()
    assert visitor.get("/coverage").headers["etag"]
    state[0] = "second"
    assert "etag" not in visitor.get("/coverage").headers
    assert visitor.get("/r/420100-2022").headers["etag"]


def test_values_that_are_asked_for_are_kept_whatever_else_is_made() -> None:
    memory, made = Memory(), []
    for number in range(3 * MAX_VALUES):
        memory.value("matrix", None, lambda: made.append(1))
        memory.value(number, None, lambda: None)
    assert len(made) == 1
