"""博达 VSB as 天水 has it: `/info/1981/411251.htm`, `#vsb_content .v_news_content`, lists that count down."""

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

_PAGE = Text("""<!DOCTYPE html><HTML><HEAD><META content="text/html; charset=UTF-8" http-equiv="Content-Type">
<TITLE>$title</TITLE>
$meta
<META Name="keywords" Content="$place人民政府" />
<!--Announced by Visual SiteBuilder 9-->
<link rel="stylesheet" type="text/css" href="/_sitegray/_sitegray_d.css" />
<script language="javascript" src="/_sitegray/_sitegray.js"></script>
<!-- CustomerNO:77656262657232306f78475d5255574200000003 -->
<link rel="stylesheet" href="/style/base.css"><script src="/js/jquery.min.js"></script>
<script type="text/javascript" src="/system/resource/js/vsbscreen.min.js" id="_vsbscreen" devices="pc|mobile|pad"></script>
<script type="text/javascript" src="/system/resource/js/counter.js"></script>
<script type="text/javascript">_jsq_(1981,'/content.jsp',411251,1576984022)</script>
<style>
$css
</style>
</HEAD>
<BODY>
<div class="ts-top"><div class="w1200"><ul class="fr"><li>简体</li><li><a href="javascript:zh_tran('t')">繁体</a></li><li><a href="/wza.htm">无障碍阅读</a></li><li><a href="/zzms.htm">长者模式</a></li><li><a href="/dl.htm">登录</a></li><li><a href="/zc.htm">注册</a></li></ul></div></div>
<div class="ts-header w1200"><a href="/index.htm" class="logo"><img src="/images/logo.png"></a>
<form method="post" onsubmit="return tsSearch(this)"><input type="text" name="q" value=""><input type="submit" value="搜索"></form><p>热门：$hot</p></div>
<div class="ts-nav"><ul class="w1200" id="ts-menu">
<li><a href="/index.htm">首页</a></li>
$menu
</ul></div>
$content
<div class="ts-links w1200"><h4>友情链接</h4>
$links
<h4>市直部门</h4>
$departments
</div>
<div class="ts-footer"><div class="w1200">
<p>版权所有：$place人民政府　主办：$place人民政府办公室　承办：$place政府网络信息中心</p>
<p>网站标识码：$code　$record　甘公网安备 62050202000130号　网站支持IPv6</p>
<p><a href="/wzdt.htm">网站地图</a>　<a href="/gywm.htm">关于我们</a>　<a href="/lxwm.htm">联系方式</a>　访问量：<script>document.write(Math.floor(1e6));</script></p>
<img src="/images/ewm.png"><span>$place政府网微信</span>
</div></div>
<script type="text/javascript">
$script
$data
</script>
</BODY></HTML>
""")

_ARTICLE = Text("""<div class="w1200 ts-main">
<div class="ts-position">当前位置: <a href="/index.htm">首页</a>$trail</div>
$index
<form name="_newscontent_fromname"><script language="javascript" src="/system/resource/js/ajax.js"></script>
<div class="content-con">
<h1 class="content-title" align="center">$title</h1>
<div class="content-info" align="center"><span>发布日期: $published</span> <span>信息来源: $source</span> <span>浏览次数: <script>_showDynClicks("wbnews", 1576984022, $id)</script></span></div>
<div class="content-share"><a href="javascript:tsShare.weibo()">微博</a><a href="javascript:tsShare.wechat()">微信</a><em id="tsqr"></em> 字号：<a onclick="tsSetSize(18)">大</a><a onclick="tsSetSize(16)">中</a><a onclick="tsSetSize(14)">小</a> <a onclick="tsPrint()">打印</a></div>
<div id="vsb_content_2"><div class="v_news_content">
$body
</div></div><div id="div_vote_id"></div>
<p class="ts-attach">$files</p>
<div class="ts-pn"><p>上一条：$before</p><p>下一条：$after</p></div>
<p align="right">【<a href="javascript:window.opener=null;window.close();">关闭</a>】</p>
</div>
</form>
</div>""")

_LIST = Text("""<div class="w1200 ts-main clearfix"><div class="ts-left"><h3>法定主动公开内容</h3><ul>$side</ul></div>
<div class="ts-right"><div class="ts-position">当前位置: <a href="$up/index.htm">首页</a>$trail</div>
<ul class="ts-list">
$entries
</ul>
<div align="center"><link rel="stylesheet" content-type="text/css" href="/system/resource/css/pagedown/sys.css"><div class="pb_sys_common pb_sys_normal pb_sys_style1" style="margin-top:10px;text-align:center;"><span class="p_pages">$paging</span></div></div>
</div></div>""")


def _frame(government: Government, title: str, head: str, content: str, rules: int) -> str:
    return _PAGE.substitute(
        title=title,
        meta=head,
        content=content,
        css=furniture.css(government, "ts-", rules),
        script=scripts.script(government, "ts", "search", "share", "zoom", "slide", "leaving", "statistics"),
        data=scripts.data(government, "tsTree", rules // 3),
        menu="\n".join(
            f'<li><a href="{part.path[:-1]}.htm">{part.name}</a><dl>'
            + "".join(f'<dd><a href="{item.path[:-1]}.htm">{item.name}</a></dd>' for item in part.below)
            + "</dl></li>"
            for part in furniture.menu(government)
        ),
        hot=" ".join(f'<a href="/ssjg.htm?q={word}">{word}</a>' for word in furniture.hot_words(government)),
        links=furniture.anchors(
            furniture.links(government), '<a href="{path}" title="{name}" target="_blank">{name}</a>'
        ),
        departments=furniture.anchors(
            furniture.departments(government),
            '<a href="{path}" title="" onclick="_addDynClicks(&#34;wburl&#34;, 1576984022)">{name}</a>',
        ),
        place=government.place,
        code=government.code,
        record=government.record,
    )


def article(government: Government, document: Document) -> str:
    """An article's page."""
    column = column_of(government, document)
    before, after = neighbours(government, document)
    published = document.published.replace("T", " ")
    head = meta(
        (
            ("SiteName", f"{government.place}人民政府"),
            ("SiteDomain", government.host),
            ("SiteIDCode", government.code),
            ("ColumnName", column.name),
            ("ColumnType", "信息公开"),
            ("ArticleTitle", document.title),
            ("pageTitle", document.title),
            ("PubDate", published),
            ("ContentSource", document.source or ""),
            ("Author", ""),
        ),
        '<META Name="{name}" Content="{content}" />',
    )
    content = _ARTICLE.substitute(
        trail=_trail(column),
        index=_index(document),
        title=text(document.title),
        published=published,
        source=document.source or "",
        id=document.url.rpartition("/")[2].removesuffix(".htm"),
        body="\n".join(_block(document, block) for block in rows(document)),
        files="",
        before=_link(before),
        after=_link(after),
    )
    return _frame(government, f"{text(document.title)}-{government.place}人民政府", head, content, rules=900)


def _index(document: Document) -> str:
    """The index of 政府信息公开 as a list; the labels are cut by empty spans, as some skins do."""
    if document.index is None:
        return ""
    labels = ("索引号", "组配分类", "发布机构", "成文日期", "文件编号", "发文日期", "有效性")
    items = (
        f'<li><b>{"<span></span>".join(label)}：</b><span class="v">{text(document.index.get(label, ""))}</span></li>'
        for label in labels
    )
    return f'<div class="ts-xxgk"><ul class="clearfix">{"".join(items)}</ul></div>'


def _block(document: Document, block: str | list[list[str]]) -> str:
    if isinstance(block, list):
        cells = (f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in row)}</tr>" for row in block)
        return f'<table class="MsoNormalTable"><tbody>{"".join(cells)}</tbody></table>'
    if is_signature(document, block):
        return f'<p class="vsbcontent_end" style="text-align: right">{text(block)}</p>'
    if block == document.paragraphs[0] and block.endswith(":"):
        return f'<p class="vsbcontent_start" style="text-indent: 0">{text(block)}</p>'
    return f'<p style="text-indent: 32pt;line-height: 29pt"><span style="font-size: 16pt;font-family: 仿宋_GB2312">{linked(document, block)}</span></p>'


def _trail(column: Column) -> str:
    return "".join(f'&gt;&gt;<a href="/{column.url.split("/", 3)[3]}">{name}</a>' for name in column.trail)


def _link(document: Document | None) -> str:
    if document is None:
        return "没有了"
    return f'<a href="/{document.url.split("/", 3)[3]}">{text(document.title)}</a>'


def lists(government: Government, column: Column) -> Iterable[tuple[str, Render]]:
    """`fzzfjs.htm`, then `fzzfjs/3.htm` down to `fzzfjs/1.htm`: old pages keep their address when new ones are added."""
    yield column.url, partial(_list, government, column, 1)
    for number in range(2, column.pages + 1):
        yield _address(column, number), partial(_list, government, column, number)


def _address(column: Column, number: int) -> str:
    return f"{column.url.removesuffix('.htm')}/{column.pages + 1 - number}.htm" if number > 1 else column.url


def _list(government: Government, column: Column, number: int, form: Form) -> str:
    up = "/".join([".."] * (_address(column, number).count("/") - 3))
    articles = government.articles
    content = _LIST.substitute(
        side=furniture.anchors(
            furniture.menu(government)[0].below, '<li><a href="{path}index.htm">{name}</a></li>'
        ),
        up=up,
        trail=_trail(column),
        entries="\n".join(_entry(articles[url], up) for url in column.page(number)),
        paging=_paging(column, number),
    )
    head = meta(
        (("SiteName", f"{government.place}人民政府"), ("ColumnName", column.name)),
        '<META Name="{name}" Content="{content}" />',
    )
    return _frame(government, f"{column.name}-{government.place}人民政府", head, content, rules=130)


def _paging(column: Column, number: int) -> str:
    def link(target: int, label: str, of: str) -> str:
        first, here = column.url.rpartition("/")[2], _address(column, target).rpartition("/")[2]
        stem = first.removesuffix(".htm")
        href = (
            (f"{stem}/{here}" if target > 1 else first)
            if number == 1
            else (here if target > 1 else f"../{first}")
        )
        return f'<span class="{of} p_fun"><a href="{href}"{" class=Next" if label == "下页" else ""}>{label}</a></span>'

    parts = [f'<span class="p_t">共{len(column.entries)}条</span>']
    if number > 1:
        parts += [link(1, "首页", "p_first"), link(number - 1, "上页", "p_prev")]
    for target in range(1, column.pages + 1):
        parts.append(
            f'<span class="p_no_d">{target}</span>' if target == number else link(target, str(target), "p_no")
        )
    if number < column.pages:
        parts += [link(number + 1, "下页", "p_next"), link(column.pages, "尾页", "p_last")]
    return "".join(parts)


def _entry(document: Document, up: str) -> str:
    title = text(document.title)
    return (
        f'<li id="line_u9_{document.url[-8:-4]}"><span class="date">{document.day}</span>'
        f'<a href="{up}/{document.url.split("/", 3)[3]}" target="_blank" title="{escape(title)}">{shortened(title, 33)}</a></li>'
    )


VSB = Template(name="vsb", article=article, lists=lists)
