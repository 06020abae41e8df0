from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawler.errors import NoBody, UnknownFormat
from crawler.extract import LIMIT, extract
from crawler.extract.page.markup_limits import limit_markup
from tests.extract.pages import page, paragraphs

PAGE = page(f"<h1>某题</h1><table><tr><td>来源:某报</td></tr></table>{paragraphs()}").encode()
PIECES = (
    b"<",
    b">",
    b'"',
    b"<!--",
    b"<a href=",
    b"<table><tr><td>",
    b"</tr>",
    b"<pre>\n",
    b"<h1>",
    b"\0",
    b"\x1e\x03",
)
SENTENCE = "全面推进法治政府建设,取得明显成效。".encode()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(PAGE)), st.sampled_from(PIECES), st.integers(0, 40)), max_size=12)
)
def test_a_damaged_page_gives_a_report_or_none(cuts: list[tuple[int, bytes, int]]) -> None:
    data = PAGE
    for at, piece, length in cuts:
        data = data[:at] + piece + data[at + length :]
    with contextlib.suppress(NoBody, UnknownFormat):
        assert extract(data) == extract(data)


@pytest.mark.parametrize("cut", range(0, len(PAGE), 97))
def test_a_page_cut_short_gives_a_report_or_none(cut: int) -> None:
    with contextlib.suppress(NoBody, UnknownFormat):
        extract(PAGE[:cut])


@pytest.mark.parametrize(
    "data",
    [
        b"<div>" * 50_000 + SENTENCE * 9,
        b"<div " + b" ".join(b"a%d=1" % i for i in range(50_000)) + b">" + SENTENCE * 9,
        b"<span>" * 50_000 + SENTENCE * 9,
        b"<table><tr><td>" * 5_000 + SENTENCE * 9,
        b"<pre>" * 50_000 + SENTENCE * 9,
        b"<h1><font size=1>" * 20_000 + SENTENCE * 9,
        b"".join(b"<font size=%d>" % i for i in range(5_000)) + (b"<p>" + SENTENCE) * 3_000,
        b"<p>" + SENTENCE * 20_000 + b"</p>",
        b"<br>" * 50_000 + SENTENCE * 9,
        b"<!--" * 50_000,
        b'<p a="' * 20_000,
    ],
    ids=[
        "nested",
        "attributes",
        "spans",
        "tables",
        "preformatted",
        "headings",
        "formats",
        "one line",
        "breaks",
        "comments",
        "quotes",
    ],
)
def test_no_page_takes_long(data: bytes) -> None:
    begin = time.process_time()
    with contextlib.suppress(NoBody):
        extract(data)
    assert time.process_time() - begin < 5


def test_a_page_over_the_limit_is_refused_with_the_limit() -> None:
    with pytest.raises(UnknownFormat, match=str(LIMIT)):
        extract(b" " * (LIMIT + 1))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x89PNG\r\n ...", "PNG"),
        (b"", "no bytes"),
        (bytes(range(256)) * 9, "binary"),
    ],
)
def test_other_formats_are_refused_by_name(data: bytes, name: str) -> None:
    with pytest.raises(UnknownFormat, match=name):
        extract(data, (("Content-Type", "text/html"),))


@pytest.mark.parametrize("tags", [0, 1, 2, 5_000, 40_000])
def test_a_tag_that_is_too_long_is_cut_at_any_place(tags: int) -> None:
    before, after = "<p>甲</p>" * tags, ">乙</p>" + "丙" * 30_000 + "<p>丁</p>"
    assert limit_markup(f"{before}<p {'a ' * 40_000}{after}") == f"{before}<p {'a ' * 1_000}"[:-1] + after


def test_a_large_ordinary_page_is_not_changed() -> None:
    honest = page(paragraphs() * 60)
    assert len(honest) > 10_000
    assert limit_markup(honest * 6) == honest * 6


@pytest.mark.parametrize("value", ['="<"', "='>'", "=<b", "<", '=" > <p>"', "", "=x", "\n= '<a>'"])
@pytest.mark.parametrize("name", ["p", "script", "x-a"])
def test_a_tag_of_very_many_attributes_keeps_the_first_ones_whatever_their_values_hold(
    name: str, value: str
) -> None:
    attributes = [f" a{number}{value}" for number in range(30_000)]
    after = f">乙</{name}><p>丁</p>"
    cut = f"<{name}{''.join(attributes[:1_000])}{after}"
    assert limit_markup(f"<{name}{''.join(attributes)}{after}") == cut


def test_what_looks_like_a_tag_of_many_attributes_in_a_script_or_comment_is_not_changed() -> None:
    words = "if(a<b word " + "word " * 20_000
    honest = f"<script>{words}</script><!-- <p {words}--><style>{words}</style><p>甲</p>"
    assert limit_markup(honest) == honest


DEEP = [
    "<x>", "<x-a>", "<dir>", "<hgroup>", "<rt>", "<ruby><rb>", "<optgroup>", "<select><optgroup>", "<x><li>", "<button><p>",
    "<div><table></div>", "<form><div></form>", "<svg><g>", "<template>", "<div></span>", "<table><td><div></td></table><div>",
    "<FIGCAPTION class='a'>", "<div>x</p>", "<section><dd>", "<math><mi>",
]  # fmt: skip


@pytest.mark.parametrize("unit", DEEP)
def test_elements_nested_deeply_by_whatever_markup_are_cut(unit: str) -> None:
    limited = limit_markup(unit * 20_000)
    deepest, node = 0, LexborHTMLParser(limited).body
    while node is not None:  # the last descendant: what is never closed is within it
        deepest, node = deepest + 1, node.last_child
    assert deepest < 1_100


@pytest.mark.parametrize(
    "unit",
    ["<p>甲", "<li>甲", "<ul><li>甲<li>乙</ul>", "<dl><dt>甲<dd>乙</dl>", "<table><tr><td>甲<td>乙<tr><td><p>丙</table>",
     "<script>if (a<b) document.write('<div><div>')</script>", "<!-- <div> -->", "<br><img src='a'>甲", "<div><p>甲</div>"],
)  # fmt: skip
def test_a_large_page_that_leaves_out_end_tags_is_not_changed(unit: str) -> None:
    assert limit_markup(unit * 20_000) == unit * 20_000


def test_a_menu_of_very_many_options_keeps_the_first_ones() -> None:
    limited = limit_markup("<select>" + "<option>甲" * 30_000 + "</select><p>乙</p>")
    assert limited.count("<option>") == 3_999
    assert limited.endswith("<p>乙</p>")
