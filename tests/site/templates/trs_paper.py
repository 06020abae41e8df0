"""Another TRS, as 长春 has it: `.view.TRS_UEDITOR.trs_paper_default`, three deep, hidden fields with title and day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from html import escape
from string import Template as Text

from tests.site import furniture, scripts
from tests.site.model import Column, Document, Form, Government, Render
from tests.site.templates.template import (
    Template,
    column_of,
    linked,
    meta,
    related,
    relative,
    rows,
    shortened,
    text,
)

_PAGE = Text("""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
$meta
<title>$title</title>
<link href="/images/cc_index.css" rel="stylesheet" type="text/css" /><link href="/images/bootstrap.min.css" rel="stylesheet" type="text/css" />
<script src="/images/jquery-1.8.3.min.js" type="text/javascript"></script>
<style>
$css
</style>
</head>
<body>
<div class="cc-header hidden-xs">
  <div class="container"><div class="row">
    <div class="col-md-4 cc-date"><script type="text/javascript">$today ccToday();</script></div>
    <div class="col-md-8 text-right"><a href="http://www.jl.gov.cn/">吉林省人民政府</a> | <a href="#" onclick="ccWza()">无障碍</a> | <a href="/ydban/">移动版</a> | <a href="http://en.changchun.gov.cn/">ENGLISH</a></div>
  </div>
  <div class="row cc-banner"><a href="/"><img src="/images/cc_logo.png" alt="" /></a>
    <form class="cc-so" onsubmit="return ccSearch(this)"><input name="q" type="text" value="请输入关键字" /><button type="submit">搜 索</button></form><div class="cc-hot">$hot</div></div>
  </div>
  <nav class="navbar"><ul class="nav navbar-nav">
$menu
  </ul></nav>
</div>
<div class="cc-wapnav visible-xs"><ul>
$wap
</ul></div>
$content
<div class="cc-friend container"><div class="panel"><div class="panel-heading">相关链接</div><div class="panel-body">$links</div></div>
<div class="panel"><div class="panel-heading">部门网站</div><div class="panel-body">$departments</div></div></div>
<div class="cc-footer"><div class="view TRS_UEDITOR trs_paper_default trs_web">
<p>主办：$place人民政府办公厅　承办：$place大数据中心</p><p>网站标识码：$code　$record　吉公网安备 22010202000501号</p>
<p>地址：$place人民大街　邮编：130000</p></div>
<a href="/gywm/">关于我们</a> <a href="/wzdt/">网站地图</a></div>
<script type="text/javascript">
$script
$data
</script>
</body></html>
""")

_ARTICLE = Text("""<div class="container cc-xl">
<div class="cc-wz">当前位置：<a href="/" title="首页" class="CurrChnlCls">首页</a>$trail</div>
<span id="NewsArticleTitle" style="display:none">$plain</span><span id="NewsArticlePubDay" style="display:none">$stamp</span>
<div class="cc-xl-box">
<h1 class="cc-bt">$title</h1>
<div class="cc-ly"><span>时间：$published</span><span>来源：$source</span></div>
<div class="cc-gn">【字体：<a onclick="ccSetSize(20)">大</a> <a onclick="ccSetSize(16)">中</a> <a onclick="ccSetSize(14)">小</a>】<a onclick="ccPrint()">打印</a></div>
<div class="cc-zw" id="cctext"><div class="Zoom"><div class="view TRS_UEDITOR trs_paper_default trs_web">
$body
</div></div></div>
<div class="cc-bj">编 辑：</div>
<div class="cc-fx"><a href="javascript:ccShare.weibo()" title="微博"></a><a href="javascript:ccShare.wechat()" title="微信"></a><em id="ccqr"></em></div>
<div class="cc-xg"><h4>相关新闻</h4><ul>
$related
</ul></div>
</div></div>""")

_LIST = Text("""<div class="container"><div class="cc-wz">当前位置：<a href="/" class="CurrChnlCls">首页</a>$trail</div>
<div class="row"><div class="col-md-3 cc-left"><ul>$side</ul></div>
<div class="col-md-9"><table class="cc-table" width="100%"><tbody>
$entries
</tbody></table>
<div class="cc-page"><script type="text/javascript" src="/images/page.js"></script><script type="text/javascript">
createPageHTML("$pages","$current","index","html");</script></div></div></div></div>""")


def _frame(government: Government, title: str, head: str, content: str, rules: int) -> str:
    menu = furniture.menu(government)
    return _PAGE.substitute(
        title=title,
        meta=head,
        content=content,
        css=furniture.css(government, "cc-", rules),
        today=scripts.script(government, "cc", "today"),
        script=scripts.script(government, "cc", "zoom", "search", "share", "statistics", "mobile", "leaving"),
        data=scripts.data(government, "ccChannel", rules // 3),
        menu="\n".join(
            f'  <li class="dropdown"><a href="{part.path}" class="dropdown-toggle">{part.name}<b class="caret"></b></a>'
            f'<ul class="dropdown-menu">{furniture.anchors(part.below, "<li><a href={path}>{name}</a></li>")}</ul></li>'
            for part in menu
        ),
        wap="\n".join(f"<li>{furniture.anchors((part,))}</li>" for part in menu),
        hot="、".join(furniture.hot_words(government)),
        links=furniture.anchors(furniture.links(government), '<a target="_blank" href="{path}">{name}</a>'),
        departments=furniture.anchors(
            furniture.departments(government), '<a target="_blank" href="{path}">{name}</a>'
        ),
        place=government.place,
        code=government.code,
        record=government.record,
    )


def article(government: Government, document: Document) -> str:
    """An article's page. `ArticleTitle` is cut short and `SiteIDCode` is empty."""
    column = column_of(government, document)
    published = document.published.replace("T", " ")
    head = meta(
        (
            ("SiteName", f"{government.place}人民政府"),
            ("SiteDomain", "www.changchun.gov.cn,www.changchun.jl.cn"),
            ("SiteIDCode", ""),
            ("ColumnName", column.name),
            ("ColumnType", column.name),
            ("ArticleTitle", shortened(document.title, 17)),
            ("PubDate", published),
            ("ContentSource", document.source or ""),
            ("Keywords", ""),
            ("Description", ""),
        ),
        "<meta name='{name}' content='{content}' />",
    )
    content = _ARTICLE.substitute(
        trail=_trail(column),
        plain=text(document.title),
        title=text(document.title),
        stamp=document.day.replace("-", ""),
        published=published,
        source=document.source or "",
        body="\n".join(_block(document, block) for block in rows(document)),
        related="\n".join(_related(other) for other in related(government, document)),
    )
    return _frame(government, f"{text(document.title)}_{government.place}人民政府", head, content, rules=420)


def _block(document: Document, block: str | list[list[str]]) -> str:
    if isinstance(block, list):
        head, *lines = [
            "".join(f"<td><p><span>{text(cell)}</span></p></td>" for cell in row) for row in block
        ]
        body = "".join(f"<tr>{line}</tr>" for line in lines)
        return (
            f'<table border="1" cellpadding="0"><tbody><tr class="firstRow">{head}</tr>{body}</tbody></table>'
        )
    if re.match(r"[一二三四五六七八九十]+、", block):
        return f'<p style="text-indent: 2em;"><strong>{text(block)}</strong></p>'
    line = re.sub(r"^(（[一二三四五六七八九十]+）[^。]*。)", r"<strong>\1</strong>", linked(document, block))
    return f'<p style="text-align: justify;">　　{line}</p>'


def _trail(column: Column) -> str:
    return "".join(
        f' &gt; <a href="{column.url}" title="{name}" class="CurrChnlCls">{name}</a>' for name in column.trail
    )


def _related(document: Document) -> str:
    return f'<li><a href="/{document.url.split("/", 3)[3]}">{text(document.title)}</a></li>'


def lists(government: Government, column: Column) -> Iterable[tuple[str, Render]]:
    """`index.html`, then `index_1.html` and on."""
    yield column.url, partial(_list, government, column, 1)
    yield f"{column.url}index.html", partial(_list, government, column, 1)
    for number in range(2, column.pages + 1):
        yield f"{column.url}index_{number - 1}.html", partial(_list, government, column, number)


def _list(government: Government, column: Column, number: int, form: Form) -> str:
    articles = government.articles
    content = _LIST.substitute(
        trail=_trail(column),
        side=furniture.anchors(furniture.menu(government)[0].below, "<li><a href='{path}'>{name}</a></li>"),
        entries="\n".join(_entry(articles[url], column) for url in column.page(number)),
        pages=column.pages,
        current=number - 1,
    )
    head = meta((("SiteName", f"{government.place}人民政府"), ("ColumnName", column.name)))
    return _frame(government, f"{column.name}_{government.place}人民政府", head, content, rules=100)


def _entry(document: Document, column: Column) -> str:
    title = text(document.title)
    return (
        f'<tr><td><a href="{relative(document.url, column.url)}" title="{escape(title)}" target="_blank">'
        f'· {shortened(title, 28)}</a></td><td width="110" align="right">{document.day}</td></tr>'
    )


TRS_PAPER = Template(name="trs_paper", article=article, lists=lists)
