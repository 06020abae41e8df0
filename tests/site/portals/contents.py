"""The entries of lists: reports of the government, of its departments and districts, and what the columns beside have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from tests.site.banks import bank
from tests.site.compose import Order, report
from tests.site.governments.making import guid
from tests.site.model import Column as ListColumn
from tests.site.model import Document, Government
from tests.site.pick import Picker
from tests.site.portals.model import Column
from tests.site.portals.words import NEAR_TITLES, ORGANS, PLAN_TITLES, REPORT_TITLES
from tests.site.punctuation import fold

_TODAY = date(2026, 9, 30)
_NEAR_ENTRIES = (6, 18)  # of a column beside the list
_MIXED_ENTRIES = (10, 34)
_DAYS_BETWEEN = (8, 110)  # entries; few lists have no report on their first page


def reports_of(place: str, picker: Picker, *, organ: str = "") -> list[tuple[int, str, date]]:
    """Return year, title and day of each report of a government, newest first."""
    last, form = (
        picker.one((2023, 2024, 2025)),
        picker.one(REPORT_TITLES if not organ else REPORT_TITLES[1:2]),
    )
    years = range(last, last - picker.between(2, 6), -1)
    return [
        (
            year,
            form.format(name=place + organ, y0=year),
            date(year + 1, picker.between(1, 3), picker.between(1, 28)),
        )
        for year in years
    ]


def listing(column: Column, government: Government, picker: Picker, districts: tuple[str, ...]) -> Government:
    """Return the government with one column, whose documents are those of a portal's column, without their texts.

    `districts`: the names of other districts, whose reports stand in the same list.
    """
    name = _article_name(government.template, column.url, government.base)
    entries = _entries(column, government.place, picker, districts)
    documents = [
        _document(title, year, day, name(day, 1000 + n), government)
        for n, (year, title, day) in enumerate(sorted(entries, key=lambda entry: entry[2], reverse=True))
    ]
    trail = tuple(name for name, _ in column.trail)
    listed = ListColumn(url=column.url, trail=trail, entries=tuple(d.url for d in documents), per_page=15)
    return replace(
        government,
        columns=(listed,),
        documents=tuple(d for d in documents if d.year),
        news=tuple(d for d in documents if not d.year),
    )


Entry = tuple[int | None, str, date]


def _entries(column: Column, place: str, picker: Picker, districts: tuple[str, ...]) -> list[Entry]:
    match column.fill:
        case "reports":
            return [*reports_of(place, picker)]
        case "mixed":
            near = _titled(
                [*bank("news")["traps"], *bank("news")["titles"]],
                place,
                picker,
                picker.between(*_MIXED_ENTRIES),
            )
            return [*reports_of(place, picker), *near]
        case "departments":
            return [
                entry for organ in picker.some(ORGANS, 5) for entry in reports_of(place, picker, organ=organ)
            ]
        case "districts":
            others = [entry for other in districts for entry in reports_of(other, picker)]
            return [*reports_of(place, picker), *others]
        case "plans":
            return _titled(PLAN_TITLES, place, picker, len(PLAN_TITLES), again=False)
        case "empty" | "hub":
            return []
        case "near":
            titles = NEAR_TITLES.get(column.name) or bank("news")["titles"]
            number, again = picker.between(*_NEAR_ENTRIES), column.name in NEAR_TITLES
            return [*_titled(titles, place, picker, number, again=again), *_guests(column.guest, picker)]


def _titled(
    titles: tuple[str, ...] | list[str], place: str, picker: Picker, number: int, *, again: bool = False
) -> list[Entry]:
    """Return a number of entries, each of another title; `again`: the same titles for one year after the other."""
    day = _TODAY - timedelta(days=picker.between(1, 90))
    made: list[Entry] = []
    for n, title in enumerate(list(titles) * number if again else picker.some(list(titles), number)):
        day -= timedelta(days=365 // len(titles) if again else picker.between(*_DAYS_BETWEEN))
        if n >= number or day.year < 2012:
            break
        filled = picker.fill(title, name=place, y=day.year, y0=day.year - 1, m=day.month)
        made.append((None, fold(filled), day))
    return made


def _guests(government: str, picker: Picker) -> list[Entry]:
    """Return the report of a government above that was passed on; an entry of no year, since it is not the portal's."""
    if not government:
        return []
    day = date(picker.between(2022, 2025), 4, picker.between(1, 28))
    return [(None, f"{government}人民政府关于{day.year - 1}年度法治政府建设情况的报告", day)]


def _document(title: str, year: int | None, day: date, url: str, government: Government) -> Document:
    """Return what lists and searches show of a document."""
    source = f"{government.place}司法局" if year else None
    published = f"{day.isoformat()}T09:30"
    return Document(url=url, title=fold(title), body="", published=published, year=year, source=source)


def with_body(document: Document, government: Government) -> Document:
    """Return a document of a list with its text, as its own page has it."""
    if document.year is None:
        day, picker = date.fromisoformat(document.day), Picker("portal text", document.url)
        words = {"name": government.place, "y": day.year, "y0": day.year - 1, "m": day.month}
        lines = [picker.fill(line, **words) for line in picker.some(bank("news")["paragraphs"], 4)]
        return replace(document, body=fold("\n".join(lines)))
    order = Order(
        url=document.url,
        title=document.title,
        year=document.year,
        published=document.published,
        place=government.place,
        issuer=f"{government.place}人民政府",
        region=f"{government.id}-{document.title}",  # only seeds the choice of phrases
        source=document.source,
    )
    return replace(report(order), region=government.region)


def _article_name(template: str, column_url: str, base: str) -> Callable[[date, int], str]:
    """Return the function from a day and a number to an article's address, in the manner of a system."""
    folder = column_url.partition("#")[0].rpartition("/")[0] + "/"
    match template:
        case "trs":
            return lambda day, n: f"{folder}{day:%Y%m}/t{day:%Y%m%d}_{3000000 + n}.shtml"
        case "jcms":
            col = folder.rpartition("/col")[2].strip("/")
            return lambda day, n: f"{base}/art/{day.year}/{day.month}/{day.day}/art_{col}_{100000 + n}.html"
        case "vsb":
            number = Picker("vsb", column_url).between(1001, 9999)
            return lambda day, n: f"{base}/info/{number}/{10000 + n}.htm"
        case "ucap":
            return lambda day, n: f"{folder}{day:%Y%m}/{Picker('ucap', column_url, n).hex(32)}.shtml"
        case "epoint":
            return lambda day, n: f"{folder}{day:%Y%m%d}/{guid('epoint', column_url, n)}.html"
        case "gkmlpt":
            return lambda day, n: f"{base}/gkmlpt/content/{n // 1000}/{n}/post_{n}.html"
    return lambda day, n: f"{folder}{day:%Y%m}/t{day:%Y%m%d}_{3000000 + n}.html"
