"""Make one delivery: all formats in one pass over the versions, then descriptor, changes, and its name.

The name of a delivery is the time of the archive's state and a digest of its files. The same archive and the same wishes
give the same bytes, and no second delivery.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler import __version__
from crawler.archive.catalogue.selection import Selection
from crawler.archive.storage.bucket_path import bucket_of
from crawler.archive.storage.places import as_archive
from crawler.errors import ArchiveDamaged, ConfigError, CrawlerError, ExtractError
from crawler.questions.export.bucket_target import open_bucket
from crawler.questions.export.delta import DELTA, ROWS, RowLog, write_delta
from crawler.questions.export.formats import FORMATS
from crawler.questions.export.formats.writer import Job, Resource, Writer, file_digest
from crawler.questions.export.package import NAME, describe
from crawler.questions.export.schema import Row, Table, plain
from crawler.questions.export.tables import TABLES
from crawler.questions.export.target import ARTIFACTS, Target, open_target

if TYPE_CHECKING:
    from crawler.archive import Reader
    from crawler.archive.reader_queries.held_versions import HeldVersion
    from crawler.model import Years

MAX_WACZ_BYTES = 1_000_000_000
_MAX_ATTEMPTS = 3
_VERSIONS_PER_STEP = 500
"""Versions between two calls of `progress`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery. `entry` is its entry in index.json."""

    path: Path  # DIR/artifacts/<version>
    version: str
    fresh: bool  # False: the folder had it already
    rows: dict[str, int]  # by table
    changes: dict[str, int]  # ADD, MOD, DEL since the one before with the same filters
    entry: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wishes:
    """What is asked for."""

    formats: tuple[str, ...]
    selection: Selection
    latest: bool
    with_text: bool
    as_published: bool
    max_wacz_bytes: int
    notify: Callable[[str], None]
    progress: Callable[[int, int], None]

    def filters(self) -> dict[str, Any]:
        """Return what decides which rows there are, for people and for finding the delivery before."""
        chosen = self.selection
        years = [chosen.years.first, chosen.years.last] if chosen.years else None
        since = plain(chosen.since)
        return {
            "region": chosen.region,
            "years": years,
            "kind": chosen.kind,
            "since": since,
            "latest": self.latest,
        }


def export(
    reader: Reader,
    folder: str | PathLike[str],
    formats: Iterable[str] = ("csv",),
    *,
    region: str | None = None,
    years: Years | None = None,
    kind: str | None = None,
    since: datetime | None = None,
    latest: bool = False,
    with_text: bool = False,
    as_published: bool = False,
    max_wacz_bytes: int = MAX_WACZ_BYTES,
    notify: Callable[[str], None] = lambda _: None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Delivery:
    """Write a delivery of an archive into a folder: `artifacts/<version>/`, listed in `index.json`.

    `formats`: txt, jsonl, csv, xlsx, parquet, wacz. One row a version, or with `latest` one a report. `region` (a code, with
    the divisions within it) and `years` are the report's, `kind` and `since` (first seen then or later) each version's.
    `with_text`: columns with texts. `as_published`: the same, and a column with the texts as their pages punctuate them; each
    page is read again from its capture, which takes some milliseconds a version. `max_wacz_bytes`: WARC bytes in one WACZ file. `notify` gets messages, `progress` the
    number of versions done and of all.

    Raises ConfigError for an unknown format and for a folder that is the archive's or somebody else's; ArchiveLocked if
    another export writes to the folder; CrawlerError if a format's library is missing or the files cannot be written: the
    deliveries before stay as they are.
    """
    wanted = tuple(dict.fromkeys(formats))
    if not wanted or any(each not in FORMATS for each in wanted):
        raise ConfigError(f"{', '.join(wanted) or 'no format'}: use formats among {', '.join(FORMATS)}")
    wishes = _Wishes(
        formats=tuple(each for each in FORMATS if each in wanted),
        selection=Selection(region=region, years=years, kind=kind, since=since),
        latest=latest,
        with_text=with_text or as_published,
        as_published=as_published,
        max_wacz_bytes=max_wacz_bytes,
        notify=notify,
        progress=progress,
    )
    with _opened(as_archive(folder), reader.path) as target:
        try:
            return _deliver(reader, target, wishes)
        except OSError as error:
            place = error.filename or target.path
            raise CrawlerError(
                f"{place}: {error.strerror or error}; the deliveries before stay as they are"
            ) from error
        finally:
            target.discard()


def _opened(folder: Path, archive: Path) -> AbstractContextManager[Target]:
    """Open what deliveries go to: a folder, or a prefix of a bucket."""
    bucket = bucket_of(folder)
    return open_target(folder, archive) if bucket is None else open_bucket(bucket, archive)


def _deliver(reader: Reader, target: Target, wishes: _Wishes) -> Delivery:
    """Make the delivery; again if a run has changed the catalogue meanwhile."""
    for attempts_left in reversed(range(_MAX_ATTEMPTS)):
        target.begin()
        try:
            made = _Making(reader, target, wishes).make()
        except ArchiveDamaged:
            if not attempts_left or not reader.reopen_if_outdated():
                raise
            continue
        if not reader.reopen_if_outdated():
            return made.publish()
    raise CrawlerError(f"{reader.path}: a run changes the archive again and again; export when it has ended")


class _Making:
    """One pass over the archive."""

    def __init__(self, reader: Reader, target: Target, wishes: _Wishes) -> None:
        self._reader, self._target, self._wishes = reader, target, wishes
        self._head = reader.head()
        self._job = Job(
            folder=target.new,
            scratch=target.scratch,
            archive=reader.path,
            place_of_record=reader.place_of_record,
            tables=TABLES,
            with_text=wishes.with_text,
            as_published=wishes.as_published,
            created=reader.last_run_at().replace(microsecond=0),
            software=f"fazhi {__version__}",
            max_wacz_bytes=wishes.max_wacz_bytes,
            notify=wishes.notify,
        )
        self._rows: Counter[str] = Counter({table.name: 0 for table in TABLES})
        self._resources: list[Resource] = []
        self._unpunctuated = 0

    def make(self) -> _Making:
        """Write the files of all formats."""
        writers: list[Writer] = []
        try:
            with closing(RowLog(self._job.folder / ROWS, TABLES[0].columns(with_text=False))) as log:
                for name in self._wishes.formats:
                    writers.append(FORMATS[name](self._job))
                self._pass(writers, log)
            for writer in writers:
                self._resources += writer.finish()
        except BaseException:
            for writer in writers:
                writer.abandon()
            raise
        return self

    def _pass(self, writers: Sequence[Writer], log: RowLog) -> None:
        reader, wishes = self._reader, self._wishes
        total = reader.count_held_versions(wishes.selection, latest=wishes.latest)
        found = reader.iter_held_versions(wishes.selection, latest=wishes.latest, bodies=True)
        for done, item in enumerate(map(self._with_punctuation, found), 1):
            for writer in writers:
                writer.version(item)
            for table in TABLES:
                for row in table.of_version(item) if table.of_version else ():
                    self._give(writers, table, row)
                    if table is TABLES[0]:
                        log.add(row[: len(table.columns(with_text=False))])
            if done % _VERSIONS_PER_STEP == 0 or done == total:
                wishes.progress(done, total)
        self._tell_unpunctuated(total)
        for table in TABLES:
            for row in table.of_archive(reader, wishes.selection) if table.of_archive else ():
                self._give(writers, table, row)

    def _with_punctuation(self, item: HeldVersion) -> HeldVersion:
        """The version with its text as published, if that is asked for."""
        report = item.report
        if not self._wishes.as_published or item.tombstone or not report.body or report.id is None:
            return item
        try:
            written = self._reader.as_published(report.id, report.version)
        except ExtractError:
            self._unpunctuated += 1
            return item
        return replace(item, report=replace(report, as_published=written))

    def _tell_unpunctuated(self, total: int) -> None:
        if self._unpunctuated:
            self._wishes.notify(
                f"{self._unpunctuated} of {total} versions have no text_as_published: this version of fazhi reads their pages "
                "differently; `fazhi rebuild --reextract` takes the texts that it reads"
            )

    def _give(self, writers: Sequence[Writer], table: Table, row: Row) -> None:
        self._rows[table.name] += 1
        given = row[: len(self._job.columns(table))]
        for writer in writers:
            writer.row(table, given)

    def publish(self) -> Delivery:
        """Name the delivery, describe it, tell what changed since the one before with the same filters, and list it."""
        target, wishes = self._target, self._wishes
        facts: dict[str, Any] = {
            "version": "",
            "as_of": plain(self._job.created),
            "head": self._head,
            "software": self._job.software,
            "filters": wishes.filters(),
            "formats": list(wishes.formats),
            "with_text": wishes.with_text,
            **({"as_published": True} if wishes.as_published else {}),
            "rows": dict(self._rows),
        }
        package = describe(self._job, self._resources, self._rows, facts)
        version = f"{self._job.created:%Y%m%dT%H%M%SZ}-{self._digest(package)}"
        facts["version"] = package["version"] = version
        if held := next((each for each in target.deliveries if each["version"] == version), None):
            return _delivery(target, held, fresh=False)
        (self._job.folder / NAME).write_text(
            json.dumps(package, ensure_ascii=False, indent=2) + "\n", "utf-8"
        )
        since, before = self._before(facts["filters"])
        rows = self._job.folder / ROWS
        changes = write_delta(self._job.folder / DELTA, self._job.scratch, version, rows, since, before)
        entry = facts | {"path": f"{ARTIFACTS}/{version}", "since": since, "changes": changes}
        target.publish(version, entry)
        return _delivery(target, entry, fresh=True)

    def _digest(self, package: dict[str, Any]) -> str:
        """Return a digest of the descriptor, which has the digests of the files, and of the rows."""
        text = json.dumps(package, ensure_ascii=False, sort_keys=True) + file_digest(self._job.folder / ROWS)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def _before(self, filters: dict[str, Any]) -> tuple[str | None, Path | None]:
        """Return the last delivery with the same filters, and its rows."""
        for entry in reversed(self._target.deliveries):
            if entry.get("filters") == filters:
                rows = self._target.earlier(entry["version"], ROWS)
                if rows.is_file():
                    return entry["version"], rows
        return None, None


def _delivery(target: Target, entry: dict[str, Any], *, fresh: bool) -> Delivery:
    return Delivery(
        path=target.place(entry["version"]),
        version=entry["version"],
        fresh=fresh,
        rows=entry.get("rows", {}),
        changes=entry.get("changes", {}),
        entry=entry,
    )
