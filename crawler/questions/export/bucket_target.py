"""Deliveries that go to a bucket: made in the working folder of this machine, put into the bucket, and listed there at last.

A kill before the list leaves objects that no list names; the next export that makes the same delivery uses them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crawler.archive.storage import folder_files
from crawler.archive.storage.bucket import Bucket
from crawler.archive.storage.bucket_path import path_of
from crawler.archive.storage.interface import Changed
from crawler.errors import ArchiveLocked, ConfigError
from crawler.questions.export.target import ARTIFACTS, INDEX, Target, open_target


class BucketTarget(Target):
    """A prefix of a bucket with deliveries. `stamp`: of the list in it; None if there is none yet."""

    def __init__(self, local: Target, bucket: Bucket, stamp: str | None) -> None:
        super().__init__(local.path, local.deliveries)
        self._bucket, self._stamp = bucket, stamp

    def place(self, version: str) -> Path:
        """Return the address of a delivery."""
        return path_of(self._bucket) / ARTIFACTS / version

    def earlier(self, version: str, name: str) -> Path:
        """Fetch a file of an earlier delivery, and return where it is now."""
        local, remote = self.folder(version) / name, f"{ARTIFACTS}/{version}/{name}"
        if not local.is_file() and self._bucket.storage.stat(remote) is not None:
            fetched = self.scratch / f"earlier-{name}"
            with self._bucket.storage.open_read(remote) as source, fetched.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            return fetched
        return local

    def publish(self, version: str, entry: dict[str, Any]) -> None:
        """Put the new delivery into the bucket, then list it there. Raises ArchiveLocked if another export has listed one."""
        for file in sorted(each for each in self.new.rglob("*") if each.is_file()):
            name = f"{ARTIFACTS}/{version}/{file.relative_to(self.new).as_posix()}"
            try:
                self._bucket.storage.put_new(name, file)
            except FileExistsError:
                found = self._bucket.storage.stat(name)
                if found is None or found.size != file.stat().st_size:
                    raise
        deliveries = [*self.deliveries, entry]
        data = self.index_of(deliveries)
        try:
            if self._stamp is None:
                self._bucket.storage.put_new(INDEX, data)
            else:
                self._bucket.storage.replace_if(INDEX, data, self._stamp)
        except (Changed, FileExistsError) as error:
            raise ArchiveLocked(f"{self._bucket.location}: another export writes to it") from error
        self.deliveries = deliveries
        self.discard()


@contextmanager
def open_bucket(bucket: Bucket, archive: Path) -> Iterator[BucketTarget]:
    """Open a prefix of a bucket for deliveries.

    Raises ConfigError for one within the archive or around it, or with other files; ArchiveLocked if another export of this
    machine writes to it; OSError.
    """
    place, source = f"{bucket.location}/", f"{archive}/"
    if place.startswith(source) or source.startswith(place):
        raise ConfigError(
            f"{bucket.location}: is within the archive {archive}, or around it; give a prefix of its own for deliveries"
        )
    found = bucket.storage.stat(INDEX)
    if found is None and any(not each.name.startswith(f"{ARTIFACTS}/") for each in bucket.storage.list()):
        raise ConfigError(
            f"{bucket.location}: is not empty and has no {INDEX} of an export; give another prefix"
        )
    bucket.make_folder()
    folder_files.remove(bucket.folder, INDEX)
    if found is not None:
        folder_files.write_all(bucket.folder, {INDEX: bucket.storage.read(INDEX)})
    with open_target(bucket.folder, archive) as local:
        yield BucketTarget(local, bucket, found.stamp if found else None)
