"""Which changes a rule is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from crawler.field.regions import code_prefix
from crawler.model import ChangeKind, NotifyRule
from crawler.questions.changes import Change

if TYPE_CHECKING:
    from crawler.archive import Reader


def selected(rule: NotifyRule, found: Iterable[Change], reader: Reader) -> Iterator[Change]:
    """Yield the changes that a rule is for, in their order."""
    prefixes = tuple(code_prefix(code) for code in rule.regions)
    for change in found:
        if (
            _is_of_kind(rule, change)
            and change.weight >= rule.weight
            and (change.text is None or change.text.changed_chars >= rule.changed_chars)
            and (not prefixes or (change.region or "").startswith(prefixes))
            and (not rule.sites or _site(change, reader) in rule.sites)
        ):
            yield change


def _is_of_kind(rule: NotifyRule, change: Change) -> bool:
    return change.kind in rule.kinds if rule.kinds else change.kind is not ChangeKind.ADDED


def _site(change: Change, reader: Reader) -> str | None:
    """Return the source at which a change was seen."""
    if change.site is not None or change.report_id is None:
        return change.site
    pages = reader.pages(change.report_id)
    return next((each.site_id for each in pages if each.url == change.url), None)
