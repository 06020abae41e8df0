"""Read members of a ZIP file of any size, such as a WACZ, on disk and within limits. It is untrusted in every part.

A member that is stored is read where it stands; one that is deflated is unpacked into a temporary file. Names are only keys:
nothing is written under them.
"""

from __future__ import annotations

import hashlib
import shutil
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from crawler.intake.imports.names import printable
from crawler.regular_files import PartPath, holder_of, open_regular

ZIP_MAGIC = b"PK\x03\x04"
MAX_LIST_BYTES = 2 << 20  # of the list of members: some 20,000 of them
MAX_RATIO, _MIN_RATED_BYTES = 200, 8 << 20
"""Unpacked bytes to packed ones, of a member over so many bytes, against decompression bombs."""
_MAX_RATIO_OF_COMPRESSED, _MIN_RATED_COMPRESSED = 4, 64 << 10
"""The same of a member that is a compressed file: it hardly gets smaller, unless it is made to inflate twice."""
_COMPRESSED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", ZIP_MAGIC)
_PIECE_BYTES = 1 << 20
_ENCRYPTED = 0x1 | 0x40  # flags of a member (APPNOTE.TXT 4.4.4)
_LOCAL_HEAD = struct.Struct("<4s22xHH")
_FAULTS = (
    BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, OverflowError, LookupError,
)  # fmt: skip
"""What zipfile raises for hostile bytes. NotImplementedError is a RuntimeError, a name that is no UTF-8 a ValueError."""


class BadZip(Exception):
    """A ZIP file, or a member of one, that cannot be read or is not to be trusted. Its text says why."""


class _Bounded:
    """An open file, of which zipfile can read only so much at once: it reads the list of members as a whole."""

    def __init__(self, file: BufferedReader) -> None:
        self.seek, self.tell, self.close, self.seekable = file.seek, file.tell, file.close, file.seekable
        self._read = file.read

    def read(self, size: int = -1) -> bytes:
        data = self._read(min(size, MAX_LIST_BYTES + 1) if size >= 0 else MAX_LIST_BYTES + 1)
        if len(data) > MAX_LIST_BYTES:
            raise BadZipFile(f"its list of members is over {MAX_LIST_BYTES} bytes")
        return data


class ZipMembers:
    """The members of an open ZIP file, by name. Made by `open_zip`."""

    def __init__(self, path: Path, file: BufferedReader) -> None:
        self._path, self._file = path, file
        try:
            self._zip = ZipFile(_Bounded(file))
            self._infos = _checked(self._zip.infolist())
            self._starts = self._checked_places()
        except _FAULTS as error:
            raise BadZip(f"the ZIP file cannot be read: {error}") from error

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the files in it, in its order."""
        return tuple(self._infos)

    def read(self, name: str, limit: int) -> bytes:
        """Return the bytes of a member. Raises BadZip, also if there are more than `limit`."""
        parts = []
        size = 0
        for piece in self._pieces(self._infos[name]):
            parts.append(piece)
            size += len(piece)
            if size > limit:
                raise BadZip(f"its member {printable(name)} has more than {limit} bytes")
        return b"".join(parts)

    @contextmanager
    def on_disk(self, name: str, algorithm: str = "sha256") -> Iterator[tuple[Path, bytes]]:
        """Give a path to a member's bytes, and their digest. Raises BadZip; OSError, such as of a full disk."""
        info, digest = self._infos[name], hashlib.new(algorithm, usedforsecurity=False)
        shown = Path(f"{self._path}/{name}")
        if info.compress_type == ZIP_STORED:
            self._read_through(info, digest.update)
            inside = self._path.start if isinstance(self._path, PartPath) else 0
            start = inside + self._starts[name]
            yield PartPath.of(shown, holder_of(self._path), start, info.file_size), digest.digest()
            return
        with tempfile.TemporaryDirectory(prefix="fazhi-") as folder:
            if info.file_size > shutil.disk_usage(folder).free:
                raise BadZip(
                    f"its member {printable(name)} needs {info.file_size} bytes in {folder}, which is full"
                )
            path = Path(folder) / "member"
            with path.open("wb") as file:
                self._read_through(info, digest.update, file.write)
            yield PartPath.of(shown, path, 0, info.file_size), digest.digest()

    def _read_through(self, info: ZipInfo, *takers: Callable[[bytes], object]) -> None:
        for number, piece in enumerate(self._pieces(info)):
            if not number and info.compress_type != ZIP_STORED and piece.startswith(_COMPRESSED):
                self._check_ratio(info, _MAX_RATIO_OF_COMPRESSED, _MIN_RATED_COMPRESSED)
            for take in takers:
                take(piece)

    def _pieces(self, info: ZipInfo) -> Iterator[bytes]:
        """Yield the bytes of a member; no more than the list of members says, and with the checksum that it says."""
        self._check_ratio(info, MAX_RATIO, _MIN_RATED_BYTES)
        try:
            with self._zip.open(info) as file:
                yield from _pieces(file)
        except _FAULTS as error:
            raise BadZip(f"its member {printable(info.filename)} cannot be read: {error}") from error

    def _check_ratio(self, info: ZipInfo, ratio: int, free: int) -> None:
        if info.file_size > free and info.file_size > ratio * info.compress_size:
            raise BadZip(f"its member {printable(info.filename)} is packed more than {ratio} to 1; not read")

    def _checked_places(self) -> dict[str, int]:
        """Return where the members' bytes begin. Raises BadZip if two of them share bytes: a bomb, or two readings of one file."""
        starts = {}
        ordered = sorted(self._infos.items(), key=lambda item: item[1].header_offset)
        ends = [info.header_offset for _, info in ordered[1:]] + [self._zip.start_dir]
        for (name, info), end in zip(ordered, ends, strict=True):
            self._file.seek(info.header_offset)
            magic, name_length, extra_length = _LOCAL_HEAD.unpack(self._file.read(_LOCAL_HEAD.size))
            start = info.header_offset + _LOCAL_HEAD.size + name_length + extra_length
            if magic != ZIP_MAGIC or start + info.compress_size > end:
                raise BadZip(f"its member {printable(name)} overlaps another one, or is cut off")
            if info.compress_type == ZIP_STORED and info.compress_size != info.file_size:
                raise BadZip(f"its member {printable(name)} has two sizes")
            starts[name] = start
        return starts


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE_BYTES):
        yield piece


def _checked(infos: list[ZipInfo]) -> dict[str, ZipInfo]:
    """Return the files by name. Raises BadZip for a name that is a path out of a folder or is there twice, and for encryption."""
    found: dict[str, ZipInfo] = {}
    for info in infos:
        name = info.filename
        shown = printable(name[:200])
        if info.flag_bits & _ENCRYPTED:
            raise BadZip(f"its member {shown} is encrypted")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise BadZip(f"its member {shown} is packed by method {info.compress_type}; deflate is read")
        if (
            name.startswith("/")
            or "\\" in name
            or ".." in PurePosixPath(name).parts
            or "\0" in info.orig_filename
        ):
            raise BadZip(f"its member {shown} has a name that leads out of the file")
        if name in found:
            raise BadZip(f"it has two members {shown}: which one counts is not said")
        if not name.endswith("/"):
            found[name] = info
    return found


@contextmanager
def open_zip(path: Path) -> Iterator[ZipMembers]:
    """Open a ZIP file. Raises BadZip; OSError if it is no regular file or cannot be opened."""
    with open_regular(path) as file:
        yield ZipMembers(path, file)
