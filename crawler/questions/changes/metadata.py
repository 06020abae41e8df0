"""Edits of a page's title, issuer, source or dates while its text stays. They make no version, so `versions` cannot tell them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from crawler.archive import Reader
from crawler.archive.reader_queries.changes import RunSpan
from crawler.field.times import china_day
from crawler.model import ChangeKind, MetadataEdit
from crawler.questions.changes.change import Change, ChangedField, ChangeFinding
from crawler.questions.changes.pages import RunTimes
from crawler.questions.changes.varying_fields import steady_edits
from crawler.questions.changes.versions import change_of
from crawler.questions.changes.weights import finding
from crawler.questions.changes.window import Window

_MAX_VALUE_CHARS = 48


def metadata_changes(
    reader: Reader, window: Window, runs: Sequence[RunSpan], region: str | None
) -> Iterator[Change]:
    """Yield the edits beside the text in a window. One that several addresses of a report show is told once.

    Fields that a page changes again and again are left out, see `steady_edits`.
    """
    times = RunTimes(runs)
    edits = reader.metadata_edits(window.since, window.until, region=region)
    facts = reader.version_facts({each.report_id for each in edits})
    told: set[object] = set()
    for edit in steady_edits(edits):
        fields = tuple(_changed_fields(edit))
        run = times.own(edit.at)
        if times.is_merged(edit.at) or not window.has(edit.at, run):
            continue
        key = (edit.report_id, edit.version, fields, china_day(edit.at))
        if key in told:
            continue
        told.add(key)
        version = next(row for row in facts[edit.report_id] if row.number == edit.version)
        change = change_of(version, ChangeKind.REVISED, list(_judged(fields)), at=edit.at)
        yield replace(
            change,
            title=edit.shown["title"] or version.title,
            issuer=edit.shown["issuer"],
            published=edit.shown["published"],
            url=edit.url,
            captured_at=edit.captured_at,
            captured_before=edit.captured_before,
            run=run,
            fields=fields,
            detail="the text is the same",
        )


def _changed_fields(edit: MetadataEdit) -> Iterator[ChangedField]:
    for name, was in edit.was.items():
        yield ChangedField(field=name, was=was, now=edit.shown[name])


def _judged(fields: Sequence[ChangedField]) -> Iterator[ChangeFinding]:
    """Yield the findings of an edit: a date, and what else was edited."""
    others = []
    for each in fields:
        was, now = (each.was or "")[:10], (each.now or "")[:10]
        if each.field not in ("published", "signed") or was == now:
            others.append(each)
        elif was and now and now < was:
            yield finding("backdated", words=f"{was} → {now}")
        else:
            yield finding("redated", words=f"{was or 'none'} → {now or 'none'}")
    if others:
        words = ", ".join(f"{each.field}: {_cut(each.was)} → {_cut(each.now)}" for each in others)
        yield finding("field_changed", len(others), words)


def _cut(value: str | None) -> str:
    if not value:
        return "none"
    return value if len(value) <= _MAX_VALUE_CHARS else f"{value[:_MAX_VALUE_CHARS]}…"
