"""Pages whose article has next to no text: its place decides, not its weight."""

from __future__ import annotations

import pytest

from crawler.errors import NoBody
from tests.extract.pages import TITLE, page, read

URL = "http://www.jia.gov.cn/zwgk/t1.html"
HEAD = (
    f"<h1>{TITLE}</h1><div class=info>来源:甲市司法局 时间:2023-03-01</div><p><a>全真版</a> <a>文字版</a></p>"
)
LISTS = (
    "<div class=rel><h3>文字解读</h3><ul><li ms-repeat=a><a ms-attr-href=el.url>{{el.title}}</a></li></ul>"
    "<h3>图片解读</h3><ul><li v-for='x in b'>{{ x.title }}</li></ul><h3>H5解读</h3><ul ng-repeat=c></ul></div>"
    "<h3>政策文件</h3><ul><li ms-repeat=d></li></ul>"
)
FRAME = (
    "<div class=links><p>国务院部门网站</p><ul><li>外交部、国防部、教育部、科学技术部、司法部、财政部。</li>"
    "<li>民政部、水利部、农业农村部、商务部、文化和旅游部。</li></ul><p>地址:甲市中心路1号</p></div>"
)
CONTAINERS = {
    "VSB": '<div id="vsb_content"><div class="v_news_content">{}</div></div>',
    "TRS": '<div class="view TRS_UEDITOR trs_paper_default">{}</div>',
    "zoom": '<div class=main><div id="zoom">{}</div></div>',
    "none known": '<div class="w1"><div class="w2">{}</div></div>',
}
TEXTS = {
    "four characters": ("<p>详见附件</p>", "详见附件"),
    "a sentence": ("<p>　　现将报告予以公布。</p>", "现将报告予以公布。"),
    "a link": ("<p>附件:<a href=/u/a.docx>报告.docx</a></p>", "附件:报告.docx"),
    "a signature": (
        "<p>现将报告印发给你们。</p><p>甲市司法局</p><p>2023年1月20日</p>",
        "现将报告印发给你们。\n甲市司法局\n2023年1月20日",
    ),
    "90 characters": (
        "<p>根据《法治政府建设与责任落实督察工作规定》的要求,现将我局2022年度法治政府建设情况报告予以公开,接受社会各界监督。</p><p>联系人:张某,电话:0111-1234567。</p>",
        "根据《法治政府建设与责任落实督察工作规定》的要求,现将我局2022年度法治政府建设情况报告予以公开,接受社会各界监督。\n联系人:张某,电话:0111-1234567。",
    ),
}


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS)
@pytest.mark.parametrize(("article", "body"), TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("beside", [LISTS, FRAME], ids=["lists", "frame"])
def test_a_short_text_is_read_without_the_frame(container: str, article: str, body: str, beside: str) -> None:
    assert read(page(HEAD + container.format(article), below=beside), URL).body == body


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS)
@pytest.mark.parametrize("beside", [LISTS, FRAME], ids=["lists", "frame"])
def test_a_page_of_images_has_no_text(container: str, beside: str) -> None:
    images = "<p><img src=/u/1.jpg></p><p><img src=/u/2.jpg></p>"
    report = read(page(HEAD + container.format(images), below=beside), URL)
    assert (report.body, [offer.how for offer in report.offers]) == ("", ["image", "image"])


@pytest.mark.parametrize("beside", [LISTS, FRAME], ids=["lists", "frame"])
def test_an_empty_container_of_a_known_system_is_no_article(beside: str) -> None:
    with pytest.raises(NoBody):
        read(page(HEAD + CONTAINERS["VSB"].format(""), below=beside), URL)


def test_a_list_that_a_browser_has_filled_is_text() -> None:
    article = "<p>各县报告:</p><ul><li ng-repeat=a>乙县报告</li><li ng-repeat=a>丙县报告</li></ul>"
    assert (
        read(page(HEAD + CONTAINERS["none known"].format(article)), URL).body
        == "各县报告:\n乙县报告\n丙县报告"
    )


def test_a_title_in_two_lines_is_found() -> None:
    half = len(TITLE) // 2
    head = f"<p>{TITLE[:half]}</p><p>{TITLE[half:]}</p><p>来源:甲市司法局 时间:2023-03-01</p>"
    assert (
        read(page(head + CONTAINERS["zoom"].format("<p>详见附件</p>"), below=FRAME), URL).body == "详见附件"
    )


def test_an_index_table_between_title_and_text_is_left_out() -> None:
    table = "<table><tr><td>索引号:</td><td>0123</td><td>发布机构:</td><td>甲市司法局</td></tr><tr><td>有效性:</td><td>暂无</td></tr></table>"
    for article in ("<p>详见附件</p>", "<img src=/u/1.jpg>"):
        report = read(page(f"<h1>{TITLE}</h1><div id=zoom>{table}{article}</div>", below=FRAME), URL)
        assert report.body == ("详见附件" if "详见" in article else "")
