"""`/changes`: what was found new, revised, gone … since a day, what matters most first; as a feed the latest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from crawler.field.regions import region as region_row
from crawler.field.times import china_day, start_of
from crawler.questions.changes import Change, ChangeKind, Changes, changes
from crawler.questions.changes.change import kind_words
from crawler.questions.changes.tables import COLUMNS, cells, change_json
from crawler.questions.changes.weights import describe
from crawler.web.answer import Answer, Entry, Table
from crawler.web.format import Format
from crawler.web.page import Page
from crawler.web.question import BadParameter, Cursor, Question

DAYS = 30
"""What is shown without `since`."""
MAX_ENTRIES = 100
"""Of one page of a feed."""
KINDS = tuple(kind.value for kind in ChangeKind)


def recent(question: Question) -> Answer:
    """Return the changes since a day."""
    question.only("since", "region", "kind", "after", "limit")
    region, kind = question.region(), question.choice("kind", KINDS)
    found = changes_since(question, question.start("since"), region=region)
    wanted = [each for each in found.changes if kind in (None, each.kind.value)]
    if question.format is Format.ATOM:
        return feed_of(question, _title(question), found, wanted)
    shown, following = question.page_after(sorted(wanted, key=_weight), _weight)
    return Answer(
        title=_title(question),
        template="changes.html",
        context=lambda: {
            "found": found,
            "shown": shown,
            "number": len(wanted),
            "since": china_day(found.since),
            "region": region,
            "kind": kind,
            "kinds": tuple(ChangeKind),
            "page_of": page_of,
            "describe": describe,
            "china_day": china_day,
        },
        data=lambda: {
            "since": found.since,
            "until": found.until,
            "total": len(wanted),
            "counts": {each.value: number for each, number in found.counts.items()},
            "rows": [change_json(each) | {"page": question.address(page_of(each))} for each in shown],
        },
        table=lambda: Table(columns=COLUMNS, rows=[cells(each, COLUMNS) for each in shown]),
        next_url=following,
    )


def _title(question: Question) -> str:
    return "变动" if question.language == "zh" else "Changes"


def _weight(change: Change) -> Cursor:
    """Return what changes are in the order of: what matters most first."""
    return (int(not change.quiet), -change.weight, change.region or "", change.year or 0, change.key)


def _age(change: Change) -> Cursor:
    """Return what entries of a feed are in the order of: the latest first."""
    return (-int(change.since.timestamp()), change.key)


def feed_of(question: Question, title: str, found: Changes, wanted: Iterable[Change]) -> Answer:
    """Return changes as a feed, the latest first, one page of it; static files have one alone."""
    entries: Sequence[Change] = sorted(wanted, key=_age)
    following = None
    if question.links.is_static:
        entries = entries[:MAX_ENTRIES]
    else:
        entries, following = question.page_after(entries, _age, MAX_ENTRIES)
    return Answer(
        title=title,
        feed=lambda: [entry_of(question, each) for each in entries],
        feed_since=found.since,
        next_url=following,
    )


def changes_since(question: Question, since: datetime | None, *, region: str | None = None) -> Changes:
    """Return the changes since a time, default: since DAYS days ago."""
    today = question.today
    keep = question.shared if since is None and region is None else question.remembered
    since = since or start_of(_days_before(today, DAYS))
    if since > question.now:
        raise BadParameter(f"since={china_day(since)}: is in the future")
    return keep(
        ("changes", since, region, today),
        lambda: changes(question.reader, since=since, today=today, region=region),
    )


def _days_before(today: date, days: int) -> date:
    return today - timedelta(days=days)


def page_of(change: Change) -> str:
    """Return the page that shows a change: the difference, the version, the report, or the division in its year; of a list its division."""
    if change.report_id and change.text:
        return diff_page(change.report_id, change.text.from_version, change.text.to_version)
    if change.report_id and change.version:
        return f"/r/{change.report_id}/v{change.version}"
    if change.report_id:
        return f"/r/{change.report_id}"
    if change.region is None:
        return "/sources"
    return f"/region/{change.region}/{change.year}" if change.year else f"/region/{change.region}"


def diff_page(report_id: str, old: int, new: int) -> str:
    """Return the page of the difference between two versions of a report."""
    return f"/diff/{report_id}:{old}..{report_id}:{new}"


def entry_of(question: Question, change: Change) -> Entry:
    """Return a change as an entry of a feed."""
    row = region_row(change.region) if change.region else None
    summary = "; ".join(filter(None, (describe(change.findings), change.detail)))
    return Entry(
        key=change.key,
        title=f"{kind_words(change.kind, question.language)}: {change.title or f'{row.name if row else change.region} {change.year}'}",
        page=question.links.path(page_of(change)),
        updated=change.since,
        summary=summary,
        categories=tuple(
            (term, label)
            for term, label in (
                (change.kind.value, kind_words(change.kind, question.language)),
                (change.region or "", row.name if row else ""),
            )
            if term
        ),
        author=change.issuer or "",
    )


PAGES = (Page(path="/changes", answer=recent, formats=(Format.HTML, Format.JSON, Format.CSV, Format.ATOM)),)
