from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.cms import BY_NAME
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
        f"24: sources[2].cms: must be one of {', '.join(BY_NAME)}, got 'joomla'",
        "25: sources[2].every: must be a time such as 12h, 1d or 2w, got 'daily'",
        "26: sources[2].seen: must be a day, such as 2026-11-24, got 'yesterday'",
        "27: sources[2].body: must be a CSS selector, such as .TRS_Editor, got 'div['",
        "28: sources[2].expect.years[0]: must be greater than or equal to 2000, got 22",
        "29: sources[3]: must be a mapping of keys to values, got 'only text'",
    ]


def test_an_address_with_a_password_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, FOUR_LINES.replace("https://www", "https://user:secret@www"))
    assert "must be an address without a user name or password" in fault


@pytest.mark.parametrize("character", ["\\n", "\\t", "\\u202e", "\\x9b"])
def test_an_address_with_a_control_character_is_a_fault(tmp_path: Path, character: str) -> None:
    entry = FOUR_LINES.replace(
        "https://www.wuhan.gov.cn/zwgk/fzzfj/", f'"https://www.wuhan.gov.cn/a{character}b"'
    )
    (fault,) = faults(tmp_path, entry)
    assert "must be an address without control characters" in fault


def test_a_key_that_stands_twice_is_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, FOUR_LINES + "    name: x\n") == [
        "7: sources[0].name: is given twice, first on line 4"
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
    path = Path(__file__).parent.parent.parent / "sources.schema.json"
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
    assert any("no file matches 'nothing/*.yaml'" in fault for fault in caught.value.faults)
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


ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
"""Nine levels of nine aliases each: 400 million values if aliases were expanded."""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (ALIASES + "sources: *i\n", "10: sources[0]: must be a mapping of keys to values, got [["),
        (ALIASES + FOUR_LINES + "    note: *i\n", "16: sources[0].note: must be text without control characters, got [["),
        ("sources: &s [*s]\n", "1: sources[0]: is an alias of a value that contains it"),
        ("sources:\n  - &e\n    id: *e\n", "2: sources[0].id: is an alias of a value that contains it"),
        (FOUR_LINES + "    note: " + "[" * 20_000, "7: not YAML: while increasing flow level exceeded maximum nesting depth"),
        (FOUR_LINES + "    note: " + "[" * 900 + "]" * 900, "7: sources[0].note[0][0][0][0][0][0][0][0][0]: is nested more than 12 levels deep"),
        (FOUR_LINES + "    note:\n      " + "- " * 900 + "x\n", "8: sources[0].note[0][0][0][0][0][0][0][0][0]: is nested more than 12 levels deep"),
        (FOUR_LINES + "    ? [a, b]\n    : c\n", "7: sources[0]: a key must be a word"),
        (FOUR_LINES + "    {a: b}: c\n", "7: sources[0]: a key must be a word"),
        (FOUR_LINES + "    ~: c\n", "7: sources[0].~: no such key"),
        (FOUR_LINES + "    ? \n    : c\n", "7: sources[0]: a key must be a word"),
        ("x: &d {delay: 2}\n" + FOUR_LINES + "    <<: *d\n", "8: sources[0]: a key must be a word"),
        (FOUR_LINES + "    2024-13-45: c\n", "7: sources[0].2024-13-45: no such key"),
        (FOUR_LINES + "    render: !!bool maybe\n", "7: sources[0].render: is not a valid bool: 'maybe'"),
        (FOUR_LINES.replace("武", "\0"), "4: not YAML: holds the control character U+0000"),
    ],
)  # fmt: skip
def test_a_file_that_would_blow_up_a_parser_is_a_fault_with_its_line(
    tmp_path: Path, text: str, fault: str
) -> None:
    found = faults(tmp_path, text)
    assert any(each.startswith(fault) for each in found), found
    assert all(len(each) < 400 for each in found)


@pytest.mark.parametrize(
    "delay", ["1:30", "1:30.5", "010", "0x10", "0b11", "1_0", ".nan", ".inf", "-1", "9" * 400]
)
def test_a_delay_is_read_as_written_and_no_other_number(tmp_path: Path, delay: str) -> None:
    (fault,) = faults(tmp_path, FOUR_LINES + f"    delay: {delay}\n")
    assert fault.startswith("7: sources[0].delay: must be a number of seconds ≥ 0, got ")


def test_a_delay_is_a_day_at_most(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, FOUR_LINES + "    delay: 86401\n")
    assert "at most a day (86400), got 86401" in fault


def test_an_alias_gives_the_value_of_its_anchor(tmp_path: Path) -> None:
    text = FOUR_LINES.replace("lists: ", "lists: &l ") + (
        '    note: &n 备注\n  - {id: b, name: 乙市, region: "420200", lists: *l, note: *n}\n'
    )
    first, second = load_sites(written(tmp_path, text))
    assert (second.lists, second.note) == (first.lists, "备注")


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_line_ends_that_no_editor_shows_are_spaces(tmp_path: Path, mark: str, quote: str) -> None:
    text = FOUR_LINES.replace("武汉市人民政府", f"{quote}武汉市{mark}人民政府{quote}") + "    delay: fast\n"
    (fault,) = faults(tmp_path, text)
    assert fault.startswith("7: ")
    (site,) = load_sites(written(tmp_path, text.replace("fast", "2")))
    assert site.name == "武汉市 人民政府"


@pytest.mark.parametrize(
    "name", [r"\e[31m武汉市", r"武汉市\u202e", r"\u2066武汉市", r"\x9b武汉市", r"武\0汉市"]
)
def test_a_name_that_a_terminal_would_obey_is_a_fault(tmp_path: Path, name: str) -> None:
    (fault,) = faults(tmp_path, FOUR_LINES.replace("武汉市人民政府", f'"{name}"'))
    assert fault.startswith("4: sources[0].name: must be a name without control characters, got ")


@pytest.mark.parametrize(
    ("name", "region", "doubt"),
    [
        ("武汉市人民政府", "999999", "5: sources[0].region: '999999' is not a known GB/T 2260 code"),
        ("武汉市人民政府", "420200", "5: sources[0].region: is 420200 (湖北省黄石市), but 武汉市人民政府 has 420100 (湖北省武汉市)"),
        ("武汉市人民政府", "420000", "5: sources[0].region: is 420000 (湖北省), but 武汉市人民政府 has 420100"),
        ("湖北省人民政府", "420100", "5: sources[0].region: is 420100 (湖北省武汉市), but 湖北省人民政府 has 420000"),
        ("湖北省黄石市人民政府", "420000", "5: sources[0].region: is 420000 (湖北省), but 湖北省黄石市人民政府 has 420200"),
        ("宜昌市司法局", "420100", "5: sources[0].region: is 420100 (湖北省武汉市), but 宜昌市司法局 has 420500"),
    ],
)  # fmt: skip
def test_a_region_that_is_none_or_not_the_names_is_told_and_taken(
    tmp_path: Path, name: str, region: str, doubt: str
) -> None:
    path, told = written(tmp_path, FOUR_LINES.replace("武汉市人民政府", name).replace("420100", region)), []
    (site,) = load_sites(path, notify=told.append)
    assert site.region == region
    (line,) = told
    assert line.removeprefix(f"{path}:").startswith(doubt)


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("湖北省武汉市人民政府", "420100"),
        ("襄樊市人民政府", "420600"),  # its name until 2010
        ("公主岭市人民政府", "220381"),  # its code until 2020
        ("公主岭市人民政府", "220184"),
        ("鼓楼区人民政府", "320106"),  # one of four
        ("武汉市司法局", "420100"),
        ("湖北省司法厅", "420100"),
        ("天津经济技术开发区管理委员会", "120116"),
        ("甲市人民政府", "420100"),  # unknown: nothing is said
        ("恩施州人民政府", "422800"),
    ],
)
def test_a_region_of_the_names_government_or_inside_it_is_right(
    tmp_path: Path, name: str, region: str
) -> None:
    (site,) = load_sites(
        written(tmp_path, FOUR_LINES.replace("武汉市人民政府", name).replace("420100", region))
    )
    assert (site.name, site.region) == (name, region)


def test_a_search_without_its_pages_number_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, FOUR_LINES + "    search: http://a.gov.cn/so?q=法治政府\n")
    assert "sources[0].search: must contain {page} in place of the page number" in fault


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "2026-1-1", "20261124"])
def test_a_day_that_no_calendar_has_is_a_fault(tmp_path: Path, day: str) -> None:
    (fault,) = faults(tmp_path, FOUR_LINES + f"    seen: {day}\n")
    assert fault.startswith("7: sources[0].seen: must be a day, such as 2026-11-24")


def test_a_pattern_passes_over_files_that_begin_with_a_dot_and_over_folders(tmp_path: Path) -> None:
    path = with_others(tmp_path, "include: sources.d/*.yaml\n" + FOUR_LINES, a=entry("a"))
    for name in (".b.yaml", ".#a.yaml", "._a.yaml"):
        (tmp_path / "sources.d" / name).write_text("no: [", "utf-8")
    (tmp_path / "sources.d" / "more.yaml").mkdir()
    assert [site.id for site in load_sites(path)] == ["wuhan", "a"]


@pytest.mark.parametrize(
    "pattern", ["sources.d/*.yml", "sources.yaml", "/nowhere/*.yaml", '"a\\0"', "'**x/*'", "sources.d"]
)
def test_a_pattern_that_fits_no_other_file_is_a_fault(tmp_path: Path, pattern: str) -> None:
    path = with_others(tmp_path, f"include: {pattern}\n" + FOUR_LINES)
    with pytest.raises(ConfigError) as caught:
        load_sites(path)
    (fault,) = caught.value.faults
    assert fault.startswith(f"{path}:1: include[0]: no file matches ")


def test_a_pattern_may_name_a_folder_elsewhere_or_begin_with_a_dot(tmp_path: Path) -> None:
    path = with_others(
        tmp_path, f"include: [{tmp_path}/sources.d/a*, sources.d/.b.yaml]\n" + FOUR_LINES, a=entry("a")
    )
    (tmp_path / "sources.d" / ".b.yaml").write_text(entry("b"), "utf-8")
    assert [site.id for site in load_sites(path)] == ["wuhan", "a", "b"]
