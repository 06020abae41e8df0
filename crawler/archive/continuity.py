"""Check, before a run begins, that the catalogue belongs to the WARC files beside it and is not behind them.

A catalogue can be an empty file, a copy restored from a backup, or another archive's. A run on it would use run numbers
again and store texts a second time. The manifest and the WARC files state which runs there were; each has a number and a
time of start with microseconds, which no two archives share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.base import Catalogue
from crawler.archive.catalogue.models import CaptureRow, RunRow, WarcRow
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.catalogue.rows import ENTERED_FOLDERS
from crawler.archive.evidence.manifest import NAME, Manifest, entries, started_at
from crawler.archive.evidence.manifest_lines import Kind
from crawler.archive.evidence.warc_paths import IN_PROGRESS, closed_warcs, open_warcs
from crawler.archive.ledger.runs import NOT_IN_MANIFEST, read_run_info
from crawler.errors import ArchiveDamaged, ArchiveError, CrawlerError

_KNOWN_FILES_READ = 3
"""WARC files of which the catalogue has rows that are read all the same, the newest: another archive's may have their names."""

_MAX_RUN_NUMBER = 2**53
_LAST_RUN = Prepared(select(func.max(RunRow.id)))
_Starts = Mapping[int, set[datetime]]  # times at which the runs of a number began, by number


def has_runs(archive: Path) -> bool:
    """Whether an archive has WARC files, or a manifest that names a run: then it must have a catalogue too."""
    return bool(closed_warcs(archive) or open_warcs(archive) or Manifest(archive).runs())


def is_settled(catalogue: Catalogue) -> bool:
    """Whether a command that has nothing to do may leave an archive as it is: no run was killed, and its catalogue can be read.

    If not, the command begins a run all the same, which makes good what the killed one left, or says what is wrong.
    """
    archive = catalogue.archive
    try:
        if not catalogue.exists():
            return not has_runs(archive)
        if open_warcs(archive) or Manifest(archive).open_runs():
            return False
        engine = catalogue.reading_engine(lambda _: None)
        with Session(engine) as session:
            unended = session.scalar(select(RunRow.id).where(RunRow.finished_at.is_(None)).limit(1))
        engine.dispose()
    except (SQLAlchemyError, OSError, ArchiveError):
        return False
    return unended is None


def next_run_number(manifest: Manifest, session: Session) -> int:
    """Return the number of a new run: no run of the catalogue or the manifest has it."""
    row = _LAST_RUN.first(session, {})
    assert row is not None
    return max((row[0] or 0, *_runs_of_manifest(manifest))) + 1


def raise_if_not_continued(catalogue: Catalogue, manifest: Manifest, session: Session) -> None:
    """Raise ArchiveDamaged, which names `fazhi rebuild`, if the catalogue is not this archive's or lacks a run.

    It must have every run of the manifest and of the WARC files, with the same start. After a rebuild it has.
    """
    archive = catalogue.archive
    raise_if_of_another(catalogue, session)
    held = {row.id: row.started_at for row in session.execute(select(RunRow.id, RunRow.started_at))}
    known = set(session.scalars(select(WarcRow.file)))
    ended = _runs_of_manifest(manifest)
    files = _own_files(archive)
    new = [name for name in files if name not in known]
    doubtful = new + sorted(known & files.keys())[-_KNOWN_FILES_READ:]
    if _lacking(held, ended, _runs_of_files(files[name] for name in doubtful)):
        # a WARC file copied here by hand is no fault of the catalogue: that has one of the runs of a number
        lacking = _lacking(held, ended, _runs_of_files(files.values()))
        if lacking:
            raise ArchiveDamaged(_message(catalogue, held, lacking))


def tell_missing_end(manifest: Manifest, session: Session, notify: Callable[[str], None]) -> None:
    """Notify if the manifest lacks the end of the last run that the catalogue knows to have ended: it was cut off."""
    own = select(RunRow.id).where(RunRow.state.not_in(NOT_IN_MANIFEST), RunRow.finished_at.is_not(None))
    last = session.scalar(own.order_by(RunRow.id.desc()).limit(1))
    if last is not None and manifest.run(last) is None:
        notify(
            f"{NAME}: has no end of run {last}, which the catalogue knows: it was cut off or removed; see `fazhi verify`"
        )


def raise_if_of_another(catalogue: Catalogue, session: Session) -> None:
    """Raise ArchiveDamaged if a catalogue outside of the archive's folder is another archive's. An empty one is nobody's.

    One in the folder came there with the rest, or was copied there by somebody, which a run notices.
    """
    if not catalogue.is_outside:
        return
    stated = _stated_runs(catalogue.archive)
    if (
        not stated
    ):  # a folder without a run: the catalogue may have one that was killed before it wrote a file
        is_of_another = session.scalar(select(CaptureRow.id).limit(1)) is not None
    else:
        own = select(RunRow.id, RunRow.started_at).where(RunRow.state.not_in(NOT_IN_MANIFEST))
        held = {row.id: row.started_at for row in session.execute(own)}
        same = [held[number] in starts for number, starts in stated.items() if number in held]
        is_of_another = bool(same) and not any(same)
    if is_of_another:
        raise ArchiveDamaged(
            f"{catalogue.name}: is the catalogue of another archive than {catalogue.archive}; name that archive with"
            " --archive, or another database or `schema` with --database"
        )


def _stated_runs(archive: Path) -> _Starts:
    """Return the runs that tell whose a catalogue is: the first of the manifest; without a manifest those of the WARC files.

    One of these may have been copied here by hand.
    """
    for entry in entries(archive):
        if entry.kind in (Kind.BEGIN, Kind.END):
            return {entry.facts["run"]: {started_at(entry.facts)}}
    return _runs_of_files(_own_files(archive).values())


def _message(catalogue: Catalogue, held: Mapping[int, datetime], lacking: list[int]) -> str:
    first = lacking[0]
    if not held:
        what = "is empty, but its WARC files are there"
    elif first in held:
        what = f"is another archive's: its run {first} is not the one of the WARC files here"
    else:
        what = f"is older than its WARC files: it lacks run {first}"
    return f"{catalogue.name}: the catalogue {what}; `fazhi rebuild` makes it again from the WARC files"


def _lacking(held: Mapping[int, datetime], *stated: _Starts) -> list[int]:
    """Return the numbers of runs that are stated and that the catalogue does not have, in order."""
    numbers = sorted({number for starts in stated for number in starts})
    return [
        number
        for number in numbers
        if held.get(number) not in set().union(*(starts.get(number, set()) for starts in stated))
    ]


def _own_files(archive: Path) -> dict[str, Path]:
    """Return the WARC files that this archive's runs wrote, with those in progress, by their final names."""
    paths = {
        path.relative_to(archive).as_posix().removesuffix(IN_PROGRESS): path
        for path in (*closed_warcs(archive), *open_warcs(archive))
    }
    return {name: path for name, path in paths.items() if not name.startswith(ENTERED_FOLDERS)}


def _runs_of_files(paths: Iterable[Path]) -> _Starts:
    """Return the runs that WARC files name. A file that cannot be read says nothing here; `fazhi verify` names it."""
    found: defaultdict[int, set[datetime]] = defaultdict(set)
    for path in paths:
        try:
            info = read_run_info(path)
        except (CrawlerError, KeyError, ValueError, OSError):
            continue
        if info is not None and info.run is not None:
            found[info.run].add(info.started)
    return found


def _runs_of_manifest(manifest: Manifest) -> _Starts:
    """Return the runs that the manifest names. A run enters its begin only after its row is in the catalogue."""
    runs = manifest.runs().items()
    return {number: {started_at(facts)} for number, facts in runs if 0 < number <= _MAX_RUN_NUMBER}
