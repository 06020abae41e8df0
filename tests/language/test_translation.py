"""Messages are shown in Chinese by the entries that they were made from; what is no message stays as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crawler.language import speak, translate
from crawler.language.table import Table, read_entries

PLACE = "https://www.wuhan.gov.cn/zwgk/"


@pytest.fixture(autouse=True)
def spoken() -> Iterator[None]:
    speak("zh")
    yield
    speak("en")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("robots.txt disallows it", "robots.txt不允许"),
        (f"{PLACE}: robots.txt disallows it", f"{PLACE}：robots.txt不允许"),
        (f"{PLACE}: no answer in time (tried 3 times)", f"{PLACE}：未能及时得到应答（尝试了3次）"),
        ("no report: its title is 武汉市: another yearly report", "不是报告：标题是武汉市：另一种年度报告"),
        ("武汉: no division has this name; did you mean 武汉市?", "武汉：没有叫此名称的区划；是否指武汉市？"),
        ("武汉: no division has this name", "武汉：没有叫此名称的区划"),
        (
            "sources.yaml:12: sources[3].delay: must be a number of seconds ≥ 0, got 'fast'",
            "sources.yaml:12：sources[3].delay：必须是秒数，≥ 0，实际是'fast'",
        ),
        (
            "a.yaml:1: is empty; must hold `sources:` and a list of entries\na.yaml:2: must be text",
            "a.yaml:1：是空的；必须含有`sources:`和一列条目\na.yaml:2：必须是文本",
        ),
        ("  there is no text ", "  没有文本 "),
        (
            "1, `crawl --full wuhan`: started 2026-11-30T00:15:57Z, finished 2026-11-30T00:16:00Z",
            "1，`crawl --full wuhan`：开始于2026-11-30T00:15:57Z，finished 2026-11-30T00:16:00Z",
        ),
    ],
)
def test_a_message_is_shown_in_chinese(english: str, chinese: str) -> None:
    assert translate(english) == chinese


@pytest.mark.parametrize(
    "text",
    [
        "武汉市人民政府",
        "wuhan",
        "https://a.gov.cn/robots.txt",
        "420100-2022-4dd2cecb",
        "",
        "12: 34",
        "an unforeseen text: of it",
    ],
)
def test_what_is_no_message_stays(text: str) -> None:
    assert translate(text) == text


def test_nothing_is_translated_in_english() -> None:
    speak("en")
    assert translate("robots.txt disallows it") == "robots.txt disallows it"


def test_a_page_cannot_make_a_message_expensive_or_lose_what_it_says() -> None:
    hostile = " of it is, not: a; at byte and more (" * 100
    assert "HTTP 404" in translate(f"HTTP 404 {hostile}: {hostile[:300]}")


def test_a_table_is_a_po_file() -> None:
    text = '# remark\nmsgid ""\nmsgstr "Language: zh\\n"\n\nmsgid "a \\"b\\""\nmsgstr "x"\n"y"\n\nmsgid "{n:d} site"\nmsgid_plural "{n:d} sites"\nmsgstr[0] "{n}个"\n'
    entries = list(read_entries(text))
    assert [(entry.english, entry.shown, entry.line) for entry in entries] == [
        (('a "b"',), "xy", 5),
        (("{n:d} site", "{n:d} sites"), "{n}个", 9),
    ]
    assert Table(tuple(entries)).exact == {'a "b"': "xy"}


def test_a_line_that_is_none_of_a_po_file_is_named() -> None:
    with pytest.raises(ValueError, match="line 2: not a line of a PO file: msgctxt"):
        list(read_entries('msgid "a"\nmsgctxt "b"\n'))
