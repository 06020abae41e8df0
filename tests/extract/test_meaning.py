"""Issuer, division, kind and year of a report: from the title, or else from the texts around it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.discover import judge_title
from crawler.extract.meaning import kind
from crawler.extract.meaning.subject import Evidence, Meaning
from crawler.extract.meaning.subject import read as understand
from crawler.field.organs import complete, organ, organ_in
from tests.extract.pages import BODY, page, paragraphs, read

TITLES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent.parent / "titles.yaml").read_text("utf-8")
)
REPORTS = [row for row in TITLES if row["report"]]
LONG = BODY * 2
NAMELESS = "关于2023年法治政府建设情况的报告"
OURS = "2023年,我市坚持依法行政,市政府多次研究法治政府建设。"
OFFICES = "2023年,我局坚持依法行政,全市法治政府建设取得进展。"


def short(row: dict[str, Any]) -> str:
    return str(row["title"])[:40]


@pytest.mark.parametrize("row", TITLES, ids=short)
def test_filter_and_extractor_judge_a_title_alike(row: dict[str, Any]) -> None:
    verdict = judge_title(row["title"])
    assert verdict.report is row["report"]
    assert kind.is_report(row["title"], LONG) is (verdict.report or verdict.column)


@pytest.mark.parametrize("row", REPORTS, ids=short)
def test_a_title_gives_issuer_and_year(row: dict[str, Any]) -> None:
    named = organ_in(row["title"])
    name, of_kind = named or (None, None)
    assert (complete(name, row["within"]) if name and "within" in row else name) == row["issuer"]
    assert of_kind == row["kind"]
    assert kind.kind(row["title"], LONG, None) == (row["kind"] or "government")
    assert kind.year(row["title"], "") == row["year"]


@pytest.mark.parametrize(
    "row", [row for row in TITLES if not row["report"] and not row.get("column")], ids=short
)
def test_a_document_that_is_no_report_has_no_kind(row: dict[str, Any]) -> None:
    assert kind.kind(row["title"], LONG, "甲市人民政府") is None


def test_a_title_over_a_link_or_over_another_text_is_no_report() -> None:
    title = "甲市人民政府2022年度法治政府建设情况报告"
    assert kind.kind(title, "全文见附件,关于法治政府建设。", None) is None
    assert kind.kind(title, "某某会议的消息。" * 100, None) is None


@pytest.mark.parametrize("name", ["我局", "张三", "今年以来", "市直机关", "", "关于", "本报记者"])
def test_a_text_that_names_no_organ_gives_none(name: str) -> None:
    assert organ(name) is None


@pytest.mark.parametrize(
    ("name", "code", "whole"),
    [
        ("省人民政府", "420202", "湖北省人民政府"),
        ("市人民政府", "420202", "黄石市人民政府"),
        ("区教育局", "420202", "黄石港区教育局"),
        ("市司法局", "500112", "重庆市司法局"),
        ("自治区人民政府", "650102", "新疆维吾尔自治区人民政府"),
        ("州人民政府", "222401", "延边朝鲜族自治州人民政府"),
        ("旗人民政府", "150221", "土默特右旗人民政府"),
        ("区教育局", "420100", "区教育局"),  # which district of the city is not known
        ("区教育局", "650000", "区教育局"),  # 自治区 is no 区
        ("县人民政府", "420202", "县人民政府"),
        ("市中区教育局", "510000", "市中区教育局"),  # a place called 市中区
        ("应急管理局", "420202", "应急管理局"),
        ("武汉市司法局", "420202", "武汉市司法局"),
    ],
)
def test_a_name_without_its_place_is_completed_from_the_site_or_left(
    name: str, code: str, whole: str
) -> None:
    assert complete(name, code) == whole


def test_the_year_of_the_title_is_taken_before_that_of_the_opening() -> None:
    assert kind.year("甲区2022年度法治政府建设情况报告", "2002年,我区坚持依法行政。") == 2022


@pytest.mark.parametrize(
    ("opening", "year"),
    [
        ("2021年,我区坚持依法行政。2021年末,…", 2021),
        ("二〇二一年,我区坚持依法行政。", 2021),
        ("２０２１年度,我区坚持依法行政。", 2021),
        ("按照《法治政府建设实施纲要(2021-2025年)》和2019—2022年规划,2023年我区推进法治建设", 2023),
        ("2024年1月5日,根据要求,现将2023年工作报告如下", 2023),
        ("我区坚持依法行政。", None),
    ],
)
def test_without_a_year_in_the_title_the_opening_gives_it(opening: str, year: int | None) -> None:
    assert kind.year("甲区法治政府建设情况报告", opening) == year


def meant(opening: str = OURS, **page: Any) -> Meaning:
    return understand(Evidence(**{"title": NAMELESS, "body": opening + LONG, **page}))


@pytest.mark.parametrize(
    ("known", "issuer", "region"),
    [
        ({"signer": "许昌市人民政府"}, "许昌市人民政府", "411000"),
        ({"signer": "市人民政府", "site_code": "4110000001"}, "许昌市人民政府", "411000"),
        ({"site": "许昌市人民政府门户网站"}, "许昌市人民政府", "411000"),
        ({"publisher": "许昌市人民政府办公室"}, "许昌市人民政府", "411000"),
        ({"publisher": "市司法局", "site_code": "4110000001"}, "许昌市人民政府", "411000"),
        ({"source": "许昌市司法局"}, "许昌市人民政府", "411000"),
        ({"site_code": "4110000001"}, "许昌市人民政府", "411000"),
        ({"site_code": "bm12000001"}, None, None),
        ({"source": "新华社"}, None, None),
        ({}, None, None),
    ],
)
def test_without_an_organ_in_the_title_the_texts_around_it_give_the_issuer(
    known: dict[str, str], issuer: str | None, region: str | None
) -> None:
    found = meant(**known)
    assert (found.issuer, found.region, found.kind) == (issuer, region, "government")


@pytest.mark.parametrize(
    "known",
    [
        {"source": "市司法局", "site_code": "4110000001"},
        {"publisher": "许昌市司法局", "site": "许昌市人民政府"},
        {"signer": "许昌市司法局"},
        {"site": "许昌市司法局"},
    ],
)
def test_the_issuer_of_a_text_that_speaks_for_a_department_is_the_department(known: dict[str, str]) -> None:
    found = meant(OFFICES, **known)
    assert (found.issuer, found.region, found.kind) == ("许昌市司法局", "411000", "department")


def test_the_issuer_of_a_text_that_mentions_only_streets_is_the_government() -> None:
    found = meant("各街道推进法治建设。", source="许昌市司法局")
    assert (found.issuer, found.region, found.kind) == ("许昌市人民政府", "411000", "government")


def test_a_department_without_a_name_gives_no_issuer() -> None:
    found = meant(OFFICES, site="许昌市人民政府")
    assert (found.issuer, found.region, found.kind) == (None, "411000", "department")


def test_a_site_may_show_the_report_of_another_division() -> None:
    assert (
        meant(title="淮安市人民政府关于2017年度法治政府建设情况的报告", site_code="3200000001").region
        == "320800"
    )
    assert (
        meant(title="湖北省人民政府关于2023年度法治政府建设情况的报告", site_code="4202020002").region
        == "420000"
    )


def test_towns_streets_and_offices_without_a_place_belong_to_the_sites_division() -> None:
    for title in (
        "留下街道2022年度法治政府建设工作报告",
        "教育局2022年法治政府建设工作报告",
        "长安镇2022年法治政府建设年度报告",
    ):
        assert meant(title=title, site_code="3301060001").region == "330106"


@pytest.mark.parametrize(
    "known",
    [
        {"site_code": "3201060001"},
        {"source": "南京市鼓楼区司法局"},
        {"signer": "南京市鼓楼区人民政府"},
        {"site": "南京市鼓楼区人民政府"},
        {"footer": ("主办单位:南京市鼓楼区人民政府办公室 承办:区数据局",)},
        {"trail": ("首页 > 南京市 > 政务公开",)},
        {"opening": "2023年,在南京市委、市政府领导下,我区推进法治政府建设。"},
    ],
)
def test_a_name_of_several_districts_is_decided_by_the_texts_around_it(known: dict[str, Any]) -> None:
    assert meant(title="鼓楼区人民政府2023年度法治政府建设情况报告", **known).region == "320106"


@pytest.mark.parametrize(
    "known", [{}, {"opening": "2023年,在江苏省委领导下,"}, {"url": "http://sft.jiangsu.gov.cn/a.html"}]
)
def test_a_name_of_several_districts_is_else_ambiguous(known: dict[str, Any]) -> None:
    found = meant(title="鼓楼区人民政府2023年度法治政府建设情况报告", **known)
    assert (found.issuer, found.region) == ("鼓楼区人民政府", None)


def test_a_host_of_a_province_decides_if_the_province_has_one_such_district() -> None:
    title = "朝阳区人民政府2023年度法治政府建设情况报告"
    assert meant(title=title, url="http://sfj.beijing.gov.cn/a.html").region == "110105"
    assert meant(title=title, url="http://www.example.com/a.html").region is None


def test_a_provinces_portal_gives_the_province_and_another_host_of_it_gives_none() -> None:
    title = "省人民政府关于2023年法治政府建设情况的报告"
    found = meant(title=title, url="https://www.hubei.gov.cn/a.html")
    assert (found.issuer, found.region) == ("湖北省人民政府", "420000")
    assert meant(title=NAMELESS, url="https://ljxq.cq.gov.cn/a.html").region is None


def test_any_text_can_be_read() -> None:
    for odd in (
        "中共委" * 100_000,
        "鼓楼区" * 100_000,
        "印发法治政府" * 100_000,
        "《" * 100_000,
        "\ud800\x00",
    ):
        everywhere = {"title": odd, "body": odd, "signer": odd, "publisher": odd, "source": odd, "site": odd}
        found = understand(Evidence(**everywhere, footer=(odd,), trail=(odd,), site_code=odd, url="http://["))
        assert (found.region, found.kind) == (None, None)


def test_each_answer_has_clues() -> None:
    found = meant(title="省人民政府关于2023年法治政府建设情况的报告", site_code="4200000001")
    assert [(clue.field, clue.value, clue.where) for clue in found.clues if clue.weight >= 0.8] == [
        ("issuer", "湖北省人民政府", "title, place from the site"),
        ("region", "420000", "issuer in the title, place from the site"),
        ("region", "420000", "网站标识码"),
    ]


def test_title_and_site_code_give_issuer_and_division() -> None:
    title = "市人民政府关于2022年度法治政府建设情况的报告"
    report = read(page(paragraphs(), head=f"<title>{title}</title>", above=f"<h1>{title}</h1>"))
    assert (report.issuer, report.region, report.year) == ("武汉市人民政府", "420100", 2022)
    assert "issuer" in {clue.field for clue in report.clues}


def test_a_site_code_of_an_area_that_is_no_division_gives_its_province() -> None:
    assert meant(title=NAMELESS, site_code="3590000001").region == "350000"
    assert meant(title=NAMELESS, site_code="9990000001").region is None


def test_the_signature_completes_a_short_name_in_the_title() -> None:
    found = meant(title="区公安局2023年度法治政府建设情况报告", signer="平潭综合实验区公安局")
    assert found.issuer == "平潭综合实验区公安局"
