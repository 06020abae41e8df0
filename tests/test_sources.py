from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.errors import ConfigError
from crawler.model import Expect, Years
from crawler.sources import choose, json_schema, load_sites

FOUR_LINES = """
sources:
  - id: wuhan
    name: 武汉市人民政府
    region: "420100"
    lists: [https://www.wuhan.gov.cn/zwgk/fzzfj/]
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sources.yaml"
    path.write_text(text, "utf-8")
    return path


def faults(tmp_path: Path, text: str) -> list[str]:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_sites(path)
    assert caught.value.exit_code == 2
    return [fault.removeprefix(f"{path}:") for fault in caught.value.faults]


def test_four_lines_are_enough(tmp_path: Path) -> None:
    (site,) = load_sites(written(tmp_path, FOUR_LINES))
    assert (site.id, site.region, site.delay, site.tls, site.enabled) == (
        "wuhan",
        "420100",
        1.0,
        "strict",
        True,
    )
    assert site.years == Years(first=2015)


def test_defaults_stand_for_what_an_entry_leaves_out(tmp_path: Path) -> None:
    text = 'defaults: {delay: 2.5, years: "2018-2020", every: 1d}' + FOUR_LINES + "    delay: 0\n"
    (site,) = load_sites(written(tmp_path, text))
    assert (site.delay, site.every) == (0.0, "1d")
    assert [year for year in range(2015, 2025) if year in site.years] == [2018, 2019, 2020]


def test_every_optional_key_is_understood(tmp_path: Path) -> None:
    text = FOUR_LINES + (
        "    pages: [https://www.wuhan.gov.cn/a.html]\n    cms: trs\n    body: .TRS_Editor\n    match: 法治\n"
        '    years: "2021"\n    delay: 3\n    every: 12h\n    tls: legacy\n    render: true\n'
        "    at_once: 2\n    headers: lenient\n    agent: Mozilla/5.0 (compatible)\n    contact: crawler@example.org\n"
        "    expect: {years: [2022, 2023], least: 2}\n    enabled: false\n    seen: 2026-11-24\n    note: column moved in 2025\n"
    )
    (site,) = load_sites(written(tmp_path, text))
    assert site.expect == Expect(years=(2022, 2023), least=2)
    assert (site.cms, site.tls, site.seen, site.years) == (
        "trs",
        "legacy",
        "2026-11-24",
        Years(first=2021, last=2021),
    )


def test_all_faults_come_at_once_with_their_lines(tmp_path: Path) -> None:
    text = """defaults: {delay: 1.0, yeras: "2015-"}
sources:
  - id: wuhan
    name: 武汉市人民政府
    region: 420100
    lists: [https://www.wuhan.gov.cn/]
  - id: wuhan
    name: x
    region: "42010"
    delay: fast
    lists:
      - https://a.gov.cn/
      - ftp://b.gov.cn/
  - name: y
    region: "420100"
    dely: 2
    years: 2020-2010
    tls: maybe
    headers: any
    agent: 法治
    contact: nobody
    at_once: 9
    match: "("
    cms: joomla
    every: daily
    seen: yesterday
    body: "div["
    expect: {years: [22]}
  - only text
"""
    assert faults(tmp_path, text) == [
        "1: defaults.yeras: no such key; did you mean years?",
        '5: sources[0].region: must be a GB/T 2260 code in quotes, such as "420100", got 420100',
        "7: sources[1].id: 'wuhan' is taken by the entry on line 3",
        "9: sources[1].region: must be a GB/T 2260 code of six digits in quotes, such as \"420100\", got '42010'",
        "10: sources[1].delay: must be a number of seconds ≥ 0, got 'fast'",
        "13: sources[1].lists[1]: must be an address that starts with http:// or https://, got 'ftp://b.gov.cn/'",
        "14: sources[2].id: is missing",
        "14: sources[2]: needs `lists` (list pages), `pages` (reports), `sitemaps` or `search`",
        "16: sources[2].dely: no such key; did you mean delay?",
        '17: sources[2].years: must be a year or a span of years in quotes, such as "2015-" or "2019-2023", got \'2020-2010\'',
        "18: sources[2].tls: must be 'strict', 'legacy' or 'unverified', got 'maybe'",
        "19: sources[2].headers: must be 'strict' or 'lenient', got 'any'",
        "20: sources[2].agent: must be the text of a User-Agent header, in ASCII, got '法治'",
        "21: sources[2].contact: must be a mail or web address, such as crawler@example.org, got 'nobody'",
        "22: sources[2].at_once: must be less than or equal to 8, got 9",
        "23: sources[2].match: must be a regular expression (missing ), unterminated subpattern at position 0), got '('",
        "24: sources[2].cms: must be one of gkmlpt, json, jcms, epoint, vsb, ucap, trs, generic, got 'joomla'",
        "25: sources[2].every: must be a time such as 12h, 1d or 2w, got 'daily'",
        "26: sources[2].seen: must be a day, such as 2026-11-24, got 'yesterday'",
        "27: sources[2].body: must be a CSS selector, such as .TRS_Editor, got 'div['",
        "28: sources[2].expect.years[0]: must be greater than or equal to 2000, got 22",
        "29: sources[3]: must be a mapping of keys to values, got 'only text'",
    ]


def test_an_address_with_a_password_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, FOUR_LINES.replace("https://www", "https://user:secret@www"))
    assert "must be an address without a user name or password" in fault


def test_a_key_that_stands_twice_is_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, FOUR_LINES + "    name: x\n") == [
        "7: sources[0].name: stands here twice, first on line 4"
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1: is empty; must hold `sources:` and a list of entries"),
        ("sources: [", "2: not YAML: "),
        ("- a", "1: the file: must be a mapping of keys to values, got ['a']"),
        ("a: 1", "1: a: no such key"),
        ("sources: 3", "1: sources: must be a list, got 3"),
        ("sources: [{id: !!python/name:os.system x}]", "1: not YAML: "),
    ],
)
def test_what_is_no_sources_file_says_so(tmp_path: Path, text: str, fault: str) -> None:
    assert any(found.startswith(fault) for found in faults(tmp_path, text))


def test_a_missing_file_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file; name one with --sources"):
        load_sites(tmp_path / "nowhere.yaml")


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "gbk.yaml").write_bytes(FOUR_LINES.encode("gbk"))
    with pytest.raises(ConfigError, match="cannot be read as UTF-8"):
        load_sites(tmp_path / "gbk.yaml")


def test_the_schema_for_editors_is_up_to_date() -> None:
    path = Path(__file__).parent.parent / "sources.schema.json"
    assert json.loads(path.read_text("utf-8")) == json_schema(), "run: make schema"


def test_sites_are_chosen_by_id_and_disabled_ones_only_by_name(tmp_path: Path) -> None:
    sites = load_sites(written(tmp_path, FOUR_LINES + "    enabled: false\n"))
    assert choose(sites, ()) == ()
    assert choose(sites, ("wuhan", "wuhan")) == sites
    with pytest.raises(ConfigError, match="wuhna: no source has this id; did you mean wuhan"):
        choose(sites, ("wuhna",))


def with_others(tmp_path: Path, text: str, **others: str) -> Path:
    (tmp_path / "sources.d").mkdir()
    for name, other in others.items():
        (tmp_path / "sources.d" / f"{name}.yaml").write_text(other, "utf-8")
    return written(tmp_path, text)


def entry(name: str, more: str = "") -> str:
    return f'sources:\n  - {{id: {name}, name: 甲市, region: "420200", lists: [http://a.gov.cn/]{more}}}\n'


def test_further_files_are_included_in_the_order_of_their_names(tmp_path: Path) -> None:
    main = "include: sources.d/*.yaml\ndefaults: {delay: 3}\n" + FOUR_LINES
    path = with_others(tmp_path, main, b=entry("b"), a="defaults: {delay: 5}\n" + entry("a"))
    assert [(site.id, site.delay) for site in load_sites(path)] == [("wuhan", 3), ("a", 5), ("b", 3)]


def test_an_id_that_two_files_have_is_a_fault_that_names_both_places(tmp_path: Path) -> None:
    path = with_others(tmp_path, "include: [sources.d/*.yaml]\n" + FOUR_LINES, a="\n" + entry("wuhan"))
    other = tmp_path / "sources.d" / "a.yaml"
    with pytest.raises(ConfigError) as caught:
        load_sites(path)
    assert caught.value.faults == (f"{other}:3: sources[0].id: 'wuhan' is taken by the entry at {path}:4",)


def test_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    main = "include: [sources.d/*.yaml, nothing/*.yaml]\nsources: [{}]\n"
    path = with_others(tmp_path, main, a=entry("a", ", delay: fast"), b="include: more.yaml\n" + entry("b"))
    with pytest.raises(ConfigError) as caught:
        load_sites(path)
    texts = [fault.rpartition("/")[2] for fault in caught.value.faults]
    assert any("no file fits 'nothing/*.yaml'" in fault for fault in caught.value.faults)
    assert "sources.yaml:2: sources[0].id: is missing" in texts
    assert "a.yaml:2: sources[0].delay: must be a number of seconds ≥ 0, got 'fast'" in texts
    assert "b.yaml:1: include: only the file named by --sources may include others" in texts


def test_ways_in_beside_lists(tmp_path: Path) -> None:
    text = (
        'sources:\n  - {id: a, name: 甲市, region: "420200", sitemaps: [http://a.gov.cn/sitemap.xml], urls: /fzzf/}\n'
        '  - {id: b, name: 乙市, region: "420300", search: "http://b.gov.cn/so?q=法治政府&p={page}"}\n'
    )
    first, second = load_sites(written(tmp_path, text))
    assert (first.sitemaps, first.urls) == (("http://a.gov.cn/sitemap.xml",), "/fzzf/")
    assert second.search == "http://b.gov.cn/so?q=法治政府&p={page}"
    assert faults(tmp_path, text.replace(", urls: /fzzf/", "").replace("http://b", "b")) == [
        "2: sources[0]: `sitemaps` needs `urls`, a regular expression for the addresses that may be reports",
        "3: sources[1].search: must be an address that starts with http:// or https://, got 'b.gov.cn/so?q=法治政府&p={page}'",
    ]
