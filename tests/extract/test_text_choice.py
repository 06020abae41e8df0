"""Which text counts: the page's own, or that of a document that it offers."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from crawler.errors import ExtractError, NoBody, UnknownFormat, UnreadDocument
from crawler.extract import choose_text, extract_text, needs_document
from crawler.field.fingerprint import text_sha256
from crawler.model import Offer, Report
from tests.extract.pages import PARAGRAPHS, TITLE, page, read

URL = "http://www.jia.gov.cn/zwgk/t1.html"
LONG = ("全市各级行政机关坚持依法行政,执法水平明显提高。" * 12, *PARAGRAPHS)


def elements(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def on_page(article: str, title: str = TITLE) -> Report:
    head = f"<title>{title}</title>"
    return read(
        page(f"<h1>{title}</h1><div>发布时间:2023-03-01</div><div id=zoom>{article}</div>", head=head), URL
    )


def document(*lines: str, title: str = TITLE, kind: str = "pdf") -> Report:
    """Return the report of a document with such a title and lines, signed at its end."""
    text = "\n\n".join((title, *(lines or LONG), "甲市人民政府", "2023年2月20日"))
    return replace(extract_text(text), text_from=kind, reader="made 1", pages=9)


def offer(title: str = "", name: str = "a.pdf", how: str = "link") -> Offer:
    return Offer(title=title, url=f"http://www.jia.gov.cn/u/{name}", how=how)


STUB = on_page("<p>详见附件。</p><p><a href=/u/a.pdf>附件</a></p>")


@pytest.mark.parametrize(
    ("article", "reason"),
    [
        ("<iframe src=/u/a.pdf></iframe>", "no text of its own"),
        ("<img src=/u/1.jpg>", "images for its text"),
        ("<p>详见附件。<a href=/u/a.pdf>附件</a></p>", "7 characters, with a document beside it"),
        ("<p>详见图片。</p><img src=/u/1.jpg>", "5 characters, with images beside it"),
        (
            f"<p>{'现将有关情况予以公布,' * 40}详见附件。</p><a href=/u/a.pdf>附件</a>",
            r"points to its document \(详见附件\)",
        ),
        ("<p>现予公布。</p>", "^$"),
        (elements(*LONG) + "<a href=/u/a.pdf>附件</a>", "^$"),
    ],
)
def test_a_document_is_needed_where_the_page_has_no_text(article: str, reason: str) -> None:
    assert re.search(reason, needs_document(on_page(article)))


def test_the_document_gives_the_text_and_the_page_title_and_metadata() -> None:
    chosen = choose_text(STUB, [(offer(), document())])
    assert (chosen.title, chosen.url, chosen.published) == (TITLE, URL, "2023-03-01")
    assert chosen.body == "\n".join((*LONG, "甲市人民政府", "2023年2月20日"))
    assert chosen.text_sha256 == text_sha256(chosen.body)
    assert (chosen.text_from, chosen.text_url) == ("pdf", "http://www.jia.gov.cn/u/a.pdf")
    assert (chosen.reader, chosen.pages, chosen.unread) == ("made 1", 9, None)
    assert (chosen.year, chosen.kind, chosen.signed, chosen.signer) == (
        2022,
        "government",
        "2023-02-20",
        "甲市人民政府",
    )
    assert [section.kind for section in chosen.sections] == ["achievements", "problems", "plans"]


def test_sections_are_those_of_the_chosen_text() -> None:
    chosen = choose_text(STUB, [(offer(), document())])
    assert all(chosen.body[each.start :].startswith(each.title) for each in chosen.sections)


def test_a_text_shown_in_the_page_comes_before_a_linked_one() -> None:
    linked = (offer(TITLE, "b.docx"), document(*LONG, "另一文本。" * 60, kind="docx"))
    shown = (offer(how="viewer"), document())
    for order in ([linked, shown], [shown, linked]):
        assert choose_text(STUB, order).text_from == "pdf"


def test_of_linked_documents_the_one_of_like_title_is_taken() -> None:
    other = (offer("附件2.情况说明", "b.docx"), document(*LONG, *LONG, title="情况说明", kind="docx"))
    own = (offer(f"{TITLE}.pdf"), document())
    for order in ([other, own], [own, other]):
        assert choose_text(STUB, order).text_from == "pdf"


@pytest.mark.parametrize(
    ("offered", "title"),
    [
        (offer("附件2:执法统计表", "b.pdf"), TITLE),
        (offer("附件2", "b.xlsx"), TITLE),
        (offer("一图读懂", "b.pdf"), TITLE),
        (offer("附件", "b.pdf"), "甲市人民政府2021年度法治政府建设情况报告"),
        (offer("附件", "b.pdf"), "乙县司法局2022年度法治政府建设情况报告"),
        (offer("附件", "b.pdf"), "《甲市2022年度法治政府建设情况报告》解读"),
    ],
)
def test_a_table_an_explanation_and_another_report_are_not_the_text(offered: Offer, title: str) -> None:
    chosen = choose_text(STUB, [(offered, document(title=title))])
    assert (chosen.body, chosen.text_from, chosen.unread) == (STUB.body, "page", "not_read")


def test_a_linked_document_that_is_no_report_is_not_the_text_of_one() -> None:
    chosen = choose_text(STUB, [(offer("附件"), document("会议于上午九时开始。" * 60, title="会议须知"))])
    assert chosen.text_from == "page"


@pytest.mark.parametrize("heading", ["附件", "附件1", "附件:"])
def test_the_heading_of_an_attachment_and_the_title_are_no_text(heading: str) -> None:
    half = len(TITLE) // 2
    for head in ((TITLE,), (TITLE[:half], TITLE[half:])):
        chosen = choose_text(STUB, [(offer(), document(*head, *LONG, title=heading))])
        assert chosen.body.startswith(LONG[0])


def test_a_first_line_that_is_no_title_stays_in_the_text() -> None:
    chosen = choose_text(STUB, [(offer(), document(title="各县人民政府,市政府各部门"))])
    assert chosen.body.startswith("各县人民政府,市政府各部门\n")


def test_a_page_in_a_frame_gives_the_text() -> None:
    framed = read(page(f"<div>{elements(*LONG)}</div>", head=""), "http://www.jia.gov.cn/zwgk/c.html")
    shell = on_page("<iframe src=c.html></iframe>")
    chosen = choose_text(shell, [(shell.offers[0], framed)])
    assert (chosen.title, chosen.text_from, chosen.text_url) == (TITLE, "page", framed.url)
    assert LONG[0] in chosen.body


def test_a_list_in_a_frame_is_no_text() -> None:
    shell = on_page("<iframe src=c.html></iframe>")
    names = extract_text("目录\n\n" + "\n\n".join(f"甲市第{i}号文件" for i in range(60)))
    assert choose_text(shell, [(shell.offers[0], names)]).unread == "not_read"


@pytest.mark.parametrize(
    ("errors", "unread", "pages"),
    [
        ([UnreadDocument(URL, "needs_ocr", "no text", format="pdf", pages=12)], "needs_ocr", 12),
        ([UnreadDocument(URL, "encrypted", "a password", format="pdf")], "encrypted", None),
        ([NoBody(URL, "empty"), UnreadDocument(URL, "damaged", "cut", format="docx")], "damaged", None),
        ([UnknownFormat(URL, "a RAR archive")], "unknown_format", None),
        ([NoBody(URL, "empty")], "empty", None),
        ([], "not_read", None),
    ],
)
def test_a_page_whose_documents_give_no_text_says_why(
    errors: list[ExtractError], unread: str, pages: int | None
) -> None:
    chosen = choose_text(STUB, [(offer(), error) for error in errors])
    assert (chosen.unread, chosen.pages, chosen.body) == (unread, pages, STUB.body)


def test_a_page_of_images_needs_ocr_and_counts_them() -> None:
    scanned = on_page("".join(f"<p><img src=/u/{number}.jpg></p>" for number in range(4)))
    chosen = choose_text(
        scanned, [(each, UnknownFormat(each.url, "a JPEG image")) for each in scanned.offers]
    )
    assert (chosen.unread, chosen.pages, chosen.body) == ("needs_ocr", 4, "")


def test_a_report_in_the_page_stays_and_an_equal_document_is_no_difference() -> None:
    own = on_page(elements(*LONG, "甲市人民政府", "2023年2月20日") + "<a href=/u/a.pdf>附件</a>")
    in_other_lines = document("".join(LONG[:2]), *LONG[2:])
    chosen = choose_text(own, [(own.offers[0], in_other_lines)])
    assert (chosen.body, chosen.text_from, chosen.difference) == (own.body, "page", None)


def test_a_document_that_says_more_is_told_in_one_line() -> None:
    own = on_page(elements(*LONG, "甲市人民政府", "2023年2月20日") + "<a href=/u/a.pdf>附件</a>")
    chosen = choose_text(own, [(own.offers[0], document(*LONG, "四、其他。需要报告的情况无。"))])
    assert chosen.difference == "the document has 2 sentences that the page has not, the first: 四、其他"
    assert chosen.body == own.body


def test_a_document_that_says_less_is_told_too() -> None:
    own = on_page(elements(*LONG, "甲市人民政府", "2023年2月20日") + "<a href=/u/a.pdf>附件</a>")
    told = choose_text(own, [(own.offers[0], document(*LONG[:-1]))]).difference
    assert told is not None
    assert told.startswith("the page has 1 sentence that the document has not, the first: 继续健全制度")


def test_an_attachment_on_something_else_is_no_difference() -> None:
    own = on_page(elements(*LONG) + "<a href=/u/a.pdf>附件</a>")
    other = document("会议于上午九时开始,参会人员应当提前入场。" * 40, title="会议须知")
    assert choose_text(own, [(own.offers[0], other)]).difference is None


def test_that_a_page_names_its_document_is_no_difference_between_them() -> None:
    named = f"<p>附件:<a href=/u/a.pdf>{TITLE}.pdf</a></p>"
    own = on_page(elements(*LONG, "甲市人民政府", "2023年2月20日") + "<p>全文见附件。</p>" + named)
    assert f"附件:{TITLE}.pdf" in own.body
    assert choose_text(own, [(own.offers[0], document())]).difference is None
