"""Pages with faults that real pages have. For each kind: a host, a list with one report, and the report with the fault.

Faults of the server or the connection are in `faults/`.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from tests.site.compose import Order, report
from tests.site.model import Document
from tests.site.offered import OFFERED, Offered, pdf_of
from tests.site.server import Answer
from tests.site.word import WORD, word_file

FOLDER = "/zwgk/fzzfj/"
PAGE = f"{FOLDER}202303/t20230315_2170174.html"
_HTML = "text/html"
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)

Pages = Mapping[str, Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One kind of fault. `pages` gives the pages of its host by path, besides the list."""

    name: str  # also of its folder in tests/fixtures/
    says: str  # what is wrong, for people
    pages: Callable[[Document], Pages]
    entry: Mapping[str, str | list[str]] = field(
        default_factory=dict
    )  # further keys of its entry in sources.yaml

    @property
    def host(self) -> str:
        """Its host name."""
        return f"{self.name}.trouble.gov.cn"

    @property
    def document(self) -> Document:
        """Its report. Each has a different text, otherwise all would be one report."""
        return report(
            Order(
                url=f"http://{self.host}{PAGE}",
                title="黄石港区人民政府关于2022年度法治政府建设情况的报告",
                year=2022,
                published="2023-03-15T10:20",
                place="黄石港区",
                issuer="黄石港区人民政府",
                region=f"trouble {self.name}",  # only seeds the choice of phrases
                source="黄石港区司法局",
            )
        )

    def site(self) -> dict[str, str | list[str]]:
        """Return its entry for sources.yaml."""
        facts: dict[str, str | list[str]] = {"id": self.name, "name": "黄石港区人民政府", "region": "420202"}
        return facts | {"lists": [f"http://{self.host}{FOLDER}"]} | dict(self.entry)

    def answers(self) -> Pages:
        """Return all that its host serves, by path with the query."""
        document = self.document
        return {FOLDER: html(_list([(PAGE, document.title)]))} | dict(self.pages(document))


def html(
    text: str, encoding: str = "utf-8", content_type: str = _HTML, status: int = 200, **headers: str
) -> Answer:
    """Return an answer with a page."""
    return Answer(
        status=status,
        body=text.encode(encoding, "xmlcharrefreplace"),
        headers={"Content-Type": content_type} | headers,
    )


def _list(entries: list[tuple[str, str]], more: str = "") -> str:
    items = "".join(f'<li><a href="{url}">{title}</a><span>2023-03-15</span></li>' for url, title in entries)
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>法治政府建设</title></head><body><div class="nav">'
        '<a href="/">首页</a> <a href="/zwgk/">政务公开</a></div><h2>法治政府建设</h2>'
        f'<ul class="list">{items}</ul>{more}</body></html>'
    )


def _page(
    document: Document, body: str, *, charset: str = '<meta charset="utf-8">', title: str | None = None
) -> str:
    shown = document.title if title is None else title
    return (
        f"<!DOCTYPE html><html><head>{charset}<title>{shown}</title></head><body>"
        '<div class="nav"><a href="/">首页</a> <a href="/zwgk/">政务公开</a> <a href="/hdjl/">互动交流</a></div>'
        f"<h1>{shown}</h1><p class='info'>发布时间：2023-03-15 10:20　来源：{document.source}　【字体：大 中 小】</p>"
        f'<div class="content">{body}</div><div class="footer">主办：黄石港区人民政府　网站标识码：4202020002</div></body></html>'
    )


def _paragraphs(document: Document, form: str = "<p>　　{}</p>", between: str = "\n") -> str:
    return between.join(form.format(line) for line in document.paragraphs)


def _plain(document: Document, **more: str) -> str:
    return _page(document, _paragraphs(document), **more)


_DECLARED = '<meta http-equiv="Content-Type" content="text/html; charset={}">'
_WORD_STYLE = (
    "<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->"
    "<style>p.MsoNormal{mso-style-parent:'';margin:0cm}</style>"
)
_WORD_LINE = (
    '<p class="MsoNormal" style="text-indent:32.0pt;mso-char-indent-count:2.0"><span lang="EN-US" style="font-size:16pt">'
    "<o:p></o:p></span><span style='font-family:仿宋_GB2312;mso-ascii-font-family:Times New Roman'>{}</span></p>"
)
_CHALLENGE = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><meta id="9DhefwqGPrzGxEp9hPaoag" content="a;b"></head><body>'
    "<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=12345;$_ts.cd='qEQm';</script>"
    '<script src="/4QbVtADbnLVIc/c.FxJzG50F.js"></script></body></html>'
)
_SOFT_404 = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>提示</title></head><body><div class="box">'
    "<h2>很抱歉，您访问的页面不存在或已被删除</h2><p><a href='/'>返回首页</a></p></div></body></html>"
)


def _offering(offered: Offered, document: Document) -> Pages:
    markup, files = offered(document)
    return {PAGE: html(_page(document, markup))} | dict(files)


def _straight(document: Document) -> Pages:
    path = f"{PAGE.rpartition('/')[0]}/P020230315.pdf"
    file = Answer(status=200, body=pdf_of(document), headers={"Content-Type": "application/pdf"})
    return {FOLDER: html(_list([(path, document.title)])), path: file}


def _attachment(document: Document) -> Pages:
    body = f'<p>附件：<a href="P020230315.docx">{document.title}.docx</a></p>'
    folder = PAGE.rpartition("/")[0]
    file = Answer(status=200, body=word_file(document.title), headers={"Content-Type": WORD})
    return {PAGE: html(_page(document, body)), f"{folder}/P020230315.docx": file}


def _scanned(document: Document) -> Pages:
    folder = PAGE.rpartition("/")[0]
    body = "<p>全文如下：</p>" + "".join(f'<p><img src="W{n}.png"></p>' for n in range(1, 6))
    image = Answer(status=200, body=_PIXEL, headers={"Content-Type": "image/png"})
    return {PAGE: html(_page(document, body))} | {f"{folder}/W{n}.png": image for n in range(1, 6)}


def _framed(document: Document) -> Pages:
    folder = PAGE.rpartition("/")[0]
    frame = '<iframe src="content_2170174.html" width="100%" frameborder="0" scrolling="no"></iframe>'
    return {
        PAGE: html(_page(document, frame)),
        f"{folder}/content_2170174.html": html(
            f'<html><head><meta charset="utf-8"></head><body>{_paragraphs(document)}</body></html>'
        ),
    }


def _cut(document: Document) -> Pages:
    entries = [
        (PAGE, document.title[:16] + "…"),
        ("/zwgk/fzzfj/a.html", "黄石港区人民政府关于2022年度政府信…"),
    ]
    other = _page(
        document, _paragraphs(document), title="黄石港区人民政府关于2022年度政府信息公开工作的年度报告"
    )
    return {
        FOLDER: html(_list(entries)),
        PAGE: html(_plain(document)),
        "/zwgk/fzzfj/a.html": html(other),
    }


def _search_json(document: Document) -> Pages:
    def answer(content: list[dict[str, str]]) -> Answer:
        value = {"page": {"content": content, "totalPages": 2, "total": 11}}
        return Answer(
            status=200, body=json.dumps(value).encode(), headers={"Content-Type": "application/json"}
        )

    path = "/igs/front/search/list.html?index=site&pageSize=10&pageNumber={}"
    entry = {
        "DOCTITLE": f"<em>{document.title}</em>",
        "DOCPUBURL": document.url,
        "PUBDATE": "2023-03-15 10:20:00",
    }
    others = [
        {"DOCTITLE": f"第{n}号通知公告", "DOCPUBURL": f"{FOLDER}{n}.html", "PUBDATE": "2023-04-01"}
        for n in range(10)
    ]
    return {path.format(1): answer(others), path.format(2): answer([entry]), PAGE: html(_plain(document))}


def _sitemap(document: Document) -> Pages:
    base = document.url.removesuffix(PAGE)
    index = f"<sitemapindex><sitemap><loc>{base}/sitemap1.xml.gz</loc></sitemap></sitemapindex>"
    urls = "".join(
        f"<url><loc>{base}{path}</loc><lastmod>2023-03-15</lastmod></url>"
        for path in (PAGE, "/index.html", "/about.html")
    )
    packed = gzip.compress(f"<urlset>{urls}</urlset>".encode(), mtime=0)
    xml = {"Content-Type": "application/xml"}
    return {
        "/robots.txt": Answer(
            status=200,
            body=f"User-agent: *\nSitemap: {base}/sitemap.xml\n".encode(),
            headers={"Content-Type": "text/plain"},
        ),
        "/sitemap.xml": Answer(status=200, body=index.encode(), headers=xml),
        "/sitemap1.xml.gz": Answer(status=200, body=packed, headers={"Content-Type": "application/gzip"}),
        PAGE: html(_plain(document)),
    }


def _search(document: Document) -> Pages:
    def results(entries: list[tuple[str, str]]) -> Answer:
        return html(_list(entries, "<p>共 2 页</p>"))

    path = "/so/s?qt=%E6%B3%95%E6%B2%BB%E6%94%BF%E5%BA%9C&p={}"
    return {
        path.format(1): results([(f"{FOLDER}{n}.html", f"第{n}号通知公告") for n in range(3)]),
        path.format(2): results([(PAGE, document.title)]),
        path.format(3): results([]),
        PAGE: html(_plain(document)),
    }


def _endless(document: Document) -> Pages:
    """A list with endless next pages, which all show the first page."""

    def page(n: int) -> Answer:
        return html(_list([(PAGE, document.title)], f'<a href="{FOLDER}?page={n + 1}">下一页</a>'))

    return {
        FOLDER: page(1),
        **{f"{FOLDER}?page={n}": page(n) for n in range(2, 6)},
        PAGE: html(_plain(document)),
    }


def _growing(document: Document) -> Pages:
    """A list whose link to the next page lacks the leading slash, so that the address grows."""
    more = '<a href="list/index.html">下一页</a>'
    pages = {FOLDER: html(_list([(PAGE, document.title)], more))}
    for n in range(1, 6):
        pages[f"{FOLDER}{'list/' * n}index.html"] = html(
            _list([(PAGE, document.title), (f"x{n}.html", f"第{n}号通知公告")], more)
        )
    return {**pages, PAGE: html(_plain(document))}


def _calendar(document: Document) -> Pages:
    """A calendar beside the list, whose › leads to the next month without end."""

    def month(n: int) -> str:
        days = "".join(f'<td><a href="{FOLDER}?day=2023-{n:02}-{d:02}">{d}</a></td>' for d in range(1, 29))
        return f'<table class="calendar"><tr>{days}</tr></table><a href="{FOLDER}?month={n + 1}">›</a>'

    entries = [(PAGE, document.title)]
    pages = {FOLDER: html(_list(entries, month(1)))}
    pages |= {f"{FOLDER}?month={n}": html(_list(entries if n < 2 else [], month(n))) for n in range(2, 6)}
    return {**pages, PAGE: html(_plain(document))}


def _sessions(document: Document) -> Pages:
    """A list whose addresses contain a session id, a different one on each page."""

    def page(n: int) -> Answer:
        session = f";jsessionid={n:08X}A3F1"
        more = f'<a href="{FOLDER}list.jsp{session}?page={min(n + 1, 2)}">下一页</a>'
        return html(_list([(f"{PAGE}{session}", document.title)], more))

    pages = {FOLDER: page(1)}
    pages |= {f"{FOLDER}list.jsp;jsessionid={n:08X}A3F1?page=2": page(n + 1) for n in range(1, 4)}
    return {**pages, **{f"{PAGE};jsessionid={n:08X}A3F1": html(_plain(document)) for n in range(1, 5)}}


TROUBLES = (
    Trouble(
        name="gbk-as-utf8",
        says="GBK declared as utf-8",
        pages=lambda d: {PAGE: html(_plain(d), "gbk", "text/html; charset=utf-8")},
    ),
    Trouble(
        name="gb18030-as-gb2312",
        says="GB18030 declared as gb2312",
        pages=lambda d: {PAGE: html(_plain(d, charset=_DECLARED.format("gb2312")), "gb18030")},
    ),
    Trouble(
        name="gbk-undeclared",
        says="GBK, and no word of it",
        pages=lambda d: {PAGE: html(_plain(d, charset=""), "gbk")},
    ),
    Trouble(
        name="utf16",
        says="UTF-16LE with BOM",
        pages=lambda d: {PAGE: html("\ufeff" + _plain(d), "utf-16-le")},
    ),
    Trouble(
        name="html-twice",
        says="</html> twice, and text behind it",
        pages=lambda d: {PAGE: html(_plain(d) + "<script>var a=1;</script></html>\n</body></html>")},
    ),
    Trouble(
        name="br-paragraphs",
        says="paragraphs between <br>",
        pages=lambda d: {PAGE: html(_page(d, _paragraphs(d, "　　{}", "<br><br>\n")))},
    ),
    Trouble(
        name="nested-tables",
        says="the article in a table in a table",
        pages=lambda d: {
            PAGE: html(
                _page(
                    d,
                    f"<table><tr><td><table>{_paragraphs(d, '<tr><td>　　{}</td></tr>')}</table></td></tr></table>",
                )
            )
        },
    ),
    Trouble(
        name="span-paragraphs",
        says="one <span> a paragraph",
        pages=lambda d: {
            PAGE: html(_page(d, _paragraphs(d, '<span style="display:block">　　{}</span>', "")))
        },
    ),
    Trouble(
        name="word-markup",
        says="markup of Word",
        pages=lambda d: {PAGE: html(_page(d, _WORD_STYLE + _paragraphs(d, _WORD_LINE)))},
    ),
    Trouble(
        name="pre",
        says="the text in <pre>",
        pages=lambda d: {PAGE: html(_page(d, f"<pre>{_paragraphs(d, '　　{}')}</pre>"))},
    ),
    Trouble(name="iframe", says="the article in an iframe", pages=_framed),
    Trouble(name="attachment-only", says="the whole report as an attachment", pages=_attachment),
    Trouble(name="scanned", says="scanned images under one line of text", pages=_scanned),
    *(
        Trouble(name=name, says=says, pages=partial(_offering, offered))
        for name, (says, offered) in OFFERED.items()
    ),
    Trouble(name="document-listed", says="a list that leads straight to a PDF", pages=_straight),
    Trouble(
        name="challenge",
        says="a challenge by script, HTTP 412",
        pages=lambda d: {PAGE: html(_CHALLENGE, status=412)},
    ),
    Trouble(
        name="challenge-202",
        says="a challenge by script, HTTP 202",
        pages=lambda d: {PAGE: html(_CHALLENGE, status=202)},
    ),
    Trouble(
        name="forbidden",
        says="403 to agents it does not know",
        pages=lambda d: {PAGE: html("<h1>403 Forbidden</h1>", status=403)},
    ),
    Trouble(name="soft-404", says="不存在 with status 200", pages=lambda d: {PAGE: html(_SOFT_404)}),
    Trouble(
        name="taken-down",
        says="a page taken down",
        pages=lambda d: {PAGE: html("<h1>404 Not Found</h1>", status=404)},
    ),
    Trouble(
        name="login-redirect",
        says="a redirect to the login",
        pages=lambda d: {PAGE: html("", status=302, Location="/cms/login.jsp?back=1")},
    ),
    Trouble(
        name="scripted-list",
        says="a list that only a script fills",
        pages=lambda d: {FOLDER: html(_list([], '<div id="app"></div><script src="/app.js"></script>'))},
    ),
    Trouble(name="cut-titles", says="titles cut for display, without the whole one", pages=_cut),
    Trouble(
        name="json-list",
        says="a list that comes as JSON",
        pages=_search_json,
        entry={
            "lists": [
                "http://json-list.trouble.gov.cn/igs/front/search/list.html?index=site&pageSize=10&pageNumber=1"
            ]
        },
    ),
    Trouble(
        name="sitemap",
        says="no list, but a sitemap, named in robots.txt, packed",
        pages=_sitemap,
        entry={"lists": [], "sitemaps": ["http://sitemap.trouble.gov.cn/robots.txt"], "urls": "/fzzfj/"},
    ),
    Trouble(
        name="search",
        says="no list, but a search by GET",
        pages=_search,
        entry={"lists": [], "search": "http://search.trouble.gov.cn/so/s?qt=法治政府&p={page}"},
    ),
    Trouble(name="endless-pages", says="?page= without end", pages=_endless),
    Trouble(name="growing-addresses", says="the same list under growing addresses", pages=_growing),
    Trouble(name="calendar", says="a calendar that goes on for ever", pages=_calendar),
    Trouble(name="session-ids", says="a session's id in every address", pages=_sessions),
)
"""All kinds; each becomes a folder in tests/fixtures/."""

BY_HOST = {trouble.host: trouble for trouble in TROUBLES}


def respond(host: str, path: str) -> Answer:
    """Return the answer of a trouble's host."""
    trouble = BY_HOST.get(host)
    parts = urlsplit(path)
    answers = trouble.answers() if trouble else {}
    found = answers.get(path) or (answers.get(parts.path) if not parts.query else None)
    return found or html("<h1>404 Not Found</h1>", status=404)
