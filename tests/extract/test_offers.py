"""What a page offers as the text of its report: documents in links, viewers and frames, pages in frames, images."""

from __future__ import annotations

import pytest

from crawler.errors import NoBody
from crawler.extract import needs_document
from tests.extract.pages import TITLE, page, paragraphs, read

URL = "http://www.jia.gov.cn/zwgk/2023/t1.html"
HEAD = f"<h1>{TITLE}</h1><div>发布时间:2023-03-01 来源:甲市司法局</div>"
PDF = "http://www.jia.gov.cn/u/a.pdf"


def offered(article: str, below: str = "") -> list[tuple[str, str]]:
    """Return way and address of each offer of a page with such an article."""
    return [(offer.how, offer.url) for offer in read(page(HEAD + article, below=below), URL).offers]


SHOWN = {
    "an iframe of a document": ("<iframe src=/u/a.pdf></iframe>", "frame"),
    "an iframe that a script loads": ("<iframe data-src=/u/a.pdf></iframe>", "frame"),
    "an object": ("<object data=/u/a.pdf type=application/pdf></object>", "object"),
    "an object by its parameter": ("<object><param name=src value=/u/a.pdf></object>", "object"),
    "an embed in an object": ("<object><embed src=/u/a.pdf></object>", "object"),
    "an embed": ("<embed src=../../u/a.pdf width=800 height=900>", "embed"),
    "pdf.js": ("<iframe src='/pdfjs/web/viewer.html?file=/u/a.pdf'></iframe>", "viewer"),
    "pdf.js, percent-encoded": ("<iframe src='/pdfjs/web/viewer.html?file=%2Fu%2Fa.pdf'></iframe>", "viewer"),
    "pdf.js, encoded twice": ("<iframe src='/pdfjs/web/viewer.html?file=%252Fu%252Fa.pdf'></iframe>", "viewer"),
    "pdf.js, relative to the viewer": ("<iframe src='/pdfjs/web/viewer.html?file=../../u/a.pdf'></iframe>", "viewer"),
    "kkFileView": (
        "<iframe src='http://view.jia.gov.cn/onlinePreview?url=aHR0cDovL3d3dy5qaWEuZ292LmNuL3UvYS5wZGY%3D'></iframe>",
        "viewer",
    ),
    "a viewer elsewhere": (
        "<iframe src='https://view.officeapps.live.com/op/view.aspx?src=http%3A%2F%2Fwww.jia.gov.cn%2Fu%2Fa.pdf'></iframe>",
        "viewer",
    ),
    "VSB": ('<script>showVsbpdfIframe("/u/a.pdf", "100%", "600", "", "[/x.png]");</script>', "script"),
    "PDFObject": ("<div id=p></div><script>PDFObject.embed('/u/a.pdf', '#p')</script>", "script"),
    "pdfh5": ('<script>new Pdfh5("#demo", {pdfurl: "/u/a.pdf"})</script>', "script"),
    "a viewer that a script sets": (
        '<iframe id=f></iframe><script>$("#f").attr("src", "/js/viewer.html?file=" + encodeURIComponent("/u/a.pdf"))</script>',
        "script",
    ),
    "an empty element with the address": ('<div id="pdf" data-url="/u/a.pdf"></div>', "script"),
    "a frame that a script writes": (
        "<script>document.write('<iframe src=\"/js/viewer.html?file=/u/a.pdf\"></iframe>')</script>",
        "viewer",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("article", "how"), SHOWN.values(), ids=SHOWN)
def test_a_document_that_a_page_shows_is_offered_and_attached(article: str, how: str) -> None:
    report = read(page(f"{HEAD}<div id=zoom>{article}</div>"), URL)
    assert (report.title, report.body) == (TITLE, "")
    assert [(offer.how, offer.url) for offer in report.offers] == [(how, PDF)]
    assert [file.url for file in report.attachments] == [PDF]


LINKS = {
    "a download address of VSB": "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=12",
    "one of jcms": "/module/download/downfile.jsp?classid=0&filename=a1b2.pdf",
    "attachDownload": "/attachDownload?id=7",
    "fileDownload": "/portal/fileDownload.do?fid=7",
    "downLoad.do": "/cms/downLoad.do?key=7",
    "virtual_attach_file": "/virtual_attach_file.vsb?afc=public&oid=12",
    "an extension in capitals": "/u/1.DOCX",
    "OFD": "/u/1.ofd?v=2",
}


@pytest.mark.parametrize("href", LINKS.values(), ids=LINKS)
def test_a_link_to_a_document_is_offered_whatever_its_words(href: str) -> None:
    link = f"<p><a href='{href}'>{TITLE}</a></p>"
    assert offered(f"<div id=zoom>{link}</div>") == [("link", f"http://www.jia.gov.cn{href}")]


@pytest.mark.parametrize("words", ["附件1", "report.docx(1.2MB)", "PDF版下载", "全文下载"])
def test_a_link_is_one_to_a_document_by_its_words(words: str) -> None:
    assert offered(f"<div id=zoom><p><a href='/api/f/77'>{words}</a></p></div>") == [
        ("link", "http://www.jia.gov.cn/api/f/77")
    ]


@pytest.mark.parametrize(
    "link",
    [
        "<a onclick=\"window.open('/u/a.pdf')\">附件</a>",
        "<a href='javascript:void(0)' onclick=\"window.open('/u/a.pdf')\">附件</a>",
        "<a href=\"javascript:window.open('/u/a.pdf')\">附件</a>",
    ],
)
def test_a_document_that_a_link_opens_by_script_is_offered(link: str) -> None:
    assert offered(f"<div id=zoom><p>{link}</p></div>") == [("link", PDF)]


@pytest.mark.parametrize(
    "link",
    [
        "<a href=/xzzx/>下载中心</a>",
        "<a href=/app/download.html>客户端下载</a>",
        "<a href=/down/app.exe>附件控件下载</a>",
        "<a href=/zwgk/t2.html>附件解读</a>",
        "<a href='javascript:window.print()'>下载</a>",
    ],
)
def test_other_links_are_not_offered(link: str) -> None:
    assert offered(f"<div id=zoom><p>详见附件。{link}</p></div>") == []


def test_a_document_below_the_article_is_offered() -> None:
    below = "<div class=fj><p>附件:<a href=/u/a.pdf>全文</a></p></div>"
    assert offered("<div id=zoom><p>详见附件。</p></div>", below) == [("link", PDF)]
    assert offered(paragraphs(), below) == [("link", PDF)]


def test_a_link_above_is_offered_only_if_there_is_no_text() -> None:
    above = "<p><a href=/u/a.pdf>PDF下载</a></p>"
    assert offered(f"{above}<div id=zoom></div>") == [("link", PDF)]


def test_a_page_in_a_frame_is_offered() -> None:
    assert offered("<div id=zoom><iframe src=./content_1.html width=100%></iframe></div>") == [
        ("frame", "http://www.jia.gov.cn/zwgk/2023/content_1.html")
    ]
    assert offered("<iframe src=http://xxgk.jia.gov.cn/c.html></iframe>") == [
        ("frame", "http://xxgk.jia.gov.cn/c.html")
    ]


@pytest.mark.parametrize(
    "frame",
    [
        "<iframe src=http://player.bilibili.com/x.html></iframe>",
        "<iframe src=/module/visitcount/visit.jsp?type=3></iframe>",
        "<iframe src=/c.html style='display:none'></iframe>",
        "<iframe src=/c.html width=460 height=90></iframe>",
        "<iframe src=/c.html style='height:50px'></iframe>",
        "<iframe src='' id=f></iframe>",
        "<iframe src=about:blank></iframe>",
        "<iframe src=/cms/jiucuo.htm></iframe>",
        "<iframe src='/pdfjs/web/viewer.html?file='></iframe>",
        "<iframe src=/map/index.html></iframe>",
        "<!-- <iframe src=/u/old.pdf></iframe> -->",
        "<script>//showPdf('/u/old.pdf')\n</script>",
        '<script>open("/u/" + id + ".pdf")</script>',
    ],
)
def test_counters_videos_and_hidden_frames_are_not_offered(frame: str) -> None:
    assert offered(f"<div id=zoom><p>本页面内容正在整理。</p>{frame}</div>") == []


def test_a_script_that_lists_documents_shows_none() -> None:
    names = ", ".join(f'"/u/{number}.pdf"' for number in range(9))
    assert (
        offered(f"<div id=zoom><p>本页面内容正在整理。</p><script>var all = [{names}]</script></div>") == []
    )


def test_images_are_offered_where_there_is_no_other_text() -> None:
    images = "<p><img src=1.jpg width=800 height=1131></p><p><img data-src=2.jpg src=/img/loading.gif></p>"
    others = "<img src=/img/icon_pdf.gif><img src=/u/qrcode.png><img src=/u/3.png width=16 height=16>"
    here = "http://www.jia.gov.cn/zwgk/2023/"
    assert offered(f"<div id=zoom>{images}{others}</div>") == [
        ("image", f"{here}1.jpg"),
        ("image", f"{here}2.jpg"),
    ]
    assert offered(f"<div id=zoom>{images}{paragraphs(*('甲市依法行政,成效明显。' * 20,))}</div>") == []


def test_what_is_shown_comes_before_links_and_images_come_last() -> None:
    article = (
        f"<p><a href=/u/table.xlsx>附件2</a></p><p><a href=/u/b.docx>附件1:说明</a></p><p><a href=/u/c.docx>{TITLE}</a></p>"
        "<p><img src=/u/1.jpg></p><p><a href=/u/a.pdf>正文</a></p><iframe src=/u/a.pdf></iframe>"
    )
    report = read(page(f"{HEAD}<div id=zoom>{article}</div>"), URL)
    assert [offer.url.rpartition("/")[2] for offer in report.offers] == [
        "a.pdf",
        "c.docx",
        "b.docx",
        "table.xlsx",
        "1.jpg",
    ]
    assert (report.offers[0].how, report.offers[0].title) == ("frame", "正文")


def test_a_page_that_offers_nothing_has_no_body() -> None:
    with pytest.raises(NoBody):
        read(page(f"{HEAD}<div id=zoom></div>"), URL)


def test_addresses_stay_as_written_where_the_page_has_none() -> None:
    report = read(page(f"{HEAD}<div id=zoom><iframe src='/v/viewer.html?file=/u/a.pdf'></iframe></div>"))
    assert [offer.url for offer in report.offers] == ["/u/a.pdf"]


@pytest.mark.parametrize(
    "file", ["%00", "javascript:alert(1)", "//[", "a" * 9000, "data:text/html,x", "http://u:p@h/a.pdf"]
)
def test_a_hostile_address_is_not_offered(file: str) -> None:
    for frame in (f"<iframe src='{file}'></iframe>", f"<iframe src='/v/viewer.html?file={file}'></iframe>"):
        assert all(
            url.startswith("http://www.jia.gov.cn/")
            for _, url in offered(f"<p>本页面内容正在整理。</p>{frame}")
        )


def test_a_report_in_the_page_needs_no_document() -> None:
    report = read(
        page(HEAD + paragraphs(*(["甲市依法行政。" * 20] * 3)) + "<p><a href=/u/a.pdf>附件</a></p>"), URL
    )
    assert report.offers
    assert needs_document(report) == ""
