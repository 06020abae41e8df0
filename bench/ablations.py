"""Rules of the extraction that can be switched off: for each its name, the patched name in `crawler.extract`, the replacement.

Data for `ablation`, which runs them. A patched name is the one in the module that uses it, not in the one that defines it.
A name that no longer exists stops the run.
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
    """The replacement of a name while a rule is off."""

    target: str  # dotted name
    replacement: object


class Ablation(NamedTuple):
    """A rule, or several together, with the patches that switch it off."""

    rule: str
    patches: tuple[Patch, ...]

    @contextmanager
    def off(self) -> Iterator[None]:
        """Return a context in which the rule is off. Entering it raises AttributeError if a patched name does not exist."""
        with ExitStack() as stack:
            for patch in self.patches:
                stack.enter_context(mock.patch(patch.target, patch.replacement))
            yield


def _no(*_: object) -> bool:
    return False


def _none(*_: object) -> None:
    return None


def _nothing(*_: object, **__: object) -> tuple[()]:
    return ()


def _first(clues: Iterable[Clue], field: str) -> str | None:
    return next((clue.value for clue in clues if clue.field == field), None)


def _length_alone(piece: str, shortest: int, seen: set[str]) -> float:
    return float(len(piece.strip()))


_NEVER = re.compile(r"(?!)")
_E = "crawler.extract"

_RULES: dict[str, Patch] = {
    # which element
    "containers of known systems": Patch(f"{_E}.documents.html.candidates.is_known", _no),
    "weight of punctuation and length": Patch(f"{_E}.documents.html.candidates._weight", _length_alone),
    "text in links has no weight": Patch(f"{_E}.documents.html.candidates._SHORT_LINK", _NEVER),
    "footer words have no weight": Patch(f"{_E}.documents.html.candidates.is_likely_footer", _no),
    "share of sentences alone decides": Patch(f"{_E}.documents.html.candidates._MIN_PROSE_WEIGHT", math.inf),
    "article below the page's title": Patch(f"{_E}.documents.html.candidates._below_title", _none),
    "lines above the element": Patch(f"{_E}.documents.html.reader.top_of", lambda flow, start, titles: start),
    "lines below the element": Patch(f"{_E}.documents.html.reader._PIECES_BELOW", 0),
    "hidden elements left out": Patch(f"{_E}.page.flow._hides", _no),
    # which lines
    "info lines": Patch(f"{_E}.roles.role.is_info", _no),
    "index table": Patch(f"{_E}.roles.role.is_index", _no),
    "breadcrumbs": Patch(f"{_E}.roles.role.is_breadcrumb", _no),
    "widgets": Patch(f"{_E}.roles.role.is_widget", _no),
    "end marks (上一篇, 相关链接)": Patch(f"{_E}.roles.role.is_end", _no),
    "footer lines": Patch(f"{_E}.roles.role.is_footer", _no),
    "editor lines": Patch(f"{_E}.roles.role.is_editor", _no),
    "lines of links": Patch(f"{_E}.page.rows.Line.is_links", property(_no)),
    "repeated titles removed": Patch(f"{_E}.meaning.assemble._without_title", lambda parts, title: parts),
    # which title, date and source
    "titles in the head (<title>, ArticleTitle)": Patch(f"{_E}.documents.html.reader.page_titles", _nothing),
    "title shown and in the head agree": Patch(f"{_E}.meaning.title_clues._agreeing", _none),
    "meta elements": Patch(f"{_E}.documents.html.reader.head_clues", _nothing),
    "JSON-LD": Patch(f"{_E}.documents.html.reader.json_ld", _nothing),
    "date in the address": Patch(f"{_E}.meaning.assemble.url_date", _nothing),
    "clues are weighed (else the first one counts)": Patch(f"{_E}.meaning.assemble.choose_value", _first),
    "clues above the body": Patch(f"{_E}.meaning.assemble.info_clues", _nothing),
    "clues below the body": Patch(f"{_E}.meaning.assemble.foot_clues", _nothing),
    "clues of the index table": Patch(f"{_E}.meaning.assemble.index_clues", _nothing),
    # which characters
    "encoding judged by content": Patch(f"{_E}.page.decode._judge", lambda body, label: label or "utf-8"),
    "markup limits": Patch(f"{_E}.documents.html.reader.limit_markup", lambda text: text),
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
    "all weights of the choice": (
        "containers of known systems",
        "weight of punctuation and length",
        "text in links has no weight",
        "footer words have no weight",
        "share of sentences alone decides",
    ),
    "all clues but those of the head": (
        "clues above the body",
        "clues below the body",
        "clues of the index table",
        "date in the address",
    ),
}
"""Rules of which one does the work of another: switched off alone, such a rule seems to be worth nothing."""

ABLATIONS = (
    *(Ablation(rule, (patch,)) for rule, patch in _RULES.items()),
    *(
        Ablation(f"{name} ({len(rules)})", tuple(_RULES[rule] for rule in rules))
        for name, rules in _TOGETHER.items()
    ),
)
