"""`Bucket`: an archive in a storage, with the folder of this machine where its files are worked on.

What is being written lies in the working folder: a run's open WARC file and its journal, parts of a pack or a merge, and the catalogue
and search index, which are derived. Everything else is in the storage alone. So a name says where a file is (`is_private`),
and no file has two places. A file gets from the folder into the storage by `rename`, whole, under a name that was free.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BufferedReader
from pathlib import Path
from typing import Any

from crawler.archive.storage import folder_files
from crawler.archive.storage.interface import Changed, Storage, Stored
from crawler.archive.storage.lease import Lease
from crawler.errors import ArchiveLocked

LOCK = ".lock"
_PRIVATE = re.compile(r"(?:catalogue|search)\.db.*|\..*|.*\.(?:open|acts)")
"""Last parts of the names of files that stay in the working folder."""
_FOLDERS = ("warc", "text", "anchors")
_MAX_ASKED_ONE_BY_ONE = 20
"""Names of one folder that are asked for, each by a request; then all of the folder's are listed."""
_PUTS_AT_ONCE = 8
_COPY_BYTES = 1 << 20


def is_private(name: str) -> bool:
    """Whether a file, by its name in the archive, is kept in the working folder and not in the storage."""
    return _PRIVATE.fullmatch(name.rpartition("/")[2]) is not None


class Bucket:
    """An archive in a storage. `folder`: the working folder of this machine, made when it is first needed.

    Names that were listed are remembered; `refresh` forgets them. The holder of the lease changes the archive alone, and
    keeps what is remembered up to date.
    """

    def __init__(self, storage: Storage, folder: Path) -> None:
        self.storage, self.folder = storage, folder
        self.lease: Lease | None = None
        self._listed: dict[str, dict[str, Stored]] = {}  # by top folder
        self._asked: dict[str, int] = {}
        self._chain: tuple[bytes, str | None] | None = None  # the file that is appended to, and its stamp

    @property
    def location(self) -> str:
        """The address, for people."""
        return self.storage.location

    def refresh(self) -> None:
        """Forget what was listed: another machine may have written since."""
        self._listed.clear()
        self._asked.clear()
        self._chain = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Open the storage anew in another process. The lease stays here."""
        return Bucket, (self.storage, self.folder)

    # -- reading ------------------------------------------------------------------------------------------

    def stat(self, name: str) -> Stored | None:
        """Return what is known of a file; None if there is none."""
        top, _, rest = name.partition("/")
        if name in _FOLDERS:
            return None
        if not rest or top not in _FOLDERS:
            return self.storage.stat(name)
        if top not in self._listed and self._asked.get(top, 0) < _MAX_ASKED_ONE_BY_ONE:
            self._asked[top] = self._asked.get(top, 0) + 1
            return self.storage.stat(name)
        return self._names_of(top).get(name)

    def names(self, folder: str) -> Iterator[str]:
        """Yield the names of the files in a folder and in those below it; empty: of the whole archive."""
        if not folder:
            yield from (each.name for each in self.storage.list() if not is_private(each.name))
            return
        for name in self._names_of(folder.partition("/")[0]):
            if name.startswith(f"{folder}/"):
                yield name

    def has_folder(self, name: str) -> bool:
        """Whether there is a file in a folder."""
        return next(self.names(name), None) is not None

    def open_read(self, name: str) -> BufferedReader:
        """Open a file of the storage for reading in any order."""
        return self.storage.open_read(name)

    def _names_of(self, top: str) -> dict[str, Stored]:
        if top not in self._listed:
            self._listed[top] = {each.name: each for each in self.storage.list(top)}
        return self._listed[top]

    # -- writing ------------------------------------------------------------------------------------------

    def write_all(self, files: Mapping[str, bytes], *, compare: bool) -> None:
        """Put files, in the place of what is there; leave those that are there already, as `folder_files.write_all` does."""
        self._check()
        private = {name: data for name, data in files.items() if is_private(name)}
        folder_files.make_folder(self.folder)
        folder_files.write_all(self.folder, private, compare=compare, durable=True)
        wanted = {name: data for name, data in files.items() if name not in private}
        if len(wanted) < 2:
            for name, data in wanted.items():
                self._put(name, data, compare)
            return
        with ThreadPoolExecutor(_PUTS_AT_ONCE, thread_name_prefix="puts") as threads:
            for done in [threads.submit(self._put, name, data, compare) for name, data in wanted.items()]:
                done.result()

    def _put(self, name: str, data: bytes, compare: bool) -> None:
        found = self.stat(name)
        if found is not None and found.size == len(data) and (not compare or self.storage.read(name) == data):
            return
        self._remember(self.storage.put(name, data))

    def upload(self, name: str, new_name: str) -> None:
        """Put a file of the working folder into the storage under a name that is free, or has the same bytes already."""
        self._check()
        source = self.folder / name
        try:
            self._remember(self.storage.put_new(new_name, source))
        except FileExistsError:
            if self._sha256(self.storage.open_read(new_name)) != self._sha256(source.open("rb")):
                reason = f"is there already with other bytes than {source} has; nothing was replaced"
                raise FileExistsError(errno.EEXIST, reason, f"{self.location}/{new_name}") from None
            self._remember(self.storage.stat(new_name))

    def rename(self, name: str, new_name: str) -> None:
        """Give a file its new name: from the working folder into the storage, or within one of them."""
        if is_private(new_name):
            folder_files.rename(self.folder, name, new_name)
        elif is_private(name):
            self.upload(name, new_name)
            folder_files.remove(self.folder, name)
        else:
            self._put(new_name, self.storage.read(name), compare=True)
            self.remove(name)

    def remove(self, name: str) -> None:
        """Remove a file; nothing if there is none."""
        if is_private(name):
            if self.folder.is_dir():
                folder_files.remove(self.folder, name)
            return
        self._check()
        self.storage.remove(name)
        self._listed.get(name.partition("/")[0], {}).pop(name, None)

    def append_line(self, name: str, line: bytes, previous: str) -> None:
        """Add a line, or several, to a file, if it is the one that the writer knows. `previous`: SHA-256 of its last line, in hex.

        Raises ArchiveLocked if another writer has added to it: that one holds the archive then.
        """
        self._check()
        held, stamp = self._chain or self._read_chain(name)
        last = held.removesuffix(b"\n").rpartition(b"\n")[2]
        data = held + line + b"\n"
        try:
            if held and hashlib.sha256(last).hexdigest() != previous:
                raise Changed(errno.ESTALE, "has another last line", name)
            stored = (
                self.storage.put_new(name, data)
                if stamp is None
                else self.storage.replace_if(name, data, stamp)
            )
        except (Changed, FileExistsError) as error:
            self._chain = None
            found, stamp = self._read_chain(name)
            if (
                found != data or stamp is None
            ):  # else a repeated request: the first one was answered by nobody
                raise ArchiveLocked(
                    f"{self.location}/{name}: another writer has added to it meanwhile; what this run has fetched is in"
                    f" {self.folder}, and the next run here enters it"
                ) from error
            self._chain = data, stamp
            return
        self._chain = data, stored.stamp

    def _read_chain(self, name: str) -> tuple[bytes, str | None]:
        found = self.storage.stat(name)
        if found is None:
            return b"", None
        data = self.storage.read(name)
        again = self.storage.stat(name)
        if again is None or again.stamp != found.stamp:
            raise Changed(errno.ESTALE, "was replaced while it was read", f"{self.location}/{name}")
        return data, found.stamp

    def _remember(self, stored: Stored | None) -> None:
        if stored is not None and (listed := self._listed.get(stored.name.partition("/")[0])) is not None:
            listed[stored.name] = stored

    def _check(self) -> None:
        if self.lease is not None:
            self.lease.check()

    def _sha256(self, file: BufferedReader) -> str:
        with file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    # -- the working folder -------------------------------------------------------------------------------

    def make_folder(self) -> None:
        """Make the working folder, for its owner alone: a catalogue shows what an archive has."""
        if not self.folder.is_dir():
            folder_files.make_folder(self.folder)
            os.chmod(self.folder, 0o700)
