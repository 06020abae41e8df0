"""大汉 jcms (大汉版通) as 武威 has it: tables, an index table, `#zoom`, list records as CDATA, more by `dataproxy.jsp`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from html import escape
from string import Template as Text

from tests.site import furniture, scripts
from tests.site.model import Column, Document, Form, Government, Render
from tests.site.templates.template import (
    Template,
    column_of,
    is_signature,
    linked,
    meta,
    neighbours,
    rows,
    shortened,
    text,
)

_P = "hw"
_UNIT = "5678"
_HELD = 20  # records that the list page itself holds
_PROXY = "/module/web/jpage/dataproxy.jsp"

_PAGE = Text("""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><meta name='Maketime' content='$made'>
<META HTTP-EQUIV='pragma' CONTENT='no-cache'><META HTTP-EQUIV='Cache-Control' CONTENT='no-cache, must-revalidate'>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>$title</title>
$meta
<link href="/script/page.css" type="text/css" rel="stylesheet" />
<script language="javascript" src="/script/jquery.min.js"></script><script language="javascript" src="/script/jpage.js"></script>
<style type="text/css">
body{margin:0;font:12px/1.75 "宋体";background:#fff url(/picture/0/bg.jpg) repeat-x;}td{font-size:12px;}
$css
</style></head>
<body><div id='hiddenLocation' style='display:none;'><span id='ss_webid'>1</span><span id='col1_name'>$place</span></div>
<table width="1000" border="0" align="center" cellpadding="0" cellspacing="0"><tr><td height="30">
<script language="javascript">$today hwToday();</script></td>
<td align="right"><a href="/wza/">无障碍浏览</a>&nbsp;|&nbsp;<a href="javascript:void(0)" onclick="this.style.behavior='url(#default#homepage)';this.setHomePage(location.href)">设为首页</a>&nbsp;|&nbsp;<a href="/col/col1/index.html">加入收藏</a></td></tr>
<tr><td colspan="2"><img src="/picture/0/banner.jpg" width="1000" height="180" alt="$place人民政府" /></td></tr></table>
<table width="1000" border="0" align="center" cellpadding="0" cellspacing="0" class="hwnav">
$menu
</table>
<table width="1000" align="center" class="hwsearch"><tr><td><form onsubmit="return hwSearch(this)">站内检索 <input name="q" size="24" /> <input type="image" src="/picture/0/so.gif" /></form></td><td>热点：$hot</td></tr></table>
$content
<table width="1000" border="0" align="center" class="hwlink"><tr><td><select onchange="window.open(this.value)"><option>== 国家部委和省区市 ==</option>
$links
</select></td><td><select onchange="window.open(this.value)"><option>== 市直部门网站 ==</option>
$departments
</select></td></tr></table>
<table width="1000" border="0" align="center" cellpadding="0" cellspacing="0" class="hwfoot"><tr><td align="center">
主办：$place人民政府办公室 &nbsp;承办：$place政府信息化中心 &nbsp;网站标识码：$code<br />
$record &nbsp; 甘公网安备 62060202000123号 &nbsp; <a href="/col/col8/index.html">网站地图</a> &nbsp; <a href="/col/col9/index.html">联系我们</a><br />
Produced By 大汉网络 大汉版通发布系统</td></tr></table>
<!-- visitcount Begin --><iframe src='/module/visitcount/visit.jsp?type=3&i_webid=1' name="vishidden" id="vishidden" frameborder="0" style="display:none"></iframe><!-- visitcount End -->
<script language="javascript">
$script
$data
</script>
</body></html>
""")

_ARTICLE = Text("""<table width="1000" border="0" align="center" cellpadding="0" cellspacing="0" id="barrierfree_container"><tr><td class="hwcrumb">
<table cellspacing="0" cellpadding="0" border="0"><tr><td><a href="/index.html" target="_self">首页</a></td>$trail</tr></table></td></tr>
<tr><td>$outside
<table width="100%" border="0" cellpadding="0" cellspacing="0" id="article">
<tr><td class="title"><!--<$$[标题]>begin--><p class="con-title">$title</p><!--<$$[标题]>end--></td></tr>
<tr><td align="center" class="hwinfo">信息来源：<!--<$$[信息来源]>begin--> $source <!--<$$[信息来源]>end--> &nbsp; 作者：$author &nbsp; 发布日期： $published &nbsp; 浏览次数：<script language="javascript" src="/module/visitcount/articlehits.jsp?colid=$col&artid=$art"></script> &nbsp; 字号：[ <a href="javascript:hwSetSize(18)">大</a> <a href="javascript:hwSetSize(16)">中</a> <a href="javascript:hwSetSize(14)">小</a> ]</td></tr>
<tr><td class="bt_content"><div id="zoom"><!--ZJEG_RSS.content.begin--><meta name="ContentStart"/>
$inside$body
<meta name="ContentEnd"/><!--ZJEG_RSS.content.end--></div></td></tr>
<tr><td class="hwattach"><script language="javascript">if(typeof(hwAttach)!="undefined"){document.write(hwAttach);}</script></td></tr>
<tr><td align="right"><a href="javascript:hwShare.wechat()">分享</a> | <a href="javascript:window.print()">【打印本页】</a> <a href="javascript:window.close()">【关闭窗口】</a></td></tr>
<tr><td class="hwpn">上一篇：$before<br />下一篇：$after</td></tr>
<tr><td align="center"><img src="/module/qrcode/qr.jsp?id=$art" width="120" /><br />扫一扫在手机打开当前页</td></tr>
</table></td></tr></table>""")

_LIST = Text("""<table width="1000" border="0" align="center" cellpadding="0" cellspacing="0"><tr>
<td width="220" valign="top"><table width="100%" class="hwleft">
$side
</table></td>
<td valign="top"><table width="100%"><tr><td class="hwcrumb">当前位置：<a href="/index.html">首页</a>$trail</td></tr></table>
<div id="$unit" class="default_pgContainer"></div>
<script type="text/xml"><datastore>
<nextgroup><![CDATA[<a href="$proxy?page=1&appid=1&webid=1&path=/&columnid=$col&unitid=$unit&webname=$webname&permissiontype=0"></a>]]></nextgroup>
<recordset>
$records
</recordset>
</datastore></script>
<script language="javascript">
jQuery(function(){jQuery('#$unit').jpage({openCookies:false,theme:'simple',perPage:10,groupSize:2,totalRecord:$total,
proxyUrl:'$proxy',proxyParam:{col:1,appid:1,webid:1,path:'/',columnid:$col,sourceContentType:1,unitid:$unit,webname:'$webname',permissiontype:0},
ajaxParam:{url:'$proxy',type:'post'}});});
</script></td></tr></table>""")


def _frame(government: Government, title: str, made: str, head: str, content: str, rules: int) -> str:
    menu = furniture.menu(government)
    option = '<option value="{path}">{name}</option>'
    return _PAGE.substitute(
        title=title,
        made=made,
        meta=head,
        content=content,
        css=furniture.css(government, _P, rules),
        menu="\n".join(
            f'<tr><td class="m"><a href="{part.path}">{part.name}</a></td><td>'
            + furniture.anchors(part.below, '<a href="{path}index.html" target="_blank">{name}</a>&nbsp;')
            + "</td></tr>"
            for part in menu
        ),
        today=scripts.script(government, _P, "today"),
        script=scripts.script(government, _P, "zoom", "search", "share", "slide", "statistics"),
        data=scripts.data(government, "hwUnits", rules // 3),
        hot=" ".join(furniture.hot_words(government)),
        links=furniture.anchors(furniture.links(government), option),
        departments=furniture.anchors(furniture.departments(government), option),
        place=government.place,
        code=government.code,
        record=government.record,
    )


def article(government: Government, document: Document) -> str:
    """An article's page. The newest reports have the index table inside `#zoom`, the others above the title."""
    column = column_of(government, document)
    before, after = neighbours(government, document)
    published = document.published.replace("T", " ")
    inside = (document.year or 0) >= 2023
    index = _index(document)
    col, _, art = document.url.rpartition("/art_")[2].removesuffix(".html").partition("_")
    head = meta(
        (
            ("SiteName", f"{government.place}人民政府"),
            ("SiteDomain", government.host),
            ("SiteIDCode", government.code),
            ("ColumnName", column.name),
            ("ColumnType", "政府信息公开"),
            ("ArticleTitle", document.title),
            ("PubDate", published),
            ("author", document.author or ""),
            ("description", document.title),
            ("keywords", "法治政府"),
            ("contentSource", document.source or ""),
            ("url", document.url),
        ),
        '<meta name="{name}" content="{content}">',
    )
    content = _ARTICLE.substitute(
        trail="".join(f"<td>&gt;<a href='{column.url}'>{name}</a></td>" for name in column.trail),
        title=text(document.title),
        source=document.source or "",
        author=document.author or "",
        published=published,
        outside="" if inside else index,
        inside=index + "\n" if inside else "",
        body="\n".join(_block(document, block) for block in rows(document)),
        before=_link(before),
        after=_link(after),
        col=col,
        art=art,
    )
    return _frame(government, text(document.title), published + ":07_331", head, content, rules=460)


def _index(document: Document) -> str:
    """The index table of 政府信息公开: labels in bold with spaces between the characters, empty cells for missing values."""
    if document.index is None:
        return ""
    labels = ("索引号", "公开方式", "发布机构", "组配分类", "文件编号", "发文日期", "成文日期", "有效性")
    cells = [
        f'<td class="bt" width="90"><b>{" ".join(label) if len(label) == 3 else label}：</b></td>'
        f'<td width="310">{text(document.index.get(label, ""))}</td>'
        for label in labels
    ]
    lines = (f"<tr>{left}{right}</tr>" for left, right in zip(cells[::2], cells[1::2], strict=True))
    return f'<table class="xxgk_article" border="1" width="900" align="center" cellspacing="0">{"".join(lines)}</table>'


def _block(document: Document, block: str | list[list[str]]) -> str:
    if isinstance(block, list):
        cells = (f"<tr>{''.join(f'<td><p>{text(cell)}</p></td>' for cell in row)}</tr>" for row in block)
        return f'<table border="1" cellspacing="0">{"".join(cells)}</table>'
    if is_signature(document, block):
        return f"<p>{'&nbsp;' * 96}{text(block)}</p>"
    indent = "&nbsp; &nbsp; &nbsp; &nbsp; " + "&nbsp;" * (len(block) % 3)
    return f'<p style="text-indent:0;font-size:16px">{indent}{linked(document, block)}</p>'


def _link(document: Document | None) -> str:
    if document is None:
        return "无"
    return f'<a href="/{document.url.split("/", 3)[3]}" title="{escape(text(document.title))}">{text(document.title)}</a>'


def lists(government: Government, column: Column) -> Iterable[tuple[str, Render]]:
    """The column's page and the address that gives any range of its records."""
    yield column.url, partial(_list, government, column)
    yield government.base + _PROXY, partial(_proxy, government, column)


def _list(government: Government, column: Column, form: Form) -> str:
    content = _LIST.substitute(
        side=furniture.anchors(
            furniture.menu(government)[0].below, '<tr><td><a href="{path}">{name}</a></td></tr>'
        ),
        trail="".join(f" &gt; <a href='{column.url}'>{name}</a>" for name in column.trail),
        unit=_UNIT,
        proxy=_PROXY,
        col=_number(column),
        webname=f"{government.place}人民政府",
        records=_records(government, column.entries[:_HELD]),
        total=len(column.entries),
    )
    head = meta((("SiteName", f"{government.place}人民政府"), ("ColumnName", column.name)))
    return _frame(
        government,
        f"{government.place}人民政府 {column.name}",
        "2025-06-03 09:00:00",
        head,
        content,
        rules=130,
    )


def _proxy(government: Government, column: Column, form: Form) -> str:
    """The records from `startrecord` to `endrecord`, counted from 1; none for another column."""
    start, end = (int(form.get(name) or 0) for name in ("startrecord", "endrecord"))
    known = form.get("columnid") == _number(column) and form.get("unitid") == _UNIT
    records = _records(government, column.entries[max(start, 1) - 1 : end]) if known else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<datastore><totalrecord>{len(column.entries)}</totalrecord>'
        f"<recordset>\n{records}\n</recordset></datastore>\n"
    )


def _records(government: Government, urls: tuple[str, ...]) -> str:
    articles = government.articles
    return "\n".join(f"<record><![CDATA[{_entry(articles[url])}]]></record>" for url in urls)


def _entry(document: Document) -> str:
    title = text(document.title)
    return (
        '<table width="100%" border="0" cellspacing="0" cellpadding="0"><tr><td width="16"><img src="/picture/0/dot.gif"></td>'
        f'<td height="30"><a href="/{document.url.split("/", 3)[3]}" target="_blank" title="{escape(title)}">{shortened(title, 30)}</a></td>'
        f'<td width="90" align="center" class="bt_time">{document.day}</td></tr></table>'
    )


def _number(column: Column) -> str:
    return column.url.partition("/col/col")[2].partition("/")[0]


JCMS = Template(name="jcms", article=article, lists=lists)
