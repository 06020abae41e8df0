"""Short articles on pages full of other things: comments, related news, second copies, feeds."""

from __future__ import annotations

import pytest

from tests.extract.pages import TITLE, page, read

SHORT = (
    "5月8日上午,甲市召开法治政府建设推进会,总结前一阶段的工作,部署下一阶段的任务,要求各部门压实责任。",
    "会议指出,要坚持问题导向,补齐短板弱项,推动各项举措落地见效,不断提升群众的满意度和获得感。",
)
TEXT = "\n".join(SHORT)
ARTICLE = "".join(f"<p>{text.replace(',', '，')}</p>" for text in SHORT)
COMMENTS = "".join(
    f"<div><b>网友{n}</b><p>说得好,这件事情早就应该办了,支持第{n}次!希望能够长期坚持下去。</p><i>回复</i></div>"
    for n in range(30)
)
NEWS = "".join(f'<li><a href="/{n}.html">乙市第{n}次会议部署重点工作</a></li>' for n in range(40))
HEADING = f"<h1>{TITLE}</h1><p>来源:某报 发布时间:2023-05-08</p>"


@pytest.mark.parametrize(
    "mark",
    [
        "<p>责任编辑:某某</p>",
        "<p>[作者:某某 责任编辑:某某]</p>",
        "<h3>相关阅读</h3>",
        "<h3>写评论</h3>",
        "<p>0条评论|0人参与</p>",
        "<p>标签 法治 政府</p>",
        "<p>为你推荐</p>",
        "<p>声明:本网转载此文只为传播信息。</p>",
        "<p>关联稿件:</p>",
    ],
)
@pytest.mark.parametrize("noise", [COMMENTS, NEWS, COMMENTS + NEWS], ids=["comments", "news", "both"])
def test_an_end_mark_ends_a_short_article_before_any_noise(mark: str, noise: str) -> None:
    assert read(page(f"{HEADING}{ARTICLE}{mark}{noise}")).body == TEXT


def test_a_box_of_links_inside_an_article_does_not_end_it() -> None:
    box = '<h4>相关阅读</h4><ul><li><a href="/1.html">乙市部署工作</a></li></ul>'
    assert read(
        page(f"{HEADING}{ARTICLE}{box}<p>{SHORT[0][::-1]}。</p><p>{SHORT[1][::-1]}。</p>")
    ).body.endswith("出指议会。")


def test_a_pager_is_no_text() -> None:
    pager = '<p><a href="a_1.html">【1】</a><a href="a_2.html">【2】</a><a href="a_2.html">下一页</a></p>'
    report = read(
        page(HEADING + ARTICLE + pager + "<p>责任编辑:某某</p>"), "https://a.gov.cn/t20230508_7.html"
    )
    assert report.body == TEXT


def test_white_space_in_the_source_has_no_weight() -> None:
    search = "<div>热搜词:" + "\n".join(f"{' ' * 60}<span>词{n}</span>" for n in range(40)) + "</div>"
    assert read(page(HEADING + ARTICLE, above=search)).body == TEXT


def test_sentences_alone_choose_the_article() -> None:
    names = "".join(f"<p>甲市第{n}区人民政府行政机关网站</p>" for n in range(25))
    assert read(page(HEADING + ARTICLE, below=f"<div>{names}</div>")).body == TEXT


def test_a_second_copy_for_small_screens_is_left_out() -> None:
    small = f"<p>{SHORT[0][:20]}</p><p>{SHORT[0][20:]}</p>"
    copies = f'<div class="pc"><div id="zoom">{ARTICLE}</div></div><div class="phone">{small}</div>'
    assert read(page(copies, above=HEADING)).body == TEXT


def test_an_endless_feed_is_not_taken_for_the_page_it_follows() -> None:
    feed = "".join(
        f"<li><h2>丙市新闻{n}</h2><p>{f'丙市第{n}次推进各项改革,取得新的进展,群众反响良好。' * 9}</p></li>"
        for n in range(9)
    )
    assert (
        read(page(f"<div>{HEADING}<div>{ARTICLE}</div></div>", below=f"<div><ul>{feed}</ul></div>")).body
        == TEXT
    )


def test_an_article_begins_at_its_title_below_other_sentences() -> None:
    slogan = f"<p>{'热烈庆祝某某大会胜利召开,' * 8}欢迎访问。</p>"
    assert read(page(f"{slogan}{HEADING}{ARTICLE}")).body == TEXT


@pytest.mark.parametrize(
    "line",
    [
        "相关政策落实情况",
        "最新文件精神的学习贯彻情况",
        "上一个五年规划期间,全市推进各项改革,取得明显成效,群众满意度不断提高,各项指标位居全省前列。",
        "评论员队伍建设情况",
        "标签化管理稳步推进",
        "下一页的内容说明",
    ],
)
def test_a_line_of_the_text_may_begin_with_the_words_of_an_end_mark(line: str) -> None:
    assert (
        read(page(f"{HEADING}{ARTICLE}<p>{line}</p><p>{SHORT[1]}</p>")).body == f"{TEXT}\n{line}\n{SHORT[1]}"
    )
