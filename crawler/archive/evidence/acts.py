"""Acts: what the archive decided about captures, as JSON in WARC `metadata` records.

The functions here turn nouns into an act's content and back. A rebuild makes the whole catalogue from the captures and
these acts; `crawler.archive.loading.warc_loader` applies them. A record holds all acts between two commits, one line of JSON
each. Earlier versions wrote one record per act.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from crawler.archive.catalogue.metadata.queries import FIELDS
from crawler.archive.catalogue.models import VersionRow
from crawler.archive.catalogue.rows import KeptDocument, to_json_list
from crawler.archive.evidence.act_lines import Act as Act
from crawler.archive.evidence.act_lines import ActFault as ActFault
from crawler.archive.evidence.act_lines import acts_in as acts_in
from crawler.archive.evidence.act_lines import content_of as content_of
from crawler.archive.evidence.act_lines import read_acts as read_acts
from crawler.archive.ledger.observation import PageMetadata, StoreResult
from crawler.archive.ledger.ownership.sites import named_hosts
from crawler.archive.ledger.site_visits import Entry, frontier_from_json, frontier_to_json
from crawler.model import (
    Attachment,
    Document,
    Ending,
    Offer,
    Outcome,
    Report,
    Section,
    Site,
    SiteVisit,
    VisitState,
)
from crawler.warc import warc_date

Content = Mapping[str, Any]
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


_REPORT_FIELDS = (
    "title", "issuer", "region", "year", "kind", "published", "source", "signed", "parts",
)  # fmt: skip
"""Fields of a report that cannot be extracted again from its page alone: its link and its site contributed to them."""
_TEXT_FIELDS = ("text_url", "reader", "pages", "confidence", "unread", "difference")
"""Fields that say what the text was read from. An act has those that are not empty, and `text_from` if it is not `page`."""


def stored(
    report: Report,
    site: Site,
    change: StoreResult,
    *,
    further: Sequence[str] = (),
    came_from: Sequence[str] = (),
    documents: Sequence[KeptDocument] = (),
    note: str = "",
) -> Content:
    """Return the act that a text was stored. If the text was held already, it contains only the text's digest.

    With `rests_here` the text was held from another site or from outside; this page is what the version rests on now.
    A `site` has its name, division and the hosts that its entry names when any of them is new.

    `further`: ids of the records with the article's pages after the first. `documents`: what the page offered, written only
    if the catalogue did not have it so before. `came_from`, `note`: as in Ledger.store.
    The act's `varies` lists the keys of the pages that turned out to be this one, see `crawler.archive.ledger.varying_urls`.
    """
    outcome, whole = change.outcome, change.is_new_text or change.rests_here
    fields: dict[str, Any] = {"text_sha256": report.text_sha256}
    if report.unread is not None:
        fields["unread"] = report.unread
    if whole:
        fields |= {"id": outcome.report_id, "version": outcome.version}
        fields |= {name: getattr(report, name) for name in _REPORT_FIELDS}
        fields["index"] = dict(report.index) if report.index else None
        fields["sections"] = to_json_list(report.sections)
        fields["attachments"] = to_json_list(report.attachments)
        fields |= {name: value for name in _TEXT_FIELDS if (value := getattr(report, name)) is not None}
        fields |= {"text_from": report.text_from} if report.text_from != "page" else {}
    content: dict[str, Any] = {
        "act": "stored",
        "site": _site(site) if whole or change.tells_site else {"id": site.id},
        "extractor": report.extractor,
        "ending": outcome.ending.value,
        "report": fields,
    }
    optional: dict[str, Any] = {"further": list(further), "came_from": list(came_from), "note": note}
    optional["documents"] = list(map(_document, documents)) if change.documents_changed else []
    optional["rests_here"], optional["metadata"] = change.rests_here, _metadata(change.metadata)
    optional["reextracted"], optional["varies"] = change.reextracted, list(change.joined_keys)
    return content | {name: value for name, value in optional.items() if value}


def _metadata(found: PageMetadata | None) -> dict[str, Any] | None:
    """Return what a page shows beside a known text as a value of an act. `before`: the record that gave what it has edited."""
    if found is None:
        return None
    value: dict[str, Any] = {"shown": dict(found.shown)}
    return value | ({"was": dict(found.was), "before": found.before} if found.was else {})


def metadata_of(content: Content) -> PageMetadata | None:
    """Return what a `stored` act tells of the metadata of a page whose text was known; None if it tells nothing."""
    told = content.get("metadata")
    if told is None:
        return None
    was = told.get("was") or {}
    return PageMetadata(
        shown={name: told["shown"].get(name) for name in FIELDS},
        was={name: was[name] for name in FIELDS if name in was},
        before=told.get("before"),
    )


def _document(kept: KeptDocument) -> dict[str, Any]:
    """Return a document that a page offered as a value of an act. `about`: the record with its bytes."""
    document, offer = kept.document, kept.document.offer
    values: dict[str, Any] = {"url": offer.url, "title": offer.title, "how": offer.how}
    optional = {"about": kept.capture.record_id if kept.capture else None}
    optional |= {name: getattr(document, name) for name in ("format", "reader", "pages", "fault")}
    return values | {name: value for name, value in optional.items() if value is not None}


def documents_of(content: Content) -> list[tuple[Document, str | None]]:
    """Return the documents of a `stored` or `reextracted` act, each with the id of the record with its bytes."""
    return [
        (
            Document(
                offer=Offer(title=each["title"], url=each["url"], how=each["how"]),
                **{name: each.get(name) for name in ("format", "reader", "pages", "fault")},
            ),
            each.get("about"),
        )
        for each in content.get("documents") or ()
    ]


def report_of(content: Content, url: str, body: str) -> Report:
    """Return the report of a `stored` act, with the URL and the body given."""
    fields = content["report"]
    return Report(
        id=fields.get("id") if content.get("ending") == Ending.NEW else None,
        **{name: fields.get(name) for name in _REPORT_FIELDS if name not in ("parts", "title")},
        title=fields.get("title") or "",
        parts=fields.get("parts") or 1,
        index=fields.get("index"),
        sections=tuple(Section(**_only(Section, each)) for each in fields.get("sections") or ()),
        attachments=tuple(Attachment(**_only(Attachment, each)) for each in fields.get("attachments") or ()),
        text_sha256=fields["text_sha256"],
        text_from=fields.get("text_from") or "page",
        **{name: fields.get(name) for name in _TEXT_FIELDS},
        extractor=content.get("extractor") or "",
        url=url,
        body=body,
    )


def _only(kind: type[Section | Attachment | SiteVisit], values: Content) -> dict[str, Any]:
    """Return the values that a dataclass has fields for: a later version may have added others."""
    return {name: value for name, value in values.items() if name in kind.__slots__}


def _site(site: Site) -> dict[str, Any]:
    hosts = list(named_hosts(site))
    fields: dict[str, Any] = {"id": site.id, "name": site.name, "region": site.region, "hosts": hosts}
    return fields | ({"body": site.body} if site.body else {})


def site_of(content: Content) -> Site:
    """Return the site of an act. Fields that the act does not contain have their defaults."""
    fields = content["site"]
    return Site(
        id=fields["id"],
        name=fields.get("name") or "",
        region=fields.get("region") or "000000",
        body=fields.get("body"),
    )


def hosts_of(content: Content) -> tuple[str, ...] | None:
    """Return the hosts that the entry of an act's site names; None if the act does not tell."""
    hosts = content["site"].get("hosts")
    return None if hosts is None else tuple(map(str, hosts))


def confirmed(site: Site) -> Content:
    """Return the act that a 304 confirmed the text held."""
    return {"act": "confirmed", "site": {"id": site.id}}


def attempted(site: Site, kind: str, reason: str) -> Content:
    """Return the act that a request failed. If an answer came all the same, it has a `response` record of its own."""
    return {"act": "attempted", "site": {"id": site.id}, "kind": kind, "reason": reason}


def noted(outcome: Outcome) -> Content:
    """Return the act that a visit ended with this outcome and stored nothing."""
    content = {"act": "noted", "site": {"id": outcome.site_id}, "ending": outcome.ending.value}
    return content | ({"detail": outcome.detail} if outcome.detail else {})


def outcome_of(content: Content, url: str, at: datetime) -> Outcome:
    """Return the outcome of a `noted` act."""
    return Outcome(
        ending=Ending(content["ending"]),
        url=url,
        site_id=content["site"]["id"],
        detail=content.get("detail") or "",
        at=at,
    )


def visit(visit: SiteVisit, *, ended: bool, entry: Entry | None = None) -> Content:
    """Return the act that a site's visit began, or `ended` and with what. `entry`: of the site, if it has changed."""
    fields = asdict(visit) | {"began_at": visit.began_at.isoformat()}
    fields["frontier"] = frontier_to_json(visit.frontier)
    fields["state"] = visit.state.value if visit.state else None
    act = {"act": "visit ended" if ended else "visit begun", "visit": fields}
    return act | ({"entry": asdict(entry)} if entry else {})


def entry_of(content: Content) -> Entry | None:
    """Return the entry of a `visit begun` act; None if it tells none."""
    fields = content.get("entry")
    if fields is None:
        return None
    return Entry(
        name=fields["name"],
        region=fields.get("region") or None,
        lists=fields["lists"],
        first_year=fields["first_year"],
        last_year=fields.get("last_year"),
    )


def learnt(site_id: str, memory: Content) -> Content:
    """Return the act with what a site's lists have shown, for its next visit."""
    return {"act": "learnt", "site": {"id": site_id}, "memory": dict(memory)}


def memory_of(content: Content) -> Content:
    """Return the memory of a `learnt` act, without keys that a later version added.

    An act of an earlier version has no `not_reports`.
    """
    names = ("walked_at", "rules", "lists", "owed", "gone")
    memory = content["memory"]
    return {name: memory[name] for name in names} | {"not_reports": memory.get("not_reports") or {}}


def visit_of(content: Content) -> SiteVisit:
    """Return the visit of a `visit begun` or `visit ended` act."""
    fields = {name: value for name, value in _only(SiteVisit, content["visit"]).items() if value is not None}
    fields |= {
        "began_at": datetime.fromisoformat(fields["began_at"]),
        "state": VisitState(fields["state"]) if fields.get("state") else None,
        "entries": tuple(fields["entries"]),
        "frontier": frontier_from_json(fields["frontier"]),
        "years": tuple(fields["years"]),
    }
    return SiteVisit(**fields)


def clock_set_back() -> Content:
    """Return the act that the clock shows a time before the run's start. The times of the acts after it are this clock's."""
    return {"act": "clock set back"}


def run_ended(state: str, detail: str) -> Content:
    """Return the act that a run ended normally, with its state."""
    return {"act": "run ended", "state": state, "detail": detail}


def reextracted(
    version: VersionRow, was: str, report: Report, documents: Sequence[KeptDocument] = ()
) -> Content:
    """Return the act that a later extractor reads another text from a version's page. `was`: the digest before.

    `documents`: those that the version was read with, as they are read now.
    """
    outcome = Outcome(
        ending=Ending.UNCHANGED, url="", site_id="", report_id=version.report_id, version=version.number
    )
    change = StoreResult(outcome=outcome, is_new_text=True, documents_changed=True)
    content = stored(report, Site(id="", name="", region=""), change, documents=documents)
    return {**content, "act": "reextracted", "was": was}


def page_edited(report_id: str, version: int, found: PageMetadata) -> Content:
    """Return the act that earlier captures were found to show an edit of a page's title or date, by a later extractor.

    Its record is that of the page as edited.
    """
    return {
        "act": "page edited",
        "report": {"id": report_id, "version": version},
        "metadata": _metadata(found),
    }


def merged(files: Sequence[Mapping[str, str]], held: Sequence[str] = ()) -> Content:
    """Return the act that another archive's WARC files were copied here, in this order.

    Of each: `file`, its path here, `sha256`, and `origin`, its path in the other archive. `held`: paths here of the files
    of that archive that an earlier merge copied.
    """
    return {"act": "merged", "files": list(files)} | ({"held": list(held)} if held else {})


def entered(file: str, sha256: str) -> Content:
    """Return the act that the segment of a worker's visit is entered here: its path and its digest."""
    return {"act": "entered", "file": file, "sha256": sha256}


def line_of(content: Content, at: datetime, url: str, about: str | None) -> bytes:
    """Return an act as a line of JSON, without the newline. A lone surrogate, which UTF-8 has no bytes for, becomes `?`."""
    head: dict[str, Any] = {"act": content["act"], "at": warc_date(at)}
    head |= {name: value for name, value in (("url", url), ("about", about)) if value}
    return _JSON(head | dict(content)).encode("utf-8", "replace")
