"""Whose site a page belongs to, and which lists a report of it could stand on, by what the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from crawler.address import canonical, join
from crawler.cms.base_url import Base
from crawler.field.regions import path, region, region_of

COLUMN = re.compile(r"法治政府|依法行政|法治建设|依法治[市县区省]")
"""What columns with such reports are called."""

_CODE = re.compile(
    r"(?:网站标识码|SiteIDCode)\D{0,12}?(\d{10})", re.I
)  # ten digits, the first six a division's
_SPONSOR = re.compile(
    r"(?:主办(?:单位)?|版权所有)\s*[:：]?\s*([\u4e00-\u9fff]{2,30}?(?:人民政府|局|厅|委员会))"
)
_PORTAL = re.compile(r"(?:门户|官方)?网站?$|政务网$|^中国[·•]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A site's government or department, and where that was read."""

    name: str | None = None
    region: str | None = None
    where: tuple[tuple[str, str], ...] = ()


def whose(html: str) -> Owner:
    """The government's name and division, from what the page says of its site."""
    tree = LexborHTMLParser(html)
    text = tree.body.text(separator=" ") if tree.body else ""
    metas = {
        (node.attributes.get("name") or "").lower(): (node.attributes.get("content") or "").strip()
        for node in tree.css("meta[name]")
    }
    title = tree.css_first("title")
    places = (
        ("meta SiteName", metas.get("sitename", "")),
        ("footer", (m[1] if (m := _SPONSOR.search(text)) else "")),
        ("title", re.split(r"[-_—|]", title.text(strip=True))[-1] if title else ""),
    )
    code, where = _code(metas.get("siteidcode", ""), text)
    name, named = next(((_name(said), where) for where, said in places if _name(said)), (None, ""))
    if code is None and name:
        code, where = region_of(name), f"name ({named})"
    if name is None and code:
        name, named = path(code) + "人民政府", "its division"
    told = [("name", named)] if name else []
    told += [("region", where)] if code else []
    return Owner(name=name, region=code, where=tuple(told))


def _code(meta: str, text: str) -> tuple[str | None, str]:
    """The division of a 网站标识码; of a department's too. Ministries' codes (bm…) are of none."""
    for where, found in (
        ("meta SiteIDCode", re.fullmatch(r"(\d{10})", meta)),
        ("footer 网站标识码", _CODE.search(text)),
    ):
        if found and region(found[1][:6]):
            return found[1][:6], where
    return None, ""


def _name(said: str) -> str | None:
    """A government's or department's name out of what a site calls itself: 武汉市人民政府门户网站, 中国·武汉."""
    last = re.split(r"[-_—|]", said.strip())[-1]  # 济南政府网_济南市人民政府
    bare = _PORTAL.sub("", _PORTAL.sub("", last.strip())).strip(" ·•")
    bare = re.sub(r"(?<=[部局厅])政府$", "", bare)  # 教育部政府门户网站
    if re.search(r"(?:政府|局|厅|委员会|办公室)$", bare):
        return bare
    code = region_of(bare) if 2 <= len(bare) <= 20 else None
    found = region(code) if code else None
    return f"{found.name}人民政府" if found and bare in (found.name, found.short) else None


def lists_of_report(url: str, html: str) -> list[str]:
    """Addresses that a report's list could have, the likeliest first: breadcrumbs, the rule of its system, its folders."""
    tree = LexborHTMLParser(html)
    base = Base.of(tree, url, "utf-8")
    named = tree.css_first('meta[name="ColumnName" i]')
    column = (named.attributes.get("content") or "").strip() if named else ""
    found: list[str] = []
    for node in tree.css("a[href]"):
        text = node.text(strip=True)
        target = base.target(node)
        if target and (text == column or COLUMN.fullmatch(text[:4]) or COLUMN.search(text[:12])):
            found.append(target)
    found.sort(key=lambda target: not _is_above(target, url))
    found += _by_rule(url)
    same = [each for each in found if urlsplit(each).netloc == urlsplit(url).netloc]
    return list(dict.fromkeys(each for each in same if canonical(each) != canonical(url)))


def _is_above(target: str, url: str) -> bool:
    folder = target.rpartition("/")[0] + "/"
    return url.startswith(folder) and folder.count("/") > 3


def _by_rule(url: str) -> Iterator[str]:
    """What systems' addresses say: jcms art_910_1 is of col910; a folder of a month lies in its column's."""
    if column := re.search(r"/art_(\d+)_\d+\.html", url):
        yield join(url, f"/col/col{column[1]}/index.html") or url
    folders = urlsplit(url).path.split("/")[1:-1]
    while folders and re.fullmatch(r"20\d{4}(?:\d{2})?|20\d{2}|\d{1,2}|content", folders[-1]):
        folders.pop()
    if folders:
        yield join(url, f"/{'/'.join(folders)}/") or url
