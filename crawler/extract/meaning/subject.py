"""Find out who reports, for which division, of what kind and on which year.

Takes `Evidence`, the texts of a page that name organs and places, and returns a `Meaning` with the clues that led to it.
`kind` judges kind and year; `field/organs` and `field/regions` know the names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.extract.meaning import kind
from crawler.extract.meaning.choose_clue import choose_value
from crawler.field.organs import DEPARTMENT, GOVERNMENT, complete, is_bare, organ, organ_in
from crawler.field.regions import is_portal, province_of_host, region, region_of
from crawler.field.text import fold
from crawler.model import Clue

_CONTEXT_LENGTH = 400  # characters of a text that are read for names of places and organs
_SITE_WORDS = re.compile(
    r"(?:政府信息公开|信息公开)?(?:门户|政务|官方|公众|信息)*+(?:网站群?|官网|网|平台|主站)?$|^中国[·•\s]*"
)
_SPONSOR = re.compile(
    r"主办(?:单位)?\s*+:?\s*+([^\s:,|(]{3,40}?)(?=\s|承办|协办|版权|网站|联系|地址|主管|维护|$|[,|(:])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Texts of a page that may name who reports, as found. None or empty: the page has none."""

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
    """Issuer, region, year and kind of a report, with the clues for issuer and region."""

    issuer: str | None
    region: str | None  # GB/T 2260, six digits
    year: int | None
    kind: str | None
    clues: tuple[Clue, ...] = ()


def read(page: Evidence) -> Meaning:
    """Return issuer, region, year and kind of a report."""
    context = _context(page)
    site = tuple(_site_clues(page, context))
    home = choose_value(site, "region")
    issuers = tuple(_issuer_clues(page, home, context))
    issuer = choose_value(issuers, "issuer")
    regions = (*_issuer_region(issuers, home, context), *site)
    return Meaning(
        issuer=issuer,
        region=choose_value(regions, "region"),
        year=kind.year(page.title, page.body),
        kind=kind.kind(page.title, page.body, issuer),
        clues=(*issuers, *regions),
    )


def _context(page: Evidence) -> tuple[str, ...]:
    """Texts that may name the city of an ambiguous division such as 鼓楼区, the most reliable first."""
    given = (page.title, page.signer, page.publisher, page.source, page.site, *_sponsors(page), *page.trail)
    texts = (*filter(None, given), page.body, _province_named(page))
    return tuple(text[:_CONTEXT_LENGTH] for text in texts)


def _site_clues(page: Evidence, context: tuple[str, ...]) -> Iterator[Clue]:
    """Clues of the site's division: 网站标识码 (first six digits: GB/T 2260), name, sponsor, host of a province's portal."""
    code = (page.site_code or "")[:6]
    if region(code):
        yield Clue(field="region", value=code, weight=0.8, where="网站标识码")
    else:  # 359000 平潭 is no division, but has a site code; its province is a division
        wider = next(filter(region, (f"{code[:4]}00", f"{code[:2]}0000")), None) if len(code) == 6 else None
        if wider:
            yield Clue(field="region", value=wider, weight=0.45, where="网站标识码, the division around it")
    for name, weight, where in (
        (page.site, 0.6, "meta SiteName"),
        *((s, 0.5, "sponsor") for s in _sponsors(page)),
    ):
        if name and (found := region_of(_without_site_words(name), near=context)):
            yield Clue(field="region", value=found, weight=weight, where=where)
    if (province := _host_province(page)) and is_portal(_host(page)):
        yield Clue(field="region", value=province, weight=0.4, where="host")


def _issuer_region(issuers: tuple[Clue, ...], home: str | None, context: tuple[str, ...]) -> Iterator[Clue]:
    """Clue of the issuer's division. From title or signature it outweighs the site's: sites also show reports of others."""
    best = max(issuers, key=lambda clue: clue.weight, default=None)
    if best and (code := region_of(best.value, within=home, near=context)):
        yield Clue(
            field="region", value=code, weight=min(0.9, best.weight), where=f"issuer in the {best.where}"
        )


def _issuer_clues(page: Evidence, home: str | None, context: tuple[str, ...]) -> Iterator[Clue]:
    """Clues of the issuer: the title's; else the signature's; else the publisher's, if the text speaks for such an organ."""
    if named := organ_in(page.title):
        if page.signer and page.signer != named[0] and page.signer.endswith(named[0]):
            yield _issuer(page.signer, home, 0.96, "signature, whose end the title names")
        yield _issuer(named[0], home, 0.95, "title")
        return
    if page.signer and (signed := organ(page.signer)):
        yield _issuer(signed[0], home, 0.8, "signature")
    if kind.is_report(page.title, page.body):
        yield from _publisher_clues(page, home, context)


def _publisher_clues(page: Evidence, home: str | None, context: tuple[str, ...]) -> Iterator[Clue]:
    """Clues of the organ that publishes the page, or of the government above it, if the text speaks for that."""
    speaker, level = kind.speaks_for(page.body)
    for text, weight, where in _publishers(page):
        found = organ(_without_site_words(text))
        if not found:
            continue
        if speaker in (None, found[1]):
            yield _issuer(found[0], home, weight, where)
        elif speaker == GOVERNMENT and found[1] == DEPARTMENT:
            code = region_of(complete(found[0], home) if home else found[0], within=home, near=context)
            if government := _government(level, code):
                yield _issuer(
                    government, home, weight - 0.3, f"{where}, for whose government the text speaks"
                )
    if speaker == GOVERNMENT and (government := _government(level, home)):
        yield _issuer(government, home, 0.2, "site, for whose government the text speaks")


def _publishers(page: Evidence) -> Iterator[tuple[str, float, str]]:
    """Name, weight and place of each mention of the publisher."""
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
    """The government of a division; with a level (市 of 我市) that of the division of this level around it; None: no such."""
    if code is None:
        return None
    if level is None:
        found = organ(row.name) if (row := region(code)) else None
        return found[0] if found else None
    name = complete(level + "人民政府", code)
    return None if is_bare(name) else name


def _without_site_words(name: str) -> str:
    """The owner's name in the name of a site: 甲县人民政府 of 甲县人民政府门户网站."""
    return _SITE_WORDS.sub("", name[:_CONTEXT_LENGTH])


def _sponsors(page: Evidence) -> list[str]:
    """Names behind 主办单位 in the footer, each once."""
    lines = (fold(line[:_CONTEXT_LENGTH]) for line in page.footer if "主办" in line)
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
