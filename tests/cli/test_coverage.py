"""`fazhi coverage`: every form of output from the archive of the saved pages."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.cells import cell_len

from crawler.archive import Archive
from crawler.field.deadline import RULES
from crawler.field.regions import region
from crawler.field.times import china_day
from crawler.questions.coverage.tables import COLUMNS
from tests.archive.held import crawl_saved
from tests.conftest import Clock, Fazhi

ENSHI = region("422800")  # a long name
ASOF = ("--asof", "2026-11-26")


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder, clock = tmp_path_factory.mktemp("coverage") / "archive", Clock()
    with Archive.create(folder, clock=clock) as archive:
        crawl_saved(archive, clock, "wuhan", "changchun")
    return str(folder)


def test_json_has_rules_reasons_totals_and_a_cell_for_each_year(fazhi: Fazhi, held: str) -> None:
    code, out, _ = fazhi("coverage", "--archive", held, *ASOF, "--year", "2021-2023", "--json")
    found = json.loads(out)
    assert code == 0
    assert [rule["id"] for rule in found["rules"]] == [rule.id for rule in RULES]
    changchun = next(row for row in found["rows"] if row["region"] == "220100")
    late = changchun["cells"][1]
    assert (late["status"], late["days"], late["rests_on"], late["claimed"]) == (
        "late",
        27,
        "claimed",
        "2023-04-27T10:34",
    )
    assert (late["report_id"], late["witnessed"]) == ("220100-2022-a31d9a70", "2026-11-25T03:00:00Z")
    assert found["totals"]["2022"] == {
        "due": 2, "known": 2, "on_time": 1, "late": 1, "overdue": 0, "not_yet_due": 0, "withdrawn": 0, "unknown": 0
    }  # fmt: skip


def test_csv_and_plain_lines_have_the_same_columns(fazhi: Fazhi, held: str) -> None:
    _, out, _ = fazhi("coverage", "--archive", held, *ASOF, "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert tuple(rows[0]) == COLUMNS
    assert {row["region"] for row in rows} == {"220100", "420100"}
    _, lines, _ = fazhi("coverage", "--archive", held, *ASOF)
    assert [line.split("\t")[:8] for line in lines.splitlines()] == [list(row.values())[:8] for row in rows]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.targets: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append((tag, values))
        self.ids.add(values.get("id") or "")
        if tag == "a":
            self.targets.append(values.get("href") or "")


def test_every_cell_of_the_page_leads_to_its_report(fazhi: Fazhi, held: str, tmp_path: Path) -> None:
    file = tmp_path / "coverage.html"
    code, out, err = fazhi("coverage", "--archive", held, *ASOF, "--html", str(file))
    page = file.read_text("utf-8")
    assert (code, out) == (0, "")
    assert "2 organs as of 2026-11-26" in err
    tags = _Tags()
    tags.feed(page)
    inner = [each[1:] for each in tags.targets if each.startswith("#")]
    assert inner
    assert set(inner) <= tags.ids
    for words in (
        "220100-2022-a31d9a70",
        "https://www.wuhan.gov.cn/zwgk/fzzfj/",
        RULES[1].wording,
        "2023-04-27",
    ):
        assert words in page
    assert not [values for _, values in tags.tags if any(name.startswith("on") for name in values)]
    assert all(values.get("scope") for tag, values in tags.tags if tag == "th")
    assert page.count("<caption>") == page.count("<table")


def test_a_status_is_told_by_words_and_mark_not_by_colour_alone(
    fazhi: Fazhi, held: str, tmp_path: Path
) -> None:
    file = tmp_path / "coverage.html"
    fazhi("coverage", "--archive", held, *ASOF, "--html", str(file))
    cells = re.findall(r"<td class=\"(\w+)\" data-status.*?</td>", file.read_text("utf-8"))
    whole = re.findall(r"<td class=\"\w+\" data-status.*?</td>", file.read_text("utf-8"))
    assert {"on_time", "late", "unknown"} <= set(cells)
    assert all('<span class="hidden">' in each for each in whole)


def test_a_region_without_anything_is_named_on_stderr(fazhi: Fazhi, held: str) -> None:
    code, out, err = fazhi("coverage", "--archive", held, "--region", "江苏")
    assert (code, out) == (0, "")
    assert "no source and no report of a government of 320000 江苏省; --all shows every division" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--region", "湖背"), "no division has this name"),
        (("--level", "town"), "must be one of province, city, county"),
        (("--asof", "yesterday"), "must be a day"),
        (("--asof", "2999-01-01"), "lies in the future"),
        (("--year", "22"), "must be a year or a span of years"),
    ],
)
def test_wrong_use_is_told_with_what_to_do(
    words: tuple[str, ...], told: str, fazhi: Fazhi, held: str
) -> None:
    code, _, err = fazhi("coverage", "--archive", held, *words)
    assert code == 2
    assert told in err


def test_today_is_the_day_in_china(fazhi: Fazhi, held: str) -> None:
    before = china_day(datetime.now(UTC))
    _, out, _ = fazhi("coverage", "--archive", held, "--json")
    assert before.isoformat() <= json.loads(out)["asof"] <= china_day(datetime.now(UTC)).isoformat()


@pytest.mark.parametrize("years", ["2022", "2015-2025"])
def test_a_table_fits_80_columns_and_cuts_no_id(
    years: str, fazhi: Fazhi, held: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("crawler.questions.coverage.answer.region_row", lambda code: ENSHI)
    _, coloured, _ = fazhi("coverage", "--archive", held, *ASOF, "--year", years)
    out = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert coloured != out
    assert max(map(cell_len, out.splitlines())) <= 80
    (line,) = [line for line in out.splitlines() if line.startswith("220100")]
    assert ("220100-2022-a31d9a70" if years == "2022" else "(+27)") in line
    assert "as of 2026-11-26" in out


def test_a_page_is_written_beside_csv_and_json(fazhi: Fazhi, held: str, tmp_path: Path) -> None:
    words = ("coverage", "--archive", held, *ASOF, "--year", "2022")
    for form, start in (("--csv", "region,"), ("--json", "{")):
        page = tmp_path / f"page{form}.html"
        code, out, err = fazhi(*words, form, "--html", str(page))
        assert (code, err) == (0, f"{page}: 2 organs as of 2026-11-26\n")
        assert out == fazhi(*words, form)[1]
        assert out.startswith(start)
        assert page.read_text("utf-8").startswith("<!")


def test_a_page_that_cannot_be_written_is_told(fazhi: Fazhi, held: str, tmp_path: Path) -> None:
    code, out, err = fazhi("coverage", "--archive", held, *ASOF, "--html", str(tmp_path))
    assert (code, out) == (1, "")
    assert err == f"{tmp_path}: cannot be written: Is a directory\n"


@pytest.mark.parametrize(
    "words", [["coverage"], ["reports"], ["changes"], ["search", "复议"], ["indicators"]]
)
def test_json_and_csv_together_are_wrong_use(fazhi: Fazhi, held: str, words: list[str]) -> None:
    assert fazhi(*words, "--json", "--csv", "--archive", held) == (
        2,
        "",
        "--json and --csv: give one of them\n",
    )
