"""Values that many pages need and that take long, such as the coverage of the whole archive, kept until the archive changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from crawler.web.headers import SHORT_SECONDS

Value = TypeVar("Value")
MAX_VALUES = 16
COSTS_KEPT = 20
"""While the archive changes all the time, a value is made again at most for one twentieth of the time."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A value, of which state of the archive it is, when it was made (time.monotonic), and for how long it is shown after a change."""

    value: Any
    state: Hashable
    made_at: float
    shown_seconds: float


class Memory:
    """The MAX_VALUES values that were last asked for, by key. One is made again once the archive has changed: at once if it is quick to make.

    A value that took long is shown for COSTS_KEPT times as long after it was made, but no longer than SHORT_SECONDS. One for
    which that is the limit is also shown while a thread makes it again, to all others.

    Threads that want a value for the first time wait for the one that makes it. `seconds`: how long the making of a value for
    all visitors may take; None: without a limit.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = seconds
        self._values: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def value(
        self,
        key: Hashable,
        state: Hashable,
        make: Callable[[], Value],
        outdated: Callable[[], None] = lambda: None,
    ) -> Value:
        """Return the value of a key. `state`: of the archive; `make`: makes the value; `outdated`: called if it is of an earlier state."""
        with self._lock:
            making = self._locks.setdefault(key, threading.Lock())
            before = self._values.get(key)
        takes_long = before is not None and before.shown_seconds == SHORT_SECONDS
        if making.acquire(blocking=not takes_long):
            try:
                kept = self._current(key, state) or self._made(key, state, make)
            finally:
                making.release()
        else:
            assert before is not None
            kept = before
        if kept.state != state:
            outdated()
        return kept.value  # type: ignore[no-any-return]

    def _current(self, key: Hashable, state: Hashable) -> _Kept | None:
        """Return what is kept, if it can be shown."""
        with self._lock:
            kept = self._values.get(key)
            if kept is None or (kept.state != state and monotonic() - kept.made_at >= kept.shown_seconds):
                return None
            self._values.move_to_end(key)
            return kept

    def _made(self, key: Hashable, state: Hashable, make: Callable[[], object]) -> _Kept:
        began = monotonic()
        value = make()
        ended = monotonic()
        made = _Kept(value, state, ended, min(SHORT_SECONDS, COSTS_KEPT * (ended - began)))
        with self._lock:
            self._values[key] = made
            self._values.move_to_end(key)
            while len(self._values) > MAX_VALUES:
                gone, _ = self._values.popitem(last=False)
                self._locks.pop(gone, None)
        return made
