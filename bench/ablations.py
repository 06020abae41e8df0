"""The rules of the extraction that can be switched off one at a time: a name, what is patched, by what.

Data only. Where `crawler.extract` calls a thing by another name, its line here changes with it; a name that is no longer
there stops the run. What is patched is the name where it is used, not where it was defined.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple
from unittest import mock

from crawler.model import Clue


class Patch(NamedTuple):
    """What stands instead of a name while a rule is off."""

    target: str  # dotted name
    instead: object


class Ablation(NamedTuple):
    """A rule, or several together, and how to do without."""

    rule: str
    patches: tuple[Patch, ...]

    @contextmanager
    def off(self) -> Iterator[None]:
        """A context in which the rule is off. Entering it raises AttributeError where a name is gone."""
        with ExitStack() as stack:
            for patch in self.patches:
                stack.enter_context(mock.patch(patch.target, patch.instead))
            yield


def _no(*_: object) -> bool:
    return False


def _none(*_: object) -> None:
    return None


def _nothing(*_: object, **__: object) -> tuple[()]:
    return ()


def _first(clues: Iterable[Clue], field: str) -> str | None:
    return next((clue.value for clue in clues if clue.field == field), None)


def _length(piece: str, shortest: int, seen: set[str]) -> float:
    return float(len(piece.strip()))


_NEVER = re.compile(r"(?!)")
_E = "crawler.extract"

_RULES: dict[str, Patch] = {
    # which element
    "hints: containers of known systems": Patch(f"{_E}.documents.html.candidates.is_known", _no),
    "punctuation weighs, short texts less": Patch(f"{_E}.documents.html.candidates._weight", _length),
    "text in links weighs nothing": Patch(f"{_E}.documents.html.candidates._SHORT_LINK", _NEVER),
    "footer words weigh nothing": Patch(f"{_E}.documents.html.candidates.is_likely_footer", _no),
    "sentences alone may choose": Patch(f"{_E}.documents.html.candidates._MIN_PROSE_WEIGHT", math.inf),
    "an article is looked for below its title": Patch(f"{_E}.documents.html.candidates._below_title", _none),
    "lines above the element": Patch(f"{_E}.documents.html.reader._top", lambda flow, start, titles: start),
    "lines below the element": Patch(f"{_E}.documents.html.reader._PIECES_BELOW", 0),
    "hidden elements are unseen": Patch(f"{_E}.page.flow._hides", _no),
    # which lines
    "info lines": Patch(f"{_E}.roles.role.is_info", _no),
    "index table": Patch(f"{_E}.roles.role.is_index", _no),
    "breadcrumbs": Patch(f"{_E}.roles.role.is_breadcrumb", _no),
    "widgets": Patch(f"{_E}.roles.role.is_widget", _no),
    "end marks (上一篇, 相关链接)": Patch(f"{_E}.roles.role.is_end", _no),
    "footer lines": Patch(f"{_E}.roles.role.is_footer", _no),
    "editor lines": Patch(f"{_E}.roles.role.is_editor", _no),
    "lines of links": Patch(f"{_E}.page.rows.Line.is_links", property(_no)),
    "a repeated title is no text": Patch(f"{_E}.meaning.assemble._without_title", lambda parts, title: parts),
    # which title, date and source
    "names in the head (<title>, ArticleTitle)": Patch(f"{_E}.documents.html.reader.page_titles", _nothing),
    "title shown and in the head agree": Patch(f"{_E}.meaning.title_clues._agreeing", _none),
    "meta elements": Patch(f"{_E}.documents.html.reader.head_clues", _nothing),
    "JSON-LD": Patch(f"{_E}.documents.html.reader.json_ld", _nothing),
    "date in the address": Patch(f"{_E}.meaning.assemble.url_date", _nothing),
    "clues are weighed (else the first one counts)": Patch(f"{_E}.meaning.assemble.choose_value", _first),
    "clues above the body": Patch(f"{_E}.meaning.assemble.info_clues", _nothing),
    "clues below the body": Patch(f"{_E}.meaning.assemble.foot_clues", _nothing),
    "clues of the index table": Patch(f"{_E}.meaning.assemble.index_clues", _nothing),
    # which characters
    "encoding judged, not believed": Patch(f"{_E}.page.decode._judge", lambda body, label: label or "utf-8"),
    "markup tamed": Patch(f"{_E}.documents.html.reader.limit_markup", lambda text: text),
}

_TOGETHER: dict[str, tuple[str, ...]] = {
    "all boilerplate lines": (
        "breadcrumbs",
        "widgets",
        "end marks (上一篇, 相关链接)",
        "footer lines",
        "editor lines",
        "lines of links",
    ),
    "all that weighs in the choice": (
        "hints: containers of known systems",
        "punctuation weighs, short texts less",
        "text in links weighs nothing",
        "footer words weigh nothing",
        "sentences alone may choose",
    ),
    "all clues but those of the head": (
        "clues above the body",
        "clues below the body",
        "clues of the index table",
        "date in the address",
    ),
}
"""Rules that stand in for each other: alone one may seem to be worth nothing."""

ABLATIONS = (
    *(Ablation(rule, (patch,)) for rule, patch in _RULES.items()),
    *(
        Ablation(f"{name} ({len(rules)})", tuple(_RULES[rule] for rule in rules))
        for name, rules in _TOGETHER.items()
    ),
)
