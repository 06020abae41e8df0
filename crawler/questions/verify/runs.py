"""Check that each run in the manifest begins and ends once, and that the catalogue states the same about it.

A manifest that was cut off has a run without its end. A run in progress has none either, nor has a killed one before
the next run: the catalogue, where it is `running`, tells these apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from crawler.archive import MANIFEST as CHAIN
from crawler.archive.evidence.manifest_lines import Entry, Kind
from crawler.questions.verify.chain import Chain, at
from crawler.questions.verify.fault import Fault

RunEnds = Mapping[int, Mapping[str, str] | None]
"""What the catalogue states about each run's end, by number; None for a run that has not ended."""

_COMPARED = ("started", "finished", "state", "detail", "command", "software")


def run_faults(chain: Chain, ends: RunEnds | None, notify: Callable[[str], None]) -> Iterator[Fault]:
    """Yield the faults of the runs. `ends`: of the catalogue; None if it cannot be read."""
    begun, ended = dict[int, Entry](), dict[int, Entry]()
    current: Entry | None = None  # the begin of the run that has not ended
    files = 0  # since then
    for entry in chain.of(Kind.FILE, Kind.BEGIN, Kind.END):
        number = entry.facts.get("run", 0)
        if entry.kind is Kind.FILE:
            files += 1
        elif entry.kind is Kind.BEGIN:
            if current is not None:
                yield at(
                    entry,
                    f"run {number} begins, and the end of run {current.facts['run']} is missing before it",
                )
            if number in begun or number in ended:
                yield at(entry, f"run {number} begins a second time")
            current, files = entry, 0
            begun.setdefault(number, entry)
        else:
            if number in ended:
                yield at(
                    entry,
                    f"run {number} ends a second time; line {ended[number].number}, the first one, counts",
                )
            yield from _end_faults(entry, current, files)
            ended.setdefault(number, entry)
            if current is not None and current.facts["run"] == number:
                current = None
    if current is not None and ends is None:
        notify(
            f"{CHAIN}: the end of run {current.facts['run']} is missing; without the catalogue it cannot be told why"
        )
    if ends is not None:
        yield from _compared(begun, ended, ends, notify)


def _end_faults(entry: Entry, begin: Entry | None, files: int) -> Iterator[Fault]:
    """Check the counts of a run's end. Versions that wrote no begin wrote no counts."""
    facts = entry.facts
    if "lines" not in facts and "files" not in facts:
        return
    if begin is None or begin.facts["run"] != facts["run"]:
        yield at(entry, f"run {facts['run']} ends, and its begin is missing")
    elif facts.get("files") != files:
        yield at(entry, f"run {facts['run']} ended with {facts.get('files')} files, and {files} are listed")
    if begin is not None and begin.facts["begun"] != facts["started"]:
        yield at(entry, f"run {facts['run']} has another start than the line of its begin")
    if facts.get("lines") != entry.number:
        yield at(
            entry, f"was line {facts.get('lines')} when it was written: lines before it were removed or added"
        )


def _compared(
    begun: Mapping[int, Entry], ended: Mapping[int, Entry], ends: RunEnds, notify: Callable[[str], None]
) -> Iterator[Fault]:
    first = min((*begun, *ended), default=0)  # earlier runs are older than the first manifest
    for number, facts in sorted(ends.items()):
        if facts is None:
            if number not in ended:
                notify(f"run {number} has not ended: it is in progress, or was killed; the next run ends it")
        elif number in ended:
            yield from _differences(ended[number], facts)
        elif number >= first:
            what = f"the end of run {number} is missing, which the catalogue states: {CHAIN} was cut off"
            yield Fault(place=CHAIN, what=what)
    for number, entry in sorted({**begun, **ended}.items()):
        if number not in ends:
            yield at(entry, f"the catalogue has no run {number}; `fazhi rebuild` recreates it")


def _differences(entry: Entry, facts: Mapping[str, Any]) -> Iterator[Fault]:
    for name in _COMPARED:
        stated, held = str(entry.facts[name]), str(facts[name])
        # earlier versions did not escape line breaks; a rebuild reads the command from a WARC record, up to the first one
        if held.split() not in (stated.split(), stated.partition("\n")[0].split()):
            yield at(entry, f"the catalogue has another `{name}` for run {entry.facts['run']}")
