from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from crawler.extract.page.flow import read_flow
from crawler.extract.page.lines import Line, lines_between
from crawler.extract.page.tag_marks import BREAK, LINK, UNSEEN


def linearise(html: str) -> list[Line]:
    tree = LexborHTMLParser(html)
    tree.strip_tags(UNSEEN)
    assert tree.body
    flow = read_flow(tree.body.html or "")
    (lines,) = lines_between(flow, (0, len(flow.pieces)))
    return lines


def texts(html: str) -> list[str]:
    return [line.text for line in linearise(html)]


@pytest.mark.parametrize(
    "html",
    [
        "<p>甲方。</p><p>乙方。</p>",
        "<div>甲方。<br>乙方。</div>",
        "<div>甲方。<p>乙方。</p></div>",
        "<p>甲方。</p>乙方。",
        "<pre>甲方。\n乙方。</pre>",
        "<p>\u3000\u3000甲方。</p><p>&nbsp;&nbsp;</p><p>&nbsp;乙方。&nbsp;</p>",
    ],
)
def test_a_paragraph_is_a_line_in_any_markup(html: str) -> None:
    assert texts(html) == ["甲方。", "乙方。"]


def test_a_run_of_spans_is_one_line() -> None:
    assert texts("<p><span>20</span><span lang=EN>22</span><b>年</b><o:p></o:p>,成效明显</p>") == [
        "2022年,成效明显"
    ]


def test_a_source_line_broken_between_two_characters_leaves_no_space() -> None:
    assert texts("<p>法治政府\n    建设</p>") == ["法治政府建设"]
    assert texts("<p>rule of\n    law</p>") == ["rule of law"]


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>var a = '甲';</script>",
        "<style>p {}</style>",
        "<!-- 甲 -->",
        '<div style="display: none"><p>甲<br>乙</p></div>',
        '<p hidden="">甲</p>',
        "<noscript>甲</noscript>",
        "<select><option>甲</option></select>",
    ],
)
def test_invisible_text_is_left_out(hidden: str) -> None:
    assert texts(f"<p>前</p>{hidden}<p>后</p>") == ["前", "后"]


def test_a_data_table_keeps_its_rows() -> None:
    table = "<table><tbody><tr><th>项目</th><th>数量</th></tr><tr><td><p>复议</p></td><td>12</td></tr></tbody></table>"
    assert texts(table) == ["项目\t数量", "复议\t12"]


def test_a_layout_table_leaves_no_trace() -> None:
    inner = "<table><tbody><tr><td><p>甲方。</p><p>乙方。</p></td></tr></tbody></table>"
    assert texts(f"<table><tbody><tr><td>{inner}</td><td>丙方。</td></tr></tbody></table>") == [
        "甲方。",
        "乙方。",
        "丙方。",
    ]


def test_full_width_forms_are_folded_and_entities_undone() -> None:
    assert texts("<p>（一）Ａ＆Ｂ：1 &lt; 2 &amp;&amp; 3</p>") == ["(一)A&B:1 < 2 && 3"]


def test_a_greater_sign_in_an_attribute_ends_no_tag() -> None:
    assert texts('<p title="a>b">甲</p>') == ["甲"]


def test_a_page_cannot_forge_a_mark() -> None:
    assert texts(f"<p>甲&#{ord(BREAK)};乙&#{ord(LINK)};丙</p>") == ["甲乙丙"]


def test_a_link_around_paragraphs_is_a_link_for_each() -> None:
    assert [line.links for line in linearise('<a href="/x"><div>甲</div><div>乙</div></a><p>丙</p>')] == [
        (("甲", "/x"),),
        (("乙", "/x"),),
        (),
    ]


def test_links_have_text_and_address() -> None:
    (line,) = linearise('<p>附件:<a href="/f.pdf?a=1&amp;b=2">清单.pdf</a></p>')
    assert (line.text, line.linked, line.links) == ("附件:清单.pdf", 6, (("清单.pdf", "/f.pdf?a=1&b=2"),))


def test_control_characters_of_a_page_are_not_taken_for_marks() -> None:
    assert texts("<p>甲\x01\x1e\x03乙</p>") == ["甲乙"]
