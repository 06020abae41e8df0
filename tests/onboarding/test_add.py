"""`fazhi source add` and `fazhi fixture`, run as a user runs them, on saved pages and on the loopback web."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from crawler.discover.owner import candidate_lists, owner_of
from crawler.onboarding.add import new_id
from crawler.sources import load_sites
from tests.conftest import Fazhi
from tests.site import Web

ROOT = Path(__file__).parent.parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
REPORT = "https://www.wuhan.gov.cn/zwgk/fzzfj/202303/t20230315_2170174.shtml"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    path = tmp_path / "sources.yaml"
    path.write_text(
        "# ours\nsources:\n  - {id: a, name: 甲市, region: '110000', lists: [http://a.gov.cn/]}  # first\n"
    )
    return path


@pytest.fixture
def add(fazhi: Fazhi, sources: Path) -> Fazhi:
    return lambda *words: fazhi("source", "add", *words, "--sources", str(sources), "--replay", str(FIXTURES))


def entries(sources: Path) -> dict[str, object]:
    return {site.id: (site.name, site.region, site.lists, site.pages) for site in load_sites(sources)}


@pytest.mark.parametrize(
    ("url", "id", "entry"),
    [
        (REPORT, "wuhan", ("武汉市人民政府", "420100", ("https://www.wuhan.gov.cn/zwgk/fzzfj/",), ())),
        (
            "https://www.gswuwei.gov.cn/art/2024/3/21/art_910_1292416.html",
            "gswuwei",
            ("武威市人民政府", "620600", ("https://www.gswuwei.gov.cn/col/col910/index.html",), ()),
        ),
        (
            "https://xuchang.gov.cn/ywdt/001002/",
            "xuchang",
            ("许昌市人民政府", "411000", ("https://xuchang.gov.cn/ywdt/001002/",), ()),
        ),
        (
            "http://www.tianshui.gov.cn/info/1981/411251.htm",  # its list is not saved
            "tianshui",
            ("天水市人民政府", "620500", (), ("http://www.tianshui.gov.cn/info/1981/411251.htm",)),
        ),
    ],
)
def test_one_address_makes_an_entry(url: str, id: str, entry: object, add: Fazhi, sources: Path) -> None:
    before = sources.read_text("utf-8")
    code, out, err = add(url)
    assert code == 0
    assert sources.read_text("utf-8") == before + out
    assert entries(sources)[id] == entry
    assert f"added to {sources}:4; to test it: fazhi source check {id}" in err
    assert "法治政府建设情况" in err


def test_an_address_that_is_there_already_is_told(add: Fazhi, sources: Path) -> None:
    assert add(REPORT)[0] == 0
    before = sources.read_bytes()
    for url in (REPORT, "http://www.wuhan.gov.cn/zwgk/fzzfj/"):
        code, out, err = add(url)
        assert (code, out, err) == (0, "", f"already in the file: wuhan (武汉市人民政府) at {sources}:4\n")
    assert sources.read_bytes() == before


def test_where_there_is_no_file_one_is_begun_and_goes_on_in_the_order_of_codes(
    fazhi: Fazhi, tmp_path: Path
) -> None:
    sources = tmp_path / "new.yaml"
    common = ("--sources", str(sources), "--replay", str(FIXTURES))
    addresses = [
        "https://www.gswuwei.gov.cn/art/2024/3/21/art_910_1292416.html",
        REPORT,
        "https://xuchang.gov.cn/ywdt/001002/",
    ]
    for url in addresses:
        assert fazhi("source", "add", url, *common)[0] == 0
    assert [site.id for site in load_sites(sources)] == ["xuchang", "wuhan", "gswuwei"]


def test_an_entry_says_what_it_rests_on(add: Fazhi, sources: Path) -> None:
    add(REPORT)
    add("http://www.tianshui.gov.cn/info/1981/411251.htm")
    notes = {site.id: (site.note, site.seen) for site in load_sites(sources)}
    assert notes["wuhan"] == (
        "Seen on saved pages: 3 reports (2022-2024) on the list, system trs."
        f" The list was found from the report {REPORT}",
        None,
    )
    assert notes["tianshui"] == (
        "Seen on saved pages: this report; the list that has it is not known.",
        None,
    )


def test_an_entry_of_the_live_web_has_the_day_on_which_it_was_seen(
    fazhi: Fazhi, web: Web, tmp_path: Path
) -> None:
    sources = tmp_path / "new.yaml"
    mapped = [word for entry in web.connect_to for word in ("--connect-to", entry)]
    code, out, _ = fazhi("source", "add", REPORT, "--sources", str(sources), *mapped)
    (site,) = load_sites(sources)
    assert code == 0
    assert site.seen is not None
    assert f"seen: {site.seen}\n" in out
    assert (site.note or "").startswith("Seen: 3 reports (2022-2024) on the list, system trs.")


@pytest.mark.parametrize("words", [("--name", "宜昌市人民政府"), ("--region", "420500")])
def test_a_name_and_a_region_that_disagree_are_not_written(
    words: tuple[str, str], add: Fazhi, sources: Path
) -> None:
    before = sources.read_bytes()
    code, out, err = add(REPORT, *words)
    assert (code, out, sources.read_bytes()) == (2, "", before)
    assert "the entry's region is " in err


def test_a_first_file_holds_the_shipped_governments_or_none(fazhi: Fazhi, tmp_path: Path) -> None:
    one, other = tmp_path / "sources.yaml", tmp_path / "empty.yaml"
    code, out, err = fazhi("source", "init", "--sources", str(one))
    assert (code, out) == (0, "")
    assert f"{one}: written, with " in err
    assert one.read_bytes() == (ROOT / "sources.yaml").read_bytes()
    assert (tmp_path / "sources.schema.json").read_bytes() == (ROOT / "sources.schema.json").read_bytes()
    assert fazhi("source", "init", "--sources", str(one)) == (
        2,
        "",
        f"{one}: exists already; `fazhi source add URL` adds entries to it\n",
    )
    assert fazhi("source", "init", "--empty", "--sources", str(other))[0] == 0
    assert load_sites(other) == ()
    assert fazhi("source", "add", REPORT, "--sources", str(other), "--replay", str(FIXTURES))[0] == 0
    assert [site.id for site in load_sites(other)] == ["wuhan"]
    code, _, err = fazhi("source", "init", "--sources", str(tmp_path / "no" / "sources.yaml"))
    assert (code, err) == (2, f"{tmp_path}/no/sources.yaml: cannot be written: No such file or directory\n")


def test_where_there_is_no_file_a_crawl_says_how_to_begin(
    fazhi: Fazhi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert fazhi("crawl") == (
        2,
        "",
        "sources.yaml: no such file; name one with --sources, or write one with `fazhi source init`\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_shows_the_entry_and_writes_nothing(add: Fazhi, sources: Path) -> None:
    before = sources.read_bytes()
    code, out, err = add(REPORT, "--dry-run", "--id", "wh", "--name", "武汉市司法局")
    assert (code, sources.read_bytes()) == (0, before)
    assert out.startswith("  - id: wh\n    name: 武汉市司法局\n")
    assert "not written (--dry-run)" in err


def test_json_says_all_that_was_seen(add: Fazhi) -> None:
    code, out, err = add(REPORT, "--json", "--dry-run")
    assert (code, err) == (0, "")
    said = json.loads(out)
    assert (said["kind"], said["cms"], said["region"], said["written"]) == ("report", "trs", "420100", False)
    assert said["where"] == {"name": "meta SiteName", "region": "meta SiteIDCode"}
    assert said["next"] == "https://www.wuhan.gov.cn/zwgk/fzzfj/index_1.shtml"
    assert [report["year"] for report in said["reports"]] == [2024, 2023, 2022]
    assert said["entry"]["lists"] == ["https://www.wuhan.gov.cn/zwgk/fzzfj/"]


def test_where_nothing_is_found_it_says_what_it_saw_and_what_to_try(add: Fazhi, sources: Path) -> None:
    before = sources.read_bytes()
    code, out, err = add("http://www.tjjh.gov.cn/jhqzf/zwgk_28985/gzbg/")
    assert (code, out, sources.read_bytes()) == (1, "", before)
    assert "no link with a report's title (system trs, 3 pages read" in err
    assert "similar, not taken: " in err
    assert "try: fazhi source add http://www.tjjh.gov.cn/" in err
    assert "try --pages 10" in err
    code, _, err = add("http://www.tjjh.gov.cn/jhqzf/zwgk_28985/gzbg/", "--pages", "4")
    assert (code, "added to" in err) == (0, True)


def test_what_cannot_be_had_is_told_with_its_reason(add: Fazhi) -> None:
    code, _, err = add("http://challenge.trouble.gov.cn/zwgk/fzzfj/202303/t20230315_2170174.html")
    assert code == 1
    assert "HTTP 412: a script to solve or a check to pass" in err


def test_a_second_list_of_a_host_wants_a_word_of_consent(add: Fazhi, sources: Path) -> None:
    assert add("http://www.changchun.gov.cn/fzzfjszl/zhxx/gzdt_44899/")[0] == 0
    other = "http://www.changchun.gov.cn/zw_33994/tzgg/"
    code, _, err = add(other)
    assert code == 1
    assert f"changchun ({sources}:4) has the same host and division: add the address to its `lists`" in err
    assert add(other, "--id", "changchun-tzgg")[0] == 0


def test_a_region_that_is_none_is_a_fault(add: Fazhi) -> None:
    code, _, err = add(REPORT, "--region", "999999")
    assert (code, err) == (2, "--region 999999: no division has this code\n")


@pytest.mark.parametrize(
    ("html", "name", "region"),
    [
        ('<meta name="SiteName" content="黄石港区人民政府门户网站"><meta name="SiteIDCode" content="4202020002">', "黄石港区人民政府", "420202"),
        ("<title>通知公告_武汉市人民政府</title><p>网站标识码：4201000042</p>", "武汉市人民政府", "420100"),
        ('<meta name="SiteName" content="中国·武汉">', "武汉市人民政府", "420100"),
        ("<p>主办单位：江苏省司法厅 网站标识码：3200000051</p>", "江苏省司法厅", "320000"),
        ("<p>网站标识码 bm04000001</p><title>司法部</title>", None, None),
        ('<meta name="SiteName" content="济南政府网_济南市人民政府">', "济南市人民政府", "370100"),
        ("<p>网站标识码：4201000042</p>", "湖北省武汉市人民政府", "420100"),
        ("<p>nothing</p>", None, None),
    ],
)  # fmt: skip
def test_a_page_says_whose_it_is(html: str, name: str | None, region: str | None) -> None:
    owner = owner_of(html)
    assert (owner.name, owner.region) == (name, region)


def test_a_reports_list_is_looked_for_in_breadcrumbs_and_in_its_address() -> None:
    html = '<meta name="ColumnName" content="通知公告"><a href="/zwgk/tzgg/">通知公告</a><a href="http://b.gov.cn/">法治政府建设</a>'
    url = "http://a.gov.cn/zwgk/tzgg/202303/t20230315_1.html"
    assert candidate_lists(url, html) == ["http://a.gov.cn/zwgk/tzgg/"]
    assert candidate_lists("http://a.gov.cn/art/2023/3/5/art_910_1.html", "")[0] == (
        "http://a.gov.cn/col/col910/index.html"
    )


def test_an_id_comes_from_the_host_and_is_taken_once() -> None:
    assert new_id("https://www.wuhan.gov.cn/x", [], "420100") == "wuhan"
    assert new_id("http://sft.jiangsu.gov.cn/", [], None) == "sft-jiangsu"
    assert new_id("https://www.wuhan.gov.cn/x", ["wuhan"], "420100") == "wuhan-420100"
    assert new_id("https://www.wuhan.gov.cn/x", ["wuhan", "wuhan-420100"], "420100") == "wuhan-2"


# -- saved sites ------------------------------------------------------------------------------------------


@pytest.fixture
def saved(web: Web, fazhi: Fazhi, sources: Path, tmp_path: Path) -> Fazhi:
    government = web.government("wuhan")
    sources.write_text(
        f"sources:\n  - {{id: wuhan, name: 武汉市人民政府, region: '420100', lists: {list(government.lists)}, delay: 0}}\n"
    )
    mapped = [word for entry in web.connect_to for word in ("--connect-to", entry)]
    common = ["--sources", str(sources), "--folder", str(tmp_path / "fixtures")]
    return lambda verb, *words: fazhi("fixture", verb, *words, *common, *(mapped if verb == "record" else ()))


def test_a_recorded_site_is_replayed_and_found_the_same(saved: Fazhi, web: Web, tmp_path: Path) -> None:
    code, out, _ = saved("record", "wuhan")
    assert (code, "4 reports" in out) == (0, True)
    asked = len(web.requests)
    assert saved("check") == (0, "ok       wuhan  4 reports\n", "")
    assert len(web.requests) == asked
    said = json.loads((tmp_path / "fixtures/wuhan/expected.json").read_text("utf-8"))
    assert [link[0] for link in said["links"]] == [2024, 2023, 2022, 2021]


def test_a_limit_saves_so_many_reports(saved: Fazhi, tmp_path: Path) -> None:
    assert "2 reports" in saved("record", "wuhan", "--limit", "2")[1]
    exchanges = yaml.safe_load((tmp_path / "fixtures/wuhan/exchanges.yaml").read_text("utf-8"))
    assert sum("/t20" in exchange["url"] for exchange in exchanges) == 2
    assert saved("check", "wuhan")[0] == 0


def test_a_difference_is_shown_line_by_line(saved: Fazhi, tmp_path: Path) -> None:
    saved("record", "wuhan")
    path = tmp_path / "fixtures/wuhan/expected.json"
    path.write_text(path.read_text("utf-8").replace('"year": 2022', '"year": 2002'), "utf-8")
    code, out, _ = saved("check")
    assert code == 1
    assert out.startswith("differs  wuhan  4 reports\n")
    changed = [line.strip() for line in out.splitlines() if line.startswith(("  + ", "  +  ", "  -  "))]
    assert changed == ['-   "year": 2002,', '+   "year": 2022,']
    (said,) = json.loads(saved("check", "--json")[1])
    assert (said["id"], said["ok"]) == ("wuhan", False)


def test_a_site_that_serves_nothing_is_not_saved(saved: Fazhi, web: Web, tmp_path: Path) -> None:
    for url in web.government("wuhan").lists:
        web.take_down(url)
    code, _, err = saved("record", "wuhan")
    assert code == 2
    assert "wuhan: no page could be fetched (301, 404)" in err or "(404)" in err
    assert not (tmp_path / "fixtures/wuhan").exists()


def test_checking_where_nothing_is_saved_says_how_to_save(saved: Fazhi) -> None:
    assert saved("check")[0] == 2
    assert "with `fazhi fixture record ID`" in saved("check", "nowhere")[2]
