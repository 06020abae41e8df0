"""Answers kept for a minute: what many pages need and takes long, such as the coverage of the whole archive."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from time import monotonic
from typing import Any, TypeVar

from crawler.web.headers import SHORT_SECONDS

Value = TypeVar("Value")
MAX_VALUES = 16


class Memory:
    """A few values by key. One is made again once the archive has changed and the value is older than SHORT_SECONDS.

    Threads that want the same value wait for the one that makes it.
    """

    def __init__(self) -> None:
        self._values: OrderedDict[Hashable, tuple[Hashable, float, Any]] = OrderedDict()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def value(self, key: Hashable, state: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of a key. `state`: of the archive; `make`: makes the value."""
        with self._lock:
            making = self._locks.setdefault(key, threading.Lock())
        with making:
            kept = self._values.get(key)
            if kept is not None and (kept[0] == state or monotonic() - kept[1] < SHORT_SECONDS):
                return kept[2]  # type: ignore[no-any-return]
            made = make()
            with self._lock:
                self._values[key] = (state, monotonic(), made)
                self._values.move_to_end(key)
                while len(self._values) > MAX_VALUES:
                    gone, _ = self._values.popitem(last=False)
                    self._locks.pop(gone, None)
            return made
