"""广东 gkmlpt: a page of script that says its site's number, a column as JSON, articles at `/gkmlpt/content/1/123/post_123.html`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from functools import partial

from tests.site.model import Column, Document, Form, Government, Render
from tests.site.templates.template import Template, linked, meta, rows, text

SID = "769001"
COLUMN = "505"
_PER_PAGE = 100
_CHINA = timezone(timedelta(hours=8))


def article(government: Government, document: Document) -> str:
    """An article's page."""
    head = meta(
        (
            ("SiteName", f"{government.place}人民政府"),
            ("SiteIDCode", government.code),
            ("ArticleTitle", document.title),
            ("PubDate", document.published.replace("T", " ")),
            ("ContentSource", document.source or ""),
        )
    )
    paragraphs = "\n".join(
        f"<p>{linked(document, block)}</p>" for block in rows(document) if isinstance(block, str)
    )
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{text(document.title)}</title>{head}</head><body>'
        f'<div class="wrap"><h1 class="title document-number">{text(document.title)}</h1>'
        f'<div class="info">发布日期：{document.day} 来源：{document.source or ""}</div>'
        f'<div class="article-content">{paragraphs}</div></div>'
        f'<div class="footer">主办：{government.place}人民政府 网站标识码：{government.code} {government.record}</div></body></html>'
    )


def lists(government: Government, column: Column) -> Iterable[tuple[str, Render]]:
    """The page that people see, and the address that gives any page of the column as JSON."""
    yield column.url.partition("#")[0], partial(_index, government, column)
    yield f"{government.base}/gkmlpt/api/all/{COLUMN}", partial(_api, government, column)


def _index(government: Government, column: Column, form: Form) -> str:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>政府信息公开平台-{government.place}人民政府</title>'
        f'<meta name="SiteName" content="{government.place}人民政府"><meta name="SiteIDCode" content="{government.code}">'
        f"<script>window._CONFIG = {{SID: '{SID}', NAME: '{government.place}', TREE: [{COLUMN}]}};</script></head>"
        '<body><div id="app"></div><script src="/gkmlpt/dist/main.js"></script></body></html>'
    )


def _api(government: Government, column: Column, form: Form) -> str:
    number = max(int(form.get("page") or 1), 1)
    here = column.entries[(number - 1) * _PER_PAGE : number * _PER_PAGE] if form.get("sid") == SID else ()
    articles = government.articles
    return json.dumps(
        {"total": len(column.entries), "articles": [_entry(articles[url]) for url in here]},
        ensure_ascii=False,
    )


def _entry(document: Document) -> dict[str, object]:
    published = datetime.fromisoformat(document.published).replace(tzinfo=_CHINA)
    return {
        "id": int(document.url.rpartition("_")[2].removesuffix(".html")),
        "title": document.title,
        "url": document.url,
        "publisher": document.issuer or "",
        "created_at": published.strftime("%Y-%m-%d %H:%M:%S"),
        "display_publish_time": int(published.timestamp()),
    }


GKMLPT = Template(name="gkmlpt", article=article, lists=lists)
