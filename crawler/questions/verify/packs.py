"""Check the packs of an archive: what the manifest says of them, and their files against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from crawler.archive import MANIFEST as CHAIN
from crawler.archive.evidence.manifest_lines import Entry, Kind
from crawler.archive.evidence.warc_paths import file_sha256, on_disk, pack_ranges
from crawler.questions.verify.fault import Fault
from crawler.regular_files import PartPath


@dataclass(frozen=True, slots=True)
class PackCheck:
    """The packs of a chain. `files` and `packs`: the first line of each WARC file and of each pack, by name."""

    path: Path
    entries: tuple[Entry, ...]
    files: Mapping[str, Entry]
    packs: Mapping[str, Entry]

    def harms(self) -> Iterator[tuple[int, Fault]]:
        """Yield each fault with the line of the manifest that speaks against it."""
        for entry in self.entries:
            if entry.kind is Kind.PACK:
                known = self.packs[entry.facts["pack"]]
                if known is not entry:
                    what = f"is a second line for {known.facts['pack']}; line {known.number}, the first one, counts"
                    yield entry.number, self._at(entry, what)
                for what in self._line_faults(entry):
                    yield entry.number, self._at(entry, what)
        for name, entry in self.packs.items():
            for what in self._file_faults(name, entry):
                yield entry.number, Fault(place=name, what=what)

    def _at(self, entry: Entry, what: str) -> Fault:
        return Fault(place=f"{CHAIN}:{entry.number}", what=what)

    def _line_faults(self, entry: Entry) -> Iterator[str]:
        """Check that the parts are files of earlier lines, each once, and follow each other without a gap."""
        end, seen = 0, set[str]()
        for part in entry.facts["parts"]:
            name = part["file"]
            known = self.files.get(name) or self.packs.get(name)
            if known is None or known.number >= entry.number:
                yield f"puts {name} into a pack, which no line before it lists"
                return
            if name in seen:
                yield f"puts {name} into a pack twice"
            if part["offset"] != end:
                yield f"says that {name} begins at byte {part['offset']} of its pack; it is byte {end}"
            seen.add(name)
            end = part["offset"] + known.facts["size"]
        if end != entry.facts["size"]:
            yield f"gives the pack {entry.facts['size']} bytes; its files have {end}"

    def _file_faults(self, name: str, entry: Entry) -> Iterator[str]:
        """Check a pack, or the range of a larger pack that it is in now, against its size and digest in the manifest."""
        file = self._found(name)
        if not file.is_file():
            if not all(on_disk(self.path / part["file"]).is_file() for part in entry.facts["parts"]):
                yield f"is in {CHAIN}, but does not exist"
            return  # else `fazhi pack` was killed before the pack had its name: the next run gives it
        size = file.stat().st_size
        if size != entry.facts["size"]:
            yield f"has {size} bytes; it had {entry.facts['size']} when it was packed"
        elif file_sha256(file) != entry.facts["sha256"]:
            yield f"its SHA-256 differs from the one in {CHAIN}"

    def _found(self, name: str) -> Path:
        path = self.path / name
        found = pack_ranges(self.path).get(name)
        if path.exists() or found is None:
            return path
        pack, start, length = found
        return PartPath.of(path, self.path / pack, start, length)
