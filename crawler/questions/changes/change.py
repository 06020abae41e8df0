"""The values of the answer: one change, and what became of a text in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from crawler.field.times import china_day, end_of, iso
from crawler.model import ChangeKind

_OF_DUE_REPORTS = {
    ChangeKind.NEWLY_OVERDUE: "overdue",
    ChangeKind.FOUND_OVERDUE: "overdue",
    ChangeKind.NO_LONGER_OVERDUE: "no_longer_overdue",
}
"""Kinds that are of an organ's report on a year, with what they say. Which of the first two it is depends on the time asked for."""
_DIGITS = 16


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
    made_version: bool = False  # the change is that this version was entered
    fields: tuple[ChangedField, ...] = ()  # edited while the text stayed
    captured_before: datetime | None = None  # the page before that edit
    detail: str = ""
    site: str | None = None  # of a list, and of a report that is due: the source
    due: date | None = None  # of a report that is or was overdue: the last day on time

    @property
    def key(self) -> str:
        """What names this change for ever, such as `new:420100-2022:1`: the same whenever and from which archive's copy it is asked.

        The moment is in it only where the same can happen again: a page goes, comes back, and goes.
        """
        if self.kind in _OF_DUE_REPORTS:
            organ = self.issuer if self.report_kind == "department" else ""
            return f"{_OF_DUE_REPORTS[self.kind]}:{self.region}:{self.year}:{organ or ''}"
        if self.report_id is None:
            return f"{self.kind}:{_digest(self.url)}:{iso(self.at)}"
        which = f"{self.kind}:{self.report_id}:{self.version or ''}"
        if self.fields:  # several addresses of a report may show one edit
            edit = _digest(*((each.field, each.was, each.now) for each in self.fields))
            return f"{which}:{edit}:{china_day(self.at)}"
        if self.made_version:
            return which
        return f"{which}:{_digest(self.url)}:{iso(self.at)}"

    @property
    def since(self) -> datetime:
        """When it became so, as far as that is known and stays the same: of an overdue report the end of its last day."""
        return end_of(self.due) if self.due and self.kind in _OVERDUE else self.at

    @property
    def quiet(self) -> bool:
        """Whether a text changed, by more than punctuation and white space, and its dates did not; or a title or date alone."""
        if self.text is None:
            return any(each.field in _TELLING for each in self.fields)
        return self.text.quiet and not self.text.cosmetic


_TELLING = ("title", "published", "signed")

_OVERDUE = (ChangeKind.NEWLY_OVERDUE, ChangeKind.FOUND_OVERDUE)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:_DIGITS]


KIND_WORDS = {
    ChangeKind.NEW: "新公布",
    ChangeKind.REVISED: "改动",
    ChangeKind.SHRUNK: "缩短",
    ChangeKind.GONE: "撤下",
    ChangeKind.MISSING: "暂时无法访问",
    ChangeKind.LIST_GONE: "栏目消失",
    ChangeKind.BACK: "恢复",
    ChangeKind.MOVED: "移址",
    ChangeKind.NEWLY_OVERDUE: "逾期",
    ChangeKind.FOUND_OVERDUE: "查明逾期",
    ChangeKind.NO_LONGER_OVERDUE: "已补公布",
    ChangeKind.ADDED: "导入",
}
"""Kinds of changes in Chinese."""


def kind_words(kind: ChangeKind, language: str) -> str:
    """Return the word for a kind of change."""
    return KIND_WORDS[kind] if language == "zh" else kind.value.replace("_", " ")
