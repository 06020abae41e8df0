"""国泰新点 (epoint): `…/007023/20240103/<guid>.html`, lists `subpage.html`, `2.html`, `3.html`, …

Its 信息公开 (`govInfoPub.html?categorynum=003001`) has no list in the page: a POST of JSON gives it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from crawler.address import join
from crawler.cms.base_url import is_same_site
from crawler.cms.generic import COMMON
from crawler.cms.lists.calls import object_at
from crawler.cms.lists.frames import has_entries
from crawler.cms.lists.near_json import is_json
from crawler.cms.lists.paging import NextLink
from crawler.cms.preset import ListPage, Marks, Preset
from crawler.model import ListRequest

PAGE_SIZE = 15
DEFAULT_PROJECT = "/EWB-FRONT"
DEFAULT_SITE = "7eb5f7f1-9041-43ad-8e13-8fcb82ea831a"
"""The siteGuid of an epoint site that has not changed it; seen at two cities."""

_TOTAL_PAGES = re.compile(
    r"""(?:pageCount|totalPage|pagecount)['"]?\s*[:=]\s*['"]?(\d{1,9})|共\s*(\d{1,9})\s*页|(?<!\d)\d++\s*+/\s*+(\d{1,9})\s*+页?\s*+<""",
    re.I,
)
_PLACE = re.compile(r"""['"]([^'"\s]{0,200})(/rest/lightfrontaction/\w{1,40}list)['"]""", re.I)
_PROJECT = re.compile(r"""\bprojectName['"]?\s{0,5}[:=]\s{0,5}['"]([\w/-]{1,60})['"]""")
_SITE = re.compile(r"""\bsiteGuid['"]?\s{0,5}[:=]\s{0,5}['"]([0-9a-fA-F-]{36})['"]""", re.I)
_CATEGORY = re.compile(r"""\bcategory_?num['"]?\s{0,5}[:=]\s{0,5}['"](\d{3,30})['"]""", re.I)
_DEPARTMENT = re.compile(r"""\bdept_?code['"]?\s{0,5}[:=]\s{0,5}['"]([\w-]{1,60})['"]""", re.I)
_BODY = re.compile(
    r"""(?:JSON\.stringify\(|\bdata['"]?\s{0,5}:|\b(?:params?|data|str|body)\s{0,5}=)\s{0,5}(?=\{)"""
)
_NEAR_CHARS = 3000  # between the action and the data sent to it


@dataclass(frozen=True, slots=True)
class PathNumbered:
    """File names are numbers: `2.html` follows `subpage.html`, up to the total that the page states."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the file with the next number in the same folder; None at the total."""
        found = _TOTAL_PAGES.search(page.html)
        total = int(next(filter(None, found.groups()), "1")) if found else 1
        name = urlsplit(page.url).path.rpartition("/")[2]
        here = int(m[1]) if (m := re.match(r"(\d{1,9})\.html?$", name)) else 1
        url = join(page.url, f"{here + 1}.html")
        return ListRequest(url=url) if url and here < total else None


@dataclass(frozen=True, slots=True)
class GovInfoList:
    """Leads from a page of 信息公开 to its list: a POST of JSON to `rest/lightfrontaction/getgovinfolist`."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the request for the first page; None where page and address do not say which category it shows."""
        source, query = page.html, {key.lower(): value for key, value in parse_qsl(urlsplit(page.url).query)}
        place = _PLACE.search(source)
        action = place[2] if place else "/rest/lightfrontaction/getgovinfolist"
        named = place is not None or "lightfrontaction" in source or "govinfopub" in page.url.lower()
        if is_json(source) or not named or has_entries(page):
            return None
        project = place[1] if place and place[1] else _match(_PROJECT, source) or DEFAULT_PROJECT
        url = page.base.join(project if "/" in project[:1] or "//" in project else f"/{project}")
        url = f"{url.rstrip('/')}{action}" if url else None
        category = query.get("categorynum") or _match(_CATEGORY, source)
        if url is None or not is_same_site(url, page.url) or not category:
            return None
        known = {
            "deptcode": query.get("deptcode") or _match(_DEPARTMENT, source),
            "categorynum": category,
            "siteGuid": _match(_SITE, source) or DEFAULT_SITE,
            "pageIndex": 0,
            "pageSize": PAGE_SIZE,
        }
        return ListRequest(url=url, method="POST", json_body=_as_json(_body(source, place, known)))


def _match(pattern: re.Pattern[str], source: str) -> str:
    found = pattern.search(source)
    return found[1] if found else ""


def _body(source: str, place: re.Match[str] | None, known: dict[str, object]) -> dict[str, object]:
    """Return the object that the page's script sends, with what is known in the place of its variables; or what is known."""
    if place is None:
        return known
    start = max(place.start() - _NEAR_CHARS, 0)
    for found in _BODY.finditer(source, start, place.end() + _NEAR_CHARS):
        value = object_at(source, found.end())
        inner = value.get("params", value)
        if isinstance(inner, dict) and any(key.lower() == "categorynum" for key in inner):
            by_name = {key.lower(): each for key, each in known.items()}
            filled = {
                key: by_name.get(key.lower(), each) if each == "" else each for key, each in inner.items()
            }
            return value | {"params": filled} if "params" in value else filled
    return known


def _as_json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


EPOINT = Preset(
    name="epoint",
    maker="国泰新点 epoint",
    marks=Marks(
        words=("ewb-", "epoint", "/subpage.html", "/govinfopub", "/rest/lightfrontaction/"),
        patterns=(re.compile(r"/20\d{6}/[0-9a-f]{8}-[0-9a-f]{4}-"),),
    ),
    body=(".ewb-article", ".ewb-article-info", ".ewb-info-content", ".news-article-para"),
    paging=(GovInfoList(), NextLink(), PathNumbered(), *COMMON),
)
