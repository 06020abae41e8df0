"""The text with the page's own full-width punctuation: character for character the folded one, in every kind of document."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import ExtractError
from crawler.extract import extract, join_pages, read_offer, with_documents
from crawler.extract.page.as_published import body_as_published
from crawler.field.text import fold
from crawler.model import Report
from tests.extract.pages import PARAGRAPHS, TITLE, page, read
from tests.made_documents import docx, ofd
from tests.site.governments import GOVERNMENTS
from tests.site.punctuation import widen

WIDE = tuple(map(widen, PARAGRAPHS))
FIXTURES = sorted((Path(__file__).parent.parent / "fixtures").glob("*/*.html"))


def written(report: Report) -> list[str]:
    """The paragraphs as published, after the check that they are the folded ones."""
    shown = report.as_published
    assert shown is not None
    assert (fold(shown.title), fold(shown.body)) == (report.title, report.body)
    assert len(shown.body) == len(report.body)
    return shown.body.split("\n")


def article(*paragraphs: str) -> str:
    return page("".join(f"<p>\u3000\u3000{text}</p>" for text in paragraphs))


def test_a_page_gives_its_paragraphs_as_it_has_them_and_folded_ones() -> None:
    report = read(article(*WIDE))
    assert written(report) == list(WIDE)
    assert report.body.split("\n") == list(PARAGRAPHS)


def test_a_page_that_mixes_both_forms_keeps_each_where_it_is() -> None:
    mixed = "投诉12,000件，办结率９９．５％(其中：网上８件)；同比增长3.5%，见附件:1.表"
    report = read(article(*WIDE, mixed))
    assert written(report)[-1] == mixed
    assert report.body.split("\n")[-1] == "投诉12,000件,办结率99.5%(其中:网上8件);同比增长3.5%,见附件:1.表"


def test_links_tables_and_line_breaks_keep_their_forms() -> None:
    table = "<table><tr><td>事项（件）</td><td>数量：</td></tr><tr><td>复议，</td><td>１２</td></tr></table>"
    link = '<p>详见<a href="/a.html">《条例（2022年）》</a>，共3条；<br>其他：无。</p>'
    first, *others = (f"<p>{text}</p>" for text in WIDE)
    report = read(page("".join((first, table, link, *others))))
    assert written(report)[1:5] == [
        "事项（件）\t数量：",
        "复议，\t１２",
        "详见《条例（2022年）》，共3条；",
        "其他：无。",
    ]


def test_a_title_has_its_own_brackets() -> None:
    title = "甲市人民政府（党组）2022年度法治政府建设情况报告"
    head = f"<title>{title}_甲市人民政府</title>"
    report = read(page("".join(f"<p>{text}</p>" for text in WIDE), head=head, above=f"<h1>{title}</h1>"))
    written(report)
    assert report.as_published is not None
    assert (report.title, report.as_published.title) == (fold(title), title)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(docx.report(TITLE, "", WIDE, numbered=False), id="docx"),
        pytest.param(ofd.report(TITLE, WIDE), id="ofd"),
        pytest.param("\n\n".join((TITLE, *WIDE)).encode(), id="text"),
    ],
)
def test_a_document_gives_its_own_forms(document: bytes) -> None:
    report = extract(document)
    assert written(report)[-len(WIDE) :] == list(WIDE)


def test_a_page_whose_text_is_a_document_has_the_forms_of_the_document() -> None:
    held = GOVERNMENTS[0].documents[0]
    paragraphs = list(map(widen, held.paragraphs))
    document = read_offer(
        docx.report(held.title, "", paragraphs, numbered=False), (), "http://a.gov.cn/a.docx", "link"
    )
    page_of_it = read(
        page(
            f'<h1>{held.title}</h1><p>附件：<a href="/a.docx">{held.title}.docx</a></p>',
            head=f"<title>{held.title}</title>",
        ),
        "http://a.gov.cn/1.html",
    )
    report = with_documents(page_of_it, [(page_of_it.offers[0], document)])
    assert report.text_from == "docx"
    assert written(report) == paragraphs


def test_joined_pages_have_the_forms_of_each_page() -> None:
    halves = [read(article(*part)) for part in (WIDE, (*PARAGRAPHS[:-1], "最后一页，结束。"))]
    assert written(join_pages(halves)) == [*WIDE, *PARAGRAPHS[:-1], "最后一页，结束。"]


def test_a_repeated_line_gets_the_forms_of_its_place() -> None:
    halves = [read(article(*WIDE)), read(article(*PARAGRAPHS))]
    body = "\n".join((PARAGRAPHS[0], PARAGRAPHS[0]))
    assert body_as_published(body, *halves) == "\n".join((WIDE[0], PARAGRAPHS[0]))


def test_every_saved_page_gives_both_forms_of_the_same_text() -> None:
    assert FIXTURES
    differing = 0
    for path in FIXTURES:
        try:
            report = extract(path.read_bytes())
        except ExtractError:
            continue
        differing += "\n".join(written(report)) != report.body
    assert differing > len(FIXTURES) // 10
