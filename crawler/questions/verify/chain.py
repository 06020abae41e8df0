"""Check the hash chain of the manifest, and the WARC files against it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crawler.archive import EMPTY_HEAD, manifest_entries
from crawler.archive import MANIFEST as CHAIN
from crawler.archive.evidence.warc_paths import IN_PROGRESS, closed_warcs, file_sha256
from crawler.questions.verify.fault import Fault


def check_chain(path: Path, head: str | None) -> Iterator[Fault]:
    """Check the hash chain of the manifest, and the WARC files against it."""
    last, chained, seen = EMPTY_HEAD, dict[str, dict[str, Any]](), {EMPTY_HEAD}
    for entry in manifest_entries(path):
        if entry.previous != last:
            yield Fault(
                place=f"{CHAIN}:{entry.number}", what="its `previous` is not the digest of the line before"
            )
        last = entry.sha256
        seen.add(last)
        if "file" in entry.facts:
            chained[entry.facts["file"]] = entry.facts
    if head is not None and head not in seen:
        yield Fault(place=CHAIN, what=f"no line has the digest {head}: it was changed since")
    for name, facts in chained.items():
        yield from _check_warc(path, name, facts)
    for file in closed_warcs(path):
        name = file.relative_to(path).as_posix()
        if name not in chained:
            yield Fault(place=name, what=f"is not in {CHAIN}")


def _check_warc(path: Path, name: str, facts: dict[str, Any]) -> Iterator[Fault]:
    """Check a WARC file against its size and digest in the manifest."""
    file = path / name
    if not file.is_file():
        if not file.with_name(file.name + IN_PROGRESS).is_file():
            yield Fault(place=name, what=f"is in {CHAIN}, but does not exist")
        return
    size = file.stat().st_size
    if size != facts.get("size"):
        yield Fault(place=name, what=f"has {size} bytes; it had {facts.get('size')} when it was closed")
    elif file_sha256(file) != facts.get("sha256"):
        yield Fault(place=name, what=f"its SHA-256 differs from the one in {CHAIN}")
