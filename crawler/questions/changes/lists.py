"""Lists that are gone: a site's reports can no longer be found there."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.archive import Reader
from crawler.field.regions import code_prefix
from crawler.model import ChangeKind, Ending
from crawler.questions.changes.change import Change
from crawler.questions.changes.weights import finding
from crawler.questions.changes.window import Window


def list_changes(reader: Reader, window: Window, region: str | None) -> Iterator[Change]:
    """Yield the lists that have gone in a window and are so at its end. A list has no report, and no year."""
    for each in reader.troubles_at(window.until):
        within = region is None or (each.region or "").startswith(code_prefix(region))
        if each.ending is Ending.GONE and within and window.has_time(each.since):
            told = finding("list_gone")
            yield Change(
                kind=ChangeKind.LIST_GONE,
                weight=told.weight,
                findings=(told,),
                at=each.since,
                region=each.region,
                title=each.site_name,
                site=each.site_id,
                url=each.url,
                detail=each.detail,
            )
