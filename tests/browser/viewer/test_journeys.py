"""Ten things that people come for, done in a real Chromium from the first page on."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from tests.browser.viewer.conftest import Open
from tests.web.showcase import EDITED, FAILING, GONE, Showcase

ATOM = "{http://www.w3.org/2005/Atom}"


def test_find_hubei_2022_as_a_table_and_download_it(visit: Open, tmp_path: Path) -> None:
    page = visit("/")
    page.get_by_role("link", name="湖北省").first.click()
    page.get_by_role("navigation", name="年度").get_by_role("link", name="2022").click()
    assert page.locator("h1").inner_text() == "湖北省 2022"
    titles = page.locator("table tbody th").all_inner_texts()
    assert len(titles) > 20
    with page.expect_download() as waited:
        page.get_by_role("link", name="CSV").click()
    waited.value.save_as(tmp_path / "hubei.csv")
    rows = list(csv.DictReader(StringIO((tmp_path / "hubei.csv").read_text("utf-8-sig"))))
    assert [row["title"] for row in rows] == titles
    assert {row["year"] for row in rows} == {"2022"}


def test_see_what_changed_between_two_versions(visit: Open) -> None:
    page = visit("/")
    page.get_by_role("link", name="武汉市人民政府2022年").click()
    assert page.locator("h1").inner_text() == "武汉市人民政府2022年法治政府建设情况报告"
    assert page.locator(".sides ins").first.inner_text() == "(含上年结转)"
    page.get_by_role("link", name="v1").click()
    assert "含上年结转" not in page.locator("article").inner_text()
    page.get_by_role("link", name="该报告现况").click()
    page.get_by_role("link", name="与版本 1").click()
    assert "/diff/" in page.url


def test_see_who_is_late(visit: Open) -> None:
    page = visit("/")
    page.get_by_role("navigation").get_by_role("link", name="逾期未公布").click()
    days = [int(each) for each in page.locator("td.overdue").all_inner_texts()]
    assert days == sorted(days, reverse=True)
    page.get_by_label("年度").fill("2025")
    page.get_by_role("button", name="查看").click()
    assert page.locator("table tbody th").all_inner_texts() == ["咸宁市人民政府"] or page.locator(
        "table tbody th"
    ).all_inner_texts() == ["咸宁市"]


def test_search_and_land_on_the_sentence(visit: Open) -> None:
    page = visit("/")
    page.locator("#site-search").fill("含上年结转")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    assert "命中文本：1" in page.get_by_role("status").inner_text()
    page.locator("a.snippet").first.click()
    mark = page.locator("mark#mark")
    assert mark.inner_text() == "含上年结转"
    box = mark.bounding_box()
    assert box is not None
    page.wait_for_function(
        "(y => y > 0 && y < innerHeight)(document.getElementById('mark').getBoundingClientRect().y)"
    )


def test_a_wrong_search_says_why_and_keeps_the_form(visit: Open) -> None:
    page = visit("/search")
    page.get_by_label("词句").fill("行政 AND (复议")
    page.get_by_label("年度").fill("2022")
    page.locator("main").get_by_role("button", name="检索").click(no_wait_after=True)
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "括号" in alert.inner_text()
    assert page.get_by_label("词句").input_value() == "行政 AND (复议"
    assert page.get_by_label("年度").input_value() == "2022"


def test_cite(visit: Open, shown: Showcase) -> None:
    page = visit(f"/r/{shown.ids[EDITED]}/v1")
    page.get_by_text("引用", exact=True).click()
    cited = page.locator("details pre").first
    assert cited.is_visible()
    assert "武汉市人民政府2022年法治政府建设情况报告" in cited.inner_text()


def test_follow_a_feed(visit: Open) -> None:
    page = visit("/region/420000")
    feed = page.locator('link[type="application/atom+xml"]').get_attribute("href")
    assert feed
    answer = page.request.get(feed)
    entries = Xml.fromstring(answer.body()).findall(f"{ATOM}entry")
    assert len(entries) == 3
    link = entries[0].find(f"{ATOM}link")
    assert link is not None
    page.goto(link.attrib["href"])
    assert page.locator("main h1").is_visible()


def test_the_takedown_of_a_report(visit: Open, shown: Showcase) -> None:
    page = visit("/")
    page.locator("li", has_text="撤下").get_by_role("link", name="黄石市").click()
    if shown.ids[GONE] + "/v" in page.url:
        page.get_by_role("link", name="该报告现况").click()
    assert "已撤下" in page.locator(".notice").inner_text()
    assert "一、" in page.locator("article.text").inner_text()
    page.get_by_role("link", name="存档网页").click()
    assert "/web/2024" in page.url
    assert page.locator("h1").inner_text() == "黄石市人民政府2023年法治政府建设情况报告"
    assert page.evaluate("origin") == "null"


def test_a_source_that_fails(visit: Open) -> None:
    page = visit("/")
    page.get_by_role("navigation").get_by_role("link", name="来源").click()
    first = page.locator("table tbody tr").first
    assert f"s{FAILING}" in first.inner_text()
    assert "连接被拒绝" in first.inner_text()
    assert "失败次数：2" in first.inner_text()


def test_the_map_on_a_phone(visit: Open) -> None:
    page = visit("/", viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    tiles = page.locator(".map a")
    assert tiles.count() == 31
    sizes = [box for each in tiles.all() if (box := each.bounding_box())]
    assert min(min(box["width"], box["height"]) for box in sizes) >= 24  # WCAG 2.2, 2.5.8
    page.get_by_role("link", name="湖北省:").tap()
    page.wait_for_url("**/region/420000")
    page.get_by_role("link", name="咸宁市:").tap()
    page.wait_for_url("**/region/421200")
    assert "逾期" in page.locator(".cells").inner_text()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_with_script_off(visit: Open, language: str) -> None:
    page = visit("/", java_script_enabled=False, locale=language)
    page.locator("#site-search").fill("行政复议")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    assert page.locator(".results li").count() == 20
    page.locator("a[rel=next]").click()
    page.wait_for_url("**offset=20**")
    assert page.locator(".results").get_attribute("start") == "21"
    page.goto("/coverage")
    page.locator("#region").fill("湖北省")
    page.locator("main form button").click()
    page.wait_for_url("**/coverage?**")
    assert page.locator(".map a").count() == 17
    assert page.locator(".sort").count() == 0


def test_the_language_is_chosen_and_kept(visit: Open) -> None:
    page = visit("/", locale="zh-CN")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("navigation").get_by_role("link", name="Coverage").click()
    assert page.locator("h1").inner_text() == "Coverage"
