"""The slice of a catalogue that a visit needs, and a scratch archive made of it.

The slice has what a crawl asks of an archive about some sites: earlier visits, memories, their reports with pages and
versions, and the captures of their hosts, for validators and revisits. Rows keep their ids, so that the worker's acts name
what the whole catalogue has too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Table, and_, func, insert, or_, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.engine import CATALOGUE, scratch_engine, upgrade
from crawler.archive.catalogue.models import (
    Base,
    CaptureRow,
    DocumentRow,
    MemoryRow,
    PageEventRow,
    PageMetadataRow,
    PageRow,
    ReportRow,
    RunRow,
    SiteHostRow,
    SiteRow,
    SourceRow,
    VersionRow,
    VisitRow,
)
from crawler.archive.catalogue.rows import MERGED_FOLDER
from crawler.archive.damage import errors_as_damage
from crawler.archive.storage.bucket_path import bucket_of

MAX_VISITS_PER_SITE = 100
"""Visits of a site that a slice has, the newest. More failures in a row count as so many."""

MAX_CAPTURES_PER_URL = 20
"""Captures of one address that a slice has, the newest of each kind of record, beside those that texts rest on."""

_IDS_PER_QUERY = 500
_ORDER: tuple[type[Base], ...] = (
    RunRow, VisitRow, SourceRow, MemoryRow, SiteRow, SiteHostRow, CaptureRow, ReportRow, VersionRow, PageRow,
    PageEventRow, DocumentRow, PageMetadataRow,
)  # fmt: skip
"""The tables of a slice, each after those that its rows refer to."""

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Rows of some tables, by table name. A slice of an archive that does not exist yet is empty."""

    rows: dict[str, Rows]

    @property
    def size(self) -> int:
        """Number of rows."""
        return sum(map(len, self.rows.values()))


EMPTY_SLICE = Slice(rows={})


def read_slice(session: Session, sites: Sequence[str], hosts: Sequence[str]) -> Slice:
    """Read the slice for sites, by id, and their hosts: those that their entries name."""
    found: dict[type[Base], Rows] = {}

    def take(table: type[Base], column: Any, values: Iterable[Any], *further: Any) -> Rows:
        rows = [
            row
            for portion in _portions(values)
            for row in _read(session, table, column.in_(portion), *further)
        ]
        found[table] = rows
        return rows

    visits = select(
        VisitRow.id,
        func.row_number().over(partition_by=VisitRow.site_id, order_by=VisitRow.id.desc()).label("place"),
    ).where(VisitRow.site_id.in_(sites))
    newest = visits.subquery()
    recent = select(newest.c.id).where(newest.c.place <= MAX_VISITS_PER_SITE)
    found[VisitRow] = _read(session, VisitRow, VisitRow.id.in_(recent))
    take(SourceRow, SourceRow.site_id, sites)
    take(MemoryRow, MemoryRow.site_id, sites)
    named = _read(session, SiteHostRow, or_(SiteHostRow.site_id.in_(sites), SiteHostRow.host.in_(hosts)))
    found[SiteHostRow] = named
    take(SiteRow, SiteRow.id, {*sites, *(row["site_id"] for row in named)})
    shown = select(PageRow.report_id).where(PageRow.site_id.in_(sites))
    reports = _read(session, ReportRow, or_(ReportRow.site_id.in_(sites), ReportRow.id.in_(shown)))
    found[ReportRow] = reports
    ids = [row["id"] for row in reports]
    versions = take(VersionRow, VersionRow.report_id, ids)
    pages = take(PageRow, PageRow.report_id, ids)
    page_ids = [row["id"] for row in pages]
    take(PageEventRow, PageEventRow.page_id, page_ids)
    documents = take(DocumentRow, DocumentRow.version_id, [row["id"] for row in versions])
    metadata = take(PageMetadataRow, PageMetadataRow.page_id, page_ids)
    named_captures = {
        *(row["capture_id"] for row in (*versions, *documents, *metadata)),
        *(each for row in versions for each in row["further"]),
        *(row["seen_in"] for row in pages),
        *(row["offered_in"] for row in documents),
        *(row["before_id"] for row in metadata),
    } - {None}
    all_hosts = {*hosts, *(row["host"] for row in named if row["site_id"] in set(sites))}
    captures = _captures(session, named_captures, {row["url_key"] for row in pages}, all_hosts)
    found[CaptureRow] = captures
    runs = {
        *(row["run_id"] for row in (*captures, *found[VisitRow])),
        *(row["answered_in"] for row in pages),
    } - {None}
    take(RunRow, RunRow.id, runs)
    last = session.scalar(select(func.max(RunRow.id)))
    if last is not None and last not in runs:  # the run in the scratch archive gets a later number
        found[RunRow] += _read(session, RunRow, RunRow.id == last)
    return Slice(rows={table.__tablename__: rows for table, rows in found.items()})


def _captures(session: Session, ids: Iterable[int], keys: Iterable[str], hosts: Iterable[str]) -> Rows:
    """Return the captures with these ids, and the newest ones of these addresses and hosts."""
    held = {
        row["id"]: row
        for portion in _portions(ids)
        for row in _read(session, CaptureRow, CaptureRow.id.in_(portion))
    }
    keys = {*keys, *(row["url_key"] for row in held.values())}
    conditions = [
        *(CaptureRow.url_key.in_(portion) for portion in _portions(keys)),
        *(_of_host(host) for host in sorted(hosts)),
    ]
    for condition in conditions:
        place = func.row_number().over(
            partition_by=(CaptureRow.url_key, CaptureRow.record_type), order_by=CaptureRow.id.desc()
        )
        numbered = select(CaptureRow.id, place.label("place")).where(condition).subquery()
        newest = select(numbered.c.id).where(numbered.c.place <= MAX_CAPTURES_PER_URL)
        for row in _read(session, CaptureRow, CaptureRow.id.in_(newest)):
            held[row["id"]] = row
    return [held[key] for key in sorted(held)]


def _of_host(host: str) -> Any:
    """Return the condition that a canonical URL is one of a host, at any port. It is a range of the index."""
    starts = (f"http://{host}{mark}" for mark in "/:")
    return or_(
        *(
            and_(CaptureRow.url_key >= start, CaptureRow.url_key < start[:-1] + chr(ord(start[-1]) + 1))
            for start in starts
        )
    )


def _portions(values: Iterable[Any]) -> Iterator[list[Any]]:
    wanted = sorted(set(values))
    for start in range(0, len(wanted), _IDS_PER_QUERY):
        yield wanted[start : start + _IDS_PER_QUERY]


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _read(session: Session, model: type[Base], *where: Any) -> Rows:
    table = _table(model)
    query = select(table).where(*where).order_by(*table.primary_key.columns)
    return [dict(row) for row in session.execute(query).mappings()]


def write_scratch(folder: Path, held: Slice, evidence: Path | None, now: datetime) -> None:
    """Make a scratch archive in an empty folder, with the rows of a slice in its catalogue.

    `evidence`: folder of the whole archive, where the WARC records of the slice are read when a visit needs one: the
    earlier page of a text that another extractor read, the bytes of a document. None: they cannot be read. Raises
    ArchiveDamaged if the disk is full or the folder cannot be written.
    """
    with errors_as_damage(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CATALOGUE).write_bytes(_empty_catalogue())
        if not held.size:
            return
        engine = scratch_engine(folder / CATALOGUE)
        try:
            with engine.begin() as connection:
                for model in _ORDER:
                    if rows := held.rows.get(model.__tablename__):
                        connection.execute(insert(_table(model)), _adapted(model, rows, evidence, now))
        finally:
            engine.dispose()


def _adapted(model: type[Base], rows: Rows, evidence: Path | None, now: datetime) -> Rows:
    """Return rows as the scratch archive has them: its runs have all ended, its captures are in the whole archive's files."""
    if model is RunRow:
        return [row | {"finished_at": row["finished_at"] or now} for row in rows]
    if model is CaptureRow and evidence is not None:
        root = str(evidence) if bucket_of(evidence) else evidence.absolute().as_posix()
        return [
            row
            if row["warc_file"].startswith(MERGED_FOLDER)  # never sent as validators, and so recognised
            else row | {"warc_file": f"{root}/{row['warc_file']}"}
            for row in rows
        ]
    return rows


@lru_cache(maxsize=1)
def _empty_catalogue() -> bytes:
    """Return the file of a catalogue without rows. The migrations take longer than most slices."""
    with TemporaryDirectory(prefix="fazhi-") as folder:
        path = Path(folder, CATALOGUE)
        engine = scratch_engine(path)
        upgrade(engine)
        engine.dispose()
        return path.read_bytes()
