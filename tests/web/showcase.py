"""A made archive that shows all that the viewer can show: some 350 invented reports of real places over six years.

Every text, date and fault in it is invented. `python -m tests.web.showcase DIR` writes it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from crawler.archive import Archive, index_catalogue
from crawler.extract import extract
from crawler.field.regions import all_regions
from crawler.model import Ending, Outcome, Site, SiteVisit, VisitState, Years
from tests.conftest import Clock, a_capture
from tests.site.compose import Order
from tests.site.compose import report as compose

YEARS = range(2020, 2026)
"""Years reported on."""
RUNS = ((3, 8), (4, 12), (6, 20))
"""Month and day of the crawls of each year."""
LAST_RUN = datetime(2026, 11, 20, 3, tzinfo=UTC)
EDITED, GONE, DATED_BACK, SCANNED, READ_BY_OCR = (
    ("420100", 2022), ("420200", 2023), ("420300", 2021), ("420500", 2024), ("420600", 2020),
)  # fmt: skip
"""Code and year of the reports that something happens to."""
FAILING, NEVER_PUBLISHES = "421000", "421200"


@dataclass(slots=True)
class Showcase:
    """The archive's folder, the time after all of it, and the ids of the reports by code and year."""

    folder: Path
    now: datetime = LAST_RUN
    ids: dict[tuple[str, int], str] = field(default_factory=dict)


def make(folder: Path) -> Showcase:
    """Write the archive."""
    return _Writer(folder).write()


def sites() -> tuple[Site, ...]:
    """Return the provinces, the cities of 湖北, the districts of 武汉, and two departments."""
    rows = [
        row
        for row in all_regions()
        if (row.level == "province" and row.code < "710000") or row.parent in ("420000", "420100")
    ]
    made = [
        Site(
            id=f"s{row.code}",
            name=f"{row.name}人民政府",
            region=row.code,
            lists=(f"https://www.s{row.code}.gov.cn/fzzf/",),
            years=Years(first=YEARS[0]),
        )
        for row in rows
    ]
    departments = (("420100", "武汉市司法局", "sfj"), ("420100", "武汉市教育局", "jyj"))
    made += [
        Site(
            id=f"s{code}-{name}",
            name=organ,
            region=code,
            lists=(f"https://{name}.s{code}.gov.cn/fzzf/",),
            years=Years(first=YEARS[0]),
        )
        for code, organ, name in departments
    ]
    return tuple(made)


def chance(*parts: object) -> float:
    """Return a number from 0 to 1 that only depends on the parts."""
    return int.from_bytes(sha256(repr(parts).encode()).digest()[:4], "big") / 2**32


def published(site: Site, year: int) -> date | None:
    """Return the invented day of publication; None: it is not published."""
    if site.region == NEVER_PUBLISHES and year >= 2022:
        return None
    if (site.region, year) in (EDITED, GONE, DATED_BACK, SCANNED, READ_BY_OCR):
        return date(year + 1, 2, 21)
    luck = chance("published", site.id, year)
    if luck < 0.05 + 0.02 * (2025 - year):
        return None
    start, days = (date(year + 1, 4, 2), 60) if luck > 0.88 else (date(year + 1, 1, 10), 78)
    return start + timedelta(days=int(chance("day", site.id, year) * days))


def page(title: str, day: str, text: str, *, note: str = "", head: str = "") -> bytes:
    """Return the page of a report."""
    told = f"<p class='info'>发布日期:{day} 来源:法治政府建设办公室</p>"
    paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return (
        f"<!DOCTYPE html><html lang='zh'><head><meta charset='utf-8'><title>{title}</title>{head}"
        f"<meta name='ArticleTitle' content='{title}'></head><body><!-- {note} --><h1>{title}</h1>{told}"
        f"<div class='TRS_Editor'>{paragraphs}</div></body></html>"
    ).encode()


class _Writer:
    def __init__(self, folder: Path) -> None:
        self._folder, self._clock, self._sites = folder, Clock(), sites()
        self._archive: Archive
        self._made = Showcase(folder)
        self._stored: set[tuple[str, int]] = set()

    def write(self) -> Showcase:
        for year in (each + 1 for each in YEARS):
            for month, day in RUNS:
                with self._run(datetime(year, month, day, 4, tzinfo=UTC)):
                    for site in self._sites:
                        self._visit(site, self._publish_until(site, date(year, month, day)))
        self._what_happened()
        index_catalogue(self._folder, notify=lambda _: None)
        self._made.now = self._clock.now + timedelta(hours=2)
        return self._made

    @contextmanager
    def _run(self, at: datetime) -> Iterator[None]:
        self._clock.now = at
        with Archive.create(
            self._folder, clock=self._clock, notify=lambda _: None, command="crawl"
        ) as archive:
            self._archive = archive
            yield
            self._clock.forward(minutes=5)

    def _visit(self, site: Site, years: tuple[int, ...], *, fails: str = "") -> None:
        begun = SiteVisit(site_id=site.id, began_at=self._archive.started_at)
        self._archive.begin_visit(begun, site)
        if fails:
            self._archive.note(
                Outcome(ending=Ending.FAILED, url=site.lists[0], site_id=site.id, detail=fails)
            )
        state = VisitState.FAILED if fails else VisitState.COMPLETE
        self._archive.end_visit(replace(begun, state=state, years=years, troubled=bool(fails)))

    def _publish_until(self, site: Site, today: date) -> tuple[int, ...]:
        """Store the reports that were published up to a day and are not held; return the years on the site's list."""
        shown = []
        for year in YEARS:
            day = published(site, year)
            if day is None or day > today:
                continue
            shown.append(year)
            if (site.id, year) not in self._stored:
                self._stored.add((site.id, year))
                self._keep(site, year, day)
        return tuple(shown)

    def _keep(self, site: Site, year: int, day: date, **how: str) -> str:
        title, text = self._composed(site, year)
        title = how.get("title", title)
        for old, new in zip(how.get("old", "").split("|"), how.get("new", "").split("|"), strict=True):
            text = text.replace(old, new, 1) if old else text
        day_shown = how.get("shown", day.isoformat())
        payload = page(title, day_shown, text, note=how.get("note", ""), head=how.get("head", ""))
        url = f"{site.lists[0]}{day:%Y%m}/t{day:%Y%m%d}_{year}.html"
        capture = a_capture(url, payload, at=self._clock(), Content_Type="text/html; charset=utf-8")
        self._archive.record(capture)
        made = replace(extract(payload, capture.headers, url), year=year, region=site.region)
        if (site.region, year) == READ_BY_OCR:
            made = replace(made, text_from="ocr", confidence=0.913, reader="made/1", pages=14)
        if (site.region, year) == SCANNED:
            made = replace(made, body="", unread="needs_ocr", sections=(), pages=22)
        stored = self._archive.store(made, capture, site)
        if site.id == f"s{site.region}" and stored.report_id:
            self._made.ids[site.region, year] = stored.report_id
        self._archive.note(stored)
        return url

    def _composed(self, site: Site, year: int) -> tuple[str, str]:
        """Return title and text of a report."""
        organ = site.name
        place = organ.removesuffix("人民政府")
        order = Order(
            url=site.lists[0], title=f"{organ}{year}年法治政府建设情况报告", year=year, published=f"{year + 1}-02-21",
            place=place, issuer=organ, region=site.region,
        )  # fmt: skip
        number = (
            40
            + int(1000 * chance("number", site.region))
            + 37 * (year - 2020)
            + int(60 * chance(year, site.region))
        )
        document = compose(order)
        figures = (
            f"全年共收到行政复议申请{number}件,受理{number - 11}件,审结{number - 30}件。"
            f"办理行政应诉案件{number // 3}件,行政机关负责人出庭应诉率达{90 + number % 10}%。"
        )
        lines = document.body.split("\n")
        return order.title, "\n".join([*lines[:3], figures, *lines[3:]])

    def _what_happened(self) -> None:
        by_code = {site.id: site for site in self._sites}
        failing = by_code[f"s{FAILING}"]
        day = LAST_RUN - timedelta(days=20)
        with self._run(day):
            for site in self._sites:
                if site is failing:
                    self._visit(
                        site, (), fails="HTTP 412 with a script: it asks for a browser; render: true may help"
                    )
                    continue
                self._visit(site, self._publish_until(site, day.date()))
            self._again(EDITED, old="件,受理|主要负责人", new="件(含上年结转),受理|主要领导", note="2")
        with self._run(LAST_RUN - timedelta(days=9)):
            for site in self._sites:
                self._visit(
                    site,
                    self._publish_until(site, day.date()),
                    fails="connection refused" if site is failing else "",
                )
            self._again(DATED_BACK, shown=f"{DATED_BACK[1] + 1}-01-20", note="dated back")
            self._lose(GONE)
        with self._run(LAST_RUN):
            self._lose(GONE)

    def _again(self, which: tuple[str, int], **how: str) -> None:
        site = next(each for each in self._sites if each.id == f"s{which[0]}")
        day = published(site, which[1])
        assert day is not None
        self._keep(site, which[1], day, **how)

    def _lose(self, which: tuple[str, int]) -> None:
        site = next(each for each in self._sites if each.id == f"s{which[0]}")
        day = published(site, which[1])
        assert day is not None
        url = f"{site.lists[0]}{day:%Y%m}/t{day:%Y%m%d}_{which[1]}.html"
        self._archive.note(Outcome(ending=Ending.GONE, url=url, site_id=site.id, detail="HTTP 404"))


if __name__ == "__main__":
    print(make(Path(sys.argv[1])).ids[EDITED])
