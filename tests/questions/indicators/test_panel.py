"""The panel: rows, the wide form, filters, and the command over it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.archive import Archive, Reader
from crawler.errors import ConfigError, UnknownReport
from crawler.model import Section
from crawler.questions.indicators.panel import indicators, the_indicators
from tests.conftest import BODY, SITE, Clock, Fazhi, a_capture, a_report

TEXT = (
    f"{BODY}\n全年受理法律援助案件1.7万余件。4608件申请类法律援助案件适用承诺制。某区办理法律援助案件300件。五年来,办理法律援助案件"
    "90000件。行政机关负责人出庭应诉率达90%。县区行政机关负责人出庭应诉率为99%。\n二、打算\n办理法律援助案件5万件。"
)
EMPTY = f"{BODY}\n没有数字。"


@pytest.fixture
def held(opened: Callable[[], Archive], clock: Clock, folder: Path) -> list[str]:
    """Two reports: 2021 without figures, 2022 with TEXT. Returns their ids."""
    ids = []
    with opened() as archive:
        for year, body in ((2021, EMPTY), (2022, TEXT)):
            at = body.find("二、打算")
            sections = (Section(kind="plans", title="二、打算", start=at, end=len(body)),) if at > 0 else ()
            report = replace(a_report(body, year=year), sections=sections)
            capture = a_capture(f"https://www.wuhan.gov.cn/a/{year}.html", body.encode(), at=clock())
            archive.record(capture)
            ids.append(archive.store(report, capture, SITE).report_id or "")
    return ids


def rows(fazhi: Fazhi, folder: Path, *words: str) -> list[dict[str, object]]:
    code, out, _ = fazhi("indicators", "--archive", str(folder), "--json", *words)
    assert code == 0
    found: list[dict[str, object]] = json.loads(out)
    return found


def test_a_row_says_where_its_figure_comes_from(held: list[str], fazhi: Fazhi, folder: Path) -> None:
    first = rows(fazhi, folder)[0]
    with Reader.read(folder) as reader:
        body = reader.show(held[1]).body
    assert first == {
        "report_id": held[1],
        "version": 1,
        "region": "420100",
        "division": "武汉市",
        "year": 2022,
        "kind": first["kind"],
        "indicator": "legal_aid",
        "label": "法律援助案件",
        "value": 17000,
        "unit": "件",
        "approximate": True,
        "period": "year",
        "number": "1.7万余件",
        "offset": body.index("1.7万余件"),
        "words": "全年受理法律援助案件1.7万余件",
        "words_offset": body.index("全年受理法律援助案件"),
        "rule": "legal_aid/1",
        "title": first["title"],
        "url": "https://www.wuhan.gov.cn/a/2022.html",
        "captured_at": first["captured_at"],
    }
    assert str(first["captured_at"]).endswith("Z")


def test_figures_of_plans_are_none_of_the_year(held: list[str], fazhi: Fazhi, folder: Path) -> None:
    assert 50000 not in [row["value"] for row in rows(fazhi, folder)]


def test_the_wide_form_has_the_largest_count_and_the_first_rate_and_no_totals_of_years(
    held: list[str], fazhi: Fazhi, folder: Path
) -> None:
    empty, full = rows(fazhi, folder, "--wide")
    assert (full["legal_aid"], full["appearance_rate"], full["approximate"]) == (17000, 90, ["legal_aid"])
    assert (empty["report_id"], empty["legal_aid"]) == (held[0], None)


def test_the_long_form_marks_totals_of_years(held: list[str], fazhi: Fazhi, folder: Path) -> None:
    assert [row["value"] for row in rows(fazhi, folder) if row["period"] != "year"] == [90000]


def test_indicators_are_chosen_by_either_name(held: list[str], fazhi: Fazhi, folder: Path) -> None:
    chinese = rows(fazhi, folder, "--indicator", "行政机关负责人出庭应诉率")
    assert chinese == rows(fazhi, folder, "--indicator", "appearance_rate")
    assert [row["value"] for row in chinese] == [90, 99]


def test_an_unknown_indicator_is_wrong_use_with_names_like_it(
    held: list[str], fazhi: Fazhi, folder: Path
) -> None:
    code, out, err = fazhi("indicators", "--archive", str(folder), "--indicator", "legal_aids")
    assert (code, out) == (2, "")
    assert "'legal_aids' is no indicator; like it: legal_aid" in err
    with pytest.raises(ConfigError, match="行政复议受理"):
        the_indicators(["复议受理"])


def test_filters_and_a_report_by_its_id(held: list[str], fazhi: Fazhi, folder: Path) -> None:
    assert rows(fazhi, folder, "--year", "2021") == []
    assert rows(fazhi, folder, held[1]) == rows(fazhi, folder, "--region", "湖北", "--year", "2022-")
    with Reader.read(folder) as reader, pytest.raises(UnknownReport):
        list(indicators(reader, "999999-1999"))


def test_nothing_held_of_a_region_is_said(held: list[str], fazhi: Fazhi, folder: Path) -> None:
    code, out, err = fazhi("indicators", "--archive", str(folder), "--region", "广东省", "--csv")
    assert (code, len(out.splitlines())) == (0, 1)
    assert err == f"{folder}: no report of 440000 广东省 passes these filters\n"


def test_csv_has_a_header_and_the_columns_of_json(held: list[str], fazhi: Fazhi, folder: Path) -> None:
    _, out, err = fazhi("indicators", "--archive", str(folder), "--csv")
    table = list(csv.DictReader(io.StringIO(out)))
    values = rows(fazhi, folder)
    assert [list(row) for row in table] == [list(row) for row in values]
    assert (table[0]["value"], table[0]["approximate"], table[0]["period"]) == ("17000", "yes", "year")
    assert err == f"figures: {len(values)}; reports read: 2\n"


def test_the_names_are_listed_with_unit_and_definition(fazhi: Fazhi) -> None:
    code, out, _ = fazhi("indicators", "--names", "--json", "--indicator", "notary")
    assert code == 0
    assert json.loads(out) == [
        {"indicator": "notary", "label": "公证", "unit": "件", "definition": "Notarial matters handled."}
    ]


def test_reading_needs_read_permission_only_and_works_beside_a_run(
    held: list[str], opened: Callable[[], Archive], folder: Path
) -> None:
    with opened(), Reader.read(folder) as reader:
        assert [len(each.statements) for each in indicators(reader)] == [0, 5]
