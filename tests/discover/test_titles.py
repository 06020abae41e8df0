"""The title filter on real titles, and with a site's own pattern."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.discover import judge_title, leads_to_report, title_year
from crawler.model import Link

TITLES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent.parent / "titles.yaml").read_text("utf-8")
)


@pytest.mark.parametrize("row", TITLES, ids=lambda row: str(row["title"])[:40])
def test_real_titles_are_judged_right(row: dict[str, Any]) -> None:
    verdict = judge_title(row["title"])
    assert verdict.report is row["report"], verdict.why
    assert verdict.column is row.get("column", False)
    assert verdict.several_years is row.get("several_years", False)


@pytest.mark.parametrize(
    "row", [row for row in TITLES if row["report"]], ids=lambda row: str(row["title"])[:40]
)
def test_the_year_of_real_titles_is_read(row: dict[str, Any]) -> None:
    assert title_year(row["title"]) == row["year"]


def test_the_table_holds_enough_of_both_kinds() -> None:
    assert sum(row["report"] for row in TITLES) >= 40
    assert sum(not row["report"] for row in TITLES) >= 40


def test_a_sites_own_pattern_replaces_the_filter() -> None:
    assert judge_title("法治建设年报(2022年)", match="法治建设年报").report
    assert judge_title("法治建设年报(2022年)", match="法治建设年报").year == 2022
    assert (
        judge_title("关于2022年法治政府建设情况的报告", match="法治建设年报").why
        == "does not match the site's pattern"
    )


def test_a_rejected_title_comes_with_the_reason() -> None:
    assert judge_title("2023年政府工作报告").why == "names no such report"
    assert judge_title("2023年法治政府建设工作要点落实情况报告").why.startswith("a plan")


@pytest.mark.parametrize(
    ("title", "path", "report"),
    [
        ("武汉市人民政府2023年度法治政府建设情况报告", "/fzzf/", True),
        ("武汉市法治政府建设情况报告", "/fzzf/", False),
        ("武汉市法治政府建设情况报告", "/fzzf/202403/t20240315_77.html", True),
        ("法治政府建设年度报告", "/fzzf/", False),
        ("法治政府建设年度报告", "/art/2024/3/15/art_1_2.html", True),
        ("2023年政府工作报告", "/art/2024/3/15/art_1_2.html", False),
    ],
)
def test_a_title_without_a_year_is_a_reports_if_the_address_is_an_articles(
    title: str, path: str, report: bool
) -> None:
    assert leads_to_report(Link(url=f"http://www.example.gov.cn{path}", title=title)) is report
