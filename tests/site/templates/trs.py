"""拓尔思 TRS WCM as 武汉 has it: `t20230315_2170174.shtml`, `.TRS_Editor > .Custom_UnionStyle`, `createPageHTML`."""

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
    is_signature,
    linked,
    meta,
    neighbours,
    related,
    relative,
    rows,
    shortened,
    text,
)

_P = "wh_"

_PAGE = Text("""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="X-UA-Compatible" content="IE=edge">
<meta name="renderer" content="webkit">
<title>$title</title>
$meta
<link rel="shortcut icon" href="/images/favicon.ico">
<link rel="stylesheet" href="/css/swiper.min.css"><link rel="stylesheet" href="/css/public.css?v=20220901">
<style type="text/css">
$css
</style>
<script src="/js/jquery-1.12.4.min.js"></script>
<script>$mobile</script>
</head>
<body>
<div class="wh_top"><div class="wrap clearfix">
<p class="fl"><script>$today wh_Today();</script></p>
<div class="fr">
<a href="javascript:void(0)" id="wza">无障碍</a> <a href="javascript:void(0)" id="zzms">长者模式</a>
<a href="javascript:StranBody()" id="StranLink">繁體版</a> <a href="http://english.wh.gov.cn/" target="_blank">English</a>
<a href="/login.shtml">登录</a> | <a href="/register.shtml">注册</a>
</div></div></div>
<div class="wh_head"><div class="wrap">
<h2 class="wh_logo"><a href="/"><img src="/images/logo_wh.png" alt="$place人民政府门户网站"></a></h2>
<form class="wh_search" onsubmit="return wh_Search(this)"><input type="text" name="q" value="请输入关键字">
<input type="submit" value="搜索"><p>热搜：$hot</p></form>
</div></div>
<div class="wh_nav"><ul class="wrap">
<li class="on"><a href="/">首页</a></li>
$menu
</ul></div>
$content
<div class="wh_link"><div class="wrap">
<dl><dt>国家部委及各省市政府网站</dt><dd>$links</dd></dl>
<dl><dt>市级部门网站</dt><dd>$departments</dd></dl>
</div></div>
<div class="wh_foot"><div class="wrap clearfix">
<p class="map"><a href="/gywm/">关于我们</a>|<a href="/wzdt/">网站地图</a>|<a href="/flsm/">法律声明</a>|<a href="/lxwm/">联系我们</a></p>
<p>主办：$place人民政府办公厅 &nbsp; 承办：$place大数据中心 &nbsp; 网站标识码：$code</p>
<p><a href="https://beian.miit.gov.cn/" target="_blank">$record</a> &nbsp; <img src="/images/ga.png">鄂公网安备 42010202000001号</p>
<div class="ewm"><span><img src="/images/wx.jpg" alt=""><em>$place人民政府微信公众号</em></span><span><img src="/images/wb.jpg" alt=""><em>官方微博</em></span></div>
<span id="_ideConac"><a href="//bszs.conac.cn/sitename?method=show&amp;id=$code"><img src="/images/red.png"></a></span>
<script id="_jiucuo_" sitecode="$code" src="https://zfwzgl.www.gov.cn/exposure/jiucuo.js"></script>
</div></div>
<script>
$script
$data
</script>
</body>
</html>
""")

_ARTICLE = Text("""<div class="wrap wh_crumb">您的位置：<a href="/" class="CurrChnlCls">首页</a>$trail</div>
<div class="wrap wh_main" id="article">
<div class="articleTitle"><h2>$title</h2></div>
<div class="articleInfo clearfix">
<div class="fl"><span>来源：$source</span> <span>发布日期：$published</span></div>
<div class="fr"><a href="javascript:wh_Print()">【打印】</a> <a href="javascript:wh_Share.wechat()">【扫一扫】</a>
<span>【字体：<a href="javascript:wh_SetSize(18)">大</a> <a href="javascript:wh_SetSize(16)">中</a> <a href="javascript:wh_SetSize(14)">小</a>】</span>
<div id="wh_qr" style="display:none"></div></div>
</div>
<div class="articleText" id="wh_text"><!--startprint-->
<div class="view TRS_UEDITOR" style="display:none"></div>
<div class="TRS_Editor"><div class="Custom_UnionStyle">
$body
</div></div>
<!--endprint--></div>
<div class="wh_attach" id="fujian">$files</div>
<div class="wh_share"><span>分享到：</span><a class="wb" href="javascript:wh_Share.weibo()" title="分享到新浪微博"></a><a class="wx" href="javascript:wh_Share.wechat()" title="分享到微信"></a><a class="qz" href="javascript:wh_Share.qzone()" title="分享到QQ空间"></a></div>
<div class="wh_page"><p>上一篇：$before</p><p>下一篇：$after</p></div>
<div class="wh_rel"><h3>相关链接</h3><ul>
$related
</ul></div>
<div class="wh_qrcode"><img src="/images/qr.png" width="110"><p>扫一扫在手机上查看当前页面</p></div>
</div>""")

_LIST = Text("""<div class="wrap wh_crumb">您的位置：<a href="/">首页</a>$trail</div>
<div class="wrap clearfix">
<div class="wh_left"><h3>政务公开</h3><ul>
$side
</ul></div>
<div class="wh_right"><h3>$name</h3>
<ul class="articleList">
$entries
</ul>
<div class="page" id="page"><script language="JavaScript">
function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt) {
    if (_nPageCount == null || _nPageCount <= 1) { return; }
    for (var i = 0; i < _nPageCount; i++) {
        if (_nCurrIndex == i) { document.write("<span class='current'>" + (i + 1) + "</span>"); }
        else if (i == 0) { document.write("<a href='" + _sPageName + "." + _sPageExt + "'>1</a>"); }
        else { document.write("<a href='" + _sPageName + "_" + i + "." + _sPageExt + "'>" + (i + 1) + "</a>"); }
    }
}
createPageHTML($pages, $current, "index", "shtml");
</script></div>
</div></div>""")


def _frame(government: Government, title: str, head: str, content: str, rules: int) -> str:
    menu = "\n".join(
        f'<li><a href="{item.path}">{item.name}</a><div class="sub">{furniture.anchors(item.below)}</div></li>'
        for item in furniture.menu(government)
    )
    return _PAGE.substitute(
        title=title,
        meta=head,
        content=content,
        menu=menu,
        css=furniture.css(government, _P, rules),
        mobile=scripts.script(government, _P, "mobile"),
        today=scripts.script(government, _P, "today"),
        script=scripts.script(government, _P, "statistics", "zoom", "share", "search", "leaving", "slide"),
        data=scripts.data(government, "whHits", rules // 4),
        hot="".join(f'<a href="/search/?q={word}">{word}</a>' for word in furniture.hot_words(government)),
        links=furniture.anchors(furniture.links(government)),
        departments=furniture.anchors(furniture.departments(government)),
        place=government.place,
        code=government.code,
        record=government.record,
    )


def article(government: Government, document: Document) -> str:
    """An article's page."""
    column = column_of(government, document)
    before, after = neighbours(government, document)
    head = meta(
        (
            ("SiteName", f"{government.place}人民政府门户网站"),
            ("SiteDomain", government.host),
            ("SiteIDCode", government.code),
            ("ColumnName", column.name),
            ("ColumnType", column.name),
            ("ColumnKeywords", f"{column.name},{government.place}"),
            ("ArticleTitle", document.title),
            ("PubDate", document.published.replace("T", " ") + ":00"),
            ("ContentSource", document.source or ""),
            ("Keywords", "法治;政府;建设"),
            ("Description", document.paragraphs[0][:90]),
            ("Url", document.url),
        )
    )
    content = _ARTICLE.substitute(
        trail=_trail(column),
        title=text(document.title),
        source=document.source or "",
        published=document.published.replace("T", " "),
        body="\n".join(_block(document, block) for block in rows(document)),
        files="",
        before=_link(before),
        after=_link(after),
        related="\n".join(
            f"<li>{_link(news)}<span>{news.day}</span></li>" for news in related(government, document)
        ),
    )
    title = f"{text(document.title)}-{column.name}-{government.place}人民政府门户网站"
    return _frame(government, title, head, content, rules=260)


def _block(document: Document, block: str | list[list[str]]) -> str:
    if isinstance(block, list):
        cells = (f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in row)}</tr>" for row in block)
        return f'<table border="1" class="MsoTableGrid"><tbody>{"".join(cells)}</tbody></table>'
    if is_signature(document, block):
        return f'<p align="right" style="text-align:right;line-height:2">{text(block)}&emsp;&emsp;</p>'
    return f'<p style="line-height:2;text-align:justify">&emsp;&emsp;{_spans(linked(document, block))}</p>'


def _spans(line: str) -> str:
    """As pasted from Word: figures and signs in a span of another font than the words."""
    if "<" in line:
        return line
    parts = re.split(r"([0-9A-Za-z.%+-]{2,})", line)
    return "".join(
        f'<span style="font-family:{"Times New Roman" if i % 2 else "仿宋"};font-size:12pt">{part}</span>'
        for i, part in enumerate(parts)
        if part
    )


def _link(document: Document | None) -> str:
    if document is None:
        return "没有了"
    return f'<a href="{relative(document.url, "")}">{text(document.title)}</a>'


def _trail(column: Column) -> str:
    return "".join(
        f'&nbsp;&gt;&nbsp;<a href="/zwgk/" class="CurrChnlCls">{name}</a>' for name in column.trail
    )


def lists(government: Government, column: Column) -> Iterable[tuple[str, Render]]:
    """`index.shtml`, then `index_1.shtml` and on."""
    yield column.url, partial(_list, government, column, 1)
    yield f"{column.url}index.shtml", partial(_list, government, column, 1)
    for number in range(2, column.pages + 1):
        yield f"{column.url}index_{number - 1}.shtml", partial(_list, government, column, number)


def _list(government: Government, column: Column, number: int, form: Form) -> str:
    articles = government.articles
    entries = [articles[url] for url in column.page(number)]
    content = _LIST.substitute(
        trail=_trail(column),
        name=column.name,
        side=furniture.anchors(furniture.menu(government)[0].below, '<li><a href="{path}">{name}</a></li>'),
        entries="\n".join(_entry(document, column) for document in entries),
        pages=column.pages,
        current=number - 1,
    )
    head = meta((("SiteName", f"{government.place}人民政府门户网站"), ("ColumnName", column.name)))
    return _frame(government, f"{column.name}-{government.place}人民政府门户网站", head, content, rules=120)


def _entry(document: Document, column: Column) -> str:
    title = text(document.title)
    return (
        f'<li><span class="time">{document.day}</span>'
        f'<a href="{relative(document.url, column.url)}" target="_blank" title="{escape(title)}">{shortened(title, 34)}</a></li>'
    )


TRS = Template(name="trs", article=article, lists=lists)
