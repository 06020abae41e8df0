"""Find the government that a page belongs to, and the lists that a report page can be on, from the page alone.

Used when a new entry of sources.yaml is written (`crawler.onboarding`). Every answer says where it was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from crawler.address import canonical, join
from crawler.cms.base_url import Base
from crawler.field.regions import path, region, region_of

REPORT_COLUMN = re.compile(r"法治政府|依法行政|法治建设|依法治[市县区省]")
"""Names of columns that hold such reports."""

# ten digits, the first six are the code of a division
_SITE_CODE = re.compile(r"(?:网站标识码|SiteIDCode)\D{0,12}?(\d{10})", re.I)
_SPONSOR = re.compile(
    r"(?:主办(?:单位)?|版权所有)\s*+[:：]?\s*+([\u4e00-\u9fff]{2,30}?(?:人民政府|局|厅|委员会))"
)
_PORTAL_WORDS = re.compile(r"(?:门户|官方)?网站?$|政务网$|^中国[·•]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The government or department of a site."""

    name: str | None = None
    region: str | None = None  # GB/T 2260, six digits
    where: tuple[tuple[str, str], ...] = ()  # (field, place where it was read)


def owner_of(html: str) -> Owner:
    """Return the name and the division of a page's government, from its meta elements, footer and title."""
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
    code, where = _division(metas.get("siteidcode", ""), text)
    name, named = next(((name, where) for where, text in places if (name := _name(text))), (None, ""))
    if code is None and name:
        code, where = region_of(name), f"name ({named})"
    if name is None and code:
        name, named = path(code) + "人民政府", "its division"
    read = [("name", named)] if name else []
    read += [("region", where)] if code else []
    return Owner(name=name, region=code, where=tuple(read))


def _division(meta: str, text: str) -> tuple[str | None, str]:
    """Return the division in a 网站标识码, also of a department. Codes of ministries (bm…) have none."""
    for where, found in (
        ("meta SiteIDCode", re.fullmatch(r"(\d{10})", meta)),
        ("footer 网站标识码", _SITE_CODE.search(text)),
    ):
        if found and region(found[1][:6]):
            return found[1][:6], where
    return None, ""


def _name(site_name: str) -> str | None:
    """Return the government or department in the name of a site: 武汉市人民政府门户网站, 中国·武汉."""
    last = re.split(r"[-_—|]", site_name.strip())[-1]  # 济南政府网_济南市人民政府
    bare = _PORTAL_WORDS.sub("", _PORTAL_WORDS.sub("", last.strip())).strip(" ·•")
    bare = re.sub(r"(?<=[部局厅])政府$", "", bare)  # 教育部政府门户网站
    if re.search(r"(?:政府|局|厅|委员会|办公室)$", bare):
        return bare
    code = region_of(bare) if 2 <= len(bare) <= 20 else None
    found = region(code) if code else None
    return f"{found.name}人民政府" if found and bare in (found.name, found.short) else None


def candidate_lists(url: str, html: str) -> list[str]:
    """Return addresses that the list of a report page can have, likeliest first: breadcrumbs, address rules, folders."""
    tree = LexborHTMLParser(html)
    base = Base.of(tree, url, "utf-8")
    named = tree.css_first('meta[name="ColumnName" i]')
    column = (named.attributes.get("content") or "").strip() if named else ""
    found: list[str] = []
    for node in tree.css("a[href]"):
        text = node.text(strip=True)
        target = base.target(node)
        if target and (
            text == column or REPORT_COLUMN.fullmatch(text[:4]) or REPORT_COLUMN.search(text[:12])
        ):
            found.append(target)
    found.sort(key=lambda target: not _is_above(target, url))
    found += _by_address(url)
    same = [each for each in found if urlsplit(each).netloc == urlsplit(url).netloc]
    return list(dict.fromkeys(each for each in same if canonical(each) != canonical(url)))


def _is_above(target: str, url: str) -> bool:
    folder = target.rpartition("/")[0] + "/"
    return url.startswith(folder) and folder.count("/") > 3


def _by_address(url: str) -> Iterator[str]:
    """Yield lists by the rules of addresses: art_910_1 of jcms belongs to col910; a folder by month is in its column's."""
    if column := re.search(r"/art_(\d+)_\d+\.html", url):
        yield join(url, f"/col/col{column[1]}/index.html") or url
    folders = urlsplit(url).path.split("/")[1:-1]
    while folders and re.fullmatch(r"20\d{4}(?:\d{2})?|20\d{2}|\d{1,2}|content", folders[-1]):
        folders.pop()
    if folders:
        yield join(url, f"/{'/'.join(folders)}/") or url
