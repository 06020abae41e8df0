"""Measure every regular expression of the package on texts that are made to be slow for it.

`make bench-regex`. The texts are those that `bench.ambiguity` finds, and parts of what the expression itself matches,
repeated. The figure is the ratio of the times for 2n and for n characters: 2 is linear, 4 quadratic, more is worse. An
expression whose text has a limit (`bench.regex_exceptions`) is measured on a text of that length instead. Exit code 1 if one is
slower than linear and its text has no limit.
"""

from __future__ import annotations

import re
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

from bench.ambiguity import ambiguity
from bench.automaton import TooLarge, automaton
from bench.patterns import Found, find
from bench.regex_exceptions import EXEMPTIONS
from bench.table import NOTHING, table

CHARS = 4000
"""Length n of a text. A quadratic expression takes some 50 milliseconds for it, a linear one less than 1."""

MAX_RATIO = 3.0  # of the times for 2n and n characters; between linear and quadratic
_MAX_SECONDS = 2.0  # for one text; then the expression counts as exponential
_SURE_SECONDS = 0.001  # a shorter time for n characters is not measured again
_ROUNDS = 3
_PUMPS = (" ", "\n", "0", "a", "_", "中", "年", "<", "<a ", "<a>", "</", '"', "'", "\\", "(", "[", "{", "《", "&lt;", ".", "-", "/*", "//")  # fmt: skip
_ENDINGS = ("", "\x00", "\n!")
_MAX_PREFIXES = 16  # of a text that the expression matches


@dataclass(frozen=True, slots=True)
class Measured:
    """The slowest text of an expression."""

    found: Found
    chars: int  # n, or the longest text that the expression is given
    seconds: float  # for so many characters
    ratio: float | None  # of the times for 2n and for n characters; None for a text with a limit
    text: str  # how it was made

    @property
    def slow(self) -> bool:
        """Whether it is slower than linear, and its text has no limit."""
        return self.ratio is not None and self.ratio > MAX_RATIO


def main() -> None:
    """Measure all, print the worst, and exit with 1 if one is slower than linear and its text has no limit."""
    found, composed = find()
    signal.signal(signal.SIGALRM, _late)
    results = sorted(map(measure, found), key=lambda each: -each.seconds)
    slow = [each for each in results if each.slow]
    limited = [each for each in results if each.ratio is None]
    linear = [each for each in results if each not in slow and each not in limited]
    heads = ("", "characters", "ms", "2n / n", "text")
    for name, rows in (("not linear", slow), ("limited", limited), ("slowest linear", linear[:10])):
        if rows:
            print(table((name, *heads[1:]), [_row(each) for each in rows]), end="\n\n")
    worst = max((each.seconds * 1000 for each in limited), default=0.0)
    ratio = max((each.ratio or 0.0 for each in linear), default=0.0)
    print(f"{len(found)} regular expressions, and {len(composed)} calls with one made at run time")
    print(f"{len(linear)} linear, the largest ratio of the times for 2n and n characters {ratio:.1f}")
    print(f"{len(limited)} with a limit on their text, at most {worst:.0f} ms for the longest one")
    print(f"{len(slow)} slower than linear without a limit")
    sys.exit(bool(slow))


def _row(each: Measured) -> tuple[str, ...]:
    ratio = NOTHING if each.ratio is None else f"{each.ratio:.1f}"
    return (
        each.found.place.removeprefix("crawler."), str(each.chars), f"{each.seconds * 1000:.2f}", ratio, each.text
    )  # fmt: skip


def measure(found: Found) -> Measured:
    """Return the slowest of all texts for an expression."""
    exemption = EXEMPTIONS.get(found.place)
    limit = exemption.max_chars if exemption else None
    chars = limit or CHARS
    texts = list(_texts(found))
    if known := ambiguity(found.pattern, searches=found.searches, whole=found.only_whole):
        texts += [(known.prefix, known.pump, ending) for ending in _ENDINGS]
    timed = {each: _seconds(found, each, chars) for each in texts}
    worst = max(timed, key=lambda each: timed[each])
    seconds, ratio = timed[worst], 2.0
    if seconds >= _MAX_SECONDS:
        ratio = float("inf")
    elif seconds >= _SURE_SECONDS:
        pairs = [(_seconds(found, worst, chars), _seconds(found, worst, 2 * chars)) for _ in range(_ROUNDS)]
        seconds = min(first for first, _ in pairs)
        ratio = min(second for _, second in pairs) / seconds
    shown = " + ".join(map(repr, (worst[0], worst[1] + "…", worst[2])))
    return Measured(found, chars, seconds, None if limit else ratio, shown)


def _texts(found: Found) -> Iterator[tuple[str, str, str]]:
    """Yield (beginning, what is repeated, ending)."""
    shown = _example(found.pattern)
    prefixes = [shown[:length] for length in range(1, min(len(shown), _MAX_PREFIXES) + 1)]
    for ending in _ENDINGS:
        for pump in (*_PUMPS, *prefixes):
            yield "", pump, ending
            if shown:
                yield shown[: len(shown) // 2], pump, ending
    for prefix in prefixes:
        for pump in (" ", prefix[-1], "0", "中"):
            yield prefix, pump, "\x00"


def _example(pattern: re.Pattern[Any]) -> str:
    """Return a text that the expression matches, as short as may be."""
    try:
        made = automaton(pattern, searches=False, whole=False)
    except TooLarge:
        return ""
    came: dict[int, tuple[int, str]] = {0: (0, "")}
    todo = [0]
    last = 0
    for state in todo:
        last = state
        for reached, label in made.edges[state].items():
            if reached not in came:
                came[reached] = (state, made.alphabet[(label & -label).bit_length() - 1])
                todo.append(reached)
    chars: list[str] = []
    while last:
        last, char = came[last]
        chars.append(char)
    return "".join(reversed(chars))


def _seconds(found: Found, text: tuple[str, str, str], length: int) -> float:
    prefix, pump, ending = text
    whole = prefix + pump * (length // len(pump)) + ending
    data: Any = whole.encode("utf-8", "replace") if isinstance(found.pattern.pattern, bytes) else whole
    begin = time.process_time()
    signal.setitimer(signal.ITIMER_REAL, _MAX_SECONDS)
    try:
        for method in sorted(found.methods) or ("findall", "fullmatch"):
            if method in ("sub", "subn"):
                found.pattern.sub(data[:0], data)
            elif method == "finditer":
                found.pattern.findall(data)
            elif method in ("search", "match", "fullmatch", "findall", "split"):
                getattr(found.pattern, method)(data)
    except _Late:
        return _MAX_SECONDS
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return time.process_time() - begin


class _Late(Exception):
    """A match takes too long."""


def _late(_: int, __: FrameType | None) -> None:
    raise _Late


if __name__ == "__main__":
    main()
