"""`fazhi search`: what it prints, where, and its exit codes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.archive import SEARCH_INDEX, Archive
from tests.conftest import BODY, SITE, Clock, Fazhi, a_capture, a_report


@pytest.fixture
def filled(opened: Callable[[], Archive], clock: Clock) -> None:
    """Two reports of 武汉市; the title of the second would be a formula and a command to a terminal."""
    with opened() as archive:
        for year in (2021, 2022):
            report = a_report(f"{BODY}\n受理行政复议案件{year}件。", year=year)
            if year == 2022:
                report = replace(report, title="=1+1\x1b[31m复议")
            capture = a_capture(f"https://www.wuhan.gov.cn/a/{year}.html", report.body.encode(), at=clock())
            archive.record(capture)
            archive.store(report, capture, SITE)


@pytest.mark.usefixtures("filled")
def test_lines_json_and_csv_have_the_same_places(fazhi: Fazhi, folder: Path) -> None:
    code, out, err = fazhi("search", "复议案件", "--archive", str(folder))
    assert (code, err) == (0, "2 texts\n")
    lines = [line.split("\t") for line in out.splitlines()]
    _, out, _ = fazhi("search", "复议案件", "--archive", str(folder), "--json")
    found = json.loads(out)
    assert (found["total"], found["next_offset"], found["index_behind"]) == (2, None, None)
    places = [s["marks"][0] for match in found["matches"] for s in match["snippets"]]
    assert len(places) == len(lines) == 2
    assert all("«复议案件»" in line[-1] for line in lines)
    _, out, _ = fazhi("search", "复议案件", "--archive", str(folder), "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["report_id"] for row in rows] == [line[0] for line in lines]
    assert {row["title"][:2] for row in rows} == {"武汉", "'="}


@pytest.mark.usefixtures("filled")
def test_a_page_of_results_says_where_the_next_one_begins(fazhi: Fazhi, folder: Path) -> None:
    _, _, err = fazhi("search", "复议", "--limit", "1", "--archive", str(folder))
    assert err == "2 texts; 1 to 1 are shown; go on with --offset 1\n"


@pytest.mark.usefixtures("filled")
def test_facets_as_csv_have_a_header(fazhi: Fazhi, folder: Path) -> None:
    _, out, _ = fazhi("search", "复议", "--facets", "--csv", "--archive", str(folder))
    assert out.splitlines() == [
        "of,value,name,texts",
        "year,2021,,1",
        "year,2022,,1",
        "province,420000,湖北省,2",
    ]


@pytest.mark.usefixtures("filled")
def test_facets_are_counts_by_year_and_province(fazhi: Fazhi, folder: Path) -> None:
    _, out, err = fazhi("search", "复议", "--facets", "--limit", "1", "--archive", str(folder))
    assert err == "2 texts\n", "of the counts there is no next page"
    assert out.splitlines() == ["year\t2021\t\t1", "year\t2022\t\t1", "province\t420000\t湖北省\t2"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    "query", [(), ("。",), ('"复议',), ("NOT 复议",), ("法", "--year", "x"), ("法", "--kind", "x")]
)
def test_what_cannot_be_answered_is_wrong_use(query: tuple[str, ...], fazhi: Fazhi, folder: Path) -> None:
    code, out, err = fazhi("search", *query, "--archive", str(folder))
    assert (code, out) == (2, "")
    assert err


@pytest.mark.usefixtures("filled")
def test_nothing_found_is_told_with_the_region(fazhi: Fazhi, folder: Path) -> None:
    code, out, err = fazhi("search", "复议", "--region", "广东", "--archive", str(folder))
    assert (code, out, err) == (0, "", f"{folder}: no text of 440000 广东省 has these words\n")


@pytest.mark.usefixtures("filled")
def test_a_missing_index_is_an_error_and_can_be_made(fazhi: Fazhi, folder: Path) -> None:
    (folder / SEARCH_INDEX).unlink()
    code, out, err = fazhi("search", "复议", "--archive", str(folder))
    assert (code, out) == (4, "")
    assert err.endswith("search.db: the archive has no search index yet; `fazhi search --index` makes it\n")
    code, _, err = fazhi("search", "复议", "--index", "--archive", str(folder))
    assert (code, err) == (0, f"{folder}: 2 texts are in the search index\n2 texts\n")


def test_no_archive_is_told(fazhi: Fazhi, tmp_path: Path) -> None:
    for words in (["法"], ["--index"]):
        code, _, err = fazhi("search", *words, "--archive", str(tmp_path / "none"))
        assert code == 2
        assert "no archive here" in err


def test_an_archive_without_any_text_has_nothing_to_find(clock: Clock, fazhi: Fazhi, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    Archive.create(empty, clock=clock).close()
    assert not (empty / "search.db").exists()
    code, out, err = fazhi("search", "法治", "--archive", str(empty))
    assert (code, out) == (0, "")
    assert "index" not in err
