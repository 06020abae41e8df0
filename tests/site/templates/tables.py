"""A hand-made site, as 静海 once was: layout tables, upper-case tags, unquoted attributes, `<BR>` between paragraphs.

Its bytes are GB18030, but it declares gb2312.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from string import Template as Text

from tests.site import furniture, scripts
from tests.site.model import Column, Document, Form, Government, Render
from tests.site.templates.template import (
    Template,
    column_of,
    is_signature,
    linked,
    relative,
    rows,
    shortened,
    text,
)

_PAGE = Text("""<HTML>
<HEAD>
<TITLE>$title</TITLE>
<META http-equiv=Content-Type content="text/html; charset=gb2312">
$meta
<LINK href="/images/style.css" type=text/css rel=stylesheet>
<STYLE type=text/css>
A:link{COLOR:#000;TEXT-DECORATION:none} A:hover{COLOR:#f00} TD{FONT-SIZE:12px;LINE-HEIGHT:20px}
$css
</STYLE>
<SCRIPT language=JavaScript>
<!--
$script
//-->
</SCRIPT>
</HEAD>
<BODY leftMargin=0 topMargin=0 bgColor=#ffffff onload="MM_preloadImages('/images/a1.gif','/images/a2.gif')">
<TABLE cellSpacing=0 cellPadding=0 width=980 align=center border=0>
<TR><TD height=24 background=/images/top.gif>&nbsp;<FONT color=#ffffff>今天是：2019年10月31日 星期三 农历十月初七</FONT></TD><TD align=right><A href="/english/">ENGLISH</A> | <A href="#" onclick="window.external.AddFavorite(location.href,document.title)">加入收藏</A> | <A href="/big5/">繁體</A>&nbsp;</TD></TR>
<TR><TD colSpan=2><IMG height=160 src="/images/banner.jpg" width=980></TD></TR></TABLE>
<TABLE cellSpacing=1 cellPadding=2 width=980 align=center bgColor=#cc0000 border=0>
$menu
</TABLE>
$content
<TABLE cellSpacing=0 cellPadding=4 width=980 align=center border=0><TR><TD bgColor=#f2f2f2><B>部门网站</B></TD></TR><TR><TD>
$departments
</TD></TR><TR><TD bgColor=#f2f2f2><B>友情链接</B></TD></TR><TR><TD>
$links
</TD></TR></TABLE>
<TABLE cellSpacing=0 cellPadding=0 width=980 align=center border=0><TR><TD align=center height=90><HR color=#cc0000 SIZE=1>
<A href="/gywm/">关于我们</A> | <A href="/wzdt/">网站地图</A> | <A href="/lxwm/">联系我们</A><BR>主办单位：天津市$place人民政府 网站标识码：$code<BR>$record 津公网安备 12022302000123号<BR>Copyright &copy; 2010-2019 All Rights Reserved</TD></TR></TABLE>
<SCRIPT language=JavaScript>
<!--
$data
//-->
</SCRIPT>
</BODY>
</HTML>
""")

_ARTICLE = Text("""<TABLE cellSpacing=0 cellPadding=0 width=980 align=center border=0><TR>
<TD vAlign=top width=200><TABLE width="100%" bgColor=#fff5f5><TR><TD align=center height=30><B>$name</B></TD></TR>
$side
</TABLE></TD>
<TD vAlign=top><TABLE width="100%"><TR><TD height=28>您所在的位置：<A href="/jhqzf/">政务公开</A> &gt; <A href="$list">$name</A></TD></TR>
<TR><TD><TABLE cellSpacing=0 cellPadding=8 width="100%" border=0>
<TR><TD align=center><FONT color=#cc0000 size=4><B>$title</B></FONT></TD></TR>
<TR><TD align=center bgColor=#f7f7f7>文章来源：$source&nbsp;&nbsp;更新时间：$published&nbsp;&nbsp;<A href="javascript:window.print()">打印</A>&nbsp;&nbsp;[<A href="javascript:jhSetSize(16)">大</A> <A href="javascript:jhSetSize(14)">中</A> <A href="javascript:jhSetSize(12)">小</A>]</TD></TR>
<TR><TD><TABLE width="96%" align=center border=0><TR><TD id=jhtext style="FONT-SIZE: 14px; LINE-HEIGHT: 200%">
$body
</TD></TR></TABLE></TD></TR>
<TR><TD align=right><A href="javascript:window.close()">[关闭窗口]</A></TD></TR>
</TABLE></TD></TR></TABLE></TD></TR></TABLE>""")

_LIST = Text("""<TABLE cellSpacing=0 cellPadding=0 width=980 align=center border=0><TR>
<TD vAlign=top width=200><TABLE width="100%" bgColor=#fff5f5>
$side
</TABLE></TD>
<TD vAlign=top><TABLE width="100%"><TR><TD height=28>您所在的位置：<A href="/jhqzf/">政务公开</A> &gt; $name</TD></TR><TR><TD>
<TABLE cellSpacing=0 cellPadding=3 width="100%" border=0>
$entries
</TABLE></TD></TR>
<TR><TD align=center>共 $total 条 第 $number 页 / 共 $pages 页 $paging</TD></TR></TABLE></TD></TR></TABLE>""")


def _frame(government: Government, title: str, head: str, content: str, rules: int) -> str:
    link = '<A href="{path}" target=_blank>{name}</A>&nbsp;'
    return _PAGE.substitute(
        title=title,
        meta=head,
        content=content,
        css=furniture.css(government, "jh", rules),
        script=scripts.script(government, "jh", "today", "zoom", "search", "share", "statistics"),
        data=scripts.data(government, "jhCount", rules // 3),
        menu="\n".join(
            f"<TR bgColor=#ffffff><TD noWrap width=80><FONT color=#cc0000><B>{part.name}</B></FONT></TD><TD>"
            + furniture.anchors(part.below, "<A class=nav href={path}>{name}</A>&nbsp;")
            + "</TD></TR>"
            for part in furniture.menu(government)
        ),
        departments=furniture.anchors(furniture.departments(government), link),
        links=furniture.anchors(furniture.links(government), link),
        place=government.place,
        code=government.code,
        record=government.record,
    )


def article(government: Government, document: Document) -> str:
    """An article's page. It has no meta elements but `ArticleTitle` and `PubDate`, these without quotes."""
    column = column_of(government, document)
    published = document.published.replace("T", " ").replace("-", "/")
    content = _ARTICLE.substitute(
        name=column.name,
        list="/" + column.url.split("/", 3)[3],
        side=_side(government),
        title=text(document.title),
        source=document.source or "",
        published=published + ":01",
        body=_body(document),
    )
    head = (
        f"<META name=ArticleTitle content={text(document.title)}>\n<META name=PubDate content={document.day}>"
    )
    return _frame(government, f"{text(document.title)}-{government.place}政务网", head, content, rules=800)


def _body(document: Document) -> str:
    """Paragraphs between line breaks in one cell; in odd years each in a `<FONT>` and closed by two."""
    font = bool((document.year or 0) % 2)
    parts = []
    for block in rows(document):
        if isinstance(block, list):
            cells = (
                f"<TR>{''.join(f'<TD align=middle>{text(cell)}</TD>' for cell in row)}</TR>" for row in block
            )
            parts.append(f"<TABLE borderColor=#000000 cellSpacing=0 border=1>{''.join(cells)}</TABLE>")
        elif is_signature(document, block):
            parts.append(f"{'　' * 24}{text(block)}<BR>")
        elif font:
            parts.append(f"<FONT face=仿宋_GB2312 size=3>　　{linked(document, block)}</FONT><BR><BR>")
        else:
            parts.append(f"　　{linked(document, block)}<BR>")
    return "\n".join(parts)


def _side(government: Government) -> str:
    items = furniture.menu(government)[0].below
    return furniture.anchors(
        items, "<TR><TD>&nbsp;<IMG src=/images/dot.gif> <A href={path}>{name}</A></TD></TR>"
    )


def lists(government: Government, column: Column) -> Iterable[tuple[str, Render]]:
    """`index.html`, then `index_1.html` and on, found by a link that says 下一页."""
    yield column.url, partial(_list, government, column, 1)
    yield f"{column.url}index.html", partial(_list, government, column, 1)
    for number in range(2, column.pages + 1):
        yield f"{column.url}index_{number - 1}.html", partial(_list, government, column, number)


def _list(government: Government, column: Column, number: int, form: Form) -> str:
    articles = government.articles
    content = _LIST.substitute(
        side=_side(government),
        name=column.name,
        entries="\n".join(_entry(articles[url], column) for url in column.page(number)),
        total=len(column.entries),
        number=number,
        pages=column.pages,
        paging=_paging(column.pages, number),
    )
    return _frame(government, f"{column.name}-{government.place}政务网", "", content, rules=150)


def _paging(pages: int, number: int) -> str:
    def link(label: str, target: int) -> str:
        name = f"index_{target - 1}" if target > 1 else "index"
        return (
            f"<A href={name}.html>{label}</A>" if 1 <= target <= pages else f"<FONT color=gray>{label}</FONT>"
        )

    return " ".join(
        (link("首页", 1), link("上一页", number - 1), link("下一页", number + 1), link("末页", pages))
    )


def _entry(document: Document, column: Column) -> str:
    title = text(document.title)
    return (
        f"<TR><TD width=12><IMG src=/images/dot.gif></TD><TD><A href={relative(document.url, column.url)} target=_blank "
        f'title="{title}">{shortened(title, 30)}</A></TD><TD noWrap width=80>[{document.day.replace("-", "/")}]</TD></TR>'
    )


TABLES = Template(name="tables", article=article, lists=lists)
