"""Invented governments, any number, in each of the systems: each has a long column with a few reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tests.site.banks import bank
from tests.site.compose import Order, report
from tests.site.governments.making import guid
from tests.site.model import Column, Document, Government
from tests.site.pick import Picker
from tests.site.punctuation import fold

TITLES = (
    "{place}人民政府关于{year}年度推进法治政府建设情况的报告",
    "{place}{year}年度法治政府建设情况报告",
    "关于{place}{organ}{year}年法治政府建设情况的报告",
    "{place}{organ}{year}年度法治政府建设年度报告",
    "中共{place}委 {place}人民政府关于{year}年度法治政府建设情况的报告",
    "{place}{organ}关于报送{year}年法治政府建设工作情况的报告",
)
ORGANS = (
    "教育局",
    "公安局",
    "民政局",
    "司法局",
    "财政局",
    "交通运输局",
    "水利局",
    "审计局",
    "统计局",
    "林业局",
)
_LAST = date(2026, 10, 30)
_COLUMN_DAYS = 3600  # age of a column's oldest entry, for any length


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Paths of a system's columns and articles."""

    column: str
    article: Callable[[date, int], str]
    per_page: int = 15


def _month(folder: str, ext: str) -> Callable[[date, int], str]:
    return lambda day, n: f"{folder}{day:%Y%m}/t{day:%Y%m%d}_{3000000 + n}.{ext}"


SYSTEMS = {
    "trs": System(column="/zwgk/fzzfj/", article=_month("/zwgk/fzzfj/", "shtml")),
    "trs_paper": System(column="/zw_33994/tzgg/", article=_month("/zw_33994/tzgg/", "html")),
    "tables": System(column="/xxgk/gzbg/", article=_month("/xxgk/gzbg/", "html")),
    "jcms": System(
        column="/col/col910/index.html",
        article=lambda day, n: f"/art/{day.year}/{day.month}/{day.day}/art_910_{100000 + n}.html",
        per_page=20,
    ),
    "vsb": System(column="/zfxxgk/fzzfjs.htm", article=lambda day, n: f"/info/1981/{100000 + n}.htm"),
    "ucap": System(
        column="/zwpd/fdzdgknr/fzzfjs/",
        article=lambda day, n: f"/zwpd/c100045/{day:%Y%m}/{Picker('ucap', n).hex(32)}.shtml",
    ),
    "epoint": System(
        column="/ywdt/001002/subpage.html",
        article=lambda day, n: f"/ywdt/001002/{day:%Y%m%d}/{guid('epoint', n)}.html",
    ),
    "gkmlpt": System(
        column="/gkmlpt/index#505",
        article=lambda day, n: f"/gkmlpt/content/{n // 1000}/{n}/post_{n}.html",
        per_page=100,
    ),
}


def invent(number: int, system: str, *, pages: int = 30, share: float = 0.05) -> Government:
    """Return the government with a number; it has `pages` list pages, and the given share of entries are reports."""
    layout = SYSTEMS[system]
    base = f"http://www.a{number:03}.gov.cn"
    picker = Picker("invented", number)
    government = Government(
        id=f"a{number:03}",
        name=f"第{number}市人民政府",
        place=f"第{number}市",
        region="420100",
        base=base,
        template=system,
        code="4201000000",
        record="鄂ICP备00000000号",
        columns=(Column(url=base + layout.column, trail=("政务公开", "通知公告"), entries=()),),
        documents=(),
        news=(),
        encoding="gb18030" if system == "tables" else "utf-8",
        content_type="text/html",
    )
    size = layout.per_page * pages
    reports = set(picker.some(range(size), round(size * share)))
    day, documents = _LAST, []
    for n in reversed(range(size)):
        day -= timedelta(days=picker.between(0, 2 * _COLUMN_DAYS // size))
        documents.append(_document(government, layout, day, n, is_report=n in reports))
    return _with(government, documents)


def grown(government: Government, entries: int, *, reports: int = 0) -> Government:
    """Return the government with a number of newer entries, the last of which are reports."""
    layout = SYSTEMS[government.template]
    have, picker = len(government.columns[0].entries), Picker("grown", government.id)
    days = [_LAST + timedelta(days=n + picker.between(0, 1)) for n in range(entries)]
    documents = [
        _document(government, layout, day, have + n, is_report=n >= entries - reports)
        for n, day in enumerate(sorted(days))
    ]
    return _with(government, documents[::-1])


def _with(government: Government, documents: list[Document]) -> Government:
    """Return the government with these documents at the top of its column."""
    column = government.columns[0]
    urls = tuple(document.url for document in documents)
    per_page = SYSTEMS[government.template].per_page
    return replace(
        government,
        columns=(replace(column, entries=(*urls, *column.entries), per_page=per_page),),
        documents=(*(d for d in documents if d.year), *government.documents),
        news=(*(d for d in documents if not d.year), *government.news),
    )


def _document(government: Government, layout: System, day: date, n: int, *, is_report: bool) -> Document:
    url = government.base + layout.article(day, n)
    picker = Picker("invented", government.id, n)
    published = f"{day.isoformat()}T{picker.between(8, 17):02}:{picker.between(10, 59)}"
    words = {"place": government.place, "organ": picker.one(ORGANS), "year": day.year - 1}
    if is_report:
        order = Order(
            url=url,
            title=picker.fill(picker.one(TITLES), **words),
            year=day.year - 1,
            published=published,
            place=government.place,
            issuer=government.name,
            region=f"{government.id}-{n}",  # only seeds the choice of phrases
            source=f"{government.place}司法局",
        )
        return replace(report(order), region=government.region)
    bag = bank("news")
    facts = {"name": government.place, "y": day.year, "y0": day.year - 1, "m": day.month}
    title = picker.one([*bag["traps"], *bag["titles"]])
    return Document(
        url=url,
        title=fold(picker.fill(title, **facts)),
        body=fold(picker.fill(picker.one(bag["paragraphs"]), **facts)),
        published=published,
    )
