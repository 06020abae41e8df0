"""The values of the answer: one change, and what became of a text in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
class ChangePlace:
    """A changed part of two texts. `old` and `new` are cut to MAX_EXCERPT_CHARS (`texts`); the numbers are whole."""

    old: str
    new: str
    old_chars: int
    new_chars: int
    old_start: int  # offset in the older version's body
    new_start: int  # offset in the newer version's body


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFinding:
    """What a rule of `weights.RULES` found: how often, how much that weighs, and in words of the text what."""

    rule: str
    number: int
    weight: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedText:
    """What differs between two versions of a report."""

    from_version: int
    to_version: int
    removed_chars: int  # 0 if only white space has changed
    added_chars: int
    first: (
        ChangePlace | None
    )  # the first changed part; None: only white space has changed, or paragraphs were only moved
    main: ChangePlace | None  # the first part of what weighs most
    cosmetic: bool  # punctuation and white space alone
    quiet: bool  # the text changed, the dates that the page gives did not
    other_extractor: bool  # another extractor read the older version; the difference may be partly its
    captured_before: datetime | None  # when the older version was first captured
    published_before: str | None

    @property
    def changed_chars(self) -> int:
        """Characters that only one of the texts has."""
        return self.removed_chars + self.added_chars


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedField:
    """A title, issuer, source or date that a page gives otherwise than before over the same text. None: it gives none."""

    field: str  # title, issuer, source, published, signed
    was: str | None
    now: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change, with where it was seen. Of a report that is overdue only division, year and detail are known."""

    kind: ChangeKind
    weight: int
    findings: tuple[ChangeFinding, ...]  # the heaviest first; their weights are the change's weight
    at: datetime  # when it was seen; of an import or merge, when that ran
    report_id: str | None = None
    version: int | None = None
    region: str | None = None
    year: int | None = None
    report_kind: str | None = None  # government, party_government, department
    title: str | None = None
    issuer: str | None = None
    published: str | None = None
    url: str | None = None
    captured_at: datetime | None = None  # of the version
    run: int | None = None
    origin: str = "own"  # own, imported, memento, merged
    text: ChangedText | None = None
    fields: tuple[ChangedField, ...] = ()  # edited while the text stayed
    captured_before: datetime | None = None  # the page before that edit
    detail: str = ""

    @property
    def quiet(self) -> bool:
        """Whether a text changed, by more than punctuation and white space, and its dates did not; or a title or date alone."""
        if self.text is None:
            return any(each.field in _TELLING for each in self.fields)
        return self.text.quiet and not self.text.cosmetic


_TELLING = ("title", "published", "signed")
