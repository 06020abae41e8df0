"""What differs between two versions of a report, as findings with weights. `diff` finds the difference; this judges it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.questions.changes.change import ChangedText, ChangeFinding, ChangePlace
from crawler.questions.changes.figures import figures, letters, without_space
from crawler.questions.changes.weights import finding, ranked
from crawler.questions.diff import Block, Kind

if TYPE_CHECKING:
    from crawler.model import Report, Section
    from crawler.questions.diff.texts import Difference

MAX_EXCERPT_CHARS = 120

MIN_SECTION_LOST = 0.8
"""Share of a section's characters that were removed from which the section counts as removed. Its heading may stay."""

_NEGATIONS = frozenset("未不没无非")
_MAX_NEGATION_CHARS = 6
"""Letters of a changed part within which a negation is what has changed. In longer ones much else has."""

_MAX_NAMED_FIGURES = 4
_MAX_TITLE_CHARS = 30
_MAX_WORD_CHARS = 24
_SECTION_NAMES = {
    "achievements": "举措和成效",
    "problems": "不足和原因",
    "responsibility": "第一责任人职责",
    "plans": "下一年度安排",
    "other": "其他",
}
"""The parts that article 24 of 《法治政府建设与责任落实督察工作规定》 requires, by the kind of a Section."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A changed part: a whole paragraph, or some characters within one."""

    old: str
    new: str
    old_start: int
    new_start: int
    whole: bool

    def place(self) -> ChangePlace:
        return ChangePlace(
            old=self.old[:MAX_EXCERPT_CHARS],
            new=self.new[:MAX_EXCERPT_CHARS],
            old_chars=len(self.old),
            new_chars=len(self.new),
            old_start=self.old_start,
            new_start=self.new_start,
        )


@dataclass(slots=True)
class _Findings:
    """Findings, and the first part for each rule."""

    found: list[ChangeFinding] = field(default_factory=list)
    places: dict[str, _Part] = field(default_factory=dict)

    def add(self, rule: str, number: int, part: _Part | None = None, words: str = "") -> None:
        if number:
            self.found.append(finding(rule, number, words))
            if part is not None:
                self.places[rule] = part


def judge(difference: Difference) -> tuple[ChangedText, tuple[ChangeFinding, ...]]:
    """Return what has changed between two versions, and the findings that its weight is made of."""
    parts = list(_parts(difference))
    found = _Findings()
    cosmetic = _judge_cosmetic(found, difference, parts)
    if not cosmetic:
        _judge_parts(found, difference, parts)
        _judge_figures(found, difference, parts)
        _judge_sections(found, difference, parts)
    elif any(each.rule == "layout" for each in found.found):
        parts = []  # paragraphs that were joined or divided: their words did not change
    _judge_fields(found, difference)
    findings = ranked(found.found)
    main = next((found.places[each.rule] for each in findings if each.rule in found.places), None)
    change = ChangedText(
        from_version=difference.old.report.version or 0,
        to_version=difference.new.report.version or 0,
        removed_chars=sum(len(part.old) for part in parts),
        added_chars=sum(len(part.new) for part in parts),
        first=parts[0].place() if parts else None,
        main=main.place() if main else None,
        cosmetic=cosmetic and all(each.rule in _COSMETIC for each in findings),
        quiet=_dates(difference.old.report) == _dates(difference.new.report),
        other_extractor=difference.old.report.extractor != difference.new.report.extractor,
        captured_before=difference.old.captured_at,
        published_before=difference.old.report.published,
    )
    return change, findings


_COSMETIC = ("layout", "punctuation")


def _judge_cosmetic(found: _Findings, difference: Difference, parts: list[_Part]) -> bool:
    """Return whether the texts differ in punctuation and white space alone, which is a finding, or not at all."""
    old, new = ("".join(side.paragraphs) for side in (difference.old, difference.new))
    if letters(old) != letters(new):
        return False
    if without_space(old) != without_space(new):
        found.add("punctuation", len(parts), _first(parts))
    elif difference.old.report.body != difference.new.report.body:
        found.add("layout", 1)
    return True


def _dates(report: Report) -> tuple[str | None, str | None]:
    return report.published, report.signed


def _parts(difference: Difference) -> Iterator[_Part]:
    """Yield the changed parts in the order of the texts. A side without it has the offset at which it would stand."""
    old, new = difference.old, difference.new
    at_old = at_new = 0
    for block in difference.blocks:
        if block.kind is Kind.REMOVED and block.old is not None:
            yield _Part(
                old=old.paragraphs[block.old],
                new="",
                old_start=old.starts[block.old],
                new_start=at_new,
                whole=True,
            )
        elif block.kind is Kind.ADDED and block.new is not None:
            yield _Part(
                old="",
                new=new.paragraphs[block.new],
                old_start=at_old,
                new_start=new.starts[block.new],
                whole=True,
            )
        elif block.spans and block.new is not None:
            before = block.old if block.old is not None else block.other or 0
            yield from _span_parts(block, old.starts[before], new.starts[block.new])
        if block.old is not None:
            at_old = old.starts[block.old] + len(old.paragraphs[block.old])
        if block.new is not None:
            at_new = new.starts[block.new] + len(new.paragraphs[block.new])


def _span_parts(block: Block, at_old: int, at_new: int) -> Iterator[_Part]:
    for span in block.spans:
        if not span.same:
            yield _Part(old=span.old, new=span.new, old_start=at_old, new_start=at_new, whole=False)
        at_old, at_new = at_old + len(span.old), at_new + len(span.new)


def _judge_parts(found: _Findings, difference: Difference, parts: list[_Part]) -> None:
    """Count paragraphs, characters, negations and punctuation."""
    wording = [(part, letters(part.old), letters(part.new)) for part in parts]
    told = [(part, old, new) for part, old, new in wording if old != new]
    removed = [part for part, old, new in told if part.whole and not new]
    added = [part for part, old, new in told if part.whole and not old]
    found.add("paragraph_removed", len(removed), _first(removed))
    found.add("paragraph_added", len(added), _first(added))
    less, more = sum(len(old) for _, old, _ in told), sum(len(new) for _, _, new in told)
    found.add("words_removed", less, _first([part for part, old, _ in told if old]))
    found.add("words_added", more, _first([part for part, _, new in told if new]))
    turned = [part for part, old, new in told if _turns(old, new)]
    found.add(
        "negation",
        len(turned),
        _first(turned),
        ", ".join(_shown(part) for part in turned[:_MAX_NAMED_FIGURES]),
    )
    found.add("paragraph_moved", difference.count(Kind.MOVED_TO))
    marks = [part for part, old, new in wording if old == new]
    found.add("punctuation", len(marks), _first(marks))


def _first(parts: list[_Part]) -> _Part | None:
    return parts[0] if parts else None


def _turns(old: str, new: str) -> bool:
    """Whether a negation came or went in a short change."""
    if max(len(old), len(new)) > _MAX_NEGATION_CHARS:
        return False
    before, after = (sum(c in _NEGATIONS for c in text) for text in (old, new))
    return before != after


def _shown(part: _Part) -> str:
    return " → ".join(text[:_MAX_WORD_CHARS] or "nothing" for text in (part.old, part.new))


def _judge_figures(found: _Findings, difference: Difference, parts: list[_Part]) -> None:
    """Count the figures that changed within a paragraph, and those that are lost or new. Moved ones are neither."""
    old, new = figures(difference.old.paragraphs), figures(difference.new.paragraphs)
    gone, came = old - new, new - old
    changed = [
        pair
        for block in difference.blocks
        if block.spans
        for pair in _changed_figures(difference, block, gone, came)
    ]
    lost, fresh = list(gone.elements()), list(came.elements())
    old_figures = [(part, figures([part.old])) for part in parts]
    found.add(
        "figure_changed",
        len(changed),
        _part_with(old_figures, [one for one, _ in changed]),
        _named([f"{one} → {other}" for one, other in changed]),
    )
    found.add("figure_removed", len(lost), _part_with(old_figures, lost), _named(lost))
    new_figures = [(part, figures([part.new])) for part in parts]
    found.add("figure_added", len(fresh), _part_with(new_figures, fresh), _named(fresh))


def _changed_figures(
    difference: Difference, block: Block, gone: Counter[str], came: Counter[str]
) -> list[tuple[str, str]]:
    """Return the figures of a changed paragraph that stand in the place of others, and take them out of both counters."""
    before = block.old if block.old is not None else block.other or 0
    old, new = (
        figures([difference.old.paragraphs[before]]),
        figures([difference.new.paragraphs[block.new or 0]]),
    )
    pairs = list(zip(((old - new) & gone).elements(), ((new - old) & came).elements(), strict=False))
    gone.subtract(one for one, _ in pairs)
    came.subtract(other for _, other in pairs)
    return pairs


def _part_with(parts: list[tuple[_Part, Counter[str]]], wanted: list[str]) -> _Part | None:
    names = set(wanted)
    return next((part for part, held in parts if not names.isdisjoint(held)), None)


def _named(words: list[str]) -> str:
    more = [f"{len(words) - _MAX_NAMED_FIGURES} more"] if len(words) > _MAX_NAMED_FIGURES else []
    named = (word[: 2 * _MAX_WORD_CHARS] for word in words[:_MAX_NAMED_FIGURES])
    return ", ".join([*named, *more])


def _judge_sections(found: _Findings, difference: Difference, parts: list[_Part]) -> None:
    """Find required parts that were removed or added."""
    old, new = difference.old.report, difference.new.report
    lost = [each for each in old.sections if _is_lost(each, old.body, new.sections, parts)]
    others = [each for each in lost if each.kind != "problems"]
    if len(others) < len(lost):
        problems = next(each for each in lost if each.kind == "problems")
        found.add("problems_removed", 1, _at(parts, problems), problems.title[:_MAX_TITLE_CHARS])
    if others:
        found.add("section_removed", len(others), _at(parts, others[0]), _names(others))
    known = {each.kind for each in old.sections}
    fresh = [each for each in new.sections if each.kind not in known] if known else []
    found.add("section_added", len(fresh), words=_names(fresh))


def _names(sections: list[Section]) -> str:
    return ", ".join(_SECTION_NAMES.get(kind, kind) for kind in dict.fromkeys(each.kind for each in sections))


def _is_lost(section: Section, body: str, now: tuple[Section, ...], parts: list[_Part]) -> bool:
    """Whether nearly all of a section was removed, and nothing of its size stands in its place."""
    size = section.end - section.start - body.count("\n", section.start, section.end)
    if size <= 0 or any(
        each.kind == section.kind and each.end - each.start > (1 - MIN_SECTION_LOST) * size for each in now
    ):
        return False
    removed = sum(
        max(0, min(section.end, part.old_start + len(part.old)) - max(section.start, part.old_start))
        for part in parts
    )
    return removed >= MIN_SECTION_LOST * size


def _at(parts: list[_Part], section: Section) -> _Part | None:
    return next((part for part in parts if part.old and section.start <= part.old_start < section.end), None)


def _judge_fields(found: _Findings, difference: Difference) -> None:
    old, new = difference.old.report, difference.new.report
    if old.published and new.published and new.published[:10] < old.published[:10]:
        found.add("backdated", 1, words=f"{old.published[:10]} → {new.published[:10]}")
    changed = [each.field for each in difference.fields if each.field in ("title", "issuer", "source")]
    found.add("field_changed", len(changed), words=", ".join(changed))
