"""`fazhi cms explain` at a terminal: which preset takes a page and why, its pager, totals and links."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.cms import PRESETS
from tests.conftest import Fazhi

FIXTURES = Path(__file__).parent.parent / "fixtures"
WUWEI = FIXTURES / "wuwei" / "02-index.html"
LIST = "https://www.gswuwei.gov.cn/col/col910/index.html"


@pytest.fixture
def explained(fazhi: Fazhi) -> Any:
    """Runs the command with --json and returns the value."""

    def run(*words: str) -> dict[str, Any]:
        code, out, err = fazhi("cms", "explain", *words, "--json")
        assert code == 0, err
        value: dict[str, Any] = json.loads(out)
        return value

    return run


def preset(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in found["presets"] if each["name"] == name)


def test_a_saved_list_shows_marks_pager_totals_and_links(fazhi: Fazhi) -> None:
    code, out, err = fazhi("cms", "explain", str(WUWEI))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[1] == "taken by: jcms, 大汉网络 jcms / 大汉版通"
    assert "  * jcms     the first one with a mark here" in lines
    assert "      address: /col/col910/" in lines
    assert any("no mark here; jcms took it before" in line and "trs" in line for line in lines)
    assert "    the page states: 52 entries" in lines
    assert any(line.startswith("    next: POST https://www.gswuwei.gov.cn/module/") for line in lines)
    assert any(
        line.startswith("  * 2024-03-21  武威市人民政府2023年度法治政府建设情况报告") for line in lines
    )
    assert any("(names no such report)" in line for line in lines)


def test_an_address_gives_the_same_as_its_saved_page(explained: Any) -> None:
    assert explained(LIST, "--replay", str(FIXTURES)) == explained(str(WUWEI))


def test_every_preset_is_accounted_for_in_the_order_of_trying(explained: Any) -> None:
    found = explained(str(WUWEI))
    assert [each["name"] for each in found["presets"]] == [each.name for each in PRESETS]
    assert [each["name"] for each in found["presets"] if each["taken"]] == ["jcms"]
    assert all(each["why"] for each in found["presets"])


def test_a_later_preset_with_marks_says_which_one_came_before(explained: Any, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<div class="ewb-list"><a href="/info/1981/411251.htm">甲</a></div>', "utf-8")
    found = explained(str(page), "--url", "http://www.example.gov.cn/list/")
    assert found["taken"] == "epoint"
    vsb = preset(found, "vsb")
    assert vsb["why"] == "has marks, but epoint is tried before it"
    assert vsb["marks"] == [{"text": "/info/1981/411251.htm", "place": "source", "line": 1, "counts": True}]


def test_marks_that_count_in_the_address_only_are_told_apart(explained: Any, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<p>\n</p><a href="/gkmlpt/index">政务公开</a>', "utf-8")
    found = explained(str(page), "--url", "http://www.example.gov.cn/")
    assert found["taken"] == "generic"
    assert preset(found, "gkmlpt")["marks"] == [
        {"text": "/gkmlpt/index", "place": "source", "line": 2, "counts": False}
    ]
    assert explained(str(page), "--url", "http://www.example.gov.cn/gkmlpt/index#5")["taken"] == "gkmlpt"


def test_an_unknown_pager_is_shown_where_it_stands(explained: Any, fazhi: Fazhi, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<ul></ul>\n<script>goTo({pageCount: pages});</script>\n<a onclick=go(2)>下一页</a>", "utf-8"
    )
    found = explained(str(page), "--url", "http://www.example.gov.cn/")
    assert found["next"] is None
    assert [sign["line"] for sign in found["pager_signs"]] == [2, 3]


def test_an_article_shows_what_is_read_of_it_and_the_hints_that_hold(explained: Any) -> None:
    found = explained(str(FIXTURES / "tianshui" / "02-411251.htm"))
    assert found["is_article_address"]
    assert found["article"]["title"] == "天水市人民政府关于2022年度法治政府建设情况的报告"
    assert found["article"]["characters"] > 1000
    assert ".v_news_content" in [each["selector"] for each in preset(found, "vsb")["bodies"]]


def test_a_page_without_a_known_address_says_so(fazhi: Fazhi, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<a href=a.html>甲</a>", "utf-8")
    code, _, err = fazhi("cms", "explain", str(page))
    assert code == 0
    assert "give --url" in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nowhere.html",), "nowhere.html: cannot be read"),
        ((LIST, "--url", LIST), "PAGE is an address already"),
    ],
)
def test_wrong_use_is_exit_code_2(fazhi: Fazhi, words: tuple[str, ...], says: str) -> None:
    code, out, err = fazhi("cms", "explain", *words)
    assert (code, out) == (2, "")
    assert says in err


def test_nothing_of_a_hostile_page_reaches_the_terminal(fazhi: Fazhi, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<a href='/a.html'>\x1b[31m2022年法治政府建设情况报告</a><p>下一页\x1b]0;x\x07</p>", "utf-8"
    )
    _, out, _ = fazhi("cms", "explain", str(page), "--url", "http://www.example.gov.cn/")
    assert "\x1b" not in out
    assert "\x07" not in out
