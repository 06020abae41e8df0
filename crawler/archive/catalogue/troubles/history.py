"""Troubles of earlier visits, from their outcomes: what the ledger would have entered. For catalogues without the table.

Plain SQL instead of the models, since a migration calls it on schemas of its age.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, Integer, Row, String, bindparam, column, text

from crawler.archive.catalogue.base import UtcDateTime
from crawler.archive.catalogue.troubles.rules import Met, end_visit, may_be_trouble, meet
from crawler.model import TROUBLE_ENDINGS, Ending, VisitState

_VISITS = text("""
    SELECT visits.run_id, visits.site_id, visits.began_at, visits.ended_at, visits.state, visits.entries, runs.started_at
    FROM visits JOIN runs ON runs.id = visits.run_id WHERE runs.state != 'merged' ORDER BY visits.run_id, visits.id
""").columns(
    column("run_id", Integer),
    column("site_id", String),
    column("began_at", UtcDateTime),
    column("ended_at", UtcDateTime),
    column("state", String),
    column("entries", JSON),
    column("started_at", UtcDateTime),
)
_OUTCOMES = (
    text("""
        SELECT at, site_id, url, ending, detail,
            ending = 'gone' AND EXISTS (SELECT 1 FROM pages WHERE pages.url = outcomes.url) AS held
        FROM outcomes WHERE run_id = :run AND ending IN :endings ORDER BY id
    """)
    .bindparams(bindparam("endings", expanding=True))
    .columns(
        column("at", UtcDateTime),
        column("site_id", String),
        column("url", String),
        column("ending", String),
        column("detail", String),
        column("held", Boolean),
    )
)
_ENTRIES = text("SELECT site_id, since, lists FROM sources ORDER BY id").columns(
    column("site_id", String), column("since", UtcDateTime), column("lists", Integer)
)
_MAY_BE_TROUBLE = (*TROUBLE_ENDINGS, Ending.GONE, Ending.LISTED, Ending.LEFT)


@dataclass(slots=True, kw_only=True)
class _Trouble:
    """A row of `troubles`."""

    id: int
    site_id: str
    url: str
    ending: str
    cause: str
    detail: str
    since: datetime
    last_seen: datetime
    told_at: datetime | None = None
    over_at: datetime | None = None


def troubles_of_earlier_visits(connection: Connection) -> list[dict[str, Any]]:
    """Return the rows of `troubles` for all visits of a catalogue."""
    made: list[_Trouble] = []
    standing: dict[str, list[_Trouble]] = {}
    entries = connection.execute(_ENTRIES).all()
    visits = connection.execute(_VISITS).all()
    for run, group in groupby(visits, key=attrgetter("run_id")):
        of_site = {visit.site_id: visit for visit in group}
        endings = {"run": run, "endings": [each.value for each in _MAY_BE_TROUBLE]}
        for outcome in connection.execute(_OUTCOMES, endings):
            if (visit := of_site.get(outcome.site_id)) and (met := _met(outcome, visit, entries)):
                meet(standing.setdefault(visit.site_id, []), met, _maker(visit.site_id, made))
        for visit in of_site.values():
            if visit.ended_at is not None and visit.site_id in standing:
                state = VisitState(visit.state) if visit.state else None
                end_visit(
                    standing[visit.site_id],
                    state,
                    began_at=visit.began_at,
                    run_started=visit.started_at,
                    ended_at=visit.ended_at,
                )
    return list(map(asdict, made))


def _met(outcome: Row[Any], visit: Row[Any], entries: Sequence[Row[Any]]) -> Met | None:
    """Return an outcome as trouble; None if it is none."""
    ending = Ending(outcome.ending)
    told = [each.lists for each in entries if each.site_id == visit.site_id and each.since <= visit.began_at]
    lists = visit.entries[: told[-1]] if told else visit.entries
    is_none = ending is Ending.GONE and (outcome.held or outcome.url not in lists)
    if is_none or not may_be_trouble(ending, outcome.detail):
        return None
    return Met(
        url=outcome.url,
        ending=ending,
        detail=outcome.detail,
        at=outcome.at,
        run_started=visit.started_at,
        lists=lists,
    )


def _maker(site_id: str, made: list[_Trouble]) -> Callable[[Met, str], _Trouble]:
    """Return what makes a row, and appends it."""

    def make(met: Met, cause: str) -> _Trouble:
        row = _Trouble(id=len(made) + 1, site_id=site_id, **met.columns(cause))
        made.append(row)
        return row

    return make
