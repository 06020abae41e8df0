"""The front page of a site: its columns and what is new in them, with addresses from the root."""

from __future__ import annotations

from tests.site import furniture
from tests.site.model import Column, Form, Government
from tests.site.templates.template import text


def home(government: Government, form: Form) -> str:
    """The page at `/`."""
    charset = "gb2312" if government.encoding == "gb18030" else government.encoding
    menu = "".join(
        f"<h3>{part.name}</h3><p>{furniture.anchors(part.below)}</p>" for part in furniture.menu(government)
    )
    return (
        f'<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">'
        f'<title>{government.name}</title><meta name="SiteName" content="{government.name}">'
        f'<meta name="SiteIDCode" content="{government.code}"></head><body><h1>{government.name}</h1><div class="nav">'
        f"{menu}</div>{_reports(government)}{''.join(_column(government, column) for column in government.columns)}"
        f'<div class="foot">主办：{government.name} 网站标识码：{government.code} {government.record}</div></body></html>\n'
    )


def _reports(government: Government) -> str:
    """Return the block of links to the reports, without dates."""
    entries = (
        f'<li><a href="/{d.url.split("/", 3)[3]}">{text(d.title)}</a></li>' for d in government.documents
    )
    return f'<div class="column"><h2>法治政府建设年度报告</h2><ul>{"".join(entries)}</ul></div>'


def _column(government: Government, column: Column) -> str:
    articles = government.articles
    entries = (
        f'<li><a href="/{url.split("/", 3)[3]}">{text(articles[url].title)}</a> {articles[url].day}</li>'
        for url in column.entries[:8]
    )
    more = f'<a href="/{column.url.split("/", 3)[3]}">更多</a>'
    return f'<div class="column"><h2>{column.name}</h2>{more}<ul>{"".join(entries)}</ul></div>'
