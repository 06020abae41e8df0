"""Read the head of an HTML page: meta elements, `<title>`, JSON-LD and 网站标识码 to Clues and titles.

Each clue has a weight; `meaning/choose_clue` picks one for each field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser

from crawler.extract.page.lines import clean
from crawler.field.text import iso_date
from crawler.model import Clue

_META = (
    ("published", "pubdate", 0.7),
    ("published", "publishdate", 0.65),
    ("published", "article:published_time", 0.65),
    ("published", "og:release_date", 0.6),
    ("published", "datepublished", 0.65),
    ("published", "publish-date", 0.6),
    ("published", "firstpublishedtime", 0.6),
    ("source", "contentsource", 0.6),
    ("source", "source", 0.5),
    ("author", "author", 0.4),
    ("column", "columnname", 0.9),
    ("site", "sitename", 0.9),
)
"""Field, meta name (《政府网站发展指引》 2017, and names seen on real pages), weight."""

_NO_AUTHOR = re.compile(r"网|公司|系统|管理员|发布员|政府|admin|\d", re.I)  # a software maker or an account
_MARKUP = re.compile(r"<[^>]{0,400}>|&lt;.{0,400}?&gt;")  # <br> or <div> inside ArticleTitle
_SEPARATOR = re.compile(
    r"(?:(?<!\s)\s++)?[_|｜│丨]+\s*|(?<!\s)\s++[-–—]++\s+|(?<![-–—])[-–—]++(?=[\u4e00-\u9fff])(?<![0-9\u4e00-\u9fff][—]{2})|\s{2,}"
)
_SITE_NAME_ENDINGS = (
    "网", "网站", "门户", "平台", "首页", "频道", "在线", "论坛", "博客", "政府", "办公厅", "办公室", "委员会",
    "厅", "局", "委", "部", "院",
)  # fmt: skip
"""Endings of the part of a <title> that names the site."""
_MIN_OTHER_PART_LENGTH = 8  # characters of a further part of a <title> that may be the article's
_MIN_PART_LENGTH = 5  # characters of the first part that may be
_LD_DATE = re.compile(r'"(?:datePublished|pubDate|upDate)"\s*:\s*"([^"]{8,40})"')
_SITE_CODE = re.compile(
    r"标识码(?:\s|[:：]|<[^>]{0,160}>)*(\d{10}|bm\d{8})"
)  # 网站标识码：<a href="…">4202020002
_MAX_MENTIONS = 4  # of 标识码 that are looked at, from the end of the page
_MAX_CODE_DISTANCE = 400  # characters behind a mention


def head_clues(metas: Mapping[str, str]) -> Iterator[Clue]:
    """Yield the clues of the page's meta elements. `metas`: contents by lower-case name."""
    for field, name, weight in _META:
        value = metas.get(name)
        if not value:
            continue
        value = (iso_date(value) or "") if field == "published" else clean(_MARKUP.sub("", value))
        if value and not (field == "author" and _NO_AUTHOR.search(value)):
            yield Clue(field=field, value=value, weight=weight, where=f"meta {name}")


def page_titles(tree: LexborHTMLParser, metas: Mapping[str, str]) -> tuple[str, ...]:
    """Return the titles in the head, best first: ArticleTitle, <title> without the site's name, whole, its other parts."""
    titles = [clean(_MARKUP.sub("", metas.get("articletitle", "")))]
    node = tree.css_first("title")
    whole = clean(_MARKUP.sub("", node.text() if node else ""))
    own = {metas.get("sitename", ""), metas.get("columnname", "")} - {titles[0]}
    titles += [article_title(whole, own), whole, clean(metas.get("og:title", ""))]
    titles += [
        part
        for part in _SEPARATOR.split(whole)
        if len(part) >= _MIN_OTHER_PART_LENGTH and not part.endswith(_SITE_NAME_ENDINGS)
    ]
    return tuple(dict.fromkeys(title for title in titles if title))


def article_title(whole: str, own: set[str]) -> str:
    """Return the article's part of a <title>: the first one that does not name the site, or the longest word.

    `own`: names of the site and the column.
    """
    parts = [part for part in _SEPARATOR.split(whole) if part and part not in own]
    if len(parts) < 2:
        words = [word for word in whole.split(" ") if word not in own]
        return max(words, key=len) if len(words) > 1 and len(words) < len(whole.split(" ")) else whole
    candidates = [
        part for part in parts if len(part) >= _MIN_PART_LENGTH and not part.endswith(_SITE_NAME_ENDINGS)
    ]
    return candidates[0] if candidates else parts[0]


def json_ld(tree: LexborHTMLParser) -> Iterator[Clue]:
    """Yield the publication date of structured data (schema.org, or Baidu's pubDate)."""
    for node in tree.css('script[type="application/ld+json"]'):
        found = _LD_DATE.search(node.text())
        if found and (date := iso_date(found[1])):
            yield Clue(field="published", value=date, weight=0.62, where="JSON-LD")


def site_code(metas: Mapping[str, str], source: str) -> str | None:
    """Return the 网站标识码 of the page's head, or else of its footer."""
    code = metas.get("siteidcode", "")
    if re.fullmatch(r"\d{10}|bm\d{8}", code):
        return code
    at = len(source)
    for _ in range(_MAX_MENTIONS):
        at = source.rfind("标识码", 0, at)
        if at < 0:
            break
        if found := _SITE_CODE.match(source, at, at + _MAX_CODE_DISTANCE):
            return found[1]
    return None
