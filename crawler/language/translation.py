"""Translate messages: find the entry of the table that a text was made from, and fill in its values.

The language is that of the process, as in gettext: threads and tasks of a command speak as the command does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crawler.language.choice import LANGUAGES

if TYPE_CHECKING:
    from crawler.language.table import Table

_JOINTS = (("; ", "；"), (": ", "："), (", ", "，"))
"""How messages are joined to a longer one, and how the joint is shown."""

_ENGLISH = re.compile(r"[A-Za-z]{2}")
_WORD = re.compile(r"(?<![\w./:`-])[A-Za-z]?[a-z]{1,24}(?![\w.=`-]|/\w\w)")
"""A word of a sentence, other than a part of an address, a path or an option."""

_CODE = re.compile(r"`[^`\n]*`")
"""A command, a key or an option in a sentence: it is never translated."""

_COUNT = re.compile(r"(?P<number>[0-9][0-9,.]*) (?P<what>\S.*)")
"""A number of what a word of the table names: "3 new"."""

_ASIDE = re.compile(r"(?P<before>[^:;,]*\S) \((?P<within>(?:[^()]|\([^()]*\))*)\)")
"""A message with another one in parentheses behind it."""

_GAP = re.compile(r"( {2,})")
"""What stands between the columns of a line."""

_MIN_LETTERS = 7
"""A message with fewer letters between its places may fit a text by chance: it counts only if all in it is understood."""

_MAX_CHARACTERS = 4000  # a longer text is no message
_MAX_JOINTS = 10  # of one kind, at which a text is taken apart
_MAX_DEPTH = 6  # messages within the values of messages
_MAX_READINGS = 150  # of one text; what a page has put into it may fit many messages in many ways


class _Spoken:
    """The language of this process."""

    language = LANGUAGES[0]


def speak(language: str) -> None:
    """Set the language in which `translate` gives messages, one of LANGUAGES. Raises ValueError for another."""
    if language not in LANGUAGES:
        raise ValueError(f"no language of messages: {language}")
    _Spoken.language = language


def language() -> str:
    """Return the language in which `translate` gives messages."""
    return _Spoken.language


def translate(text: str, to: str | None = None) -> str:
    """Return a message in a language, by default that of this process; as it is if that is English, or nothing is known of it.

    A message of several lines, or of several messages joined by colons, semicolons or commas, is translated part by
    part. Values in it (names, addresses, ids, numbers) stay as they are, unless they are messages themselves.
    """
    if (to or _Spoken.language) == LANGUAGES[0] or not _ENGLISH.search(text):
        return text
    return _translated(text)


@cache
def table() -> Table:
    """The table of Chinese messages."""
    from crawler.language.table import read_table  # an English command needs none of it

    return read_table(Path(__file__).with_name("zh_CN.po"))


@lru_cache(maxsize=4096)
def _translated(text: str) -> str:
    if len(text) > _MAX_CHARACTERS:
        return text
    if (whole := table().exact.get(text)) is not None:
        return whole
    return "\n".join(_Reader().line(line).shown for line in text.split("\n"))


class _Reading(NamedTuple):
    """A text as it is shown, and how well it is understood.

    `unknown`: words of sentences that no message explains; `names`: values of one word, taken for names; `messages`:
    those that the text is made of; `kept`: characters of values that stay as they are.
    """

    shown: str
    unknown: int
    names: int = 0
    messages: int = 0
    kept: int = 0

    @property
    def cost(self) -> tuple[int, int, int, int]:
        """The lower, the better is the text understood."""
        return self.unknown, self.names, self.messages, self.kept


def _code(value: str) -> _Reading:
    return _Reading(value, 0, 0, 0, len(value))


def _counted(text: str) -> _Reading | None:
    """Translate a number of what a word of the table names."""
    counted = _COUNT.fullmatch(text)
    word = table().exact.get(counted["what"]) if counted else None
    return _Reading(f"{word}{counted['number']}", 0, 0, 1) if counted and word is not None else None


def _sum(shown: str, parts: Iterable[_Reading], messages: int) -> _Reading:
    parts = list(parts)
    return _Reading(
        shown,
        sum(part.unknown for part in parts),
        sum(part.names for part in parts),
        messages + sum(part.messages for part in parts),
        sum(part.kept for part in parts),
    )


def _places(text: str, joint: str) -> list[int]:
    found: list[int] = []
    at = text.find(joint)
    while at >= 0 and len(found) < _MAX_JOINTS:
        found.append(at)
        at = text.find(joint, at + len(joint))
    return found


class _Reader:
    """Reads one line in the ways that the table allows, and takes the one that leaves the fewest words unknown."""

    def __init__(self) -> None:
        self._left = _MAX_READINGS
        self._read: dict[tuple[str, bool], _Reading] = {}

    def line(self, text: str, depth: int = 0) -> _Reading:
        """Translate a line, or a value within one. The white space around it stays."""
        key = text, depth > 0
        if key not in self._read:
            self._read[key] = self._line(text, depth)
        return self._read[key]

    def _line(self, text: str, depth: int) -> _Reading:
        core = text.strip()
        words = len(_WORD.findall(_CODE.sub("``", core)))
        if depth and " " not in core:
            return _Reading(text, 0, words, 0, len(core))
        if (exact := table().exact.get(core)) is not None:
            return _Reading(text.replace(core, exact), 0, 0, 1)
        as_it_is = _Reading(text, words, 0, 0, len(core))
        if not words or depth > _MAX_DEPTH or self._left <= 0:
            return _counted(core) or as_it_is
        whole = self._whole(core, depth)
        is_plain = whole is not None and whole.cost[:3] == (0, 0, 1) and ": " not in core
        joined = None if is_plain else self._joined(core, depth)
        found = filter(None, (whole, joined, self._columns(core, depth)))
        best = min(found, key=lambda read: read.cost, default=as_it_is)
        if best.unknown >= words:
            return as_it_is
        indent = text[: len(text) - len(text.lstrip())]
        return best._replace(shown=indent + best.shown + text[len(text.rstrip()) :])

    def _whole(self, text: str, depth: int) -> _Reading | None:
        """Translate a text that was made from one entry. None if it was not."""
        if (exact := table().exact.get(text)) is not None:
            return _Reading(exact, 0, 0, 1)
        if self._left <= 0:
            return None
        self._left -= 1
        best: _Reading | None = None
        for english, shown in table().templates:
            if english.rarest not in text or (values := english.values(text)) is None:
                continue
            read = {
                name: _code(value) if name in english.code else self.line(value, depth + 1)
                for name, value in values.items()
            }
            found = _sum(shown.fill({name: part.shown for name, part in read.items()}), read.values(), 1)
            if found.unknown and english.letters < _MIN_LETTERS:
                continue
            if best is None or found.cost < best.cost:
                best = found
            if self._left <= 0:
                break
        return best or _counted(text)

    def _joined(self, text: str, depth: int) -> _Reading | None:
        """Translate a text that was joined from messages, by the joint that explains most of it."""
        if text.startswith("(") and text.endswith(")") and _ASIDE.fullmatch("- " + text):
            within = self._part(text[1:-1], depth)
            return within._replace(shown=f"（{within.shown}）")
        if (aside := _ASIDE.fullmatch(text)) is not None:
            before, within = self._part(aside["before"], depth), self._part(aside["within"], depth)
            return _sum(f"{before.shown}（{within.shown}）", (before, within), 0)
        found = [
            joined
            for joint, shown in _JOINTS
            for joined in (self._end(text, joint, shown, depth), self._beginning(text, joint, shown, depth))
            if joined is not None
        ]
        listed = self._listed(text, depth)
        return min([*found, *filter(None, (listed,))], key=lambda read: read.cost, default=None)

    def _listed(self, text: str, depth: int) -> _Reading | None:
        """Translate a list of messages with semicolons between them, each by itself. None if there is only one."""
        joint, shown = _JOINTS[0]
        parts = text.split(joint, _MAX_JOINTS)
        if len(parts) == 1:
            return None
        read = [self._part(part, depth) for part in parts]
        return _sum(shown.join(part.shown for part in read), read, 0)

    def _end(self, text: str, joint: str, shown: str, depth: int) -> _Reading | None:
        """Translate a text whose end, behind a joint, is a message: the longest such end."""
        if text.startswith(joint):
            rest = self.line(text[len(joint) :], depth + 1)
            return rest._replace(shown=shown + rest.shown)
        for at in _places(text, joint):
            if (end := self._message(text[at + len(joint) :], depth + 1)) is not None:
                beginning = self.line(text[:at], depth + 1)
                return _sum(beginning.shown + shown + end.shown, (beginning, end), 0)
        return None

    def _beginning(self, text: str, joint: str, shown: str, depth: int) -> _Reading | None:
        """Translate a text whose beginning, before a joint, is a message: the longest such beginning."""
        for at in reversed(_places(text, joint)):
            if (start := self._message(text[:at], depth + 1)) is not None:
                rest = self.line(text[at + len(joint) :], depth + 1)
                return _sum(start.shown + shown + rest.shown, (start, rest), 0)
        return None

    def _message(self, text: str, depth: int) -> _Reading | None:
        """Translate a text that was made from one entry, or from messages that explain more of it. None if it was not."""
        whole = self._whole(text, depth)
        return None if whole is None else min(whole, self.line(text, depth), key=lambda read: read.cost)

    def _part(self, text: str, depth: int) -> _Reading:
        """Translate a part that stands for itself: a message also where it is a single word."""
        exact = table().exact.get(text)
        return self.line(text, depth + 1) if exact is None else _Reading(exact, 0, 0, 1)

    def _columns(self, text: str, depth: int) -> _Reading | None:
        """Translate a line of columns, which stand two spaces or more apart. None if there is only one."""
        columns = _GAP.split(text)
        if len(columns) == 1:
            return None
        read = [self.line(column, depth + 1) for column in columns[::2]]
        shown = "".join(part.shown + gap for part, gap in zip(read, [*columns[1::2], ""], strict=True))
        return _sum(shown, read, 0)
