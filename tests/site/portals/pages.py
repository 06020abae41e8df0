"""The pages of a portal that are no lists: home page, hubs, site map, and what stands before the home page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from html import escape

from tests.site import furniture, scripts
from tests.site.banks import bank
from tests.site.model import Government
from tests.site.pick import Picker
from tests.site.portals.model import Column
from tests.site.templates.gkmlpt import SID

HOME_BYTES = (60_000, 200_000)
"""Smallest and largest home page, but for shells."""

_ROW_BYTES = 105  # about, of a row of data
_NEWS_BLOCKS = (
    "要闻动态",
    "部门动态",
    "县区动态",
    "通知公告",
    "政策解读",
    "媒体聚焦",
    "会议活动",
    "人事信息",
    "招考录用",
    "回应关切",
)
_SERVICES = (
    "社保查询",
    "公积金查询",
    "不动产登记",
    "证照办理",
    "婚姻登记",
    "户籍业务",
    "医疗卫生",
    "教育招生",
    "交通出行",
    "公共法律服务",
)
_PADDING = (
    "本站支持IPv6，建议使用1440×900以上分辨率浏览。", "版权所有，未经授权不得转载。", "如有意见建议，请通过互动交流栏目反映。",
)  # fmt: skip


def charset(government: Government) -> str:
    """Return the name that pages declare for their encoding."""
    return "gb2312" if government.encoding == "gb18030" else "utf-8"


def frame(
    government: Government, title: str, menu: str, content: str, *, search: str = "", rules: int = 40
) -> str:
    """Return a page with the portal's head, menu and foot around its content."""
    departments = "".join(
        f'<a href="{item.path}">{item.name}</a>' for item in furniture.departments(government)
    )
    return (
        f'<!DOCTYPE html>\n<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset(government)}">\n'
        f'<title>{escape(title)}</title>\n<meta name="SiteName" content="{government.name}">\n'
        f'<meta name="SiteDomain" content="{government.host}"><meta name="SiteIDCode" content="{government.code}">\n'
        f"<style>\n{furniture.css(government, 'p-', rules)}\n</style></head>\n<body>\n"
        f'<div class="p-top"><a href="/wza/">无障碍浏览</a> <a href="/english/">English</a> <a href="/login/">登录</a></div>\n'
        f'<div class="p-logo"><a href="/"><img src="/images/logo.png" alt="{government.name}"></a></div>\n{search}\n'
        f'<div class="p-nav">\n{menu}\n</div>\n{content}\n<div class="p-links">{departments}</div>\n'
        f'<div class="p-foot"><a href="/wzdt/">网站地图</a> | <a href="/lxwm/">联系我们</a> 主办：{government.name} '
        f"网站标识码：{government.code} {government.record}</div>\n"
        f"<script>{scripts.script(government, 'p', 'statistics', 'zoom')}</script>\n</body></html>\n"
    )


def news_of(government: Government, picker: Picker) -> list[tuple[str, str, date]]:
    """Return path, title and day of the news on a home page."""
    bag, day, made = bank("news"), date(2026, 10, 28), []
    for n in range(picker.between(60, 100)):
        day -= timedelta(days=picker.between(0, 2))
        words = {"name": government.place, "y": day.year, "y0": day.year - 1, "m": day.month}
        title = picker.fill(picker.one((*bag["titles"], *bag["titles"], *bag["traps"])), **words)
        made.append((f"/ywdt/jrxw/{day:%Y%m}/t{day:%Y%m%d}_{90000 + n}.html", title, day))
    return made


def panel(government: Government) -> tuple[str, list[tuple[str, str, date]]]:
    """Return what makes a menu one of 300 links: three for each department; and path, title and day of their pages."""
    names = bank("furniture")["departments"]
    items = [
        (f"/bm/{n}/{kind}.html", f"{name}{words}", date(2024, 5, 1))
        for n, name in enumerate(names)
        for kind, words in (("jgzn", "机构职能"), ("bsfw", "办事服务"), ("lxfs", "联系方式"))
    ]
    links = "".join(f'<a href="{path}">{title}</a>' for path, title, _ in items)
    return f'<div class="p-panel">{links}</div>', items


def home(
    government: Government,
    menu: str,
    news: Sequence[tuple[str, str, date]],
    topics: Iterable[str],
    search: str,
    picker: Picker,
) -> str:
    """Return a home page of 60 to 200 KB: menu, news in blocks, services, topics, links."""
    size = picker.between(HOME_BYTES[0] + 10_000, HOME_BYTES[1] - 15_000)
    per_block = -(-len(news) // len(_NEWS_BLOCKS))
    blocks = "\n".join(
        f'<div class="p-block"><h2>{name}</h2><ul>\n{_news(news[n * per_block : (n + 1) * per_block])}\n</ul></div>'
        for n, name in enumerate(_NEWS_BLOCKS)
    )
    services = "".join(
        f'<li><a href="/bsfw/{n}.html"><img src="/images/s{n}.png">{name}</a></li>'
        for n, name in enumerate(_SERVICES)
    )
    banners = "".join(
        f'<a href="/zt/{n}/" target="_blank"><img src="/images/zt{n}.jpg" alt="{name}"></a>'
        for n, name in enumerate(topics)
    )
    friends = furniture.anchors(furniture.links(government), '<option value="{path}">{name}</option>')
    content = (
        f'<div class="p-main">{blocks}</div>\n<ul class="p-service">{services}</ul>\n<div class="p-topic">{banners}</div>\n'
        f"<select>{friends}</select>\n"
    )
    page = frame(government, f"{government.name}门户网站", menu, content, search=search, rules=120)
    missing = size - len(page.encode(government.encoding))
    rows = scripts.data(government, "pWidgets", max(1, missing // _ROW_BYTES))
    return page.replace("</body>", f"<script>\n{rows}\n</script>\n</body>")


def _news(entries: Sequence[tuple[str, str, date]]) -> str:
    return "\n".join(
        f'<li><a href="{path}" target="_blank" title="{escape(title)}">{escape(title)}</a><span>{day:%m-%d}</span></li>'
        for path, title, day in entries
    )


def article(government: Government, menu: str, title: str, day: date) -> str:
    """Return the page of a news item."""
    picker = Picker("news text", government.id, title)
    words = {"name": government.place, "y": day.year, "y0": day.year - 1, "m": day.month}
    lines = "".join(
        f"<p>{picker.fill(line, **words)}</p>" for line in picker.some(bank("news")["paragraphs"], 4)
    )
    return frame(
        government,
        title,
        menu,
        f'<h1>{escape(title)}</h1><div class="info">{day}</div><div class="text">{lines}</div>',
    )


def hub(
    government: Government, column: Column, menu: str, below: str, news: Sequence[tuple[str, str, date]]
) -> str:
    """Return the page of a hub: its breadcrumb, the columns below it, and often the newest of one of them."""
    crumbs = "".join(f' &gt; <a href="{escape(url)}">{escape(name)}</a>' for name, url in column.trail)
    picker = Picker("hub", column.url)
    shown = news[: picker.one((0, 0, 8, 15))]
    right = f'<div class="p-right"><ul>{_news(shown)}</ul></div>' if shown else ""
    content = (
        f'<div class="p-crumb">当前位置：<a href="/">首页</a>{crumbs}</div>\n<h2>{escape(column.name)}</h2>\n'
        f'<div class="p-left">\n{below}\n</div>\n{right}'
    )
    return frame(government, f"{column.name}-{government.name}", menu, content, rules=picker.between(20, 120))


def gkmlpt_tree(government: Government, column: Column, number: str) -> str:
    """Return the catalogue's page: its columns are a tree in a script, the list among them has the given number."""
    picker = Picker("gkmlpt tree", column.url)
    tree = [
        {
            "id": int(number) if "#" in child.url else picker.between(2000, 9999),
            "parent_id": 0,
            "name": child.name,
            "jump_url": "",
            "children": [],
        }
        for child in column.below
    ]
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>政府信息公开平台-{government.name}</title>'
        f'<meta name="SiteName" content="{government.name}"><meta name="SiteIDCode" content="{government.code}">'
        f"<script>window._CONFIG = {{SID: '{SID}', NAME: '{government.name}', TREE: {json.dumps(tree, ensure_ascii=False)}}};</script></head>"
        '<body><div id="app"></div><script src="/gkmlpt/dist/main.js"></script></body></html>'
    )


def site_map(government: Government, menu: str, columns: Sequence[Column]) -> str:
    """Return the HTML site map."""

    def part(column: Column) -> str:
        below = "".join(map(part, column.below))
        return f'<dl><dt><a href="{escape(column.url)}">{escape(column.name)}</a></dt><dd>{below}</dd></dl>'

    return frame(
        government,
        f"网站地图-{government.name}",
        menu,
        f'<div class="map">{"".join(map(part, columns))}</div>',
    )


def sitemap(columns: Iterable[Column]) -> str:
    """Return the sitemap for search engines: the addresses of columns."""
    entries = "\n".join(
        f"<url><loc>{escape(c.url)}</loc><changefreq>daily</changefreq></url>" for c in columns
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}\n</urlset>\n'


def sitemap_index(url: str) -> str:
    """Return an index that names one sitemap."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{url}</loc></sitemap></sitemapindex>\n'


def shell(government: Government, search: str) -> str:
    """Return a home page that a script fills: nothing but the search leads on."""
    return (
        f'<!DOCTYPE html><html><head><meta charset="{charset(government)}"><title>{government.name}</title>'
        f'<meta name="SiteName" content="{government.name}"><meta name="SiteIDCode" content="{government.code}">'
        f'<style>{furniture.css(government, "s-", 20)}</style></head><body><div id="app"><div class="loading">{"".join(_PADDING)}</div></div>{search}'
        '<script src="/static/js/chunk-vendors.4f2a1c.js"></script><script src="/static/js/app.9d1e07.js"></script></body></html>'
    )


def gate(government: Government, target: str, picker: Picker) -> str:
    """Return the page before the home page that offers a version without barriers."""
    enter = picker.one(
        (
            f'<a href="{target}">进入网站</a>',
            f'<a href="{target}"><img src="/images/enter.png" alt="进入常规版"></a>',
            f'<a href="javascript:void(0)" onclick="window.location.href=\'{target}\'">常规版</a>',
        )
    )
    return _door(
        government,
        f'<h1>{government.name}</h1><a href="/wza/">进入无障碍版</a> <a href="/zzb/">进入长者版</a> {enter}',
    )


def english_gate(government: Government, target: str) -> str:
    """Return the page before the home page on which one chooses a language."""
    return _door(
        government,
        f'<a href="/english/">English</a> <a href="{target}">中文版</a> <a href="/big5/">繁體版</a>',
    )


def frameset(government: Government) -> str:
    """Return a home page of frames."""
    return (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset(government)}"><title>{government.name}</title></head>'
        '<frameset rows="220,*" frameborder="0"><frame src="/top.html" name="top"><frame src="/main.html" name="main">'
        "<noframes><body>您的浏览器不支持框架。</body></noframes></frameset></html>"
    )


def english(government: Government) -> str:
    """Return the English twin's home page."""
    names = ("Home", "News", "Government", "Rule of Law", "Reports", "Services", "Invest", "Visit", "About")
    links = "".join(
        f'<li><a href="/english/{name.lower().replace(" ", "")}/">{name}</a></li>' for name in names
    )
    return _door(government, f"<ul>{links}</ul><h2>Annual report on the work of the government</h2>")


def meta_refresh(government: Government, target: str) -> str:
    """Return a page that sends on by its meta element."""
    return f'<html><head><meta http-equiv="refresh" content="0;url={target}"><title>{government.name}</title></head><body></body></html>'


def script_redirect(government: Government, target: str, picker: Picker) -> str:
    """Return a page that sends on by script."""
    call = picker.one(
        (
            'location.href="{}";',
            "window.location.replace('{}');",
            'window.location="{}";',
            'self.location.href = "{}";',
        )
    )
    return f"<html><head><title>{government.name}</title><script>{call.format(target)}</script></head><body></body></html>"


def _door(government: Government, body: str) -> str:
    return (
        f'<!DOCTYPE html><html><head><meta charset="{charset(government)}"><title>{government.name}</title>'
        f"<style>{furniture.css(government, 'g-', 12)}</style></head><body>{body}"
        f"<p>主办：{government.name} 网站标识码：{government.code}</p></body></html>"
    )
