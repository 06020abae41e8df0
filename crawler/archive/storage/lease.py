"""`Lease`: the lock of an archive in a storage. One writer holds it, for a minute at a time, and renews it.

It is a small object, put with `If-None-Match: *` and then only replaced with `If-Match`. A holder that dies leaves it; after its
time, another writer takes it over, and the first finds that out before it writes again. The chain's own condition stands
behind it: even two who both think that they hold it cannot both add a line.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from crawler.archive.storage.interface import Changed, Storage, Stored
from crawler.archive.storage.store_errors import NOT_CONDITIONAL
from crawler.errors import ArchiveDamaged, ArchiveLocked

SECONDS = 60.0
"""For how long a lease is good after it was renewed. The clocks of two machines may differ by less."""
_MAX_ATTEMPTS = 5  # at a lease that others take or release meanwhile


class Lease:
    """A lease that is held. A thread renews it until `release`."""

    def __init__(self, storage: Storage, name: str, holder: str, seconds: float = SECONDS) -> None:
        """Take the lease. `holder`: for people, such as `process 12 on host since …`.

        Raises ArchiveLocked if another one holds it, ArchiveDamaged if the store does not keep to conditions, OSError.
        """
        self._storage, self._name, self._seconds = storage, name, seconds
        self._facts = {"holder": holder, "token": uuid4().hex, "seconds": seconds}
        self._guard = threading.Lock()
        self._stored = self._take()
        self._good_until = _seconds_since_boot() + seconds
        self._lost = ""
        self._require_conditions()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise ArchiveLocked if the lease was lost: another writer holds the archive. Call this before each write."""
        if not self._lost and _seconds_since_boot() > self._good_until:
            self._renew()  # the process was stopped, or the store out of reach
            if not self._lost and _seconds_since_boot() > self._good_until:
                self._lost = "could not be renewed in time"
        if self._lost:
            raise ArchiveLocked(
                f"{self._storage.location}: this process was away from the store for too long, and its lock {self._lost};"
                " the next run goes on with what it has fetched"
            )

    def release(self) -> None:
        """Give the lease back, so that the next writer need not wait."""
        self._ended.set()
        self._thread.join()
        if not self._lost:
            with suppress(OSError):  # it ends by itself
                self._storage.replace_if(self._name, self._content(released=True), self._stored.stamp)

    def _take(self) -> Stored:
        for _ in range(_MAX_ATTEMPTS):
            found = self._storage.stat(self._name)
            try:
                if found is None:
                    return self._storage.put_new(self._name, self._content())
                raise_if_held(self._storage, self._name, found)
                return self._storage.replace_if(self._name, self._content(), found.stamp)
            except (Changed, FileExistsError):
                again = self._storage.stat(self._name)  # a request that was repeated finds its own lease
                if again is not None and self._storage.read(self._name) == self._content():
                    return again
        raise ArchiveLocked(
            f"{self._storage.location}: other writers take and leave it all the time; try again, or name another --archive"
        )

    def _require_conditions(self) -> None:
        """Raise ArchiveDamaged if the store does what a condition forbids. What it writes then is our own lease."""
        place = f"{self._storage.location}/{self._name}"
        try:
            self._storage.put_new(self._name, self._content())
        except FileExistsError:
            pass
        else:
            raise ArchiveDamaged(f"{place}: {NOT_CONDITIONAL}")
        version = self._stored.stamp.partition("\t")[2]
        try:
            self._storage.replace_if(self._name, self._content(), '"0"\t1' if version else '"0"')
        except (Changed, FileNotFoundError):
            return
        raise ArchiveDamaged(f"{place}: {NOT_CONDITIONAL}")

    def _keep(self) -> None:
        while not self._ended.wait(self._seconds / 3):
            self._renew()

    def _renew(self) -> None:
        with self._guard:
            if self._lost or self._ended.is_set():
                return
            begun = _seconds_since_boot()
            try:
                self._stored = self._storage.replace_if(self._name, self._content(), self._stored.stamp)
            except (Changed, FileNotFoundError):
                try:
                    found = self._storage.stat(self._name)
                    ours = found is not None and self._storage.read(self._name) == self._content()
                except OSError:
                    return
                if not ours or found is None:
                    self._lost = "was taken over by another writer"
                    return
                self._stored = found
            except OSError:
                return  # tried again, until its time is over
            self._good_until = begun + self._seconds

    def _content(self, *, released: bool = False) -> bytes:
        return json.dumps(self._facts | {"released": released}).encode()


def raise_if_held(
    storage: Storage, name: str, found: Stored, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Raise ArchiveLocked if a lease is good. One that cannot be read counts as held for SECONDS."""
    facts = _facts(storage, name)
    if facts.get("released") is True:
        return
    seconds = facts.get("seconds")
    seconds = float(seconds) if isinstance(seconds, int | float) and 0 < seconds < 86_400 else SECONDS
    if now() < found.modified + timedelta(seconds=seconds):
        holder = str(facts.get("holder") or "another process")[:300]
        raise ArchiveLocked(
            f"{storage.location}: held by {holder}; wait until it ends, or name another --archive"
        )


def is_leased(storage: Storage, name: str) -> bool | None:
    """Whether a lease is held; None if the store does not tell."""
    try:
        if (found := storage.stat(name)) is None:
            return False
        raise_if_held(storage, name, found)
    except ArchiveLocked:
        return True
    except OSError:
        return None
    return False


def _facts(storage: Storage, name: str) -> dict[str, Any]:
    try:
        found = json.loads(storage.read(name))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _seconds_since_boot() -> float:
    """Return seconds of a clock that goes on while the machine sleeps, and that nobody sets."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
