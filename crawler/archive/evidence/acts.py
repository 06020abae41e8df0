"""What the archive made of captures, as JSON in WARC `metadata` records: from these alone the catalogue is made again.

A record holds the acts between two commits, a line of JSON each. Archives of before had a record for each act.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from crawler.archive.catalogue.models import VersionRow
from crawler.archive.catalogue.rows import to_json_list
from crawler.archive.ledger.observation import StoreResult
from crawler.archive.ledger.site_visits import frontier_from_json
from crawler.model import Attachment, Ending, Outcome, Report, Section, Site, SiteVisit, VisitState
from crawler.warc import Record, parse_warc_date, warc_date

Content = Mapping[str, Any]
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Act(NamedTuple):
    """One act, read back."""

    content: dict[str, Any]
    at: datetime
    url: str  # the address it concerns; empty where it concerns none
    about: str | None  # id of the record that it tells of


_TOLD = (
    "title", "issuer", "region", "year", "kind", "published", "source", "signed", "parts",
)  # fmt: skip
"""Fields of a report that cannot be read again from its page alone: its link and its site had a say in them."""


def stored(
    report: Report,
    site: Site,
    change: StoreResult,
    *,
    further: Sequence[str] = (),
    came_from: Sequence[str] = (),
    note: str = "",
) -> Content:
    """What extraction made of a capture; only the digest where the text was held already.

    `further`: ids of the records that hold the article's pages after the first. `came_from`, `note`: as Ledger.store has them.
    `varies`: the keys of the pages that this one turned out to be, see `varying`.
    """
    outcome, whole = change.outcome, change.is_new_text
    told: dict[str, Any] = {"text_sha256": report.text_sha256}
    if whole:
        told |= {"id": outcome.report_id, "version": outcome.version}
        told |= {name: getattr(report, name) for name in _TOLD}
        told["index"] = dict(report.index) if report.index else None
        told["sections"] = to_json_list(report.sections)
        told["attachments"] = to_json_list(report.attachments)
    content: dict[str, Any] = {
        "act": "stored",
        "site": _site(site) if whole else {"id": site.id},
        "extractor": report.extractor,
        "ending": outcome.ending.value,
        "report": told,
    }
    more: dict[str, Any] = {"further": list(further), "came_from": list(came_from), "note": note}
    more["reextracted"], more["varies"] = change.reextracted, list(change.joined_keys)
    return content | {name: value for name, value in more.items() if value}


def report_of(content: Content, url: str, body: str) -> Report:
    """The report that `stored` told of."""
    told = content["report"]
    return Report(
        id=told.get("id") if content.get("ending") == Ending.NEW else None,
        **{name: told.get(name) for name in _TOLD if name not in ("parts", "title")},
        title=told.get("title") or "",
        parts=told.get("parts") or 1,
        index=told.get("index"),
        sections=tuple(Section(**section) for section in told.get("sections") or ()),
        attachments=tuple(Attachment(**file) for file in told.get("attachments") or ()),
        text_sha256=told["text_sha256"],
        extractor=content.get("extractor") or "",
        url=url,
        body=body,
    )


def _site(site: Site) -> dict[str, str]:
    told = {"id": site.id, "name": site.name, "region": site.region}
    return told | ({"body": site.body} if site.body else {})


def site_of(content: Content) -> Site:
    """The site that an act told of, as far as it did."""
    told = content["site"]
    return Site(
        id=told["id"],
        name=told.get("name", ""),
        region=told.get("region", "000000"),
        body=told.get("body"),
    )


def confirmed(site: Site) -> Content:
    """That a 304 has confirmed what is held."""
    return {"act": "confirmed", "site": {"id": site.id}}


def attempted(site: Site, kind: str, reason: str) -> Content:
    """That an address was asked for in vain; of what was answered all the same, a response record tells."""
    return {"act": "attempted", "site": {"id": site.id}, "kind": kind, "reason": reason}


def noted(outcome: Outcome) -> Content:
    """How a visit ended that stored nothing."""
    content = {"act": "noted", "site": {"id": outcome.site_id}, "ending": outcome.ending.value}
    return content | ({"detail": outcome.detail} if outcome.detail else {})


def outcome_of(content: Content, url: str, at: datetime) -> Outcome:
    """The outcome that `noted` told of."""
    return Outcome(
        ending=Ending(content["ending"]),
        url=url,
        site_id=content["site"]["id"],
        detail=content.get("detail", ""),
        at=at,
    )


def visit(visit: SiteVisit, *, ended: bool) -> Content:
    """That a site's visit has begun, or ended and with what."""
    told = asdict(visit) | {"began_at": visit.began_at.isoformat()}
    told["state"] = visit.state.value if visit.state else None
    return {"act": "visit ended" if ended else "visit begun", "visit": told}


def learnt(site_id: str, told: Content) -> Content:
    """What a site's lists have shown, for its next visit."""
    return {"act": "learnt", "site": {"id": site_id}, "memory": dict(told)}


def visit_of(content: Content) -> SiteVisit:
    """The visit that was told of."""
    told = dict(content["visit"])
    told |= {
        "began_at": datetime.fromisoformat(told["began_at"]),
        "state": VisitState(told["state"]) if told["state"] else None,
        "entries": tuple(told["entries"]),
        "frontier": frontier_from_json(told["frontier"]),
        "years": tuple(told["years"]),
    }
    return SiteVisit(**told)


def run_ended(state: str, detail: str) -> Content:
    """How a run ended that ended in order."""
    return {"act": "run ended", "state": state, "detail": detail}


def reextracted(version: VersionRow, was: str, report: Report) -> Content:
    """That a later extractor reads another text out of a version's page."""
    outcome = Outcome(
        ending=Ending.UNCHANGED, url="", site_id="", report_id=version.report_id, version=version.number
    )
    told = stored(report, Site(id="", name="", region=""), StoreResult(outcome=outcome, is_new_text=True))
    return {**told, "act": "reextracted", "was": was}


def merged(files: Sequence[Mapping[str, str]]) -> Content:
    """WARC files of another archive that were brought in, in this order: `file` and what it was called there, `origin`."""
    return {"act": "merged", "files": list(files)}


def line_of(content: Content, at: datetime, url: str, about: str | None) -> bytes:
    """An act as a line of JSON, without its newline."""
    told: dict[str, Any] = {"act": content["act"], "at": warc_date(at)}
    told |= {name: value for name, value in (("url", url), ("about", about)) if value}
    return _JSON(told | dict(content)).encode("utf-8", "surrogatepass")


def told_in(record: Record) -> Iterator[Act]:
    """The acts that a record tells of; none where it is no `metadata` of ours."""
    if record.kind != "metadata":
        return
    for line in record.block.split(b"\n"):
        content = content_of(line)
        if content:
            at = parse_warc_date(content["at"]) if "at" in content else record.date
            about = content.get("about") or record.fields.get("warc-refers-to")
            yield Act(content, at, content.get("url") or record.url, about)


def content_of(line: bytes) -> dict[str, Any]:
    """An act's content; nothing where it is none of ours."""
    try:
        content = json.loads(line)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
