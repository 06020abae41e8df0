"""Read a WARC file a second time with another parser, and compare the records with those of the first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from crawler.questions.verify.fault import Fault
from crawler.warc import Record, hex_sha256
from crawler.warc.strict import Deviation, StrictRecord, read_strictly


class SecondReading:
    """The records of a file as `crawler.warc.strict` reads them, compared one by one with those of `crawler.warc.read`.

    Compared are type, id, offset, length and the block's SHA-256. After the first disagreement about a place, the
    records that follow cannot be paired, and only what the second parser itself finds is reported.
    """

    def __init__(self, file: Path, name: str) -> None:
        self._name = name
        self._items = read_strictly(file)
        self._paired = True

    def compare(self, record: Record) -> Iterator[Fault]:
        """Yield a fault if the next record of the second reading is not this one."""
        if not self._paired:
            return
        item = next(self._items, None)
        if isinstance(item, Deviation):
            self._paired = item.offset == record.place.offset
            yield self._fault(item)
        elif item is None or item.offset != record.place.offset:
            self._paired = False
            there = "none" if item is None else f"one at byte {item.offset}"
            yield self._at(record.place.offset, f"a second parser finds no record here, but {there}")
        elif different := _differences(item, record):
            yield self._at(item.offset, f"a second parser reads another {different} in its record")

    def rest(self) -> Iterator[Fault]:
        """Yield a fault for each further thing that the second parser finds, after the last record of the first."""
        for item in self._items:
            if isinstance(item, Deviation):
                yield self._fault(item)
            elif self._paired:
                yield self._at(item.offset, "a second parser finds a further record here")

    def _fault(self, item: Deviation) -> Fault:
        return self._at(item.offset, f"readers may disagree about the record here: {item.what}")

    def _at(self, offset: int, what: str) -> Fault:
        return Fault(place=f"{self._name} at byte {offset}", what=what)


def _differences(item: StrictRecord, record: Record) -> str:
    """Return what differs, by name; empty if both are the same record."""
    # a stated digest has been compared with the block: it need not be computed a third time
    stated = hex_sha256(record.fields.get("warc-block-digest"))
    sha256 = bytes.fromhex(stated) if stated else hashlib.sha256(record.block).digest()
    pairs = {
        "type": (item.kind, record.kind),
        "id": (item.record_id, record.place.record_id),
        "length": (item.length, record.place.length),
        "block": (item.block_sha256, sha256),
    }
    return ", ".join(what for what, (one, other) in pairs.items() if one != other)
