"""Measure every regular expression of the package on texts that are made to be slow for it.

`make bench-regex`. The texts are those that `bench.ambiguity` finds, and parts of what the expression itself matches,
repeated. The figure is the ratio of the times for 2n and for n characters: 2 is linear, 4 quadratic, more is worse. Exit code
1 if one is slower than linear and not among `EXCEPTIONS`.
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
from bench.table import table

EXCEPTIONS: dict[str, str] = {}
"""Expressions that are slower than linear → the limit on what they are given, and where that is."""

CHARS = 4000
"""Length n of a text. A quadratic expression takes some 50 milliseconds for it, a linear one less than 1."""

MAX_RATIO = 3.0  # of the times for 2n and n characters; between linear and quadratic
_MAX_SECONDS = 4.0  # for one text; then the expression counts as exponential
_SURE_SECONDS = 0.004  # a shorter time for n characters is not measured again
_ROUNDS = 3
_PUMPS = (" ", "\n", "0", "a", "_", "中", "年", "<", "<a ", "<a>", "</", '"', "'", "\\", "(", "[", "{", "《", "&lt;", ".", "-", "/*", "//")  # fmt: skip
_ENDINGS = ("", "\x00", "\n!")
_MAX_PREFIXES = 16  # of a text that the expression matches


@dataclass(frozen=True, slots=True)
class Measured:
    """The slowest text of an expression. Times are seconds of the process."""

    found: Found
    seconds: float  # for n characters
    ratio: float  # of the times for 2n and for n characters
    text: str  # how it was made
    ambiguous: bool  # what `bench.ambiguity` says


def main() -> None:
    """Measure all, print those that are not linear and the slowest others, and exit with 1 if one is not known."""
    found, composed = find()
    signal.signal(signal.SIGALRM, _late)
    results = sorted(map(measure, found), key=lambda each: (-each.ratio, -each.seconds))
    slow = [each for each in results if each.ratio > MAX_RATIO or each.ambiguous]
    linear = [each for each in results if each not in slow]
    if slow:
        print(table(("not linear", "ms for n", "2n / n", "text", "limit"), [_row(each) for each in slow]))
        print()
    slowest = sorted(linear, key=lambda each: -each.seconds)[:10]
    print(table(("slowest linear", "ms for n", "2n / n", "text", ""), [_row(each) for each in slowest]))
    unknown = [each for each in slow if each.found.place not in EXCEPTIONS]
    print(
        f"\n{len(found)} regular expressions and {len(composed)} made at run time, n = {CHARS} characters: "
        f"{len(slow)} are not linear, {len(unknown)} of them without a limit; "
        f"the largest ratio of the others is {max((e.ratio for e in linear), default=0):.1f}"
    )
    sys.exit(bool(unknown))


def _row(each: Measured) -> tuple[str, ...]:
    ratio = "∞" if each.seconds >= _MAX_SECONDS else f"{each.ratio:.1f}"
    place = each.found.place.removeprefix("crawler.")
    return place, f"{each.seconds * 1000:.2f}", ratio, each.text, EXCEPTIONS.get(each.found.place, "")


def measure(found: Found) -> Measured:
    """Return the slowest of all texts for an expression."""
    known = ambiguity(found.pattern, searches=found.searches, whole=found.only_whole)
    texts = dict.fromkeys(_texts(found))
    if known:
        texts = {(known.prefix, known.pump, ending): None for ending in _ENDINGS} | texts
    timed = {each: _seconds(found, each, CHARS) for each in texts}
    worst = max(timed, key=lambda each: timed[each])
    seconds, ratio = timed[worst], 2.0
    if _SURE_SECONDS <= seconds < _MAX_SECONDS:
        pairs = [(_seconds(found, worst, CHARS), _seconds(found, worst, 2 * CHARS)) for _ in range(_ROUNDS)]
        seconds = min(first for first, _ in pairs)
        ratio = min(second for _, second in pairs) / seconds
    elif seconds >= _MAX_SECONDS:
        ratio = float("inf")
    return Measured(found, seconds, ratio, " + ".join(map(repr, worst)), known is not None)


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
