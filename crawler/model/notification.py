"""Kinds of changes, and rules for whom to tell which of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ChangeKind(StrEnum):
    """What has changed."""

    NEW = "new"  # a report that was not held
    # a report shows another text, or another title, issuer, source or date over the same text
    REVISED = "revised"
    SHRUNK = "shrunk"  # a page shows only the beginning of the text held
    GONE = "gone"  # the server said in two crawls, a day or more apart, that there is no such page
    MISSING = "missing"  # it said so once
    BACK = "back"  # a page or report that was gone, moved or missing
    MOVED = "moved"  # the report is at another address
    LIST_GONE = "list_gone"  # the server says that there is no such list, on which reports were found
    NEWLY_OVERDUE = "newly_overdue"  # a report was due and is not there
    NO_LONGER_OVERDUE = "no_longer_overdue"  # a report that was overdue was published
    FOUND_OVERDUE = "found_overdue"  # it was due before; this archive could not tell, and can now
    ADDED = "added"  # an import, a merge or saved pages brought a text: no news of the government


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyRule:
    """Which changes to tell, and whom. What is empty, or 0, excludes nothing."""

    id: str  # what was told is remembered under it
    to: tuple[str, ...]  # receivers: `$NAME`, `tag:NAME`, or an address; may hold passwords
    regions: tuple[str, ...] = ()  # codes of GB/T 2260, each with the divisions in it
    kinds: tuple[ChangeKind, ...] = ()  # empty: all but ADDED
    sites: tuple[str, ...] = ()  # ids of sources
    weight: int = 0  # the least weight of a change
    changed_chars: int = 0  # the least number of characters that differ, where a text was edited
    language: str = "zh"  # of the message
    place: str = ""  # file and line of the rule
