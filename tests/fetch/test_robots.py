"""Fetching and obeying robots.txt, and the headers sent with it."""

from __future__ import annotations

import gzip

import httpx
import pytest
import respx

from crawler import __version__
from crawler.errors import Refused, Unreachable
from tests.fetch.conftest import HOST, PAGE, Harness, a_site


async def test_robots_txt_is_asked_once_and_obeyed(harness: Harness, web: respx.Router) -> None:
    robots = web["robots"].respond(text="\ufeffUser-agent: *\nDisallow: /secret/\nCrawl-delay: 7")
    web.get(path="/a.html").respond(200)
    await harness.fetcher.get(PAGE)
    with pytest.raises(Refused, match=r"robots\.txt disallows it"):
        await harness.fetcher.get(f"{HOST}/secret/a.html")
    assert robots.call_count == 1
    assert harness.waits == [7]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_robots_txt_that_is_not_to_be_had_forbids_nothing(
    harness: Harness, web: respx.Router, status: int
) -> None:
    web["robots"].respond(status, text="User-agent: *\nDisallow: /")
    web.get(PAGE).respond(200)
    assert (await harness.fetcher.get(PAGE)).status == 200


async def test_robots_txt_of_a_server_in_trouble_forbids_everything(
    harness: Harness, web: respx.Router
) -> None:
    web["robots"].respond(503)
    page = web.get(PAGE).respond(200)
    with pytest.raises(Unreachable, match=r"robots\.txt answers 503"):
        await harness.fetcher.get(PAGE)
    assert not page.called


async def test_robots_txt_is_followed_where_it_moved(harness: Harness, web: respx.Router) -> None:
    web["robots"].respond(301, headers={"Location": "/r/robots.txt"})
    web.get(f"{HOST}/r/robots.txt").respond(text="User-agent: fazhi\nDisallow: /a")
    with pytest.raises(Refused):
        await harness.fetcher.get(PAGE)


@pytest.mark.parametrize(
    ("facts", "agent"),
    [
        ({}, f"fazhi/{__version__} (archive of public government reports)"),
        (
            {"contact": "crawler@example.org"},
            f"fazhi/{__version__} (+crawler@example.org; archive of public government reports)",
        ),
        ({"agent": "Mozilla/5.0 (compatible)", "contact": "a@b.org"}, "Mozilla/5.0 (compatible)"),
    ],
)
async def test_we_say_who_we_are_to_robots_txt_too(
    harness: Harness, web: respx.Router, facts: dict[str, str], agent: str
) -> None:
    page = web.get(PAGE).respond(200)
    await harness.fetcher.get(PAGE, site=a_site(**facts))
    for call in (page.calls.last, web["robots"].calls.last):
        assert call.request.headers["User-Agent"] == agent


async def test_a_crawl_delay_is_kept_within_bounds(harness: Harness, web: respx.Router) -> None:
    web["robots"].respond(text="User-agent: *\nCrawl-delay: 3600")
    web.get(PAGE).respond(200)
    await harness.fetcher.get(PAGE)
    assert harness.waits == [60]


async def test_a_robots_txt_that_speaks_to_us_by_name_is_obeyed_under_any_agent(
    harness: Harness, web: respx.Router
) -> None:
    web["robots"].respond(text="User-agent: fazhi\nDisallow: /a")
    with pytest.raises(Refused, match=r"robots\.txt"):
        await harness.fetcher.get(PAGE, site=a_site(agent="Mozilla/5.0"))


RULES = "Disallow: /a\n\nUser-agent: *\nDisallow:\n"


@pytest.mark.parametrize(
    "line",
    [
        "User-agent: fazhi",
        "User-agent: fazhi/0.1",
        "User-agent: FaZhi/0.1 (+http://www.example.org; archive)",
        "user-agent:fazhi/*",
        "User-agent : fazhi 0.1",
        "User-Agent: fazhi*",
        "Useragent: fazhi/0.1 # the archive",
        "User-agent: other\rUser-agent: fazhi/0.1",
    ],
)
async def test_a_robots_txt_names_us_with_or_without_a_version(
    harness: Harness, web: respx.Router, line: str
) -> None:
    web["robots"].respond(text=f"{line}\n{RULES}")
    with pytest.raises(Refused, match=r"robots\.txt"):
        await harness.fetcher.get(PAGE)


@pytest.mark.parametrize(
    "line", ["User-agent: fazhibot/0.1", "User-agent: fazhi-news", "User-agent: notfazhi/0.1"]
)
async def test_a_robots_txt_that_names_another_is_not_for_us(
    harness: Harness, web: respx.Router, line: str
) -> None:
    web["robots"].respond(text=f"{line}\n{RULES}")
    web.get(PAGE).respond(200)
    assert (await harness.fetcher.get(PAGE)).status == 200


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
async def test_a_robots_txt_is_read_in_any_encoding(
    harness: Harness, web: respx.Router, encoding: str, end: str
) -> None:
    text = end.join(("User-agent: fazhi/0.1", "Disallow: /a", "# 本站规则，请遵守")) + end
    web["robots"].respond(content=text.encode(encoding))
    with pytest.raises(Refused, match=r"robots\.txt"):
        await harness.fetcher.get(PAGE)


@pytest.mark.parametrize(
    ("status", "headers", "content"),
    [
        (
            200,
            {"Content-Encoding": "gzip"},
            gzip.compress(b"User-agent: *\nDisallow: /b\nDisallow: /a\n")[:-9],
        ),
        (206, {"Content-Range": "bytes 0-24/99"}, b"User-agent: *\nDisallow: /b"),
    ],
)
async def test_a_part_of_a_robots_txt_is_not_taken_for_the_rules(
    harness: Harness, web: respx.Router, status: int, headers: dict[str, str], content: bytes
) -> None:
    web["robots"].mock(httpx.Response(status, headers=headers, stream=httpx.ByteStream(content)))
    page = web.get(PAGE).respond(200)
    with pytest.raises(Unreachable, match=r"robots\.txt is short: "):
        await harness.fetcher.get(PAGE)
    assert not page.called


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("User-agent: fazhi\nDisallow: /a", False),
        ("User-agent: FaZhi/0.2 (x)\nDisallow: /a", False),
        ("User-agent fazhi\nDisallow: /a", False),
        ("useragent: fazhi # us\nDisallow: /a", False),
        ("User-agent: *\nDisallow: /a", False),
        ("User-agent: * # all\nDisallow: /a", False),
        ("User-agent: one\nUser-agent: fazhi\nUser-agent: two\nDisallow: /a", False),
        ("User-agent: one\nDisallow: /a\n\nUser-agent: *\nDisallow: /b", True),
        ("User-agent: fazhi-news\nDisallow: /a", True),
        ("User-agent: fa\nDisallow: /a", True),
        ("User-agent: one\nDisallow: /a\nUser-agent: two\nDisallow: /a", True),
        ("User-agent: *\nDisallow: /a\n\nUser-agent: fazhi\nDisallow: /b", True),
        ("User-agent: *\nDisallow:\n" + "Disallow: /*x*y\n" * 900, True),
        ("User-agent: *\nDisallow:\n" + "Disallow: /*x*y\n" * 1100, False),  # too many wildcards to be obeyed
    ],
)
async def test_the_group_that_names_us_is_obeyed_whatever_else_is_there(
    harness: Harness, web: respx.Router, rules: str, allowed: bool
) -> None:
    web["robots"].respond(text=rules)
    web.get(PAGE).respond(200)
    if allowed:
        assert (await harness.fetcher.get(PAGE)).status == 200
    else:
        with pytest.raises(Refused, match=r"robots\.txt disallows it"):
            await harness.fetcher.get(PAGE)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("nan", 0),
        ("inf", 0),
        ("-inf", 0),
        ("-5", 0),
        ("1e400", 0),
        ("9" * 5000, 0),
        ("7", 7),
        ("3600", 60),
        ("2.5s", 0),
    ],
)
async def test_a_crawl_delay_that_is_no_number_of_seconds_leaves_the_own_one(
    harness: Harness, web: respx.Router, asked: str, kept: float
) -> None:
    web["robots"].respond(text=f"User-agent: *\nCrawl-delay: {asked}")
    web.get(path="/a.html").respond(200)
    await harness.fetcher.get(PAGE, site=a_site(delay=1.0))
    await harness.fetcher.get(PAGE, site=a_site(delay=1.0))
    assert max(harness.waits) == pytest.approx(max(kept, 1.0))
