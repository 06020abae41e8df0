from __future__ import annotations

import pytest

from crawler.errors import NoBody
from tests.extract.pages import BODY, PARAGRAPHS, TITLE, page, paragraphs, read


def test_navigation_and_footer_are_not_in_the_body() -> None:
    assert read(page(paragraphs())).body == BODY


@pytest.mark.parametrize(
    "article",
    [
        "<br>".join(f"\u3000\u3000{text}" for text in PARAGRAPHS),
        "".join(f"<div>{text}</div>" for text in PARAGRAPHS),
        "<pre>" + "\n".join(PARAGRAPHS) + "</pre>",
        "<table><tr><td><table><tr><td>" + paragraphs() + "</td></tr></table></td></tr></table>",
        "".join("<p>" + "".join(f"<span>{char}</span>" for char in text) + "</p>" for text in PARAGRAPHS),
        paragraphs() + "</html></body></html>",
        '<a name="top">' + paragraphs(),
    ],
    ids=["br", "div", "pre", "nested tables", "a span a character", "ended twice", "a link left open"],
)
def test_the_body_is_the_same_however_it_is_marked_up(article: str) -> None:
    assert read(page(article)).body == BODY


def test_an_article_in_sibling_containers_is_joined() -> None:
    half = len(PARAGRAPHS) // 2
    blocks = ["".join(f"<p>{text}</p>" for text in part) for part in (PARAGRAPHS[:half], PARAGRAPHS[half:])]
    assert read(page(f"<div>{blocks[0]}</div><div>{blocks[1]}</div>")).body == BODY


def test_a_body_shown_twice_is_taken_once() -> None:
    twice = f'<div class="pc">{paragraphs()}</div><div class="mobile">{paragraphs()}</div>'
    assert read(page(twice)).body == BODY


def test_a_known_container_in_the_footer_is_not_chosen() -> None:
    footer = '<div class="TRS_Editor"><p>地址:甲市某路1号,邮编:430000,电话:12345,欢迎访问。</p></div>'
    assert read(page(paragraphs(), below=footer)).body == BODY


def test_a_hint_says_where_the_body_is() -> None:
    summary = (
        "<div id=summary>"
        + "<p>这是一段很长的摘要,说了许多话,但不是正文,也不应当进入结果。</p>" * 40
        + "</div>"
    )
    assert read(page(summary + f"<div id=text>{paragraphs()}</div>"), hint="#text").body == BODY


@pytest.mark.parametrize("hint", ["#absent", "div[", ".footer img"])
def test_a_hint_that_selects_nothing_is_ignored(hint: str) -> None:
    assert read(page(paragraphs()), hint=hint).body == BODY


@pytest.mark.parametrize(
    "line",
    [
        "<p>【打印本页】 【关闭窗口】</p>",
        "<p>【字体:大 中 小】</p>",
        "<p>分享到:微信 新浪微博 QQ空间</p>",
        "<p>扫一扫在手机打开当前页</p>",
        "<p>责任编辑:某某</p>",
        "<p>编 辑:</p>",
        '<p>上一篇:<a href="/1.html">关于某事的通知</a></p>',
        "<p>浏览次数:123</p>",
        "<p>相关链接</p><ul><li><a href=/2.html>某市召开会议部署工作</a></li></ul>",
        "<p>附件下载:</p>",
        "<p>发布日期:2023-02-21 来源:市司法局</p>",
        "<p>打开微信“扫一扫”分享至朋友圈</p>",
    ],
)
def test_widgets_below_the_text_are_not_in_the_body(line: str) -> None:
    assert read(page(paragraphs() + line)).body == BODY


@pytest.mark.parametrize(
    "line",
    [
        "甲市人民政府",
        "2023年2月20日",
        "2023-02-20",
        "来源:某报",
        "附件:1.重点任务清单",
        "(此件公开发布)",
        "注:数据截至2022年12月31日。",
    ],
)
def test_lines_of_the_text_stay_in_the_body(line: str) -> None:
    assert read(page(paragraphs(line))).body == f"{BODY}\n{line}"


def test_a_linked_attachment_stays_in_the_body_and_is_listed() -> None:
    report = read(
        page(paragraphs() + '<p>附件:<a href="./P02.docx">任务清单.docx</a></p>'),
        "https://www.a.gov.cn/b/c.html",
    )
    assert report.body.endswith("\n附件:任务清单.docx")
    assert [(a.title, a.url) for a in report.attachments] == [
        ("任务清单.docx", "https://www.a.gov.cn/b/P02.docx")
    ]


def test_the_salutation_stays_in_the_body_and_the_title_above_it_does_not() -> None:
    article = f"<h1>{TITLE}</h1><p>发布日期:2023-02-21 来源:市司法局</p><p>省人民政府:</p>{paragraphs()}"
    assert read(page(article)).body == f"省人民政府:\n{BODY}"


def test_a_title_repeated_under_the_info_line_is_removed() -> None:
    above = f"<h1>{TITLE}</h1><p>来源:市司法局 发布时间:2023-02-21</p>"
    assert read(page(f"<p>{TITLE}</p>{paragraphs()}", above=above)).body == BODY


def test_a_sentence_above_the_title_is_not_in_the_body() -> None:
    above = f"<p>下载手机客户端,随时随地查看最新的政务信息和办事指南。</p><h2>{TITLE}</h2>"
    assert read(page(above + paragraphs())).body == BODY


@pytest.mark.parametrize(
    "html", ["<html><body></body></html>", "<html><script>location='/login'</script></html>", "<p> </p>"]
)
def test_a_page_without_text_has_no_body(html: str) -> None:
    with pytest.raises(NoBody):
        read(html)


def test_the_next_page_of_one_article_is_named() -> None:
    url = "http://www.a.gov.cn/202303/t20230315_217.html"
    more = '<p><a href="t20230315_217_1.html">下一页</a></p>'
    assert read(page(paragraphs() + more), url).continues == "http://www.a.gov.cn/202303/t20230315_217_1.html"


def test_the_next_page_of_a_list_is_not() -> None:
    more = '<p><a href="/list/2.html">下一页</a></p>'
    assert read(page(paragraphs() + more), "http://www.a.gov.cn/202303/t20230315_217.html").continues is None
