"""`fazhi source find`, `source list --portals`, `crawl --region`: run as a user runs them, on saved pages."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path

import pytest

from crawler.onboarding.find.state import State
from crawler.sources import load_sites
from tests.conftest import Fazhi
from tests.onboarding.find.small import HOST, NOISE, Answer, links, page, report, reports, save
from tests.site.server import Answer as WebAnswer
from tests.site.server import Request, Server

LIST = f"{HOST}/zwgk/fzzf/"
PAGES: dict[str, Answer] = {
    "https://www.wuhan.gov.cn/": page(NOISE, links(("法治政府建设", "http://www.wuhan.gov.cn/zwgk/fzzf/"))),
    LIST: page(reports(2021, 2022, 2023), title="法治政府建设_武汉市人民政府门户网站"),
    f"{LIST}202403/t20240315_2023.html": report(2023),
    "https://www.huangshi.gov.cn/": page(NOISE, title="黄石市人民政府", code="4202000001"),
    "https://www.shiyan.gov.cn/": (412, "<html></html>"),
}


@pytest.fixture
def find(fazhi: Fazhi, tmp_path: Path) -> Fazhi:
    saved = save(PAGES, tmp_path / "saved")
    sources = str(tmp_path / "sources.yaml")
    return lambda *words: fazhi("source", "find", *words, "--sources", sources, "--replay", str(saved))


def test_what_is_found_is_written_into_the_file_of_its_province(find: Fazhi, tmp_path: Path) -> None:
    code, out, err = find("武汉市")
    assert code == 0
    assert out.split("\t")[:5] == ["420100", "湖北省武汉市", "found", "3", "2021-2023"]
    assert f"added to {tmp_path}/sources.d/hubei.yaml:7" in err
    assert "1 portal: 1 found; " in err
    (site,) = load_sites(tmp_path / "sources.yaml")
    assert (site.id, site.name, site.region, site.lists) == ("wuhan", "武汉市人民政府", "420100", (LIST,))
    assert (site.note or "").startswith("Found 20")
    assert (
        "from https://www.wuhan.gov.cn/ by `fazhi source find`, by the portal's navigation (法治政府建设)"
        in (site.note or "")
    )
    assert "3 reports (2021-2023) on the list" in (site.note or "")


def test_a_second_search_writes_nothing_twice(find: Fazhi, tmp_path: Path) -> None:
    find("武汉市")
    before = (tmp_path / "sources.d" / "hubei.yaml").read_bytes()
    code, out, err = find("武汉市")
    assert (code, out) == (0, "")
    assert "configured already as wuhan" in err
    code, out, err = find("武汉市", "--configured")
    assert code == 0
    assert "known since" in err
    assert "1 portal: 1 found; 0 requests" in err
    find("武汉市", "--configured", "--again")
    assert (tmp_path / "sources.d" / "hubei.yaml").read_bytes() == before


def test_a_dry_run_writes_no_entry(find: Fazhi, tmp_path: Path) -> None:
    code, _, err = find("420100", "--dry-run")
    assert code == 0
    assert f"lists: [{LIST}]" in err
    assert not (tmp_path / "sources.yaml").exists()
    assert not (tmp_path / "sources.d").exists()


def test_each_portal_has_a_row_and_one_that_is_not_found_makes_exit_code_1(find: Fazhi) -> None:
    code, out, err = find("武汉", "黄石", "十堰", "--dry-run")
    assert code == 1
    assert [line.split("\t")[:3] for line in out.splitlines()] == [
        ["420100", "湖北省武汉市", "found"],
        ["420200", "湖北省黄石市", "nothing"],
        ["420300", "湖北省十堰市", "challenged"],
    ]
    assert "3 portals: 1 found, 1 nothing, 1 challenged; " in err


def test_a_level_in_a_province_is_searched(find: Fazhi) -> None:
    code, out, _ = find("湖北省", "--level", "city", "--dry-run", "--quiet")
    assert code == 1
    rows = [line.split("\t") for line in out.splitlines()]
    assert len(rows) == 13
    assert {row[2] for row in rows} == {"found", "nothing", "challenged", "unreachable"}


def test_with_json_there_is_a_line_for_each_portal(find: Fazhi, tmp_path: Path) -> None:
    code, out, _ = find("武汉", "黄石", "--json")
    values = {value["region"]: value for value in map(json.loads, out.splitlines())}
    assert code == 1
    assert values["420200"]["result"] == "nothing"
    found = values["420100"]
    assert (found["result"], found["years"]) == ("found", [2021, 2022, 2023])
    assert [each["url"] for each in found["lists"]] == [LIST]
    assert found["entries"][0]["id"] == "wuhan"
    assert found["written"] == [f"{tmp_path}/sources.d/hubei.yaml:7"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["鼓楼区"], "鼓楼区: 4 divisions have this name: 320106 江苏省南京市鼓楼区, 320302"),
        (["吉林"], "220000 吉林省, 220200 吉林省吉林市; give the code"),
        (["武汗市"], "武汗市: no division has this name; did you mean 武汉市"),
        (["123456"], "123456: no division has this code"),
        (["420100", "--level", "town"], "--level town: must be one of province, city, county"),
        (["420100", "--level", "province"], "no division of this level in 420100"),
        (
            [],
            "name a division, by code or name, or the address of a portal; or give --region, --level or --all",
        ),
        (["420100", "--ways", "sitemap,luck"], "--ways luck: must be some of entry, navigation"),
        (["420100", "--ways", ""], "--ways '': must be some of entry, navigation"),
        ([""], "'' names no division; give a name"),
        (["www.wuhan.gov.cn"], "www.wuhan.gov.cn: no division has this name; an address begins with http"),
        (
            ["https://me@www.wuhan.gov.cn/"],
            "must be a complete address of http or https, without a user name",
        ),
    ],
)
def test_what_cannot_be_searched_is_told(find: Fazhi, words: list[str], said: str) -> None:
    code, out, err = find(*words)
    assert (code, out) == (2, "")
    assert said in err


def test_the_address_of_a_portal_is_searched_and_added(fazhi: Fazhi, tmp_path: Path) -> None:
    saved, sources = save(PAGES, tmp_path / "saved"), tmp_path / "sources.yaml"
    words = ("--sources", str(sources), "--replay", str(saved))
    code, out, _ = fazhi("source", "add", "https://www.wuhan.gov.cn/", *words)
    assert code == 0
    assert f"lists: [{LIST}]" in out
    (site,) = load_sites(sources)
    assert (site.id, site.region, site.lists) == ("wuhan", "420100", (LIST,))
    assert "by the portal's navigation" in (site.note or "")
    code, out, err = fazhi("source", "add", "https://www.wuhan.gov.cn/", "--id", "a b", *words)
    assert (code, out) == (2, "")
    assert "--id a b: must be small letters, digits and hyphens" in err
    code, _, err = fazhi("source", "add", "https://www.huangshi.gov.cn/", *words)
    assert "https://www.huangshi.gov.cn/: a home page; its portal is searched, at most 60 requests" in err
    assert code == 1
    assert "nothing added: " in err


def test_the_portals_of_a_region_are_listed_with_the_source_and_the_last_result(
    find: Fazhi, fazhi: Fazhi, tmp_path: Path
) -> None:
    find("武汉", "黄石")
    words = (
        "source",
        "list",
        "--portals",
        "--region",
        "湖北",
        "--level",
        "city",
        "--sources",
        str(tmp_path / "sources.yaml"),
    )
    code, out, _ = fazhi(*words)
    assert code == 0
    rows = {row[0]: row for row in (line.split("\t") for line in out.splitlines())}
    assert len(rows) == 13
    assert rows["420100"][1:6] == ["湖北省武汉市", "https://www.wuhan.gov.cn/", "direct", "wuhan", "found"]
    assert rows["420200"][4:6] == ["", "nothing"]
    assert rows["420300"][4:6] == ["", ""]
    (value,) = (each for each in json.loads(fazhi(*words, "--json")[1]) if each["region"] == "420100")
    assert (value["source"], value["result"], value["years"]) == ("wuhan", "found", [2021, 2022, 2023])


PORTAL_ONLY = """sources:
  - {id: portal, name: 武汉市人民政府, region: "420100", lists: ["http://www.wuhan.gov.cn/"]}
"""


def test_an_entry_with_the_portal_only_is_shown_as_such_and_its_government_searched(
    find: Fazhi, fazhi: Fazhi, tmp_path: Path
) -> None:
    sources = tmp_path / "sources.yaml"
    sources.write_text(PORTAL_ONLY, "utf-8")
    words = (
        "source",
        "list",
        "--portals",
        "--region",
        "420100",
        "--level",
        "city",
        "--sources",
        str(sources),
    )
    assert fazhi(*words)[1].split("\t")[4] == "portal (portal only)"
    (value,) = json.loads(fazhi(*words, "--json")[1])
    assert (value["source"], value["portal_only"]) == ("portal", True)
    code, _, err = find("武汉市")
    assert code == 0
    assert f"{sources}:2: portal has the portal only; remove it, the new entry takes its place" in err
    assert fazhi(*words)[1].split("\t")[4] == "wuhan"
    assert "configured already as wuhan" in find("武汉市")[2]


def test_a_crawl_of_a_region_visits_the_sources_in_it(find: Fazhi, fazhi: Fazhi, tmp_path: Path) -> None:
    find("武汉市")
    (tmp_path / "sources.yaml").write_text(
        "sources:\n  - {id: other, name: 长沙市人民政府, region: '430100', lists: [http://www.changsha.gov.cn/a/]}\n"
    )
    common = ("--sources", str(tmp_path / "sources.yaml"), "--replay", str(tmp_path / "saved"), "--dry-run")
    code, out, err = fazhi("crawl", "--region", "420000", "--level", "city", *common)
    assert (code, err) == (0, "")
    assert "wuhan" in out
    assert "other" not in out
    code, _, err = fazhi("crawl", "--region", "广东", *common)
    assert (code, err) == (2, "no source is configured for 广东; `fazhi source find` finds some\n")
    code, _, err = fazhi("crawl", "wuhan", "--region", "长沙市", *common)
    assert (code, err) == (2, "no source of 长沙市 is among those named: wuhan\n")


def test_entries_that_cannot_be_written_end_a_search_with_the_place(find: Fazhi, tmp_path: Path) -> None:
    (tmp_path / "sources.d").write_text("a file where the folder should be")
    code, out, err = find("武汉市")
    assert (code, out) == (2, "")
    assert f"{tmp_path}/sources.d/hubei.yaml: cannot be written: " in err
    (tmp_path / "sources.d").unlink()
    code, _, err = find("武汉市")
    assert code == 0
    assert "known since" in err  # what was found is not lost


def test_a_device_or_pipe_as_the_state_file_is_refused_and_stays(find: Fazhi, tmp_path: Path) -> None:
    pipe = tmp_path / "state"
    os.mkfifo(pipe)
    code, out, err = find("武汉市", "--state", str(pipe))
    assert (code, out) == (2, "")
    assert f"{pipe}: cannot be read as a state file: is a FIFO, not a regular file" in err
    assert pipe.is_fifo()


def test_a_second_search_with_the_same_state_file_ends_and_leaves_it_alone(
    find: Fazhi, tmp_path: Path
) -> None:
    find("武汉市")
    state = tmp_path / "sources.find.jsonl"
    with State(state, "2026-11-29"):
        before = state.read_bytes()
        code, out, err = find("武汉市", "--configured", "--again")
        assert (code, out) == (3, "")
        assert (
            f"{state}: process {os.getpid()} searches with this state file; wait until it ends, or name"
            in err
        )
        assert state.read_bytes() == before
    code, out, err = find("武汉市", "--configured")  # the lock went with its holder
    assert code == 0
    assert "known since" in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_search_in_order_and_the_same_command_goes_on(
    number: signal.Signals, fazhi: Fazhi, tmp_path: Path
) -> None:
    release, ended = threading.Event(), threading.Event()

    def respond(request: Request) -> WebAnswer:
        if request.host == "www.b.gov.cn" and not ended.is_set():
            ended.set()
            os.kill(os.getpid(), number)
            release.wait(20)
        return WebAnswer(status=404)

    sources = tmp_path / "sources.yaml"
    sources.write_text("defaults: {delay: 0}\nsources: []\n", "utf-8")
    server = Server(respond)
    server.start()
    portals = [f"http://www.{name}.gov.cn/" for name in "abc"]
    hosts = [f"www.{name}.gov.cn:{port}" for name in "abc" for port in (80, 443)]  # 443: no TLS there
    mapped = [word for host in hosts for word in ("--connect-to", f"{host}:127.0.0.1:{server.port}")]
    words = (
        "source",
        "find",
        *portals,
        "--sources",
        str(sources),
        "--at-once",
        "1",
        "--ways",
        "navigation",
        *mapped,
    )
    try:
        code, out, err = fazhi(*words)
        assert code == 1, err
        assert f"ended early ({number.name}): 1 of 3 portals are done; the same command goes on from" in err
        assert len(out.splitlines()) == 1
        release.set()
        code, out, err = fazhi(*words)
        assert "[1/3] http://www.a.gov.cn/: " in err
        assert "known since" in err.splitlines()[0]
        assert len(out.splitlines()) == 3
    finally:
        release.set()
        server.stop()
