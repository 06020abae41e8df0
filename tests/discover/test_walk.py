"""How far a list is followed, and what is remembered of it."""

from __future__ import annotations

import pytest

from crawler.discover import ListMemory, Walk, link_key
from crawler.discover.walk import MAX_LIST_PAGES, has_repeated_folders, is_entry
from crawler.model import Link, Listing, ListRequest, Years

HOST = "http://www.example.gov.cn"
YEARS = Years(first=2015)
MENU = tuple(Link(url=f"{HOST}/menu/{n}/", title=f"栏目之{n}号页") for n in range(4))


def entry(n: int, day: str | None = "2024-05-01") -> Link:
    return Link(url=f"{HOST}/info/{n}.htm", title=f"第{n}号通知公告", date=day)


def request(number: int) -> ListRequest:
    return ListRequest(url=f"{HOST}/list/{number}.html")


def page(*entries: Link, number: int = 1, last: bool = False) -> Listing:
    return Listing(links=(*MENU, *entries), next=None if last else request(number + 1))


def walked(*pages: Listing, memory: ListMemory | None = None, years: Years = YEARS) -> Walk:
    walk = Walk(years=years, memory=memory)
    for number, listing in enumerate(pages, 1):
        if walk.add_page(listing, request(number), number) is not None:
            break
    return walk


def days(*numbers: int) -> list[Link]:
    """Entries newest first: the higher the number, the newer."""
    return [entry(n, f"2024-{n // 28 + 1:02}-{n % 28 + 1:02}") for n in numbers]


BEFORE = walked(page(*days(9, 8, 7, 6)), page(*days(5, 4, 3, 2), number=2, last=True)).memory_after()


def test_links_on_several_pages_are_menus_and_no_entries() -> None:
    assert BEFORE is not None
    assert set(BEFORE.common) == {link_key(link) for link in MENU}
    assert BEFORE.entries == tuple(link_key(link) for link in days(9, 8, 7, 6, 5, 4, 3, 2))


@pytest.mark.parametrize(
    ("first", "pages"),
    [
        (days(9, 8, 7, 6), 1),  # nothing new
        (days(11, 10, 9, 8), 1),  # known ones below the new ones
        (days(12, 11, 10, 9), 2),  # one known entry is not enough
        (days(14, 13, 12, 11), 2),  # all new
        ([entry(20, "2019-01-01"), *days(9, 8, 7)], 2),  # not in order: a new one may be anywhere
        ([entry(20, None), *days(9, 8, 7)], 2),  # without a date a new one may be anywhere too
        ([], 2),  # menus only
    ],
)
def test_a_list_is_followed_to_its_known_entries(first: list[Link], pages: int) -> None:
    walk = walked(page(*first), page(*days(9, 8, 7, 6), number=2), page(*days(5, 4), number=3), memory=BEFORE)
    assert len(walk.pages) == pages
    assert walk.ended is not None
    assert walk.ended.early


def test_a_pinned_entry_does_not_hide_what_is_new_below_it() -> None:
    pinned = entry(2, "2024-01-03")
    walk = walked(page(pinned, *days(13, 12, 11)), page(*days(10, 9, 8), number=2), memory=BEFORE)
    assert len(walk.pages) == 2


def test_without_memory_a_list_is_followed_to_its_end() -> None:
    walk = walked(page(*days(9, 8, 7, 6)), page(*days(5, 4, 3, 2), number=2, last=True))
    assert len(walk.pages) == 2
    assert walk.ended is not None
    assert not walk.ended.early


def test_a_list_in_order_stops_before_the_years_wanted() -> None:
    old = [entry(n, f"2014-0{n}-01") for n in (8, 7, 6, 5, 4)]
    walk = walked(page(*old), page(*days(3), number=2))
    assert walk.ended is not None
    assert "older than the years wanted (2015-)" in walk.ended.why
    assert walked(page(*old[::-1]), page(*days(3), number=2, last=True)).ended != walk.ended  # oldest first


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (page(*days(9, 8, 7, 6), number=2), "shows nothing that those before it did not"),
        (page(number=2), "shows nothing that those before it did not"),
        (
            page(*(Link(url=f"{HOST}/x/{link.url[-5:]}", title=link.title, date=link.date) for link in days(9, 8, 7, 6)), number=2),
            "shows nothing that those before it did not",
        ),
        (
            Listing(links=tuple(days(5)), next=ListRequest(url=f"{HOST}/list/list/list/2.html")),
            "grow without end",
        ),
    ],
)  # fmt: skip
def test_a_trap_ends_the_walk_with_its_reason(second: Listing, why: str) -> None:
    walk = walked(page(*days(9, 8, 7, 6)), second)
    assert walk.ended is not None
    assert walk.ended.trap
    assert why in walk.ended.why


def test_pages_with_the_same_titles_and_dates_are_not_repeated_where_no_entry_has_a_title_of_its_own() -> (
    None
):
    """Reports of forty departments for one year, published on one day under one title."""
    pages = [
        page(
            *(
                Link(url=f"{HOST}/{n}/{i}.htm", title="2023年度法治政府建设情况报告", date="2024-01-15")
                for i in range(10)
            ),
            number=n,
            last=n == 4,
        )
        for n in range(1, 5)
    ]
    walk = walked(*pages)
    assert len(walk.pages) == 4
    assert walk.ended is not None
    assert not walk.ended.trap


def test_a_next_page_that_was_read_before_is_the_end_and_no_trap() -> None:
    back = Listing(links=tuple(days(5)), next=request(1))
    walk = walked(page(*days(9)), back)
    assert walk.ended is not None
    assert (walk.ended.trap, walk.ended.early) == (False, False)


def test_a_list_without_end_is_followed_up_to_the_limit() -> None:
    walk = walked(*(page(entry(n, None), number=n) for n in range(1, MAX_LIST_PAGES + 9)))
    assert len(walk.pages) == MAX_LIST_PAGES
    assert walk.ended is not None
    assert walk.ended.trap


def test_an_early_end_keeps_the_known_entries_below() -> None:
    walk = walked(page(*days(11, 10, 9, 8)), memory=BEFORE)
    memory = walk.memory_after()
    assert memory is not None
    assert memory.entries == tuple(link_key(link) for link in days(11, 10, 9, 8, 7, 6, 5, 4, 3, 2))


def test_nothing_is_remembered_of_a_walk_that_did_not_end() -> None:
    walk = Walk(years=YEARS)
    assert walk.add_page(page(*days(9)), request(1), 1) is None
    assert walk.memory_after() is None


@pytest.mark.parametrize("title", ["1", "12", "下一页", "首页", "更多>>", "2024年5月", "›", "第3页"])
def test_navigation_is_no_entry(title: str) -> None:
    assert not is_entry(Link(url=HOST, title=title))


def test_addresses_with_repeated_folders() -> None:
    assert has_repeated_folders(f"{HOST}/a/list/list/list/index.html")
    assert has_repeated_folders(f"{HOST}/a/b/a/b/a/b/index.html")
    assert not has_repeated_folders(f"{HOST}/zwgk/zwgk/202303/index.html")
