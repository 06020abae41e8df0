"""开普云 UCAP as 黄石港 has it: `<ucaptitle>`, `<ucapcontent>`, `.pages_content#UCAP-CONTENT`, and `</html>` twice."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from html import escape
from string import Template as Text

from tests.site import furniture, scripts
from tests.site.model import Column, Document, Form, Government, Render
from tests.site.templates.template import Template, column_of, linked, meta, rows, shortened, text

_P = "hsg-"

_PAGE = Text("""<!doctype html>
<html lang="zh">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1.0">
$meta
  <title>$title</title>
  <link rel="stylesheet" href="/hsgq/xhtml/css/layui.css"/>
  <link rel="stylesheet" href="/hsgq/xhtml/css/index.css"/>
  <script src="/hsgq/xhtml/js/jquery-1.11.1.min.js"></script>
  <script>
$today
  </script>
  <style>
$css
  </style>
</head>
<body>
<div class="bgimg">
  <header class="hsg-head">
    <div class="hsg-top"><span class="date"><script>hsgToday()</script></span>
      <ul><li><a href="http://www.hubei.gov.cn/" target="_blank">湖北省人民政府</a></li><li><a href="http://www.huangshi.gov.cn/" target="_blank">黄石市人民政府</a></li>
      <li><a onclick="aria.start()">无障碍浏览</a></li><li><a href="/zzms/">关怀版</a></li><li><a href="/yhzx/">个人中心</a></li></ul></div>
    <a class="logo" href="/index.shtml"><img src="/hsgq/xhtml/images/logo.png" alt="$place人民政府"></a>
    <form class="layui-form" onsubmit="return hsgSearch(this)"><input type="text" class="searchTxt" name="q" placeholder="请输入您要搜索的内容"><button>搜索</button>
      <p class="hotwords">$hot</p></form>
    <nav><ul class="hsg-nav"><li><a href="/index.shtml">网站首页</a></li>
$menu
    </ul></nav>
  </header>
$content
  <section class="hsg-friend layui-tab">
    <ul class="layui-tab-title"><li class="layui-this">国家部委及各地政府</li><li>区直部门</li></ul>
    <div class="layui-tab-content"><div class="layui-tab-item layui-show">$links</div><div class="layui-tab-item">$departments</div></div>
  </section>
  <footer>
    <p><a href="/">首页</a> | <a href="/wzsm/">网站声明</a> | <a href="/sybz/">使用帮助</a> | <a href="/lxwm/">联系我们</a> | <a href="/gywm/">关于我们</a> | <a href="/wzdt/">网站地图</a></p>
    <p>主办单位：$place人民政府 版权所有 联系地址：$place人民政府大院</p>
    <p>鄂公网安备 42020202000007号 网站标识码：$code <a href="https://beian.miit.gov.cn/">$record</a></p>
  </footer>
</div>
<div class="alert-delete"><p>您访问的链接即将离开“$place人民政府”门户网站 是否继续？</p><span class="continue">继续访问</span><span class="fangqi">放弃</span></div>
<script>
$script
$data
</script>
</body>
</html>
<script src="/hsgq/xhtml/js/aria.js"></script>
</html>
""")

_ARTICLE = Text("""  <div class="hsg-position">当前位置：<a href="/index.shtml">首页</a>$trail</div>
  <div class="hsg-con" id="cmsArticleContent">
    <div class="hsg-article">
      <h1 class="info-title"><ucaptitle>$title</ucaptitle></h1>
      <div class="pages-date"><span>发布时间：$day</span> <span class="font">来源：$source</span>
        <span class="pages_print mhide"><span class="font" onclick="hsgSetSize(20)">大</span><span class="font" onclick="hsgSetSize(16)">中</span><span class="font" onclick="hsgSetSize(14)">小</span><span class="printer" onclick="hsgPrint()">打印</span></span></div>
      <div class="pages_content" id="UCAP-CONTENT"><ucapcontent>
$body
      </ucapcontent></div>
      <div class="editor"><span>责任编辑：区政府网站管理员</span></div>
      <div class="share-box"><span>扫一扫在手机打开当前页</span><div id="qrcode" class="qr"></div>
        <a href="javascript:hsgShare.weibo()">微博</a><a href="javascript:hsgShare.wechat()">微信</a><a href="javascript:hsgShare.qzone()">空间</a></div>
      <div class="related"><h4>相关文章</h4>
        <ul id="relList">$related</ul></div>
    </div>
  </div>""")

_LIST = Text("""  <div class="hsg-position">当前位置：<a href="/index.shtml">首页</a>$trail</div>
  <div class="hsg-con row">
    <aside><h3>法定主动公开内容</h3><ul>$side</ul></aside>
    <div class="list-box"><h3>$name</h3>
      <ul class="infoList">
$entries
      </ul>
      <div id="page_div" class="page"></div>
      <script type="text/javascript">
        createPageHTML('page_div',$pages, $number,'index','shtml',$total);
      </script>
    </div>
  </div>""")


def _frame(government: Government, title: str, head: str, content: str, rules: int) -> str:
    return _PAGE.substitute(
        title=title,
        meta=head,
        content=content,
        css=furniture.css(government, _P, rules),
        today=scripts.script(government, "hsg", "today", "mobile"),
        script=scripts.script(government, "hsg", "zoom", "share", "search", "leaving"),
        data=scripts.data(government, "ucapChannels", rules // 3),
        menu="\n".join(
            f'      <li><a href="{part.path}index.shtml">{part.name}</a><dl>'
            + furniture.anchors(part.below, '<dd><a href="{path}index.shtml" title="{name}">{name}</a></dd>')
            + "</dl></li>"
            for part in furniture.menu(government)
        ),
        hot="".join(f'<a href="/so/s?qt={word}">{word}</a>' for word in furniture.hot_words(government)),
        links=furniture.anchors(furniture.links(government), '<a href="{path}" target="_blank">{name}</a>'),
        departments=furniture.anchors(furniture.departments(government), '<a href="{path}">{name}</a>'),
        place=government.place,
        code=government.code,
        record=government.record,
    )


def article(government: Government, document: Document) -> str:
    """An article's page. `PubDate` is at midnight, and on an older report the time when the page was generated."""
    column = column_of(government, document)
    generated = "2024-06-03 14:25:31" if document.year == 2021 else f"{document.day} 00:00:00"
    head = meta(
        (
            ("SiteName", f"{government.place}人民政府"),
            ("SiteDomain", government.base),
            ("SiteIDCode", government.code),
            ("ColumnName", column.name),
            ("ColumnDescription", f"{government.place}{column.name}"),
            ("ColumnKeywords", column.name),
            ("ColumnType", "政府信息公开"),
            ("ArticleTitle", document.title),
            ("PubDate", generated),
            ("ContentSource", document.source or ""),
            ("Keywords", document.title),
            ("Description", document.title),
            ("others", f"页面生成时间 {generated}"),
            ("template,templategroup,version", "5d1f2a77c03e4b1a96f1b6a2cf0d3e51,default,1.3"),
        ),
        '  <meta name="{name}" content="{content}"/>',
    )
    others = [news for news in government.news if news.url != document.url][:7]
    content = _ARTICLE.substitute(
        trail=_trail(column),
        title=text(document.title),
        day=document.day,
        source=document.source or "",
        body="\n".join(_block(document, block) for block in rows(document)),
        related="".join(
            f'<li><a href="{_path(o)}">{text(o.title)}</a><span>{o.day}</span></li>' for o in others
        ),
    )
    return _frame(government, f"{text(document.title)}-{government.place}人民政府", head, content, rules=290)


def _block(document: Document, block: str | list[list[str]]) -> str:
    if isinstance(block, list):
        cells = (f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in row)}</tr>" for row in block)
        return f'<div class="table-wrap"><table><tbody>{"".join(cells)}</tbody></table></div>'
    return f'<p style="text-indent: 2em; line-height: 2em; font-family: 仿宋_GB2312;">{linked(document, block)}</p><p></p>'


def _trail(column: Column) -> str:
    return "".join(f' &gt; <a href="/zwpd/">{name}</a>' for name in column.trail)


def _path(document: Document) -> str:
    return "/" + document.url.split("/", 3)[3]


def lists(government: Government, column: Column) -> Iterable[tuple[str, Render]]:
    """`index.shtml`, then `index_2.shtml` and on: pages are counted from one."""
    yield column.url, partial(_list, government, column, 1)
    yield f"{column.url}index.shtml", partial(_list, government, column, 1)
    for number in range(2, column.pages + 1):
        yield f"{column.url}index_{number}.shtml", partial(_list, government, column, number)


def _list(government: Government, column: Column, number: int, form: Form) -> str:
    articles = government.articles
    content = _LIST.substitute(
        trail=_trail(column),
        name=column.name,
        side=furniture.anchors(furniture.menu(government)[0].below, '<li><a href="{path}">{name}</a></li>'),
        entries="\n".join(_entry(articles[url]) for url in column.page(number)),
        pages=column.pages,
        number=number,
        total=len(column.entries),
    )
    head = meta((("SiteName", f"{government.place}人民政府"), ("ColumnName", column.name)))
    return _frame(government, f"{column.name}-{government.place}人民政府", head, content, rules=110)


def _entry(document: Document) -> str:
    title = text(document.title)
    return (
        f'        <li><a href="{_path(document)}" title="{escape(title)}" target="_blank"><i></i>{shortened(title, 32)}</a>'
        f"<span>[{document.day}]</span></li>"
    )


UCAP = Template(name="ucap", article=article, lists=lists)
