"""国泰新点 epoint as 许昌 has it: `subpage.html`, `2.html`, …, a GUID for a name, `.ewb-article`, info in 【】."""

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

_PAGE = Text("""<!DOCTYPE html>
<html>

<head>
    <meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
    <meta http-equiv="X-UA-Compatible" content="IE=edge,chrome=1" />
    $meta
    <title>$title</title>
    <!-- common css -->
    <link rel="stylesheet" href="/js/lib/fullcalendar/main.css" />
    <link rel="stylesheet" href="/css/common.css" />
    <style type="text/css">
$css
    </style>
    <!--[if lte IE 9]> <script src="/js/lib/html5shiv/html5shiv.min.js"></script> <![endif]-->
</head>

<body>
    <!-- header -->
    <div class="ewb-header">
        <div class="ewb-container clearfix">
            <div class="l"><script>$today xcToday();</script></div>
            <div class="r"><a href="javascript:void(0)" id="xc-wza">无障碍阅读</a><a href="/zzb/">老年模式</a><a href="javascript:zh_tran('t');" id="zh_click_t">繁体</a><a href="http://ywtb.xuchang.gov.cn/">登录</a></div>
        </div>
        <div class="ewb-container"><a href="/" class="ewb-logo"><img src="/images/logo.png" alt="" /></a>
            <div class="ewb-search"><form onsubmit="return xcSearch(this)"><input type="text" name="q" class="ewb-search-input" placeholder="请输入关键字" /><input type="submit" class="ewb-search-btn" value="" /></form><span>热词：$hot</span></div>
        </div>
    </div>
    <div class="ewb-nav"><ul class="ewb-nav-items clearfix">
            <li class="ewb-nav-item"><a href="/">首 页</a></li>
            $menu
        </ul></div>
    <!-- container -->
    $content
    <!-- footer -->
    <div class="ewb-links"><ul class="ewb-links-tab"><li>国家部委</li><li>市直部门</li></ul>
        <div class="ewb-links-con">$links</div><div class="ewb-links-con hidden">$departments</div></div>
    <div class="ewb-footer">
        <div class="ewb-container clearfix">
            <ul class="ewb-ewm"><li><img src="/images/ewm1.jpg" alt="" /><span>手机扫一扫</span></li><li><img src="/images/ewm2.jpg" alt="官方微博" /><span>官方微博</span></li><li><img src="/images/ewm3.jpg" alt="微信公众号" /><span>微信公众号</span></li></ul>
            <div class="ewb-copy"><p>主办：$place人民政府 承办：$place人民政府办公室 技术支持：$place政务服务和大数据管理局</p>
            <p>网站标识码：$code <a href="https://beian.miit.gov.cn/">$record</a> 豫公网安备 41100202000189号</p>
            <p><a href="/wzdt/sitemap.html">网站地图</a><a href="/lxwm/about.html">联系我们</a><a href="/flsm/about.html">免责声明</a></p></div>
        </div>
    </div>
    <!-- script -->
    <script src="/js/lib/jquery/jquery-1.11.0.min.js"></script>
    <script src="/js/webBuilderCommon.js"></script>
    <script>
$script
$data
    </script>
</body>

</html>
""")

_ARTICLE = Text("""<div class="ewb-container">
        <div class="ewb-location"><i class="icon"></i>当前位置：<a href="/">首页</a>$trail</div>
        <div class="ewb-article">
            <input type="hidden" id="infoid" value="$guid" /><input type="hidden" id="souceinfoid" value="$guid" />
            <h3 class="ewb-article-tt" id="title">$title</h3>
            <div class="ewb-article-info">【信息来源：$source】【作者：】【信息时间：$published &nbsp;阅读次数：<span id="infoViewCount"></span>】【字号 <a href="javascript:xcSetSize(18)">大</a> <a href="javascript:xcSetSize(16)">中</a> <a href="javascript:xcSetSize(14)">小</a>】<a href="javascript:xcPrint()">【我要打印】</a><a href="javascript:window.close()">【关闭】</a></div>
            <div class="ewb-article-content" id="xctext">
$body
            </div>
            <div class="ewb-article-file" id="attach">$files</div>
            <div class="ewb-article-share bdsharebuttonbox"><span>分享到：</span><a href="javascript:xcShare.weibo()" class="bds_tsina"></a><a href="javascript:xcShare.wechat()" class="bds_weixin"></a><a href="javascript:xcShare.qzone()" class="bds_qzone"></a></div>
            <div class="ewb-article-other"><p>上一篇：$before</p><p>下一篇：$after</p></div>
        </div>
    </div>""")

_LIST = Text("""<div class="ewb-container clearfix">
        <div class="ewb-location">当前位置：<a href="/">首页</a>$trail</div>
        <div class="ewb-left"><h4 class="ewb-left-tt">$parent</h4><ul class="ewb-left-items">$side</ul></div>
        <div class="ewb-main"><h3>$name</h3>
            <ul class="ewb-info-items" id="showList">
$entries
            </ul>
            <div class="ewb-page" id="page"><ul class="m-pagination-page">$paging</ul></div>
        </div>
    </div>""")


def _frame(government: Government, title: str, head: str, content: str, rules: int) -> str:
    return _PAGE.substitute(
        title=title,
        meta=head.replace("\n", "\n    "),
        content=content,
        css=furniture.css(government, "ewb-", rules),
        today=scripts.script(government, "xc", "today"),
        script=scripts.script(government, "xc", "statistics", "search", "zoom", "share", "slide", "leaving"),
        data=scripts.data(government, "epointInfos", rules // 3),
        menu="\n            ".join(
            f'<li class="ewb-nav-item"><a href="{part.path}subpage.html">{part.name}</a><div class="ewb-nav-sub">'
            + furniture.anchors(part.below, '<a href="{path}subpage.html" target="_self">{name}</a>')
            + "</div></li>"
            for part in furniture.menu(government)
        ),
        hot="".join(
            f'<a href="/search.html?wd={word}">{word}</a>' for word in furniture.hot_words(government)
        ),
        links=furniture.anchors(furniture.links(government), '<a href="{path}" target="_blank">{name}</a>'),
        departments=furniture.anchors(
            furniture.departments(government), '<a href="{path}" target="_blank">{name}</a>'
        ),
        place=government.place,
        code=government.code,
        record=government.record,
    )


def article(government: Government, document: Document) -> str:
    """An article's page. `PubDate` has seconds and a comma after it."""
    column = column_of(government, document)
    before, after = neighbours(government, document)
    published = document.published.replace("T", " ")
    head = meta(
        (
            ("SiteName", f"{government.place}人民政府"),
            ("SiteDomain", government.host),
            ("SiteIDCode", government.code),
            ("ColumnName", column.name),
            ("ColumnType", "工作动态"),
            ("ArticleTitle", document.title),
            ("PubDate", f"{published}:05,"),
            ("ContentSource", document.source or ""),
            ("Keywords", ""),
            ("Author", ""),
            ("Description", document.paragraphs[0][:60]),
        ),
        '<meta name="{name}" content="{content}" />',
    )
    content = _ARTICLE.substitute(
        trail=_trail(column),
        guid=document.url.rpartition("/")[2].removesuffix(".html"),
        title=text(document.title),
        source=document.source or "",
        published=published,
        body="\n".join(_block(document, block) for block in rows(document)),
        files="",
        before=_link(before),
        after=_link(after),
    )
    return _frame(government, text(document.title), head, content, rules=340)


def _block(document: Document, block: str | list[list[str]]) -> str:
    if isinstance(block, list):
        cells = (f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in row)}</tr>" for row in block)
        return f'<table class="ewb-tb">{"".join(cells)}</table>'
    if is_signature(document, block):
        return f'<p style="text-align:right;"><br/></p>\n<p style="text-align:right;">{text(block)}&nbsp;&nbsp;</p>'
    return f'<p style="margin:0;font-family:微软雅黑;text-indent:32px">&nbsp;{linked(document, block)}</p>'


def _trail(column: Column) -> str:
    return "".join(
        f'<span class="split">&gt;</span><a href="/ywdt/subpage.html">{name}</a>' for name in column.trail
    )


def _link(document: Document | None) -> str:
    if document is None:
        return "<span>没有了</span>"
    return f'<a href="/{document.url.split("/", 3)[3]}">{text(document.title)}</a>'


def lists(government: Government, column: Column) -> Iterable[tuple[str, Render]]:
    """`subpage.html`, then `2.html` and on in the same folder."""
    folder = column.url.rpartition("/")[0]
    yield column.url, partial(_list, government, column, 1)
    for number in range(2, column.pages + 1):
        yield f"{folder}/{number}.html", partial(_list, government, column, number)


def _list(government: Government, column: Column, number: int, form: Form) -> str:
    articles = government.articles
    content = _LIST.substitute(
        trail=_trail(column),
        parent=column.trail[0],
        name=column.name,
        side=furniture.anchors(furniture.menu(government)[1].below, '<li><a href="{path}">{name}</a></li>'),
        entries="\n".join(_entry(articles[url]) for url in column.page(number)),
        paging=_paging(column.pages, number),
    )
    head = meta((("SiteName", f"{government.place}人民政府"), ("ColumnName", column.name)))
    return _frame(government, column.name, head, content, rules=120)


def _paging(pages: int, number: int) -> str:
    def item(label: str, target: int) -> str:
        name = "subpage" if target == 1 else str(target)
        there = 1 <= target <= pages and target != number
        return (
            f'<li><a href="{name}.html">{label}</a></li>'
            if there
            else f'<li class="disabled"><span>{label}</span></li>'
        )

    ways = [
        item("首页", 1),
        item("&lt; 上页", number - 1),
        f'<li class="active"><span>{number}/{pages}</span></li>',
    ]
    return "".join([*ways, item("下页 &gt;", number + 1), item("尾页", pages)])


def _entry(document: Document) -> str:
    title = text(document.title)
    return (
        f'                <li class="ewb-info-item clearfix"><a href="/{document.url.split("/", 3)[3]}" title="{escape(title)}" '
        f'class="ewb-info-a">{shortened(title, 36)}</a><span class="ewb-date r">{document.day}</span></li>'
    )


EPOINT = Template(name="epoint", article=article, lists=lists)
