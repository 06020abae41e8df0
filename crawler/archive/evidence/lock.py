"""Lock file that allows one writer per archive. The kernel releases the lock when its holder dies."""

from __future__ import annotations

import errno
import fcntl
import os
import platform
import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Self

from crawler.archive.storage.bucket import LOCK, Bucket
from crawler.archive.storage.bucket_path import bucket_of
from crawler.archive.storage.lease import Lease, is_leased
from crawler.archive.storage.named_errors import errors_name
from crawler.errors import ArchiveLocked

_NAME = ".lock"
_OWN = (
    "catalogue.db",
    "catalogue.db-wal",
    "catalogue.db-shm",
    "catalogue.db-journal",
    "search.db",
    "search.db-wal",
    "search.db-shm",
    "backfill.db",
    "backfill.db-wal",
    "backfill.db-shm",
    "manifest.jsonl",
    "warc",
    "text",
)
"""Names in an archive's folder that its writer opens: none may be a symbolic link. SQLite would follow one."""


_HOLDER = re.compile(
    r"process (?P<pid>[0-9]{1,9}) on (?P<host>[^ ]{1,255}) since (?P<since>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}) UTC\n"
)
_START_TOLERANCE = timedelta(minutes=1)
"""A process that started later than this after the lock was taken has the number of an earlier one."""


class BucketLock:
    """The lock of an archive in a bucket: that of its working folder on this machine, and the lease in the bucket."""

    def __init__(self, file: BinaryIO, bucket: Bucket, holder: str) -> None:
        self._file, self._bucket = file, bucket
        try:
            bucket.lease = Lease(bucket.storage, LOCK, holder)
        except BaseException:
            file.close()
            raise
        bucket.refresh()  # what was listed before may have changed until now

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release both."""
        lease, self._bucket.lease = self._bucket.lease, None
        try:
            if lease is not None:
                lease.release()
        finally:
            self._file.close()


def acquire(archive: Path, now: datetime) -> BinaryIO | BucketLock:
    """Lock an archive and return its lock; closing it releases it: the open lock file, or that with a lease of a bucket.

    Raises ArchiveLocked, with the holder and since when, OSError where the file cannot be made, or where the archive
    has a symbolic link in the place of a file or folder of its own.
    """
    if (bucket := bucket_of(archive)) is None:
        return _acquire_file(archive, now)
    bucket.make_folder()
    return BucketLock(_acquire_file(archive, now), bucket, _holder(now))


def _holder(now: datetime) -> str:
    return f"process {os.getpid()} on {platform.node()} since {now:%Y-%m-%d %H:%M:%S} UTC"


def acquire_folder(archive: Path, now: datetime) -> BinaryIO:
    """Lock the working folder of an archive in a bucket against other processes of this machine; the bucket is free for others.

    Closing the file releases it. Raises ArchiveLocked, OSError.
    """
    if bucket := bucket_of(archive):
        bucket.make_folder()
    return _acquire_file(archive, now)


def _acquire_file(archive: Path, now: datetime) -> BinaryIO:
    _refuse_links(archive)
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    file = os.fdopen(os.open(archive / _NAME, flags, 0o666), "r+b", buffering=0)
    found = os.fstat(file.fileno())
    if not stat.S_ISREG(found.st_mode):
        file.close()
        raise OSError(errno.EINVAL, "a device or a pipe in the place of the lock file", str(archive / _NAME))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read(500).decode("utf-8", "replace").strip() or "another process"
        file.close()
        raise ArchiveLocked(
            f"{archive}: held by {holder}; wait until it ends, or name another --archive"
        ) from None
    if found.st_nlink == 1:  # a file with a second name may be somebody's: it is locked, and not changed
        holder = _holder(now) + "\n"
        try:
            with errors_name(archive / _NAME):
                file.truncate(0)
                file.write(holder.encode())
        except OSError:
            file.close()
            raise
    return file


def is_held(archive: Path) -> bool | None:
    """Whether the process that the lock file names is alive; None if nobody can tell from here, for example on another host.

    The lock itself is not tried: a crawl that starts at this moment would find it taken. Needs read permission only.
    """
    if bucket := bucket_of(archive):
        return is_leased(bucket.storage, LOCK)
    try:
        text = (archive / _NAME).read_text("utf-8", "replace")[:500]
    except FileNotFoundError:
        return False
    except OSError:
        return None
    found = _HOLDER.match(text)
    if found is None or found["host"] != platform.node():
        return None
    try:
        os.kill(int(found["pid"]), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # it is another user's
    try:
        since = datetime.strptime(found["since"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    started = _started_at(int(found["pid"]))
    return started is None or started <= since + _START_TOLERANCE


def _started_at(pid: int) -> datetime | None:
    """Return when a process started; None where the system does not tell (it has no /proc)."""
    try:
        ticks = int(Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19])
        boot = next(
            int(line.split()[1])
            for line in Path("/proc/stat").read_text("utf-8").splitlines()
            if line.startswith("btime ")
        )
    except (OSError, ValueError, IndexError, StopIteration):
        return None
    return datetime.fromtimestamp(boot + ticks / os.sysconf("SC_CLK_TCK"), UTC)


def _refuse_links(archive: Path) -> None:
    for name in _OWN:
        if (archive / name).is_symlink():
            reason = "a symbolic link, which the archive does not write through; put the file or folder itself there"
            raise OSError(errno.ELOOP, reason, str(archive / name))
