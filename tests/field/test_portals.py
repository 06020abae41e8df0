from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.field import portals as module
from crawler.field.portals import Portal, portal, portals, portals_at
from crawler.field.regions import LEVELS, region


def rows(name: str) -> list[list[str]]:
    lines = Path(module.__file__).with_name(name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


TABLE = rows("portals.tsv")
CORRECTED = rows("portals-corrected.tsv")


def test_a_code_gives_home_page_entry_and_access() -> None:
    assert portal("420200") == Portal(
        code="420200",
        name="黄石市",
        home="https://www.huangshi.gov.cn/",
        entry="https://www.huangshi.gov.cn/xxxgk/2020_zc/2020_gfxwj/",
        access="direct",
        size=47179,
        answered=None,
        corrected=None,
    )


@pytest.mark.parametrize(
    "code", ["", "000000", "42", "黄石市", "350527"]
)  # 350527 金门县 has no portal in the table
def test_a_code_without_a_portal_gives_nothing(code: str) -> None:
    assert portal(code) is None


def test_a_correction_stands_in_place_of_the_table_and_says_why() -> None:
    found = portal("310107")
    assert found is not None
    assert found.home == "https://www.shpt.gov.cn/"
    assert (found.access, found.size) == ("", None)
    assert "舟山" in (found.corrected or "")


def test_a_correction_without_an_address_takes_the_row_away() -> None:
    assert "222404" in {row[0] for row in TABLE}
    assert portal("222404") is None


def test_every_code_is_a_division_in_use_by_its_name() -> None:
    for code, name, *_ in TABLE + CORRECTED:
        found = region(code)
        assert found is not None, code
        assert (found.name, found.until) == (name, None)


def test_every_code_stands_once_in_order_and_every_level_is_there() -> None:
    for table in (TABLE, CORRECTED):
        codes = [row[0] for row in table]
        assert codes == sorted(set(codes))
    levels = {found.level for code in portals() if (found := region(code))}
    assert levels == set(LEVELS)


def test_every_address_is_a_web_address() -> None:
    for found in portals().values():
        for address in filter(None, (found.home, found.entry)):
            parts = urlsplit(address)
            assert parts.scheme in ("http", "https")
            assert parts.hostname
    assert all(urlsplit(found.home).path == "/" for found in portals().values())


def test_no_two_governments_have_one_portal() -> None:
    homes = [urlsplit(found.home).hostname for found in portals().values()]
    assert len(set(homes)) == len(homes)


def test_access_and_answer_have_the_values_that_the_head_tells() -> None:
    assert {row[4] for row in TABLE} <= {"direct", "other-scheme", "mobile-agent", "none", ""}
    assert all(re.fullmatch(r"\d*", row[5]) and re.fullmatch(r"(HTTP\d{3})?", row[6]) for row in TABLE)


def test_every_correction_has_a_day_and_a_reason_and_changes_something() -> None:
    table = {row[0]: row for row in TABLE}
    for code, _name, home, entry, day, reason in CORRECTED:
        assert date.fromisoformat(day)
        assert reason
        assert code not in table or (home, entry) != tuple(table[code][2:4])


def test_the_table_cannot_be_changed_by_one_who_reads_it() -> None:
    with pytest.raises(TypeError):
        portals()["420200"] = portals()["420100"]  # type: ignore[index]


def test_a_portal_is_found_by_any_address_on_its_host() -> None:
    assert [portal.code for portal in portals_at("http://wuhan.gov.cn/zwgk/fzzfj/")] == ["420100"]
    assert portals_at("http://www.example.com/") == ()
