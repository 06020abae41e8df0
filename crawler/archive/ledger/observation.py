"""`Observation`, one text seen at one URL, and `StoreResult`, what the catalogue made of it.

These are the input and the output of `identity.store_text`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.archive.catalogue.models import OWN, VersionRow
from crawler.archive.catalogue.queries import to_report
from crawler.archive.catalogue.rows import CaptureRef, KeptDocument
from crawler.field.claims import Filing, file_under
from crawler.model import Ending, Outcome, Report, Site

Metadata = Mapping[str, str | None]
"""Title, issuer, source, published and signed, by these names."""
ReadMetadata = Callable[[int], Metadata | None]
"""Reads the metadata that today's extractor finds in a capture (its row id) alone; None if that fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """What a page shows now over a known text. `was`: what it has edited, as it was. `before`: the record that gave that."""

    shown: Metadata
    was: Metadata
    before: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One text seen at one URL: when, by which run and in which captures."""

    report: Report
    site: Site
    seen_at: datetime
    capture: CaptureRef | None
    run_id: int
    live: bool  # fetched by this run; then it is the latest observation, whatever the clock said
    origin: str = OWN  # own, imported, memento, merged; the last changes no row of a page or version that this archive captured
    hosts: Sequence[str] | None = None  # that the site's entry names; None: not told
    further: Sequence[int] = ()  # captures.id of the article's pages after the first
    documents: Sequence[KeptDocument] = ()  # that the page offered; empty also where the act does not tell
    shown: Container[str] | None = None  # canonical URLs that the site shows in this visit; None: not known
    joined_keys: Sequence[str] = ()  # url_key of the pages joined with this one when it was first entered
    recorded_ending: Ending | None = None  # in a rebuild: the ending that the live run recorded
    recorded_metadata: PageMetadata | None = None  # in a rebuild: what the live run recorded of it
    read_metadata: ReadMetadata | None = None  # None: edits beside the text are not looked for

    @property
    def url(self) -> str:
        """The URL at which the text was seen."""
        return self.report.url or ""

    @property
    def filing(self) -> Filing:
        """The division under which the text is filed, and the one that it only claims to be of."""
        return file_under(self.report.issuer, self.report.region, self.site.region)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreResult:
    """The outcome of an observation, and the text file that must exist after the next commit."""

    outcome: Outcome
    # content to write, by file name relative to the archive; one at most
    text_files: Mapping[str, bytes] = field(default_factory=dict)
    existing_text_file: str = ""  # name of a text file written before; written again only if it is missing
    is_new_text: bool = False  # the text was not held before, in this version or at all
    reextracted: bool = False
    rests_here: bool = False  # the version's metadata and evidence are those of this observation now
    tells_site: bool = (
        False  # it changed what is known of its site, or the publisher: the act states the site in whole
    )
    joined_keys: Sequence[str] = ()  # url_key of the pages joined with this one; see `varying_urls`
    metadata: PageMetadata | None = (
        None  # what the page shows beside the text now, if it showed something else before
    )
    documents_changed: bool = False  # the page's documents were entered: they are not those entered before

    def with_note(self, note: str) -> StoreResult:
        """Return the same with a note added to the outcome's detail."""
        detail = "; ".join(filter(None, (self.outcome.detail, note)))
        return replace(self, outcome=replace(self.outcome, detail=detail)) if note else self


def outcome_of(
    ending: Ending,
    observation: Observation,
    report_id: str | None = None,
    version: int | None = None,
    detail: str = "",
) -> Outcome:
    """Return the outcome of an observation."""
    return Outcome(
        ending=ending,
        url=observation.url,
        site_id=observation.site.id,
        at=observation.seen_at,
        report_id=report_id,
        version=version,
        detail=detail,
    )


def result_of(
    ending: Ending,
    observation: Observation,
    version: VersionRow,
    detail: str = "",
    *,
    is_new_text: bool = False,
    reextracted: bool = False,
) -> StoreResult:
    """Return the result of an observation whose text is a version, with that version's text file."""
    outcome = outcome_of(ending, observation, version.report_id, version.number, detail)
    text_files = {version.text_file: to_report(version).text().encode()} if version.text_file else {}
    return StoreResult(
        outcome=outcome, text_files=text_files, is_new_text=is_new_text, reextracted=reextracted
    )
