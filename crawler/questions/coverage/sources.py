"""The sources of an archive as of a moment: what their entries looked for, and how their visits ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from crawler.field.organs import DEPARTMENT, complete, organ
from crawler.field.regions import region as region_row
from crawler.model import SourceEntry, VisitSpan, VisitState

if TYPE_CHECKING:
    from crawler.archive import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source as of a moment. Times are the beginnings of visits."""

    entry: SourceEntry
    department: str | None  # its name, if the source is a department's
    first_complete: datetime | None = None
    last_complete: datetime | None = None
    last_failed: datetime | None = None
    shown: tuple[
        tuple[int, datetime], ...
    ] = ()  # years on its lists, each with the last complete visit that showed it
    held: Mapping[int, datetime] = field(default_factory=dict)  # years of its reports held: first seen

    @property
    def last_visit(self) -> datetime | None:
        """The last visit that ended, complete or failed."""
        return max(filter(None, (self.last_complete, self.last_failed)), default=None)


def sources_as_of(reader: Reader, moment: datetime) -> dict[str, Source]:
    """Return the sources that an archive knew at a moment, by id."""
    spans: dict[str, list[VisitSpan]] = {}
    for span in reader.visit_spans(moment):
        spans.setdefault(span.site, []).append(span)
    held: dict[str, dict[int, datetime]] = {}
    for (site, year), seen in reader.held_years().items():
        if seen < moment:
            held.setdefault(site, {})[year] = seen
    found: dict[str, Source] = {}
    for site, known in groupby(reader.source_entries(), key=lambda entry: entry.site):
        current = _entry_as_of(list(known), moment, seen_before=site in spans or site in held)
        if current:
            found[site] = _source(current, spans.get(site, ()), held.get(site, {}))
    return found


def _entry_as_of(known: list[SourceEntry], moment: datetime, *, seen_before: bool) -> SourceEntry | None:
    """Return the entry that counts: the last one told by then; the first one for a source that was seen before it told any."""
    told = [entry for entry in known if entry.since is not None and entry.since < moment]
    return told[-1] if told else (known[0] if seen_before else None)


def _source(entry: SourceEntry, spans: Iterable[VisitSpan], held: Mapping[int, datetime]) -> Source:
    complete_spans = [span for span in spans if span.state == VisitState.COMPLETE.value]
    failed = [span.last_began for span in spans if span.state == VisitState.FAILED.value]
    shown: dict[int, datetime] = {}
    for span in complete_spans:
        for year in span.years:
            shown[year] = max(span.last_began, shown.get(year, span.last_began))
    return Source(
        entry=entry,
        department=department_name(entry.name, entry.region),
        first_complete=min((span.first_began for span in complete_spans), default=None),
        last_complete=max((span.last_began for span in complete_spans), default=None),
        last_failed=max(failed, default=None),
        shown=tuple(sorted(shown.items())),
        held=held,
    )


@lru_cache(maxsize=4096)  # the reports of an organ follow each other, and are told as of several days
def department_name(name: str | None, region: str | None) -> str | None:
    """Return the name of a department in full, with its place; None for a government and for what is no organ's name."""
    found = organ(name) if name else None
    if found is None or found[1] != DEPARTMENT:
        return None
    return complete(found[0], region) if region and region_row(region) else found[0]
