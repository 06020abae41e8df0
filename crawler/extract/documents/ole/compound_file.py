"""Read compound files (MS-CFB): the streams of the root storage. Chains of sectors that are cyclic or cut raise DamagedFile."""

from __future__ import annotations

from typing import NamedTuple

from crawler.extract.documents.ole.binary import DamagedFile, OversizedFile, numbers, u16, u32

SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_HEADER_BYTES = 512
_MAX_SECTOR, _FREE = 0xFFFFFFFA, 0xFFFFFFFF
_SECTOR_SHIFTS = (9, 12)  # of versions 3 and 4
_MINI_SECTOR_BYTES = 64
_MINI_CUTOFF_BYTES = 4096  # fixed by the format; smaller streams are in mini sectors
_ENTRY_BYTES = 128
_ROOT, _STREAM, _STORAGE = 5, 2, 1
_MAX_ENTRIES = 4096
"""Directory entries. A document with a hundred embedded objects has about a thousand."""
_DIFAT_IN_HEADER = 109


class _Entry(NamedTuple):
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class CompoundFile:
    """The root storage of a compound file. `streams` and `storages` are the names in it, in lower case."""

    def __init__(self, data: bytes) -> None:
        """Read the directory. Raise DamagedFile or OversizedFile."""
        if not data.startswith(SIGNATURE):
            raise DamagedFile("the signature of a compound file is missing")
        shift = u16(data, 30)
        if shift not in _SECTOR_SHIFTS:
            raise DamagedFile(f"sectors of 2^{shift} bytes; expected 2^9 or 2^12")
        self._data = data
        self._sector = 1 << shift
        self._fat = self._read_fat()
        directory = self._chain(u32(data, 48), None)
        entries = _entries(directory)
        root = entries[0] if entries else None
        if root is None or root.kind != _ROOT:
            raise DamagedFile("the root directory entry is missing")
        self._root = root
        self._mini: tuple[bytes, tuple[int, ...]] | None = None
        self._entries = _children(entries, root.child)
        self.streams = {name for name, entry in self._entries.items() if entry.kind == _STREAM}
        self.storages = {name for name, entry in self._entries.items() if entry.kind == _STORAGE}

    def stream(self, name: str) -> bytes | None:
        """Return the content of a stream of the root storage; None if it has none of this name (case is ignored)."""
        entry = self._entries.get(name.lower())
        if entry is None or entry.kind != _STREAM:
            return None
        if entry.size >= _MINI_CUTOFF_BYTES:
            return self._chain(entry.start, entry.size)
        content, table = self._mini_stream()
        parts = [content[at : at + _MINI_SECTOR_BYTES] for at in self._mini_places(entry, table)]
        found = b"".join(parts)[: entry.size]
        if len(found) < entry.size:
            raise DamagedFile(f"the stream {entry.name!r} has {len(found)} of {entry.size} bytes")
        return found

    def _mini_stream(self) -> tuple[bytes, tuple[int, ...]]:
        if self._mini is None:
            table = self._chain(u32(self._data, 60), None)
            content = self._chain(self._root.start, self._root.size) if self._root.size else b""
            self._mini = content, numbers(table, 0, len(table) // 4)
        return self._mini

    def _mini_places(self, entry: _Entry, table: tuple[int, ...]) -> list[int]:
        wanted = -(-entry.size // _MINI_SECTOR_BYTES)
        return [at * _MINI_SECTOR_BYTES for at in _follow(entry.start, table, wanted)]

    def _read_fat(self) -> tuple[int, ...]:
        """The allocation table: for each sector the next one of its chain."""
        data = self._data
        places = [at for at in numbers(data, 76, _DIFAT_IN_HEADER) if at < _MAX_SECTOR]
        following, per_sector = u32(data, 68), self._sector // 4
        most = len(data) // self._sector + 1
        seen: set[int] = set()
        while following < _MAX_SECTOR and len(places) < most:
            if following in seen:
                raise DamagedFile("the list of allocation sectors is cyclic")
            seen.add(following)
            *more, following = numbers(self._read_sector(following), 0, per_sector)
            places += [at for at in more if at < _MAX_SECTOR]
        if len(places) > most:
            raise DamagedFile(f"{len(places)} allocation sectors in {len(data)} bytes")
        if len(set(places)) < len(places):
            raise DamagedFile("an allocation sector is listed twice")
        fat: list[int] = []
        for at in places:
            fat += numbers(self._read_sector(at), 0, per_sector)
        return tuple(fat)

    def _read_sector(self, number: int) -> bytes:
        """A sector. The last one of a file may be short: some programs do not pad it."""
        start = (number + 1) * self._sector
        found = self._data[start : start + self._sector]
        if not found:
            raise DamagedFile(f"sector {number} lies beyond the end of the file: it is cut")
        return found.ljust(self._sector, b"\0") if start + self._sector > len(self._data) else found

    def _chain(self, start: int, size: int | None) -> bytes:
        """The bytes of a chain of sectors; `size`: how many are wanted, None for all."""
        if start >= _MAX_SECTOR and not size:
            return b""
        wanted = None if size is None else -(-size // self._sector)
        if wanted is not None and wanted > len(self._data) // self._sector + 1:
            raise DamagedFile(f"a stream of {size} bytes in a file of {len(self._data)}")
        found = b"".join(map(self._read_sector, _follow(start, self._fat, wanted)))
        if size is not None and len(found) < size:
            raise DamagedFile(f"a stream has {len(found)} of {size} bytes")
        return found if size is None else found[:size]


def _follow(start: int, table: tuple[int, ...], wanted: int | None) -> list[int]:
    """The numbers of the sectors of a chain, at most `wanted`."""
    chain: list[int] = []
    seen: set[int] = set()
    while start < _MAX_SECTOR and (wanted is None or len(chain) < wanted):
        if start in seen or start >= len(table):
            raise DamagedFile(f"a chain of sectors is cyclic or leads outside at sector {start}")
        seen.add(start)
        chain.append(start)
        start = table[start]
    return chain


def _entries(directory: bytes) -> list[_Entry]:
    count = len(directory) // _ENTRY_BYTES
    if count > _MAX_ENTRIES:
        raise OversizedFile(f"{count} streams and storages are more than the limit of {_MAX_ENTRIES}")
    return [_entry(directory[at : at + _ENTRY_BYTES]) for at in range(0, count * _ENTRY_BYTES, _ENTRY_BYTES)]


def _entry(data: bytes) -> _Entry:
    length = min(max(u16(data, 64) - 2, 0), 62)
    name = data[:length].decode("utf-16-le", "replace")
    left, right, child = numbers(data, 68, 3)
    return _Entry(name, data[66], left, right, child, u32(data, 116), u32(data, 120))


def _children(entries: list[_Entry], first: int) -> dict[str, _Entry]:
    """The entries of a storage by name in lower case: a tree of siblings."""
    found: dict[str, _Entry] = {}
    waiting, seen = [first], set[int]()
    while waiting:
        number = waiting.pop()
        if number == _FREE or number >= len(entries) or number in seen:
            continue
        seen.add(number)
        entry = entries[number]
        found.setdefault(entry.name.lower(), entry)
        waiting += (entry.left, entry.right)
    return found
