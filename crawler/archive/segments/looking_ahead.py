"""Look ahead in segments that are about to be entered: read at once what the catalogue has of their pages, texts and sites.

Entered one by one, each new text would ask for its page, its digest, its id and the texts like it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.address import canonical, varying
from crawler.archive.catalogue.databases.read_ahead import read_ahead
from crawler.archive.catalogue.databases.session_memory import forget, keep_rows
from crawler.archive.catalogue.earlier_responses import read_responses_ahead
from crawler.archive.catalogue.models import (
    MemoryRow,
    PageRow,
    ReportRow,
    RunRow,
    SiteRow,
    SourceRow,
    TroubleRow,
    VersionRow,
    WarcRow,
)
from crawler.archive.evidence import acts
from crawler.archive.evidence.act_schema import ACTS
from crawler.archive.evidence.acts import Act
from crawler.archive.ledger.current_page import read_pages_ahead
from crawler.archive.ledger.new_reports import report_ids
from crawler.archive.ledger.ownership.sites import read_hosts
from crawler.archive.ledger.similarity.texts_ahead import read_texts_ahead
from crawler.archive.ledger.site_visits import read_entries
from crawler.archive.loading.held_bodies import read_bodies_ahead
from crawler.archive.segments.staging import Staged
from crawler.field.claims import file_under
from crawler.field.fingerprint import simhash


@contextmanager
def looking_ahead(session: Session, staged: Sequence[Staged]) -> Iterator[None]:
    """Know, within the block, what the catalogue has of the segments. What was not kept of their records is looked up."""
    told = [act for each in staged for act in _acts(each)]
    texts = {digest: text for each in staged for digest, text in each.contents.texts.items()}
    try:
        read_ahead(session, WarcRow.file, [each.name for each in staged])
        read_ahead(session, RunRow.started_at, [each.info.started for each in staged])
        _read_sites(session, {_site_id(act) for act in told} - {""})
        _read_pages(session, told)
        read_responses_ahead(session, {named for each in staged for named in _repeated(each)})
        _read_texts(session, [act for act in told if act.name == "stored"], texts)
        yield
    finally:
        forget(session)


def _acts(staged: Staged) -> Iterator[Act]:
    """Yield the acts that will be entered. Those of a later format are not checked, and may have any form."""
    contents = staged.contents
    for record in contents.records or ():
        if record.kind == "metadata":
            yield from (
                act for act in contents.read_acts(record) if isinstance(act, Act) and act.name in ACTS
            )


def _repeated(staged: Staged) -> Iterator[str]:
    """Yield the ids of the records that the segment's revisits refer to."""
    for record in staged.contents.records or ():
        if record.kind == "revisit" and (named := record.fields.get("warc-refers-to")):
            yield named


def _site_id(act: Act) -> str:
    if "site" in act.content:
        return str(act.content["site"]["id"])
    return str(act.content["visit"]["site_id"]) if "visit" in act.content else ""


def _read_sites(session: Session, ids: Collection[str]) -> None:
    for column in (SiteRow.id, MemoryRow.site_id):
        found = read_ahead(session, column, ids)
        keep_rows(session, session.scalars(select(column.class_).where(column.in_(found))) if found else ())
    read_ahead(session, TroubleRow.site_id, ids)
    read_entries(session, read_ahead(session, SourceRow.site_id, ids))
    read_hosts(session, ids)


def _read_pages(session: Session, told: Iterable[Act]) -> None:
    keys = set[str]()
    for act in told:
        if act.url:
            keys |= {canonical(act.url), varying(act.url)}
        keys.update(map(canonical, act.content.get("came_from") or ()))
    read_pages_ahead(session, read_ahead(session, PageRow.url_key, keys))


def _read_texts(session: Session, stored: Sequence[Act], texts: Mapping[str, str]) -> None:
    """Read what texts are compared with, which are told with the segments: the same text, those like it, reports with its id."""
    held = read_ahead(
        session, VersionRow.text_sha256, [act.content["report"]["text_sha256"] for act in stored]
    )
    read_bodies_ahead(session, held - texts.keys())
    marks, ids = dict[str, str](), list[str]()
    for act in stored:
        report = acts.report_of(act.content, act.url, "")
        text = texts.get(report.text_sha256)
        if report.text_sha256 in held or text is None:
            continue
        marks[report.text_sha256] = simhash(text)
        filing = file_under(report.issuer, report.region, acts.site_of(act.content).region)
        ids.append(report_ids(report, filing)[0])
    read_ahead(session, ReportRow.id, ids)
    read_texts_ahead(session, marks)
