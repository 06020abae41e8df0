"""Check the lines of the manifest and its hash chain, and the WARC files against them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.archive import EMPTY_HEAD, manifest_entries
from crawler.archive import MANIFEST as CHAIN
from crawler.archive.evidence.manifest import incomplete_bytes
from crawler.archive.evidence.manifest_lines import Entry, Kind
from crawler.archive.evidence.warc_paths import closed_warcs, file_sha256, on_disk, pack_files
from crawler.questions.verify.fault import Fault
from crawler.questions.verify.packs import PackCheck

Harm = tuple[int, Fault]
"""A fault, and the number of the first line of the manifest that speaks against it."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The lines of an archive's manifest. Where two lines name one file, the first one counts."""

    path: Path
    entries: tuple[Entry, ...]

    @classmethod
    def read(cls, path: Path) -> Chain:
        """Read the manifest of an archive; without one, the chain has no lines."""
        return cls(path, tuple(manifest_entries(path)))

    @property
    def digests(self) -> list[str]:
        """The digest of each line, the first one for the empty manifest: `digests[n]` is the head after line n."""
        return [EMPTY_HEAD, *(entry.sha256 for entry in self.entries)]

    def of(self, *kinds: Kind) -> Iterator[Entry]:
        """Yield the lines of some kinds, in order."""
        return (entry for entry in self.entries if entry.kind in kinds)

    def first_lines(self) -> dict[str, Entry]:
        """Return the first line of each WARC file, by the file's name."""
        first: dict[str, Entry] = {}
        for entry in self.of(Kind.FILE):
            first.setdefault(entry.facts["file"], entry)
        return first

    def packs(self) -> dict[str, Entry]:
        """Return the first line of each pack, by the pack's name."""
        first: dict[str, Entry] = {}
        for entry in self.of(Kind.PACK):
            first.setdefault(entry.facts["pack"], entry)
        return first

    def harms(self) -> Iterator[Harm]:
        """Yield the faults of the lines, then those of the WARC files, each with the line that speaks against it."""
        yield from self._line_harms()
        first = self.first_lines()
        for entry in self.of(Kind.FILE):
            known = first[entry.facts["file"]]
            if known is not entry:
                what = (
                    f"is a second line for {known.facts['file']}; line {known.number}, the first one, counts"
                )
                yield entry.number, at(entry, what)
        for name, entry in first.items():
            for fault in _warc_faults(self.path, name, entry):
                yield entry.number, fault
        yield from PackCheck(self.path, self.entries, first, self.packs()).harms()

    def _line_harms(self) -> Iterator[Harm]:
        last = EMPTY_HEAD
        for entry in self.entries:
            if entry.fault:
                yield entry.number, at(entry, entry.fault)
            if entry.previous != last:
                yield entry.number, at(entry, "its `previous` is not the digest of the line before")
            last = entry.sha256

    def unlisted(self) -> Iterator[Fault]:
        """Yield a fault for each closed WARC file that no line names."""
        listed = self.first_lines() | self.packs()
        for file in (*closed_warcs(self.path), *pack_files(self.path)):
            name = file.relative_to(self.path).as_posix()
            if name not in listed:
                yield Fault(place=name, what=f"is not in {CHAIN}")

    def tell_incomplete_line(self, notify: Callable[[str], None]) -> None:
        """Notify about bytes after the last whole line: they are no part of the chain."""
        if size := incomplete_bytes(self.path):
            notify(
                f"{CHAIN}: its last {size} bytes are no whole line and were not verified: a run is writing them, or a"
                " killed run left them; the next run removes them"
            )


def at(entry: Entry, what: str) -> Fault:
    """Return a fault of a line of the manifest."""
    return Fault(place=f"{CHAIN}:{entry.number}", what=what)


def _warc_faults(path: Path, name: str, entry: Entry) -> Iterator[Fault]:
    """Check a WARC file against its size and digest in the manifest."""
    file, facts = (
        on_disk(path / name),
        entry.facts,
    )  # a run that was killed here left its complete file `.open`
    if not file.is_file():
        yield Fault(place=name, what=f"is in {CHAIN}, but does not exist")
        return
    size = file.stat().st_size
    if size != facts["size"]:
        yield Fault(place=name, what=f"has {size} bytes; it had {facts['size']} when it was closed")
    elif file_sha256(file) != facts["sha256"]:
        yield Fault(place=name, what=f"its SHA-256 differs from the one in {CHAIN}")
