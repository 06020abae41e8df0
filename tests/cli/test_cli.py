"""Commands on saved pages, run as a user runs them; those on the loopback web are in tests/crawl/test_crawl.py."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from crawler.cli.questions.reports import COLUMNS
from crawler.model import JSON_KEYS, Holding, Report
from tests.archive.write_failures import run
from tests.conftest import Fazhi

ROOT = Path(__file__).parent.parent.parent
FIXTURES = ROOT / "tests" / "fixtures"

HOLDING_KEYS = tuple(field.name for field in fields(Holding))


@pytest.fixture(autouse=True)
def in_the_projects_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("crawled")
    sources = ("--sources", str(ROOT / "sources.yaml"))
    ended = run(("crawl", *sources, "--replay", str(FIXTURES), "--archive", "{archive}"), base)
    assert (ended.code, ended.err) == (0, "")
    return base / "archive"


@pytest.fixture
def filled(crawled: Path, folder: Path) -> Path:
    """A copy of an archive of all saved pages."""
    return Path(shutil.copytree(crawled, folder))


def test_a_crawl_of_the_fixtures_archives_and_a_second_finds_nothing_new(fazhi: Fazhi, folder: Path) -> None:
    words = ("crawl", "--replay", str(FIXTURES), "--archive", str(folder))
    code, out, err = fazhi(*words)
    assert (code, err) == (0, "")
    number = out.count("new        ")
    assert number >= 15
    assert f"{number} new reports, 0 new versions of known ones" in out
    assert out.count("further sites skipped: the replay has no page of them\n") == 1
    texts = {path: path.stat().st_mtime_ns for path in folder.glob("text/**/*.txt")}
    assert len(texts) == number
    code, out, err = fazhi(*words)
    assert (code, err) == (0, "")
    assert "0 new reports, 0 new versions of known ones" in out
    assert texts == {path: path.stat().st_mtime_ns for path in folder.glob("text/**/*.txt")}


README_SITES = ("wuhan", "wuwei", "huangshigang", "xuchang", "changchun", "jinghai", "tianshui")
"""The sites in the READMEs' output of `make demo`; sites that were saved later are not in it."""


def test_what_the_readme_shows_is_what_comes(fazhi: Fazhi, folder: Path) -> None:
    words = ("crawl", *README_SITES, "--replay", str(FIXTURES), "--archive", str(folder))
    for name in ("README.md", "README.zh-CN.md"):
        readme = (ROOT / name).read_text("utf-8")
        _, out, _ = fazhi(*words)
        sentence = out.splitlines()[-1].partition("; kept in")[0]
        if name == "README.md":
            assert sentence in readme
            shown = [line for line in readme.splitlines() if line.startswith("new ")]
            assert shown
            assert set(shown) <= set(out.splitlines())
        else:
            assert "0 new reports, 0 new versions of known ones, 23 unchanged" in sentence
            assert "0 new reports, 0 new versions of known ones, 23 unchanged" in readme


def test_a_terminal_shows_a_table_of_sites(folder: Path) -> None:
    words = [sys.executable, "-m", "crawler", "crawl", "--replay", str(FIXTURES), "--archive", str(folder)]
    code = (
        "import os, pty, sys\nstatus = pty.spawn(sys.argv[1:])\nsys.exit(os.waitstatus_to_exitcode(status))\n"
    )
    environment = os.environ | {"COLUMNS": "140", "TERM": "xterm"}
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0
    text = done.stdout.decode()
    assert "trouble" in text
    assert re.search(r"wuhan\s+武汉市人民政府\s+4\s+4", text)


def test_data_stays_on_stdout_while_a_terminal_shows_progress(folder: Path) -> None:
    words = [
        sys.executable,
        "-m",
        "crawler",
        "crawl",
        "wuhan",
        "--replay",
        str(FIXTURES),
        "--archive",
        str(folder),
    ]
    ours, theirs = pty.openpty()
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=theirs, cwd=ROOT, text=True) as process:
        os.close(theirs)
        out, _ = process.communicate(timeout=60)
    os.close(ours)
    assert out.count("new        ") == 4
    assert "4 new reports" in out


def test_a_crawls_own_warc_can_be_replayed(fazhi: Fazhi, filled: Path, tmp_path: Path) -> None:
    (warc,) = filled.glob("warc/*/*.warc.gz")
    code, out, _ = fazhi("crawl", "wuhan", "--replay", str(warc), "--archive", str(tmp_path / "other"))
    assert code == 0
    assert "4 new reports" in out


def test_json_of_a_replay_is_nothing_but_outcomes(fazhi: Fazhi, folder: Path) -> None:
    code, out, err = fazhi("crawl", "--replay", str(FIXTURES), "--archive", str(folder), "--json")
    assert code == 0
    assert {json.loads(line)["ending"] for line in out.splitlines()} <= {
        "listed",
        "new",
        "duplicate",
        "skipped",
    }
    assert "the replay has no page of them" in err


def test_a_dry_run_keeps_nothing(fazhi: Fazhi, folder: Path) -> None:
    code, out, _ = fazhi("crawl", "wuhan", "--replay", str(FIXTURES), "--archive", str(folder), "--dry-run")
    assert code == 0
    assert "dry run; would be fetched: 武汉市人民政府关于2022年度" in out
    assert not folder.exists()


def test_where_no_site_can_be_reached_one_line_says_so(fazhi: Fazhi, folder: Path, tmp_path: Path) -> None:
    sources = tmp_path / "sources.yaml"
    sources.write_text(
        'sources: [{id: a, name: 甲市人民政府, region: "420100", lists: [http://no-such-host.invalid/]}]',
        "utf-8",
    )
    code, out, err = fazhi("crawl", "--sources", str(sources), "--archive", str(folder))
    assert (code, out) == (1, "")
    assert (
        err
        == f"no site of {sources} can be reached from here (1 host tried); `make demo` shows the whole job offline\n"
    )
    assert not folder.exists()


def test_a_faulty_sources_file_gives_every_fault_and_exit_code_2(fazhi: Fazhi, tmp_path: Path) -> None:
    sources = tmp_path / "sources.yaml"
    sources.write_text("sources:\n  - {id: a, name: 甲, region: 1, lists: [x], delay: fast}\n", "utf-8")
    code, out, err = fazhi("crawl", "--sources", str(sources))
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        f"{sources}:2: sources[0].delay: must be a number of seconds ≥ 0, got 'fast'",
        f"{sources}:2: sources[0].lists[0]: must be an address that starts with http:// or https://, got 'x'",
        f'{sources}:2: sources[0].region: must be a GB/T 2260 code in quotes, such as "420100", got 1',
    ]


def test_an_unknown_id_is_told(fazhi: Fazhi) -> None:
    code, _, err = fazhi("crawl", "wuhna")
    assert (code, err) == (2, "wuhna: no source has this id; did you mean wuhan?\n")


def test_reports_are_listed_by_region_and_year(fazhi: Fazhi, filled: Path) -> None:
    code, out, _ = fazhi("reports", "--archive", str(filled), "--region", "420100", "--year", "2022")
    assert code == 0
    (line,) = out.splitlines()
    cells = dict(zip(COLUMNS, line.split("\t"), strict=True))
    assert [cells[name] for name in COLUMNS[1:12]] == [
        "420100",
        "武汉市",
        "2022",
        "government",
        "2023-02-21",
        "10:00",
        "1",
        "武汉市人民政府关于2022年度推进法治政府建设情况的报告",
        "武汉市人民政府",  # issuer
        "武汉市人民政府",  # published by
        "live",
    ]
    _, out, _ = fazhi("reports", "--archive", str(filled), "--json")
    reports = json.loads(out)
    keys = (*(key for key in JSON_KEYS if key != "body"), *HOLDING_KEYS)
    assert all(tuple(report) == keys for report in reports)


def test_a_report_is_shown_as_text_or_json(fazhi: Fazhi, filled: Path) -> None:
    code, out, err = fazhi("show", "420100-2022", "--archive", str(filled))
    assert code == 0
    assert out.startswith(
        "武汉市人民政府关于2022年度推进法治政府建设情况的报告\n\n发布日期:2023-02-21 10:00\n\n2022年,武汉市"
    )
    assert "https://www.wuhan.gov.cn/zwgk/fzzfj/202303/t20230315_2170174.shtml" in err
    assert "* version 1  sha256 " in err
    _, out, _ = fazhi("show", "420100-2022", "--archive", str(filled), "--json", "--version", "1")
    report = json.loads(out)
    assert tuple(report) == (
        *JSON_KEYS,
        *HOLDING_KEYS,
        "captures",
        "history",
        "locations",
        "edits",
        "departures",
        "documents",
    )
    assert (report["region"], report["year"], report["version"], report["source"]) == (
        "420100",
        2022,
        1,
        None,
    )
    code, _, err = fazhi("show", "nothing", "--archive", str(filled))
    assert (code, err) == (2, "nothing: no report has it; `fazhi reports` lists them all\n")


READING = (
    *(["reports"], ["show", "a"], ["cite", "a"], ["diff", "a"], ["changes"], ["coverage"], ["search", "法"]),
    *(
        ["search", "--index"],
        ["indicators"],
        ["export", "delivery"],
        ["verify"],
        ["rebuild"],
        ["merge", "other"],
    ),
)


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_no_archive_is_wrong_use_and_nothing_is_made(fazhi: Fazhi, tmp_path: Path, words: list[str]) -> None:
    code, out, err = fazhi(*words, "--archive", str(tmp_path / "none"))
    assert (code, out) == (2, "")
    assert "no archive here; name" in err
    assert list(tmp_path.iterdir()) == []


def test_seeds_then_their_crawl_is_one_report_each(fazhi: Fazhi, folder: Path) -> None:
    code, out, _ = fazhi("import", "seeds/", "--archive", str(folder))
    assert code == 0
    assert [line.split("\t")[0] for line in out.splitlines()] == ["new"] * 5
    _, again, _ = fazhi("import", "seeds/", "--archive", str(folder), "--json")
    assert {json.loads(line)["ending"] for line in again.splitlines()} == {"unchanged"}
    _, out, _ = fazhi("crawl", "--replay", str(FIXTURES), "--archive", str(folder), "--json")
    endings = [json.loads(line) for line in out.splitlines()]
    imported = {
        line.split("\t")[1] for line in fazhi("import", "seeds/", "--archive", str(folder))[1].splitlines()
    }
    assert {o["report_id"] for o in endings if o["ending"] == "duplicate"} >= imported
    _, out, _ = fazhi("reports", "--archive", str(folder), "--json")
    held = [report for report in json.loads(out) if report["id"] in imported]
    assert len(held) == 5
    assert all(report["url"].startswith("http") for report in held)


def test_what_is_no_report_is_not_imported(fazhi: Fazhi, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "2023年政府工作报告\n\n" + "各位代表,现在我代表市人民政府向大会报告工作,请予审议。" * 10, "utf-8"
    )
    (tmp_path / "b.txt").write_text("", "utf-8")
    code, out, _ = fazhi("import", str(tmp_path), "--archive", str(folder))
    assert code == 1
    assert [line.split("\t")[0] for line in out.splitlines()] == ["skipped", "failed"]
    code, _, err = fazhi("import", str(tmp_path / "nowhere"), "--archive", str(folder))
    assert (code, err) == (2, f"{tmp_path / 'nowhere'}: no such file or folder\n")
    (tmp_path / "empty").mkdir()
    assert fazhi("import", str(tmp_path / "empty"), "--archive", str(folder))[0] == 2


@pytest.mark.parametrize("place", ["www.wuhan.gov.cn/zwgk/a.shtml", "www.wuhan.gov.cn"])
def test_an_address_without_its_scheme_is_wrong_use_and_nothing_is_read(fazhi: Fazhi, place: str) -> None:
    code, out, err = fazhi("extract", str(next((FIXTURES / "wuhan").glob("*t20230315*"))), place)
    assert (code, out) == (2, "")
    assert err == f"{place}: an address begins with http:// or https://; did you mean http://{place} ?\n"


def test_pages_are_extracted_from_files(fazhi: Fazhi) -> None:
    page = next((FIXTURES / "wuhan").glob("*t20230315*"))
    code, out, _ = fazhi("extract", str(page), "seeds/000_3df3524417f8c2a8.txt", "--json")
    one, other = json.loads(out)
    assert code == 0
    assert one["text_sha256"] == other["text_sha256"]
    assert one["published"] == "2023-02-21T10:00"
    _, out, _ = fazhi("extract", str(page), "--explain")
    assert "published\t" in out
    _, out, _ = fazhi("extract", str(page), "--explain", "--json")
    assert {"field", "value", "weight", "where"} == set(json.loads(out)[0]["clues"][0])


def test_a_page_that_is_a_part_of_an_article_is_shown_and_told(fazhi: Fazhi, tmp_path: Path) -> None:
    page = next((FIXTURES / "wuhan").glob("*t20230315*")).read_text("utf-8")
    part = tmp_path / "part.html"
    part.write_text(page.replace("</body>", "<p>[1] <a href='con_2.html'>[2]</a></p></body>"), "utf-8")
    code, out, err = fazhi("extract", str(part))
    assert (code, out.startswith("武汉市")) == (0, True)
    assert err.startswith(f"{part}: short: 1 page of 2 or more")


def test_one_page_that_cannot_be_read_does_not_hide_the_others(fazhi: Fazhi) -> None:
    code, out, err = fazhi("extract", "nowhere.html", "seeds/000_3df3524417f8c2a8.txt")
    assert code == 1
    assert err == "nowhere.html: cannot be read: No such file or directory\n"
    assert out.startswith("武汉市")


def test_sources_are_listed_and_checked(fazhi: Fazhi) -> None:
    code, out, _ = fazhi("source", "list")
    assert code == 0
    assert "\nwuhan\t420100\t武汉市人民政府\thttps://www.wuhan.gov.cn/zwgk/fzzfj/\t" in "\n" + out
    _, out, _ = fazhi("source", "list", "--json")
    assert {site["id"]: site["years"] for site in json.loads(out)}["wuhan"] == "2015-"
    code, out, _ = fazhi("source", "check", "--replay", str(FIXTURES))
    assert code == 0
    assert "ok     wuhan 武汉市人民政府: trs, 4 list pages," in out
    assert "not taken: " in out
    assert "wuhan\tok\ttrs\t4\t" in out
    code, out, _ = fazhi("source", "check", "wuhan", "--replay", str(FIXTURES), "--json")
    (found,) = json.loads(out)
    assert [report["year"] for report in found["reports"]] == [2024, 2023, 2022, 2021]
    assert found["newest"]["year"] == 2024


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("sitemap", 0, "without a title on the list (a crawl fetches them to see): 1"),
        ("search", 0, "search, 3 list pages"),
        ("endless-pages", 0, "?page=3: not followed: this page shows nothing"),
        ("scripted-list", 1, "no report found; check that this is the right column"),
        ("challenge", 1, "HTTP 412: a script to solve"),
    ],
)
def test_a_check_tells_of_other_ways_in_and_of_trouble(
    fazhi: Fazhi, name: str, code: int, words: str
) -> None:
    sources = FIXTURES / name / "source.yaml"
    done = fazhi("source", "check", name, "--sources", str(sources), "--replay", str(FIXTURES / name))
    assert done[0] == code
    assert words in done[1]
    assert name in fazhi("source", "list", "--sources", str(sources))[1]


def test_the_contracts_keys_are_fields_of_a_report() -> None:
    assert set(JSON_KEYS) <= {field.name for field in fields(Report)}


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "crawler", "--version"], capture_output=True, text=True)
    assert done.stdout.startswith("fazhi 0.")


def test_a_saved_page_without_a_text_of_its_own_names_the_document(fazhi: Fazhi, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<meta charset=utf-8><title>甲市2023年度法治政府建设情况报告</title><h1>甲市2023年度法治政府建设情况报告</h1>"
        "<div id=zoom><iframe src='/pdfjs/web/viewer.html?file=/u/report.pdf'></iframe></div>",
        "utf-8",
    )
    code, out, err = fazhi("extract", str(page))
    assert (code, out.split("\n")[0]) == (0, "甲市2023年度法治政府建设情况报告")
    assert err == (
        f"{page}: the page has no text of its own; its text stands in /u/report.pdf, "
        "which `fazhi extract ADDRESS` fetches too\n"
    )
