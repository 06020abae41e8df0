"""Pages of an article: whether a page is one of several, which one, of how many, and where the next one is."""

from __future__ import annotations

import pytest

from crawler.cms.lists.numbering import Numbering, numbering
from crawler.errors import PartOnly
from crawler.extract import check_whole, join_pages
from tests.extract.pages import BODY, TITLE, page, paragraphs, read

NAME = "t20230315_2170174"
FOLDER = "http://www.example.gov.cn/zwgk/"
LONG, SHORT = f"{FOLDER}{NAME}.html", f"{FOLDER}con.html"
HEAD = f"<h1>{TITLE}</h1><p>发布日期:2023-03-15 来源:市司法局</p>"


def paged(pager: str, *, inside: bool = False) -> str:
    pages = f"<div class=pages>{pager}</div>"
    article = HEAD + paragraphs() + (pages if inside else "")
    return page(article, below="" if inside else pages)


def link(target: str, text: str) -> str:
    return f'<a href="{target}">{text}</a>'


LABELS = (
    "下一页", "下页", "下一页&gt;&gt;", "[下一页]", "后一页", "Next", "next page", "&gt;", "&gt;&gt;", "»", "→", "2", "[2]", "【2】", "(2)",
    "第2页", "第二页", "第2页：主要成效", "余下全文", "<b>2</b>", "<img src='n.gif' alt='下一页'>", "<img src='n.gif' title='下一页'>",
)  # fmt: skip


@pytest.mark.parametrize("inside", [False, True], ids=["below", "inside"])
@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize(
    ("url", "target"),
    [
        (LONG, f"{NAME}_1.html"),
        (LONG, f"./{NAME}-2.html"),
        (LONG, "?page=2"),
        (SHORT, "con_2.html"),
        (SHORT, "con_1.html"),
        (SHORT, "con-2.html"),
        (SHORT, "con/2.html"),
        (f"{FOLDER}show.jsp?id=5", "show.jsp?id=5&amp;pageNo=2"),
        (FOLDER, "index_1.html"),
    ],
)
def test_a_link_to_the_pages_own_address_with_a_number_continues_it(
    url: str, target: str, label: str, inside: bool
) -> None:
    report = read(paged(link(target, label), inside=inside), url)
    assert report.continues is not None
    assert report.continues.endswith(target.lstrip("./").replace("&amp;", "&"))
    assert (report.number, report.total, report.body) == (1, 2, BODY)


@pytest.mark.parametrize(
    "button",
    [
        "<button onclick=\"location.href='con_2.html'\">下一页</button>",
        "<input type=button value=下一页 onclick=\"window.location='con_2.html'\">",
        "<span class=next onclick=\"window.open('con_2.html','_self')\">2</span>",
    ],
)
def test_a_button_that_opens_the_next_page_continues_it(button: str) -> None:
    assert read(paged(button), SHORT).continues == f"{FOLDER}con_2.html"


def test_a_button_that_opens_another_page_is_none_of_a_pager() -> None:
    other = "<button onclick=\"location.href='/next/77.html'\">下一页</button>"
    check_whole(read(paged(other), SHORT))


@pytest.mark.parametrize(
    ("pager", "following", "total"),
    [
        (f"[1] {link(f'{NAME}_1.html', '[2]')} {link(f'{NAME}_2.html', '[3]')}", f"{NAME}_1.html", 3),
        (
            f"{link(f'{NAME}.html', '1')} {link(f'{NAME}_1.html', '2')} {link(f'{NAME}_2.html', '末页')}",
            f"{NAME}_1.html",
            2,
        ),
        (f"{link(f'{NAME}_2.html', '&gt;&gt;')} {link(f'{NAME}_1.html', '&gt;')}", f"{NAME}_1.html", 2),
        (f"第1页 共3页 {link(f'{NAME}_1.html', '下一页')}", f"{NAME}_1.html", 3),
        (
            f"<a href='javascript:void(0)' onclick=\"location.href='{NAME}_1.html'\">下一页</a>",
            f"{NAME}_1.html",
            2,
        ),
        (f"<a href=\"javascript:window.open('{NAME}_1.html')\">2</a>", f"{NAME}_1.html", 2),
        (f"<span onclick=\"location='{NAME}_1.html'\">2</span>", f"{NAME}_1.html", 2),
        (f"<select><option>第1页<option value='{NAME}_1.html'>第2页</select>", f"{NAME}_1.html", 2),
        (f'<script>createPageHTML(3, 0, "{NAME}", "html");</script>', f"{NAME}_1.html", 3),
        ("<script>var currentPage = 0;//从0开始\nvar countPage = 3</script>", f"{NAME}_1.html", 3),
    ],
)
def test_the_next_page_is_the_one_after_this(pager: str, following: str, total: int) -> None:
    report = read(paged(pager), LONG)
    assert (report.continues, report.total) == (FOLDER + following, total)


@pytest.mark.parametrize(
    ("url", "pager", "number", "following"),
    [
        (f"{NAME}_1.html", f"{link(f'{NAME}.html', '上一页')} {link(f'{NAME}_2.html', '下一页')}", 2, f"{NAME}_2.html"),
        (f"{NAME}_1.html", f"{link(f'{NAME}.html', '1')} 2 {link(f'{NAME}_2.html', '3')}", 2, f"{NAME}_2.html"),
        (f"{NAME}_2.html", f"{link(f'{NAME}.html', '首页')} {link(f'{NAME}_1.html', '上一页')}", 3, None),
        (f"{NAME}_2.html", f'<script>createPageHTML(3, 2, "{NAME}", "html");</script>', 3, None),
        ("con_2.html", f"{link('con.html', '上一页')} {link('con_3.html', '下一页')}", 2, "con_3.html"),
        ("con_2.html", link("con_3.html", "下一页"), 2, "con_3.html"),
        ("con_2.html", f"{link('con.html', '1')} 2", 2, None),
        ("con_12.html", f"{link('con_11.html', '11')} 12 {link('con_13.html', '13')}", 12, "con_13.html"),
        ("con_1.html", link("con_2.html", "下一页"), 1, "con_2.html"),
        ("a.html?page=2", f"{link('?page=1', '上一页')} {link('?page=3', '下一页')}", 2, "a.html?page=3"),
    ],
)  # fmt: skip
def test_a_later_page_has_its_number(url: str, pager: str, number: int, following: str | None) -> None:
    report = read(paged(pager, inside=True), FOLDER + url)
    assert (report.number, report.continues) == (number, FOLDER + following if following else None)
    assert report.body == BODY


@pytest.mark.parametrize(
    "pager",
    [
        "第1页/共2页",
        "共2页 第1页 <a href='javascript:goPage(2)'>下一页</a>",
        "页次:1/2页",
        "<a href='javascript:goPage(2)'>2</a>",
        "1 <a href='#' onclick='show(2)'>2</a>",
        "<a href='javascript:nextPage()'>下一页</a>",
        link(f"{NAME}_2.html", "末页"),  # of two pages, or of three
        f"[1] {link('/other/77.html', '[2]')}",
        "".join(link(f"/x/{n}.html", str(n)) for n in (1, 2, 3)),
    ],
)
def test_a_page_that_names_others_without_their_addresses_is_only_a_part(pager: str) -> None:
    report = read(paged(pager), LONG)
    assert report.continues is None
    with pytest.raises(PartOnly, match=r"short: 1 page of [23] or more"):
        check_whole(report)


@pytest.mark.parametrize(
    ("url", "pager"),
    [
        (LONG, link("t20230316_99.html", "下一页")),
        (LONG, f"上一篇:{link('t20230314_5.html', '某事')} 下一篇:{link('t20230316_99.html', '某事')}"),
        (LONG, link("javascript:;", "下一页")),
        (LONG, link("#", "下一页")),
        (LONG, "<span>首页 上一页 下一页 末页</span>"),
        (LONG, "第1页 共1页 上一页 下一页"),
        (LONG, "共1页 <a href='javascript:goPage(2)'>下一页</a>"),
        (
            LONG,
            "".join(link("javascript:goPage(1)", text) for text in ("首页", "上一页", "1", "下一页", "末页")),
        ),
        (LONG, "".join(f"<p>{link(f'#_ftn{n}', f'[{n}]')}</p>" for n in (1, 2, 3))),
        (LONG, f"<div>{link('#pic1', '1')} {link('#pic2', '2')}</div>"),
        (LONG, "<script>var totalPages = 5; var currentPage = 1; function load() {}</script>"),
        (LONG, "<script>var pageCount = 10, curPage = 1;</script>"),
        (LONG, "附件(共12页)"),
        (LONG, f"<script>createPageHTML(1, 0, '{NAME}', 'html')</script>"),
        (LONG, '<script>createPageHTML(9, 0, "index", "html")</script>'),
        (LONG, link(f"/files/{NAME}_1.pdf", "下载")),
        (LONG, link(f"{NAME}_print.html", "打印")),
        (LONG, f"<p>相关链接</p>{''.join(link(f'/n/{n}.html', f'第{n}条消息') for n in range(3))} 共9页"),
        (f"{FOLDER}post_123.html", link("post_124.html", "下一页")),
        (f"{FOLDER}post_12.html", link("post_13.html", "&gt;")),
        (f"{FOLDER}show.jsp?id=5", link("show.jsp?id=6", "下一页")),
    ],
)
def test_links_to_other_articles_are_no_pager(url: str, pager: str) -> None:
    report = read(paged(pager), url)
    assert (report.continues, report.number, report.total) == (None, 1, 1)
    check_whole(report)


@pytest.mark.parametrize(
    "pager",
    [
        link(f"{NAME}_1.html", "下一页"),
        f"[1] {link('con_2.html', '[2]')}",
        link("con_2.html", "下一页"),
        "共2页",
        "<script>var currentPage=0; var countPage=2</script>",
    ],
)
def test_a_page_whose_address_is_not_known_is_still_recognised_as_a_part(pager: str) -> None:
    with pytest.raises(PartOnly, match="short"):
        check_whole(read(paged(pager)))


def test_a_later_page_alone_is_only_a_part() -> None:
    later = read(paged(link(f"{NAME}.html", "上一页")), f"{FOLDER}{NAME}_1.html")
    with pytest.raises(PartOnly, match="page 2 of an article with 2 pages"):
        check_whole(later)


def test_joined_pages_are_whole_if_they_are_as_many_as_they_state() -> None:
    first = read(paged(f"[1] {link(f'{NAME}_1.html', '[2]')}"), LONG)
    last = read(paged(f"{link(f'{NAME}.html', '[1]')} [2]"), f"{FOLDER}{NAME}_1.html")
    with pytest.raises(PartOnly, match="continues at"):
        check_whole(first)
    check_whole(join_pages([first, last]))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('createPageHTML(17, 0, "index", "shtml")', Numbering(17, 1, 1, "index", "shtml")),
        ("createPageHTML('3','1','t1_2','html');", Numbering(3, 2, 2, "t1_2", "html")),
        ("createPageHTML('page_div',3, 1,'index','shtml',36)", Numbering(3, 1, 2, "index", "shtml")),
        ("Pager({size:25, current:0, prefix:'index', suffix:'htm'})", Numbering(25, 1, 1, "index", "htm")),
        (
            'var currentPage=1;var countPage=4;createPageHTML(countPage,currentPage,"t1","html")',
            Numbering(4, 2, 2, "t1", "html"),
        ),
        (
            'var countPage = 3//共\nvar currentPage = 0;document.write("<a href=\\"t1"+"_" + nextPage + "."+"html\\">");',
            Numbering(3, 1, 1, "t1", "html"),
        ),
        ("var totalPage = 3; var curPage = 1; show('#list', curPage)", None),
        (
            'var totalPage=3;var currentPage=0;createPageHTML(totalPage, currentPage, "t1", "html")',
            Numbering(3, 1, 1, "t1", "html"),
        ),
        ("var countPage = 3;", None),
        ("var currentPage = 5; var countPage = 3;", None),
        ("var currentPage = 0; var countPage = 123456;", None),
        ("createPageHTML(0, 0, 'index', 'html')", None),
    ],
)
def test_a_script_states_the_pages(source: str, said: Numbering | None) -> None:
    assert numbering(f"<script>{source}</script>") == said
