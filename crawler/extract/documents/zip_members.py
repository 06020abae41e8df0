"""Read members of a ZIP container (DOCX, OFD, an archive) by name, within limits. Nothing is written to disk.

A name is only a key: it is never used as a path. Sizes that the container states are not trusted; what is decoded counts.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from crawler.extract.documents.origin import Origin

MARK = b"PK\x03\x04"
MAX_MEMBERS = 10_000
MAX_MEMBER_BYTES = 32 * 1024 * 1024  # decoded; the text of the largest reports takes less than a tenth
MAX_TOTAL_BYTES = 96 * 1024 * 1024  # decoded, of all members that are read
MAX_RATIO, _MIN_RATED_BYTES = 300, 4 * 1024 * 1024
"""Decoded bytes to packed ones, of a member of more than so many bytes. Markup of Word reaches 60, a bomb 1,000."""

_CENTRAL_ENTRY = b"PK\x01\x02"  # before each entry of the list of members
_ENCRYPTED, _UTF8_NAME = 0x1, 0x800  # flags of a member (APPNOTE.TXT 4.4.4)
_FAULTS = (
    BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, OverflowError, LookupError,
)  # fmt: skip
"""What zipfile raises for hostile bytes. NotImplementedError is a RuntimeError, a name that is no UTF-8 a ValueError."""


class Members:
    """The members of a ZIP container. Raises UnreadDocument: `damaged`, `encrypted` or `too_large`."""

    __slots__ = ("_folded", "_infos", "_left", "_origin", "_zip")

    def __init__(self, body: bytes, origin: Origin) -> None:
        self._origin = origin
        self._left = MAX_TOTAL_BYTES
        # Each entry costs memory: they are counted before zipfile reads them.
        if (entries := body.count(_CENTRAL_ENTRY)) > MAX_MEMBERS:
            raise origin.fault(
                "too_large", f"the ZIP container has {entries} members, more than {MAX_MEMBERS}"
            )
        try:
            self._zip = ZipFile(BytesIO(body))
            infos = self._zip.infolist()
        except _FAULTS as error:
            raise origin.fault("damaged", f"the ZIP container cannot be read: {error}") from error
        self._infos = {name: info for info in infos if (name := _name(info)) and not name.endswith("/")}
        self._folded = {name.lower(): name for name in self._infos}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the files, in the container's order, with `/` between folders and none before the first."""
        return tuple(self._infos)

    def find(self, name: str) -> str | None:
        """Return a name as the container spells it. Upper and lower case are the same in OOXML; OFD programs mix them."""
        name = _plain(name)
        return name if name in self._infos else self._folded.get(name.lower())

    def size(self, name: str) -> int:
        """Return the number of decoded bytes that the container states for a member; 0 for one that it does not have."""
        found = self.find(name)
        return self._infos[found].file_size if found else 0

    def read(self, name: str, limit: int = MAX_MEMBER_BYTES) -> bytes:
        """Return the decoded bytes of a member, at most `limit`. A member that is missing is `damaged`."""
        found = self.find(name)
        if found is None:
            raise self._origin.fault("damaged", f"the ZIP container has no member {name}")
        info = self._infos[found]
        self._check(info, found)
        limit = min(limit, self._left)
        try:
            with self._zip.open(info) as file:
                data = file.read(limit + 1)
        except _FAULTS as error:
            raise self._origin.fault("damaged", f"member {found} cannot be decoded: {error}") from error
        if len(data) > limit:
            raise self._origin.fault("too_large", f"member {found} has more than {limit} bytes")
        if len(data) > _MIN_RATED_BYTES and len(data) > MAX_RATIO * info.compress_size:
            raise self._origin.fault("too_large", f"member {found} is packed more than {MAX_RATIO} to 1")
        self._left -= len(data)
        return data

    def get(self, name: str) -> bytes | None:
        """Return as `read` does; None for a member that the container does not have."""
        return self.read(name) if self.find(name) else None

    def _check(self, info: ZipInfo, name: str) -> None:
        if info.flag_bits & _ENCRYPTED:
            raise self._origin.fault("encrypted", f"member {name} is encrypted")
        # Other methods decode without a limit on memory; OOXML and OFD allow these two alone.
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise self._origin.fault(
                "damaged", f"member {name} is packed by method {info.compress_type}; deflate is read"
            )


def _name(info: ZipInfo) -> str:
    """A member's name. Without the UTF-8 flag it is in the code page of the writer: here UTF-8 or GBK."""
    name = info.orig_filename
    if info.flag_bits & _UTF8_NAME or name.isascii():
        return _plain(name)
    raw = name.encode("cp437", "replace")
    try:
        return _plain(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return _plain(raw.decode("gb18030", "replace"))


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").removeprefix("./")
