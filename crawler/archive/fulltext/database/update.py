"""Write the full text index in PostgreSQL: after each run what the run touched, or all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import ReportRow, VersionRow
from crawler.archive.fulltext.changes import (
    REPORTS_PER_PORTION,
    TELL_FROM_TEXTS,
    Changes,
    newest,
    progress,
    touched_reports,
)
from crawler.archive.fulltext.database.tables import (
    FORMAT,
    IndexedText,
    add_texts,
    make_empty,
    read_stamp,
    remove_portions,
    small_portions,
)
from crawler.archive.fulltext.facts import Facts, facts_of

_FACTS = f"SELECT {', '.join(Facts._fields)} FROM search_texts WHERE report = ANY(%(reports)s)"
_LOST = "DELETE FROM search_texts WHERE NOT report = ANY(%(reports)s)"
_DELETE = "DELETE FROM search_texts WHERE version = %(version)s"
_NOT_TEXT = ("report", "number", "kind", "year", "region", "latest")
_UPDATE = f"UPDATE search_texts SET {', '.join(f'{name} = %({name})s' for name in _NOT_TEXT)} WHERE version = %(version)s"


def update_index(session: Session, *, everything: bool, notify: Callable[[str], None]) -> Changes:
    """Bring the index up to the catalogue, in one transaction. Build it if there is none of this format."""
    connection = session.connection()
    stamp = read_stamp(connection)
    if stamp is None or stamp.format != FORMAT:
        return build_index(session, notify=notify)
    ids = touched_reports(session, stamp, everything=everything)
    if ids is None:
        ids = session.scalars(select(ReportRow.id).order_by(ReportRow.id)).all()
        connection.exec_driver_sql(_LOST, {"reports": list(ids)})
    return _sync(session, ids, notify)


def build_index(session: Session, *, notify: Callable[[str], None]) -> Changes:
    """Build the whole index again, in one transaction: readers see the old one until it ends."""
    make_empty(session.connection())
    ids = session.scalars(select(ReportRow.id).order_by(ReportRow.id)).all()
    changes = _sync(session, ids, notify)
    changes.whole = True
    return changes


def _sync(session: Session, reports: Sequence[str], notify: Callable[[str], None]) -> Changes:
    changes, told = Changes(), 0
    connection = session.connection()
    for start in range(0, len(reports), REPORTS_PER_PORTION):
        portion = reports[start : start + REPORTS_PER_PORTION]
        rows = connection.exec_driver_sql(_FACTS, {"reports": list(portion)})
        held = {facts.version: facts for facts in map(Facts._make, rows)}
        new = [
            facts
            for facts in facts_of(session, portion)
            if _is_new_text(connection, facts, held.pop(facts.version, None), changes)
        ]
        add_texts(connection, _with_texts(session, new))
        for version in held:
            connection.exec_driver_sql(_DELETE, {"version": version})
        done = changes.added + changes.replaced
        if done // TELL_FROM_TEXTS > told:
            told = done // TELL_FROM_TEXTS
            notify(progress(done, start + len(portion), len(reports)))
    if portions := small_portions(connection):
        add_texts(connection, _with_texts(session, remove_portions(connection, portions)))
    run, version = newest(session)
    connection.exec_driver_sql(
        "UPDATE search_stamp SET run = %(run)s, version = %(version)s", {"run": run, "version": version}
    )
    session.commit()
    return changes


def _is_new_text(connection: Connection, facts: Facts, held: Facts | None, changes: Changes) -> bool:
    """Whether a text must be entered. One that it replaces is removed; what else is said of it is updated."""
    if held == facts:
        return False
    if held is None:
        changes.added += 1
        return True
    if (held.text_sha256, held.title) == (facts.text_sha256, facts.title):
        connection.exec_driver_sql(_UPDATE, facts._asdict())
        return False
    connection.exec_driver_sql(_DELETE, {"version": facts.version})
    changes.replaced += 1
    return True


def _with_texts(session: Session, several: Sequence[Facts]) -> Iterator[IndexedText]:
    for start in range(0, len(several), REPORTS_PER_PORTION):
        portion = several[start : start + REPORTS_PER_PORTION]
        query = select(VersionRow.id, VersionRow.body, VersionRow.sections).where(
            VersionRow.id.in_([facts.version for facts in portion])
        )
        texts = {row.id: row for row in session.execute(query)}
        for facts in portion:
            if (text := texts.get(facts.version)) is not None:
                yield IndexedText(facts, text.body, text.sections)
