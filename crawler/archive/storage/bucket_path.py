"""`BucketPath`: the path of a file of an archive in a bucket, for code that reads files by their paths.

`stat`, `exists`, `glob`, `open` and the like ask the storage, but for the files of the working folder (`crawler.archive.storage.bucket`).
`os.fspath` gives the place in the working folder, `str` what a person is told: the address, or that place for files that are there. So what opens a file by its path
alone, as SQLite does, finds those of the working folder.
"""

from __future__ import annotations

import errno
import os
import stat as kinds
import zlib
from collections.abc import Generator, Iterator
from fnmatch import fnmatchcase
from io import BufferedReader
from pathlib import Path, PurePath
from typing import Any, ClassVar, Self

from crawler.archive.storage.bucket import Bucket, is_private
from crawler.archive.storage.interface import Stored
from crawler.regular_files import RemotePath


class BucketPath(RemotePath):
    """A path below the working folder of one bucket. Each bucket has a class of its own, so that derived paths keep it."""

    bucket: ClassVar[Bucket]

    @property
    def name_in_bucket(self) -> str | None:
        """The name relative to the archive, empty for the archive itself; None for a path outside, and a relative one."""
        own, root = PurePath.__str__(self), str(self.bucket.folder)
        if own == root:
            return ""
        return own[len(root) + 1 :] if own.startswith(f"{root}/") else None

    def _remote(self) -> str | None:
        """Return the name of a file or folder of the storage; None for a path of the working folder."""
        name = self.name_in_bucket
        return None if name is None or (name and is_private(name)) else name

    @property
    def local(self) -> Path:
        """The place in the working folder."""
        return Path(self)

    def __str__(self) -> str:
        name = self._remote()
        if name is None:
            return super().__str__()
        return f"{self.bucket.location}/{name}" if name else self.bucket.location

    def __fspath__(self) -> str:
        return PurePath.__str__(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _reopened, (self.bucket, os.fspath(self))

    def as_uri(self) -> str:
        """Return the address of the place in the working folder."""
        return self.local.as_uri()

    def resolve(self, strict: bool = False) -> Self:
        """Return the path: there are no links in a storage."""
        return self

    def open_remote(self) -> BufferedReader | None:
        """Open the file of the storage; None for one of the working folder."""
        name = self._remote()
        return None if name is None else self.bucket.open_read(name)

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """Return size and time of a file, in the form of the system. Raises FileNotFoundError."""
        name = self._remote()
        if name is None:
            return os.stat(os.fspath(self), follow_symlinks=follow_symlinks)
        if name and (found := self.bucket.stat(name)) is not None:
            return _stat_result(kinds.S_IFREG | 0o444, found)
        if not name or self.bucket.has_folder(name):
            return _stat_result(kinds.S_IFDIR | 0o555, None)
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self))

    def lstat(self) -> os.stat_result:
        """Return what `stat` does: there are no links in a storage."""
        return self.stat(follow_symlinks=False)

    def exists(self, *, follow_symlinks: bool = True) -> bool:
        """Whether there is a file or a folder."""
        return self._mode(follow_symlinks) is not None

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        """Whether there is a file."""
        mode = self._mode(follow_symlinks)
        return mode is not None and kinds.S_ISREG(mode)

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Whether there is a folder. The archive itself is one as soon as there is a file in it."""
        if self._remote() == "":
            return self.bucket.storage.stat("README.md") is not None or self.bucket.has_folder("")
        mode = self._mode(follow_symlinks)
        return mode is not None and kinds.S_ISDIR(mode)

    def is_symlink(self) -> bool:
        """Whether a path of the working folder is a link."""
        mode = self._mode(follow_symlinks=False)
        return mode is not None and kinds.S_ISLNK(mode)

    def _mode(self, follow_symlinks: bool) -> int | None:
        try:
            return self.stat(follow_symlinks=follow_symlinks).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None

    def iterdir(self) -> Generator[Self, None, None]:
        """Yield the files and folders in a folder."""
        yield from self.glob("*")

    def glob(self, pattern: str, **_: Any) -> Iterator[Self]:  # type: ignore[override] # its options differ by the version of Python
        """Yield the files and folders below whose relative path matches, part by part; sorted. `**` is not known."""
        parts, seen = pattern.split("/"), set[str]()
        here = self._remote()
        if here is not None and not is_private(pattern):
            literal = "" if any(char in parts[0] for char in "*?[") else parts[0]
            below = "/".join(filter(None, (here, literal)))
            for name in self.bucket.names(below):
                found = name.removeprefix(f"{here}/" if here else "").split("/")[: len(parts)]
                if len(found) == len(parts) and all(map(fnmatchcase, found, parts)):
                    seen.add("/".join(found))
        for path in self.local.glob(pattern):
            relative = path.relative_to(self.local).as_posix()
            if is_private(relative):
                seen.add(relative)
        yield from (self / name for name in sorted(seen))

    def open(self, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        """Open a file: one of the storage only for reading bytes, one of the working folder as usual."""
        name = self._remote()
        if name is None:
            return super().open(mode, *args, **kwargs)
        if mode != "rb":
            raise OSError(errno.EROFS, f"is in a bucket, and cannot be opened with mode {mode!r}", str(self))
        return self.bucket.open_read(name)

    def read_bytes(self) -> bytes:
        """Return all bytes of a file."""
        with self.open("rb") as file:
            data: bytes = file.read()
        return data

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove a file."""
        if (name := self._remote()) is None:
            self.local.unlink(missing_ok=missing_ok)
        else:
            self.bucket.remove(name)


def _stat_result(mode: int, found: Stored | None) -> os.stat_result:
    """Return what is known of a file in the system's form: instead of the inode, a number that its stamp gives."""
    size, number, seconds = 0, 0, 0.0
    if found is not None:
        size, number, seconds = found.size, zlib.crc32(found.stamp.encode()), found.modified.timestamp()
    times = {f"st_{each}time_ns": int(seconds * 1_000_000_000) for each in "amc"}
    return os.stat_result((mode, number, 0, 1, 0, 0, size, *[int(seconds)] * 3), times)


def bucket_of(path: Path) -> Bucket | None:
    """Return the bucket that a path is in; None for a path of this machine."""
    return path.bucket if isinstance(path, BucketPath) else None


def path_of(bucket: Bucket) -> BucketPath:
    """Return the path of the archive in a bucket."""
    return _reopened(bucket, os.fspath(bucket.folder))


def _reopened(bucket: Bucket, path: str) -> BucketPath:
    """Return a path of a bucket; also in another process, from its parts."""
    own: type[BucketPath] = type("BucketPath", (BucketPath,), {"bucket": bucket})
    return own(path)
