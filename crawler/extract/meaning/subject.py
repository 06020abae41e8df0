"""What a report means: who reports, for which division, of what kind, for which year. Evidence in, one answer with clues out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.extract.meaning import kind
from crawler.extract.meaning.choose_clue import settle
from crawler.field.organs import DEPARTMENT, GOVERNMENT, complete, is_bare, organ, organ_in
from crawler.field.regions import is_portal, province_of_host, region, region_of
from crawler.field.text import fold
from crawler.model import Clue

_OPENING = 400  # characters of a text in which a place named tells which 鼓楼区 is meant
_SITE = re.compile(
    r"(?:政府信息公开|信息公开)?(?:门户|政务|官方|公众信息|公众|信息)*(?:网站群?|官网|网|平台|主站)?$|^中国[·•\s]*"
)
_SPONSOR = re.compile(
    r"主办(?:单位)?\s*:?\s*([^\s:,|(]{3,40}?)(?=\s|承办|协办|版权|网站|联系|地址|主管|维护|$|[,|(:])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a page says of itself, as far as it tells who reports. Texts as found; None or empty where there is none."""

    title: str
    body: str
    signer: str | None = None  # 落款
    publisher: str | None = None  # 发布机构 or 发文机关 of the index table
    source: str | None = None  # 来源
    site: str | None = None  # SiteName
    footer: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()  # breadcrumbs and column names
    site_code: str | None = None  # 网站标识码, ten digits
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """The answers, and the clues for issuer and region that led to them."""

    issuer: str | None
    region: str | None  # GB/T 2260, six digits
    year: int | None
    kind: str | None
    clues: tuple[Clue, ...] = ()


def read(page: Evidence) -> Meaning:
    """Issuer, region, year and kind of a report."""
    near = _near(page)
    site = tuple(_site_clues(page, near))
    home = settle(site, "region")
    issuers = tuple(_issuer_clues(page, home, near))
    issuer = settle(issuers, "issuer")
    regions = (*_own_region(issuers, home, near), *site)
    return Meaning(
        issuer=issuer,
        region=settle(regions, "region"),
        year=kind.year(page.title, page.body),
        kind=kind.kind(page.title, page.body, issuer),
        clues=(*issuers, *regions),
    )


def _near(page: Evidence) -> tuple[str, ...]:
    """Texts around a name, the most telling first, that may name the city of an 鼓楼区."""
    given = (page.title, page.signer, page.publisher, page.source, page.site, *_sponsors(page), *page.trail)
    texts = (*filter(None, given), page.body, _province_named(page))
    return tuple(text[:_OPENING] for text in texts)


def _site_clues(page: Evidence, near: tuple[str, ...]) -> Iterator[Clue]:
    """Whose site it is: its 网站标识码 (first six digits: GB/T 2260), its name, its sponsor, the host of a province's portal."""
    code = (page.site_code or "")[:6]
    if region(code):
        yield Clue(field="region", value=code, weight=0.8, where="网站标识码")
    else:  # 359000 平潭: an area with a site code of its own that is no division; its province is one
        wider = next(filter(region, (f"{code[:4]}00", f"{code[:2]}0000")), None) if len(code) == 6 else None
        if wider:
            yield Clue(field="region", value=wider, weight=0.45, where="网站标识码, the division around it")
    for name, weight, where in (
        (page.site, 0.6, "meta SiteName"),
        *((s, 0.5, "sponsor") for s in _sponsors(page)),
    ):
        if name and (found := region_of(_site_of(name), near=near)):
            yield Clue(field="region", value=found, weight=weight, where=where)
    if (province := _host_province(page)) and is_portal(_host(page)):
        yield Clue(field="region", value=province, weight=0.4, where="host")


def _own_region(issuers: tuple[Clue, ...], home: str | None, near: tuple[str, ...]) -> Iterator[Clue]:
    """The division of the issuer. If title or signature name it, it outweighs the site's: sites also show the reports of others."""
    best = max(issuers, key=lambda clue: clue.weight, default=None)
    if best and (code := region_of(best.value, within=home, near=near)):
        yield Clue(
            field="region", value=code, weight=min(0.9, best.weight), where=f"issuer in the {best.where}"
        )


def _issuer_clues(page: Evidence, home: str | None, near: tuple[str, ...]) -> Iterator[Clue]:
    """Who reports: as the title says; else the signature; else whose page it is, if the text speaks for such an organ."""
    if named := organ_in(page.title):
        if page.signer and page.signer != named[0] and page.signer.endswith(named[0]):
            yield _issuer(page.signer, home, 0.96, "signature, whose end the title names")
        yield _issuer(named[0], home, 0.95, "title")
        return
    if page.signer and (signed := organ(page.signer)):
        yield _issuer(signed[0], home, 0.8, "signature")
    if kind.is_report(page.title, page.body):
        yield from _publishers(page, home, near)


def _publishers(page: Evidence, home: str | None, near: tuple[str, ...]) -> Iterator[Clue]:
    """Whose page it is: that organ reports, or the government that it works for, as the text speaks for one or the other."""
    speaks, level = kind.voice(page.body)
    for text, weight, where in _names(page):
        found = organ(_site_of(text))
        if not found:
            continue
        if speaks in (None, found[1]):
            yield _issuer(found[0], home, weight, where)
        elif speaks == GOVERNMENT and found[1] == DEPARTMENT:
            code = region_of(complete(found[0], home) if home else found[0], within=home, near=near)
            if government := _government(level, code):
                yield _issuer(
                    government, home, weight - 0.3, f"{where}, for whose government the text speaks"
                )
    if speaks == GOVERNMENT and (government := _government(level, home)):
        yield _issuer(government, home, 0.2, "site, for whose government the text speaks")


def _names(page: Evidence) -> Iterator[tuple[str, float, str]]:
    for text, weight, where in (
        (page.publisher, 0.65, "index table"),
        (page.source, 0.6, "source"),
        (page.site, 0.55, "meta SiteName"),
    ):
        if text:
            yield text, weight, where


def _issuer(name: str, home: str | None, weight: float, where: str) -> Clue:
    whole = complete(name, home) if home else name
    place = "" if whole == name else ", place from the site"
    return Clue(field="issuer", value=whole, weight=weight, where=where + place)


def _government(level: str | None, code: str | None) -> str | None:
    """The government of a division, or of the one around it that has the level spoken of (我市); None if there is none."""
    if code is None:
        return None
    if level is None:
        found = organ(row.name) if (row := region(code)) else None
        return found[0] if found else None
    name = complete(level + "人民政府", code)
    return None if is_bare(name) else name


def _site_of(name: str) -> str:
    """Whose site a name names: 甲县人民政府 for 甲县人民政府门户网站."""
    return _SITE.sub("", name[:_OPENING])


def _sponsors(page: Evidence) -> list[str]:
    """主办单位 as the footer names it, each once."""
    lines = (fold(line[:_OPENING]) for line in page.footer if "主办" in line)
    return list(dict.fromkeys(found[1] for line in lines if (found := _SPONSOR.search(line))))


def _province_named(page: Evidence) -> str:
    row = region(_host_province(page) or "")
    return row.name if row else ""


def _host_province(page: Evidence) -> str | None:
    return province_of_host(_host(page))


def _host(page: Evidence) -> str:
    try:
        return urlsplit(page.url or "").hostname or ""
    except ValueError:  # http://[
        return ""
