"""Changes as rows of a table and as a value for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from crawler.field.regions import region as region_row
from crawler.field.text import visible
from crawler.field.times import china_day, iso
from crawler.model import ChangeKind
from crawler.questions.changes.change import Change, ChangePlace
from crawler.questions.changes.weights import describe

if TYPE_CHECKING:
    from crawler.questions.changes.answer import Changes

COLUMNS = (
    "weight", "change", "quiet", "day", "report_id", "version", "from_version", "region", "division", "year", "kind", "title", "issuer",
    "published_date", "published_time", "published_before", "changed_chars", "removed_chars", "added_chars", "first_removed",
    "first_added", "why", "detail", "seen_at", "captured_at", "captured_before", "run", "origin", "url",
)  # fmt: skip
"""Columns of the CSV, and of the lines without a terminal. Stable: new ones come last."""

_ON_TERMINAL_CHARS = 24  # of each side of a changed part
_WORDS = {
    ChangeKind.NEWLY_OVERDUE: "overdue",
    ChangeKind.FOUND_OVERDUE: "overdue",
    ChangeKind.NO_LONGER_OVERDUE: "published",
    ChangeKind.SHRUNK: "shorter",
    ChangeKind.LIST_GONE: "list gone",
}
"""Words for a narrow column, where the kind's name is not one."""


def cells(change: Change, names: Sequence[str]) -> list[object]:
    """Return the named columns of a change, times in UTC, days in China time."""
    text = change.text
    division = region_row(change.region) if change.region else None
    day, _, time = (change.published or "").partition("T")
    values: dict[str, object] = {
        "weight": change.weight,
        "change": change.kind.value,
        "quiet": "quiet" if change.quiet else "",
        "day": china_day(change.at).isoformat(),
        "report_id": change.report_id,
        "version": change.version,
        "from_version": text and text.from_version,
        "region": change.region,
        "division": division and division.name,
        "year": change.year,
        "kind": change.report_kind,
        "title": change.title,
        "issuer": change.issuer,
        "published_date": day,
        "published_time": time,
        "published_before": text.published_before if text else _published_before(change),
        "changed_chars": text and text.changed_chars,
        "removed_chars": text and text.removed_chars,
        "added_chars": text and text.added_chars,
        "first_removed": text and text.first and visible(text.first.old),
        "first_added": text and text.first and visible(text.first.new),
        "why": visible(describe(change.findings)),
        "detail": visible(change.detail),
        "seen_at": iso(change.at),
        "captured_at": iso(change.captured_at),
        "captured_before": iso(text.captured_before if text else change.captured_before),
        "run": change.run,
        "origin": change.origin,
        "url": change.url,
    }
    return [values[name] for name in names]


def _published_before(change: Change) -> str | None:
    return next((each.was for each in change.fields if each.field == "published"), None)


def short_cells(change: Change) -> list[object]:
    """Return weight, kind, day, id and what has changed, for a terminal of 80 columns."""
    kind = _WORDS.get(change.kind, change.kind.value)
    day, name = cells(change, ("day", "report_id"))
    name = name or "-".join(map(str, filter(None, (change.region, change.year))))
    return [change.weight, kind, day, name, _what(change)]


def _what(change: Change) -> str:
    division = region_row(change.region) if change.region else None
    whose = f"{division.name if division else change.issuer or ''} {change.year or ''}".strip()
    return "; ".join(filter(None, (whose, *_sentences(change))))


def _sentences(change: Change) -> Iterator[str]:
    text = change.text
    if change.kind is ChangeKind.LIST_GONE:
        yield change.url or ""
    if text is None or change.kind is ChangeKind.BACK:
        yield change.detail
    if text is None:
        if change.quiet:
            yield "quiet"
        if change.fields:
            yield describe(change.findings)
        return
    if change.quiet:
        yield "quiet"
    yield describe(each for each in change.findings if each.rule not in _TOLD_BY_NUMBER)
    if text.changed_chars:
        yield f"characters: {text.changed_chars}"
    if text.first:
        yield f"first {_marked(text.first)}"
    if text.main and text.main != text.first:
        yield f"then {_marked(text.main)}"
    if text.other_extractor:
        yield "another extractor read the older text"
    yield f"fazhi diff {change.report_id} {text.from_version}..{text.to_version}"


_TOLD_BY_NUMBER = ("words_removed", "words_added", "back")


def _marked(place: ChangePlace) -> str:
    """Return a changed part with marks, as `fazhi diff` has them."""
    old, new = (
        _cut(part, whole) for part, whole in ((place.old, place.old_chars), (place.new, place.new_chars))
    )
    return (f"[-{old}-]" if old else "") + (f"{{+{new}+}}" if new else "")


def _cut(part: str, whole: int) -> str:
    return part if whole <= _ON_TERMINAL_CHARS else f"{part[:_ON_TERMINAL_CHARS]}…"


def changes_json(found: Changes, limit: int | None = None) -> dict[str, Any]:
    """Return the answer as a value for JSON, with no more than `limit` changes. Its keys are documented in docs/questions.md."""
    return {
        "since": iso(found.since),
        "until": iso(found.until),
        "runs": list(found.runs),
        "counts": {kind.value: number for kind, number in found.counts.items()},
        "changes": [change_json(each) for each in found.changes[:limit]],
    }


def change_json(change: Change) -> dict[str, Any]:
    """Return a change as a value for JSON."""
    value = dict(zip(COLUMNS, cells(change, COLUMNS), strict=True))
    for name in (
        "published_date",
        "published_time",
        "published_before",
        "changed_chars",
        "removed_chars",
        "added_chars",
        "first_removed",
        "first_added",
        "why",
        "from_version",
    ):
        del value[name]
    text = change.text
    return value | {
        "quiet": change.quiet,
        "published": change.published,
        "detail": change.detail,
        "why": [asdict(each) for each in change.findings],
        "fields": [asdict(each) for each in change.fields],
        "text": text
        and asdict(text)
        | {"changed_chars": text.changed_chars, "captured_before": iso(text.captured_before)},
    }
