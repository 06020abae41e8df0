"""Search: the grammar of queries, the filters, and the places that are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive import Archive, Reader
from crawler.archive.fulltext import Any, Expression, Term
from crawler.errors import ConfigError
from crawler.field.search_tokens import phrases
from crawler.model import Section, Site, Years
from crawler.questions.search import SearchResult, search
from crawler.questions.search.answer import LAST
from crawler.questions.search.grammar import parse
from crawler.questions.search.snippets import places, snippets, snippets_of
from tests.conftest import SITE, Clock, a_capture, a_report

HUANGSHI = Site(id="hs", name="黄石市人民政府", region="420200", lists=("https://www.huangshi.gov.cn/a/",))
FILLING = "\n".join(f"第{n}项工作取得成效,完成事项{n * 37}件。" for n in range(40))


def shown(expression: Expression) -> str:
    """An expression as a person would write it with all parentheses."""
    if isinstance(expression, Term):
        return "".join(expression.phrase.pieces)
    if isinstance(expression, Any):
        return f"({' OR '.join(map(shown, expression.parts))})"
    without = "".join(f" NOT {shown(part)}" for part in expression.without)
    return f"({' AND '.join(map(shown, expression.parts))}{without})"


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("复议", "复议"),
        ("复议 应诉", "(复议 AND 应诉)"),
        ("复议 AND 应诉 OR 调解", "((复议 AND 应诉) OR 调解)"),
        ("复议 (应诉 OR 调解)", "(复议 AND (应诉 OR 调解))"),
        ("复议(应诉 OR 调解)NOT 信访", "(复议 AND (应诉 OR 调解) NOT 信访)"),
        ("复议 NOT 应诉 AND NOT 调解", "(复议 NOT 应诉 NOT 调解)"),
        ("NOT 应诉 复议", "(复议 NOT 应诉)"),
        ('"依法行政,"', "依法行政,"),
        ('"98.5%"', "98.5%"),
        ('"a""b"', 'a"b'),
        ("行政复议、行政应诉", "(行政复议 AND 行政应诉)"),
        ("98.5% COVID-19", "(98.5 AND covid-19)"),
        ("复议,", "复议"),
        ("not or and", "(not AND or AND and)"),
        ('"NOT" 法', "(not AND 法)"),
        ("（复议）", "复议"),
        ("title:法*", "(title AND 法)"),
    ],
)
def test_queries_mean_what_people_mean(query: str, meaning: str) -> None:
    assert shown(parse(query)) == meaning


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "the query is empty"),
        ("  ", "the query is empty"),
        (",。", "only punctuation"),
        ('"。"', "only punctuation"),
        ("法 ！", "only punctuation"),
        ('""', "only punctuation"),
        ('"复议', "quotation mark is not closed"),
        ("(复议", "parenthesis is not closed"),
        ("复议)", "parenthesis closes nothing"),
        ("()", "a word is missing"),
        ("NOT 复议", "NOT needs something"),
        ("法 OR NOT 复议", "NOT needs something"),
        ("复议 OR", "a word is missing at the end"),
        ("AND 复议", "a word is missing before AND"),
        ("复议 NOT NOT 法", "a word is missing before NOT"),
        ("(" * 40 + "法" + ")" * 40, "more than 32 parentheses"),
        ("法 " * 70, "more than 64 words"),
        ("法" * 1001, "1001 characters"),
        ("\udcff", "not text"),
    ],
)
def test_a_query_that_cannot_be_answered_is_wrong_use(query: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse(query)


@given(st.text('法治a1 "()。,ANDORT\n', max_size=30))
def test_every_query_has_a_meaning_or_is_refused(query: str) -> None:
    try:
        expression = parse(query)
    except ConfigError:
        return
    assert list(expression.phrases())
    assert expression.fts5().count('"') % 2 == 0


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four reports: 武汉市 2021 to 2023, and 黄石市 2022, whose problems and plans are told apart."""
    folder, clock = tmp_path_factory.mktemp("search") / "archive", Clock()
    with Archive.create(folder, clock=clock, notify=lambda _: None) as archive:
        for number, (site, year) in enumerate([(SITE, 2021), (SITE, 2022), (SITE, 2023), (HUANGSHI, 2022)]):
            first = f"一、主要成效\n审结行政复议案件{year}件,负责人出庭应诉率达98.5%。\n{FILLING}{site.name}{year}"
            second = (
                "二、存在的问题\n行政执法能力不足。" if year != 2023 else "二、存在的问题\n行政复议能力不足。"
            )
            body = f"{first}\n{second}"
            report = replace(
                a_report(body, year=year),
                title=f"{site.name}{year}年法治报告",
                issuer=site.name,
                kind="department" if number == 0 else "government",
                sections=(
                    Section(kind="achievements", title="一、主要成效", start=0, end=len(first)),
                    Section(kind="problems", title="二、存在的问题", start=len(first) + 1, end=len(body)),
                ),
            )
            host = "www.wuhan.gov.cn" if site is SITE else "www.huangshi.gov.cn"
            capture = a_capture(f"https://{host}/{number}.html", body.encode(), at=clock())
            archive.record(capture)
            archive.store(report, capture, site)
    return folder


@pytest.fixture
def ask(filled: Path) -> Callable[..., SearchResult]:
    def run(query: str, **filters: object) -> SearchResult:
        with Reader.read(filled) as archive:
            return search(archive, query, **filters)  # type: ignore[arg-type]

    return run


def named(result: SearchResult) -> list[str]:
    return sorted(f"{match.region} {match.year}" for match in result.matches)


W21, W22, W23, H22 = "420100 2021", "420100 2022", "420100 2023", "420200 2022"


@pytest.mark.parametrize(
    ("query", "filters", "expected"),
    [
        ("行政复议", {}, [W21, W22, W23, H22]),
        ("审", {}, [W21, W22, W23, H22]),
        ("行政复议 NOT 黄石", {}, [W21, W22, W23]),
        ("黄石 OR 2023年", {}, [W23, H22]),
        ('"复议案件2022件,"', {}, [W22, H22]),
        ('"复议案件2022件。"', {}, []),
        ("复议 应诉率", {"region": "湖北"}, [W21, W22, W23, H22]),
        ("复议", {"region": "武汉市", "years": Years(first=2022, last=None)}, [W22, W23]),
        ("复议", {"region": "广东"}, []),
        ("复议", {"kind": "department"}, [W21]),
        ("复议", {"section": "问题"}, [W23]),
        ("复议", {"section": "problems"}, [W23]),
        ("复议 NOT 应诉率", {"section": "问题"}, [W23]),  # the other word is in another section
        ("执法", {"section": "存在的"}, [W21, W22, H22]),  # words of a title
        ("复议", {"section": "没有这样的"}, []),
        ("法治报告", {"section": "问题"}, []),  # the title is in no section
        ("98.5%", {}, [W21, W22, W23, H22]),
        ("8.5", {}, []),  # numbers are whole
    ],
)
def test_filters(
    ask: Callable[..., SearchResult], query: str, filters: dict[str, object], expected: list[str]
) -> None:
    assert named(ask(query, **filters)) == expected


def test_pages_follow_each_other_without_gap(ask: Callable[..., SearchResult]) -> None:
    whole = [match.report_id for match in ask("行政").matches]
    paged = [ask("行政", limit=1, offset=n).matches[0].report_id for n in range(4)]
    assert paged == whole
    assert ask("行政", limit=2, section="存在的").total == 4
    assert ask("行政", offset=4).matches == ()


@pytest.mark.parametrize("section", [None, "存在的"])
@pytest.mark.parametrize("facets", [False, True])
def test_the_latest_added_are_paged_from_the_last_one_on(
    ask: Callable[..., SearchResult], section: str | None, facets: bool
) -> None:
    whole = {match.report_id for match in ask("行政", section=section).matches}
    paged, last = [], LAST
    for _ in whole:
        page = ask("行政", limit=1, newest_before=last, section=section, facets=facets)
        assert page.total == len(whole)
        assert page.last is not None
        paged, last = [*paged, page.matches[0].report_id], page.last
    assert len(paged) == len(set(paged))
    assert set(paged) == whole
    end = ask("行政", limit=1, newest_before=last, section=section, facets=facets)
    assert (end.matches, end.last, end.total) == ((), None, len(whole))


def test_a_word_of_the_title_weighs_more(ask: Callable[..., SearchResult]) -> None:
    assert next(match.region for match in ask("黄石市 OR 复议").matches) == "420200"


def test_facets_count_all_texts(ask: Callable[..., SearchResult]) -> None:
    result = ask("复议", facets=True, limit=1)
    assert dict(result.years) == {2021: 1, 2022: 2, 2023: 1}
    assert dict(result.provinces) == {"420000": 4}
    assert result.total == sum(result.years.values())


def test_marks_are_offsets_into_title_and_body(ask: Callable[..., SearchResult], filled: Path) -> None:
    (match,) = ask('黄石 "98.5%"').matches
    with Reader.read(filled) as archive:
        report = archive.show(match.report_id)
    assert [match.title[start:end] for start, end in match.title_marks] == ["黄石"]
    assert "98.5%" in {report.body[start:end] for s in match.snippets for start, end in s.marks}
    for snippet in match.snippets:
        assert report.body[snippet.start : snippet.end] == snippet.text
        assert "\n" not in snippet.text
    assert match.text_sha256 == report.text_sha256


def test_snippets_stay_in_the_section_asked_for(ask: Callable[..., SearchResult]) -> None:
    (match,) = ask("复议", section="问题").matches
    assert [snippet.text for snippet in match.snippets] == ["行政复议能力不足。"]


def test_finds_near_each_other_share_a_snippet_and_overlapping_ones_a_mark() -> None:
    body = "行政复议法、行政复议条例" + "。" * 100 + "复议"
    found = places(body, [*phrases("行政复议"), *phrases("复议条例")])
    assert [body[start:end] for start, end in found] == ["行政复议", "行政复议条例"]
    assert [len(each.marks) for each in snippets(body, found)] == [2]


@pytest.mark.parametrize(
    "bad", [{"limit": 0}, {"limit": 5000}, {"offset": -1}, {"section": " "}, {"region": "湖背"}]
)
def test_wrong_filters_are_wrong_use(ask: Callable[..., SearchResult], bad: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        ask("法", **bad)


@given(
    st.text(alphabet="复议应诉法a,。\n", max_size=200),
    st.sampled_from(["复议", "法", "复议,应诉", "应诉 法", "a", "法a"]),
)
def test_the_first_places_of_a_single_phrase_are_those_that_all_places_give(body: str, word: str) -> None:
    wanted = phrases(word)
    assert snippets_of(body, wanted) == snippets(body, places(body, wanted))
    half = [(0, len(body) // 2)]
    assert snippets_of(body, wanted, half) == snippets(body, places(body, wanted, half))
