"""Replace the file methods of the SQLite library that this process has loaded, so that they can fail.

SQLite opens each file through a virtual file system (VFS), whose table of methods it keeps in memory (sqlite.org/vfs.html).
The `xOpen` and `xDelete` of the default VFS, and the methods of each file that it opens, are replaced by functions here,
which call the real ones. No other code of SQLite is touched, and none is compiled.
"""

from __future__ import annotations

import ctypes
import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from typing import Any, Protocol

_OK, _IOERR, _FULL, _CANTOPEN = 0, 10, 13, 14
_IOERR_WRITE, _IOERR_FSYNC, _IOERR_TRUNCATE = (_IOERR | code << 8 for code in (3, 4, 6))
_IOERR_DELETE, _IOERR_SHMSIZE = (_IOERR | code << 8 for code in (10, 19))

_METHODS = (
    "xClose", "xRead", "xWrite", "xTruncate", "xSync", "xFileSize", "xLock", "xUnlock", "xCheckReservedLock",
    "xFileControl", "xSectorSize", "xDeviceCharacteristics", "xShmMap", "xShmLock", "xShmBarrier", "xShmUnmap",
    "xFetch", "xUnfetch",
)  # fmt: skip


class _Methods(Structure):
    """sqlite3_io_methods"""

    _fields_ = [("iVersion", c_int), *((name, c_void_p) for name in _METHODS)]


class _OpenFile(Structure):
    """sqlite3_file"""

    _fields_ = [("pMethods", POINTER(_Methods))]


class _Vfs(Structure):
    """The beginning of sqlite3_vfs."""

    _fields_ = [
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        ("xOpen", c_void_p),
        ("xDelete", c_void_p),
    ]


# names are passed on as addresses: SQLite keeps and compares them, and reads what stands behind their ends
_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(_OpenFile), c_int, c_void_p)
_Delete = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
_Write = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_Truncate = CFUNCTYPE(c_int, c_void_p, c_int64)
_Sync = CFUNCTYPE(c_int, c_void_p, c_int)
_ShmMap = CFUNCTYPE(c_int, c_void_p, c_int, c_int, c_int, c_void_p)


class Watcher(Protocol):
    """What decides about each operation; `tests.archive.failing.Disk` is one."""

    failure: Any

    def holds(self, place: object) -> bool:
        """Whether a file is one that is watched."""

    def fails(self, kind: str, place: object) -> bool:
        """Count an operation, and return whether it must fail."""

    def takes(self, kind: str, place: object, length: int) -> int:
        """Count a write, and return how many bytes are taken; OSError if none."""


class SqliteFiles:
    """The files of this process's SQLite. What is replaced stays replaced, and without a watcher does what it did."""

    def __init__(self) -> None:
        self._watcher: Watcher | None = None
        self._kept: list[object] = []  # callbacks and tables that SQLite's memory refers to
        self._tables: dict[int, _Methods] = {}  # by the address of the real table
        self._names: dict[int, str] = {}  # of open files, by their address
        self._installed = False

    @contextmanager
    def watched_by(self, watcher: Watcher) -> Iterator[None]:
        """Ask a watcher about each operation in the block."""
        if not self._installed:
            self._install()
            self._installed = True
        self._watcher = watcher
        try:
            yield
        finally:
            self._watcher = None

    def _install(self) -> None:
        import _sqlite3

        library = ctypes.CDLL(_sqlite3.__file__)  # finds what the module is linked to, in it or beside it
        library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        vfs = library.sqlite3_vfs_find(None).contents
        vfs.xOpen = self._keep(_Open(self._opening(_Open(vfs.xOpen))))
        vfs.xDelete = self._keep(_Delete(self._deleting(_Delete(vfs.xDelete))))

    def _keep(self, callback: Any) -> c_void_p:
        self._kept.append(callback)
        return ctypes.cast(callback, c_void_p)

    def _must_fail(self, kind: str, name: str) -> bool:
        watcher = self._watcher
        return watcher is not None and watcher.holds(name) and watcher.fails(kind, name)

    def _opening(self, real: Any) -> Callable[..., int]:
        def opened(vfs: int, name: int | None, file: Any, flags: int, out: int) -> int:
            path = ctypes.string_at(name).decode() if name else ""
            if self._must_fail("sqlite open", path):
                file.contents.pMethods = None
                return _CANTOPEN
            code = int(real(vfs, name, file, flags, out))
            if code == _OK and path:
                address = ctypes.addressof(file.contents)
                self._names[address] = path
                file.contents.pMethods = ctypes.pointer(self._table(file.contents.pMethods))
            return code

        return opened

    def _deleting(self, real: Any) -> Callable[..., int]:
        def deleted(vfs: int, name: int, sync: int) -> int:
            if self._must_fail("sqlite delete", ctypes.string_at(name).decode()):
                return _IOERR_DELETE
            return int(real(vfs, name, sync))

        return deleted

    def _table(self, real: Any) -> _Methods:
        """Return the table of methods for a file that has the real one."""
        address = ctypes.addressof(real.contents)
        if address not in self._tables:
            table = _Methods.from_buffer_copy(real.contents)
            table.xWrite = self._keep(_Write(self._writing(_Write(table.xWrite))))
            table.xTruncate = self._keep(
                _Truncate(self._checked("sqlite truncate", _IOERR_TRUNCATE, _Truncate(table.xTruncate)))
            )
            table.xSync = self._keep(_Sync(self._syncing(_Sync(table.xSync))))
            if table.iVersion >= 2 and table.xShmMap:
                table.xShmMap = self._keep(
                    _ShmMap(self._checked("sqlite shared memory", _IOERR_SHMSIZE, _ShmMap(table.xShmMap)))
                )
            self._tables[address] = table
        return self._tables[address]

    def _syncing(self, real: Any) -> Callable[..., int]:
        def sync(file: int, flags: int) -> int:
            watcher, name = self._watcher, self._names.get(file, "")
            if watcher is None or not watcher.holds(name):
                return int(real(file, flags))
            return _IOERR_FSYNC if watcher.fails("sqlite fsync", name) else _OK

        return sync

    def _checked(self, kind: str, error: int, real: Any) -> Callable[..., int]:
        def method(file: int, *given: Any) -> int:
            if self._must_fail(kind, self._names.get(file, "")):
                return error
            return int(real(file, *given))

        return method

    def _writing(self, real: Any) -> Callable[..., int]:
        def write(file: int, data: int, length: int, offset: int) -> int:
            watcher, name = self._watcher, self._names.get(file, "")
            if watcher is None or not watcher.holds(name):
                return int(real(file, data, length, offset))
            try:
                taken = watcher.takes("sqlite write", name, length)
            except OSError:
                taken = 0
            code = int(real(file, data, taken, offset)) if taken else _OK
            if taken < length:
                return _FULL if watcher.failure.error == errno.ENOSPC else _IOERR_WRITE
            return code

        return write
