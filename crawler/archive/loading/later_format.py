"""Whether a later fazhi has written to an archive, by its manifest and its WARC files. Reads only.

The catalogue is derived from these: one that this version cannot read is made again, unless they hold what it would lose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from crawler import __version__
from crawler.archive.catalogue.rows import MERGED_FOLDER
from crawler.archive.evidence.act_schema import ACTS, unknown_keys
from crawler.archive.evidence.acts import ActFault, read_acts
from crawler.archive.evidence.manifest import NAME, entries
from crawler.archive.evidence.warc_paths import closed_warcs, open_warcs
from crawler.warc import Fault, Record, salvage

_SOFTWARE = re.compile(r"fazhi/([0-9]{1,6})\.([0-9]{1,6})(?:\.([0-9]{1,6}))?")


def later_format(archive: Path) -> str | None:
    """Return the first sign of a later fazhi, for people; None if there is none. Raises OSError."""
    return next(_signs(archive), None)


def _signs(archive: Path) -> Iterator[str]:
    for entry in entries(archive):
        if entry.kind is None and "this version knows" in entry.fault:
            yield f"{NAME}:{entry.number} {entry.fault}"
        if _is_later(str(entry.facts.get("software", ""))):
            yield f"{NAME}:{entry.number} names {entry.facts['software']!a}"
    for path in (*closed_warcs(archive), *open_warcs(archive)):
        name = path.relative_to(archive).as_posix()
        if not name.startswith(MERGED_FOLDER):  # another archive's acts of a later format are never entered
            yield from _signs_of(path, name)


def _signs_of(path: Path, name: str) -> Iterator[str]:
    for record in salvage(path):
        if isinstance(record, Fault):
            continue
        place = f"{name} at byte {record.place.offset}"
        if record.kind == "warcinfo" and (found := _software(record)):
            yield f"{place} names {found!a}"
        for act in read_acts(record) if record.kind == "metadata" else ():
            if isinstance(act, ActFault):
                continue
            if act.name and act.name not in ACTS:
                yield f"{place} has the act {ascii(act.name)[:80]}"
            elif act.name and (unknown := unknown_keys(act.name, act.content)):
                yield f"{place} has the key {ascii(min(unknown))[:80]} in the act '{act.name}'"


def _software(info: Record) -> str:
    """Return the software that a `warcinfo` names, if that is a later fazhi."""
    lines = info.block.decode("utf-8", "replace").splitlines()
    named = next((line.partition(":")[2].strip() for line in lines if line.startswith("software:")), "")
    return named if _is_later(named) else ""


def _is_later(software: str) -> bool:
    found, ours = _SOFTWARE.match(software), _SOFTWARE.match(f"fazhi/{__version__}")
    assert ours is not None
    return found is not None and _numbers(found) > _numbers(ours)


def _numbers(found: re.Match[str]) -> list[int]:
    return [int(each or 0) for each in found.groups()]
