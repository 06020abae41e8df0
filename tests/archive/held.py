"""Helpers: an archive's rows, text files and indexes in a comparable form, and a crawl of the saved pages."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crawler.archive import CATALOGUE, Archive
from crawler.archive.catalogue.databases.opening import open_catalogue
from crawler.archive.catalogue.databases.sqlite import SqliteCatalogue
from crawler.archive.catalogue.engine import sqlite_engine, upgrade
from crawler.archive.catalogue.models import Base
from crawler.crawl import crawl
from crawler.discover import ListMemory, SiteMemory
from crawler.extract import extract
from crawler.fetch import Fetcher, Replay, load_exchanges
from crawler.intake.imports import import_paths
from crawler.model import Ending, Link, Outcome, Site, SiteVisit, VisitState
from crawler.questions.verify import Fault, verify
from crawler.sources import load_sites
from crawler.warc import new_record_id
from tests.archive.foreign import article, make, metadata, response, stored
from tests.conftest import Clock

ROOT = Path(__file__).parent.parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
SITES = load_sites(ROOT / "sources.yaml")


def dump(folder: Path) -> list[str]:
    """Return every row of the catalogue as SQL of SQLite, sorted, whatever database it is in."""
    catalogue = open_catalogue(folder)
    if isinstance(catalogue, SqliteCatalogue):
        with closing(sqlite3.connect(folder / CATALOGUE)) as driver:
            return sorted(driver.iterdump())
    engine = catalogue.reading_engine(lambda _: None)
    try:
        with (
            TemporaryDirectory() as copy,
            Session(engine) as session,
            catalogue.in_sqlite(session, Path(copy)) as driver,
        ):
            return sorted(driver.iterdump())
    finally:
        engine.dispose()


def query(folder: Path, sql: str) -> list[tuple[object, ...]]:
    """Return the rows of a query to the catalogue."""
    catalogue = open_catalogue(folder)
    if isinstance(catalogue, SqliteCatalogue):
        with closing(sqlite3.connect(folder / CATALOGUE)) as driver:
            return driver.execute(sql).fetchall()
    engine = catalogue.reading_engine(lambda _: None)
    try:
        with engine.begin() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql.replace("%", "%%"))]
    finally:
        engine.dispose()


def change(folder: Path, sql: str) -> None:
    """Tamper with the catalogue by an SQL statement that must change a row."""
    catalogue = open_catalogue(folder)
    if isinstance(catalogue, SqliteCatalogue):
        with closing(sqlite3.connect(folder / CATALOGUE)) as driver:
            assert driver.execute(sql).rowcount > 0
            driver.commit()
        return
    engine = catalogue.writing_engine()
    try:
        with engine.begin() as connection:
            assert connection.exec_driver_sql(sql.replace("%", "%%")).rowcount > 0
    finally:
        engine.dispose()


def derived(folder: Path) -> dict[str, bytes]:
    """Return the contents of the text files and indexes, by path."""
    found = [*folder.glob("text/**/*.txt"), *folder.glob("warc/*/*.cdxj")]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def lose_catalogue(folder: Path) -> None:
    """Delete the catalogue alone."""
    catalogue = open_catalogue(folder)
    for path in folder.glob(f"{CATALOGUE}*"):
        path.unlink()
    if not isinstance(catalogue, SqliteCatalogue):
        engine = catalogue.writing_engine()
        with engine.begin() as connection:
            schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
            connection.exec_driver_sql(f'DROP SCHEMA "{schema}" CASCADE')
        engine.dispose()


def put_catalogue(folder: Path, file: Path) -> None:
    """Put the rows of a catalogue of SQLite in the place of an archive's catalogue, whatever database that is in."""
    lose_catalogue(folder)
    catalogue = open_catalogue(folder)
    if isinstance(catalogue, SqliteCatalogue):
        shutil.copyfile(file, folder / CATALOGUE)
        return
    source, target = sqlite_engine(file, writes=False), catalogue.writing_engine()
    try:
        upgrade(target)
        with source.connect() as held, target.begin() as connection:
            for table in Base.metadata.sorted_tables:
                if rows := [dict(row) for row in held.execute(select(table)).mappings()]:
                    connection.execute(insert(table), rows)
    finally:
        source.dispose()
        target.dispose()


def lose(folder: Path) -> None:
    """Delete all but the WARC files: catalogue, texts, indexes, manifest."""
    lose_catalogue(folder)
    shutil.rmtree(folder / "text", ignore_errors=True)
    for path in [*folder.glob("warc/*/*.cdxj"), *folder.glob("*.jsonl")]:
        path.unlink()


def crawl_saved(archive: Archive, clock: Clock, *ids: str) -> None:
    """Crawl the saved pages of the given sites, or of all."""
    replay = Replay(load_exchanges(FIXTURES))
    sites = [site for site in SITES if not ids or site.id in ids]
    asyncio.run(_crawl(archive, clock, replay, sites))


async def _crawl(archive: Archive, clock: Clock, replay: Replay, sites: list[Site]) -> None:
    async with Fetcher(sink=archive.record, replay=replay, clock=clock) as fetcher:
        async for _ in crawl(sites, fetcher=fetcher, archive=archive, replay=replay):
            pass


def fill_every_table(folder: Path, clock: Clock, *, merged: bool = True) -> None:
    """Make an archive with rows in every table: visits, trouble, a memory, a revised text, an edited date, a takedown, an import, a killed run, a report
    in a document; if `merged`, a merge in which a report has two ids. A merged text is always read from its captures again."""
    with Archive.create(folder, clock=clock, command="crawl") as archive:
        visit = SiteVisit(site_id="wuhan", began_at=archive.started_at)
        archive.begin_visit(visit, SITES[0])
        crawl_saved(archive, clock, "wuhan")
        archive.note(Outcome(ending=Ending.FAILED, url=SITES[0].lists[0], site_id="wuhan", detail="HTTP 503"))
        known = ListMemory(entries=("a",), common=(), reports={})
        archive.learn("wuhan", SiteMemory(walked_at=clock(), rules="1", lists={"l": known}))
        for days in (0, 2):
            clock.forward(days=days)
            for url in archive.locations(archive.reports()[0].id or "")[:1]:
                archive.note(Outcome(ending=Ending.GONE, url=url, site_id="wuhan", detail="HTTP 404"))
        left = (Link(url="http://a.gov.cn/1.html", title="甲市"),)
        archive.end_visit(
            SiteVisit(site_id="wuhan", began_at=visit.began_at, state=VisitState.LEFT, frontier=left)
        )
    clock.forward(minutes=1)
    with Archive.create(folder, clock=clock) as archive:
        crawl_saved(archive, clock, "wuhan")
        _edit_date(archive, clock)
        list(import_paths([FIXTURES / "wuhan"], archive))
    clock.forward(minutes=1)
    killed = Archive.create(folder, clock=clock)
    crawl_saved(killed, clock, "wuhan")
    killed.close(finished=False)
    clock.forward(minutes=1)
    document_sites = load_sites(FIXTURES / "document-viewer" / "source.yaml")
    with Archive.create(folder, clock=clock) as archive:
        asyncio.run(_crawl(archive, clock, Replay(load_exchanges(FIXTURES)), list(document_sites)))
    if not merged:
        return
    clock.forward(minutes=1)
    with TemporaryDirectory() as other, Archive.create(folder, clock=clock) as archive:
        archive.merge(_with_two_ids(Path(other)), lambda _: None)


def _edit_date(archive: Archive, clock: Clock) -> None:
    """A page gives another date over the same text."""
    report = archive.reports()[-1]
    served = archive.capture(report.id or "")
    payload = (
        served.payload.replace(report.published[:10].encode(), b"2023-01-02") if report.published else b""
    )
    assert payload != served.payload
    capture = replace(served, payload=payload, fetched_at=clock())
    archive.record(capture)
    outcome = archive.store(extract(capture.body, capture.headers, capture.url), capture, SITES[0])
    assert outcome.ending is Ending.UNCHANGED


def _with_two_ids(folder: Path) -> Path:
    """Make another archive that has one text at two addresses, under an id for each."""
    records: list[bytes] = []
    for number, region in enumerate(("420100", "420200")):
        url, record_id, page = f"http://copy.example.net/{number}.html", new_record_id(), article("一份")
        records += (response(url, page, record_id), metadata(stored(url, page, record_id, region=region)))
    return make(folder, *records)


def faults(folder: Path, *, deep: bool = False, head: str | None = None) -> list[Fault]:
    """Return the faults that verify finds."""
    return list(verify(folder, deep=deep, head=head, notify=lambda _: None))
