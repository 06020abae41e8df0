"""`fazhi reports` and `fazhi show`: filters, pages of results, CSV, addresses, the page as archived."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.cli.questions.open_page import framed
from crawler.model import Site
from tests.conftest import BODY, SITE, URL, Clock, Fazhi, a_capture, a_report

HUANGSHI = Site(id="hs", name="黄石市人民政府", region="420200", lists=("https://www.huangshi.gov.cn/a/",))


@pytest.fixture
def filled(opened: Callable[[], Archive], clock: Clock, folder: Path) -> list[str]:
    """Three reports: 武汉市 2021 and 2022, 黄石市 2022, a day apart. Returns their ids."""
    held = []
    with opened() as archive:
        for number, (site, year) in enumerate([(SITE, 2021), (SITE, 2022), (HUANGSHI, 2022)]):
            host = "www.wuhan.gov.cn" if site is SITE else "www.huangshi.gov.cn"
            report = replace(
                a_report(f"{BODY}\n{site.name}{year}", year=year), title=f"=1+1 {site.name}{year}年报告"
            )
            capture = a_capture(
                f"https://{host}/a/{number}.html", report.body.encode(), at=clock() + timedelta(days=number)
            )
            archive.record(capture)
            held.append(archive.store(replace(report, issuer=site.name), capture, site).report_id or "")
    return held


def ids(fazhi: Fazhi, folder: Path, *words: str) -> list[str]:
    code, out, _ = fazhi("reports", "--archive", str(folder), *words)
    assert code == 0
    return [line.split("\t")[0] for line in out.splitlines()]


def test_a_region_is_given_by_name_or_code_and_includes_what_is_in_it(
    filled: list[str], fazhi: Fazhi, folder: Path
) -> None:
    assert ids(fazhi, folder, "--region", "湖北") == ids(fazhi, folder, "--region", "420000") == filled
    assert ids(fazhi, folder, "--region", "武汉市") == filled[:2]


def test_an_unknown_region_is_wrong_use_and_one_without_reports_is_named(
    filled: list[str], fazhi: Fazhi, folder: Path
) -> None:
    code, _, err = fazhi("reports", "--archive", str(folder), "--region", "湖背")
    assert (code, err) == (2, "湖背: no division has this name; did you mean 湖南, 湖北, 湖州?\n")
    code, out, err = fazhi("reports", "--archive", str(folder), "--region", "广东省")
    assert (code, out, err) == (0, "", f"{folder}: no report of 440000 广东省 passes these filters\n")


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (("--year", "2021"), [0]),
        (("--year", "2022-"), [1, 2]),
        (("--year", "2020-2021"), [0]),
        (("--kind", "government"), []),
        (("--state", "live"), [0, 1, 2]),
        (("--state", "gone"), []),
        (("--site", "hs"), [2]),
        (("--since", "2026-11-26"), [1, 2]),
    ],
)
def test_filters(
    words: tuple[str, ...], number: list[int], filled: list[str], fazhi: Fazhi, folder: Path
) -> None:
    assert ids(fazhi, folder, *words) == [filled[each] for each in number]


@pytest.mark.parametrize(
    "words",
    [
        *(("--year", "22"), ("--year", "2022-2020"), ("--since", "soon"), ("--kind", "x"), ("--state", "x")),
        ("--site", "nothing"),
    ],
)
def test_a_filter_that_means_nothing_is_wrong_use(
    words: tuple[str, ...], filled: list[str], fazhi: Fazhi, folder: Path
) -> None:
    code, out, err = fazhi("reports", "--archive", str(folder), *words)
    assert (code, out) == (2, "")
    assert words[1] in err


def test_pages_of_results_go_on_where_the_one_before_ended(
    filled: list[str], fazhi: Fazhi, folder: Path
) -> None:
    _, first, told = fazhi("reports", "--archive", str(folder), "--limit", "2")
    assert told == f"there are more; go on with --after {filled[1]}\n"
    assert [line.split("\t")[0] for line in first.splitlines()] == filled[:2]
    assert ids(fazhi, folder, "--limit", "2", "--after", filled[1]) == filled[2:]
    code, _, err = fazhi("reports", "--archive", str(folder), "--after", "nothing")
    assert (code, err) == (2, "nothing: is not among the reports that these filters select\n")


def test_csv_has_a_header_and_no_formulas(filled: list[str], fazhi: Fazhi, folder: Path) -> None:
    _, out, _ = fazhi("reports", "--archive", str(folder), "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["id"] for row in rows] == filled
    assert [row["division"] for row in rows] == ["武汉市", "武汉市", "黄石市"]
    assert {(row["published_date"], row["published_time"]) for row in rows} == {("2023-02-21", "10:00")}
    assert all(row["title"].startswith("'=1+1") for row in rows)


@pytest.mark.parametrize(
    "address",
    ["https://www.wuhan.gov.cn/a/1.html", "http://www.wuhan.gov.cn/a/1.html", "www.wuhan.gov.cn/a/1.html"],
)
def test_a_report_is_shown_by_its_address(
    address: str, filled: list[str], fazhi: Fazhi, folder: Path
) -> None:
    _, out, _ = fazhi("show", address, "--archive", str(folder), "--json")
    shown = json.loads(out)
    assert shown["id"] == filled[1]
    (place,) = shown["captures"]
    assert (folder / place["warc_file"]).is_file()
    assert [row["version"] for row in shown["history"]] == [1]
    assert [(page["url"], page["state"]) for page in shown["locations"]] == [
        ("https://www.wuhan.gov.cn/a/1.html", "live")
    ]


def test_an_address_that_is_not_held_is_wrong_use(filled: list[str], fazhi: Fazhi, folder: Path) -> None:
    code, _, err = fazhi("show", URL, "--archive", str(folder))
    assert (code, err) == (2, f"{URL}: no report is held from this address\n")


def test_the_page_as_archived_is_written_where_there_is_no_display(
    filled: list[str], fazhi: Fazhi, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    _, out, err = fazhi("show", filled[0], "--open", "--archive", str(folder))
    assert out == ""
    written = Path(err.rpartition(": ")[2].strip())
    assert written.read_bytes().decode().startswith("第0项工作")


def test_an_archived_page_cannot_leave_its_frame(clock: Clock) -> None:
    page = '<script>alert(1)</script><meta http-equiv=refresh content="0;url=http://x/">"></iframe><b>甲</b>'
    made = framed(a_capture(payload=page.encode("gb18030"), at=clock()), a_report())
    frame = made.partition('srcdoc="')[2].partition('"')[0]
    assert "<iframe sandbox srcdoc=" in made
    assert "<" not in frame
    assert "甲" in frame
    assert "<script" not in made
