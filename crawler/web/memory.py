"""Values that many pages need and that take long, such as the coverage of the whole archive, kept until the archive changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from time import monotonic
from typing import Any, TypeVar

from crawler.web.headers import SHORT_SECONDS

Value = TypeVar("Value")
MAX_VALUES = 16
COSTS_KEPT = 20
"""While the archive changes all the time, a value is made again at most for one twentieth of the time."""


class Memory:
    """The MAX_VALUES values that were last asked for, by key. One is made again once the archive has changed: at once if it is quick to make.

    A value that took long is shown for COSTS_KEPT times as long after it was made, but no longer than SHORT_SECONDS.

    Threads that want the same value wait for the one that makes it.
    """

    def __init__(self) -> None:
        self._values: OrderedDict[Hashable, tuple[Hashable, float, float, Any]] = OrderedDict()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def value(self, key: Hashable, state: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of a key. `state`: of the archive; `make`: makes the value."""
        with self._lock:
            making = self._locks.setdefault(key, threading.Lock())
        with making:
            kept = self._values.get(key)
            if kept is not None and (kept[0] == state or monotonic() - kept[1] < kept[2]):
                with self._lock:
                    if key in self._values:
                        self._values.move_to_end(key)
                return kept[3]  # type: ignore[no-any-return]
            began = monotonic()
            made = make()
            ended = monotonic()
            with self._lock:
                self._values[key] = (state, ended, min(SHORT_SECONDS, COSTS_KEPT * (ended - began)), made)
                self._values.move_to_end(key)
                while len(self._values) > MAX_VALUES:
                    gone, _ = self._values.popitem(last=False)
                    self._locks.pop(gone, None)
            return made
