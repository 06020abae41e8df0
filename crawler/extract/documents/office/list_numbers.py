"""Automatic numbering (自动编号) of a Word document: the text of each number, such as `(二)`, which the paragraph lacks.

Counts as Word does (ECMA-376, 17.9): lists of one abstract list share their counters, a level restarts below a higher one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from crawler.extract.documents.numbering import format_number
from crawler.extract.documents.office.names import W, is_on, value, whole_number
from crawler.extract.documents.word.paragraphs import with_gap

_LEVELS = 9
_MAX_LABEL_CHARS = 60  # of a level's text; more would multiply by the number of its paragraphs
_PLACE = re.compile("%([1-9])")
_NO_LIST = (None, "0")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list. `restart`: number of the level that restarts it, 0 for none, None for every higher one."""

    start: int = 0
    format: str = "decimal"
    text: str = ""
    restart: int | None = None
    is_legal: bool = False
    is_spaced: bool = True
    style: str | None = None


_EMPTY = Level()


@dataclass(slots=True)
class _List:
    """A list of paragraphs (`w:num`): its levels, and the counters of its abstract list."""

    levels: dict[int, Level]
    counters: list[int | None]
    overrides: dict[int, int] = field(default_factory=dict)  # starts that hold when a level is first used


class ListNumbers:
    """State of the numbering of a document: ask for the labels in the order of its paragraphs."""

    def __init__(self, root: Element | None) -> None:
        self._lists: dict[str, _List] = {}
        if root is not None:
            self._read(root)

    def level_of_style(self, list_id: str, style_id: str | None) -> int:
        """Return the level of a list that names a paragraph style; 0 if none does."""
        found = self._lists.get(list_id)
        levels = found.levels.items() if found else ()
        return next((n for n, level in levels if style_id is not None and level.style == style_id), 0)

    def label(self, list_id: str | None, level: int) -> str:
        """Count a paragraph and return its number as text, with a space after it where one is seen; empty for a bullet."""
        if list_id in _NO_LIST or list_id is None or (found := self._lists.get(list_id)) is None:
            return ""
        level = min(level, _LEVELS - 1)
        _count(found, level)
        shown = found.levels.get(level, _EMPTY)
        if shown.format == "bullet" or not shown.text:
            return ""
        text = _PLACE.sub(lambda match: _number(found, int(match[1]) - 1, shown.is_legal), shown.text)
        return with_gap(text) if shown.is_spaced else text

    def _read(self, root: Element) -> None:
        abstract = {each.get(W + "abstractNumId"): each for each in root.iter(W + "abstractNum")}
        by_style = {
            name: each for each in abstract.values() if (name := value(each, W + "styleLink")) is not None
        }
        counters: dict[str | None, list[int | None]] = {}
        levels: dict[str | None, dict[int, Level]] = {}
        for each in root.iter(W + "num"):
            key = value(each, W + "abstractNumId")
            if (held := abstract.get(key)) is None:
                continue
            if (link := value(held, W + "numStyleLink")) in by_style:
                held = by_style[link]
                key = held.get(W + "abstractNumId")
            own = levels.setdefault(key, _levels(held)) if key not in levels else levels[key]
            shared = counters.setdefault(key, [None] * _LEVELS)
            self._lists[each.get(W + "numId", "")] = _with_overrides(each, own, shared)


def _with_overrides(num: Element, levels: dict[int, Level], counters: list[int | None]) -> _List:
    found = _List(dict(levels), counters)
    for override in num.iter(W + "lvlOverride"):
        number = whole_number(override.get(W + "ilvl"))
        if (own := override.find(W + "lvl")) is not None:
            found.levels[number] = _level(own)
        if (start := value(override, W + "startOverride")) is not None:
            found.overrides[number] = whole_number(start)
    return found


def _levels(abstract: Element) -> dict[int, Level]:
    return {whole_number(each.get(W + "ilvl")): _level(each) for each in abstract.findall(W + "lvl")}


def _level(element: Element) -> Level:
    formats = [each.get(W + "val", "") for each in element.iter(W + "numFmt")]
    restart = value(element, W + "lvlRestart")
    is_hidden = is_on(element.find(f"{W}rPr/{W}vanish"))
    text = value(element, W + "lvlText") or ""
    return Level(
        start=whole_number(value(element, W + "start")),
        format=next((each for each in formats if each != "custom"), "decimal"),
        text="" if is_hidden else text[:_MAX_LABEL_CHARS],
        restart=None if restart is None else whole_number(restart),
        is_legal=is_on(element.find(W + "isLgl")),
        is_spaced=value(element, W + "suff") != "nothing",
        style=value(element, W + "pStyle"),
    )


def _count(found: _List, level: int) -> None:
    counters = found.counters
    for higher in range(level):  # a level that was skipped counts as used once
        if counters[higher] is None:
            counters[higher] = _start(found, higher)
    if level in found.overrides:
        counters[level] = found.overrides.pop(level)
    else:
        before = counters[level]
        counters[level] = _start(found, level) if before is None else before + 1
    for deeper in range(level + 1, _LEVELS):
        restart = found.levels.get(deeper, _EMPTY).restart
        if restart is None or (restart and level < restart):
            counters[deeper] = None


def _start(found: _List, level: int) -> int:
    return found.levels.get(level, _EMPTY).start


def _number(found: _List, level: int, is_legal: bool) -> str:
    number = found.counters[level]
    name = found.levels.get(level, _EMPTY).format
    return format_number(_start(found, level) if number is None else number, "decimal" if is_legal else name)
