"""Look ahead in a stream: begin work on items before their turn comes, within limits on their number and size."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

MAX_BYTES = 32 * 1024 * 1024
MAX_ITEMS = 1024


def look_ahead(
    items: Iterable[T],
    begin: Callable[[T], int],
    *,
    max_bytes: int = MAX_BYTES,
    max_items: int = MAX_ITEMS,
) -> Iterator[T]:
    """Yield the items in their order; call `begin` with each of them as many items earlier as the limits allow.

    `begin` returns how many bytes the item holds in memory until its turn. What the stream raises is raised in its place,
    after the items before it.
    """
    stream = iter(items)
    held: deque[tuple[T, int]] = deque()
    held_bytes = 0
    ended, failure = False, None
    while True:
        while not ended and (not held or (held_bytes < max_bytes and len(held) < max_items)):
            try:
                item = next(stream)
            except StopIteration:
                ended = True
            except Exception as error:  # noqa: BLE001  raised below, in its place
                ended, failure = True, error
            else:
                size = begin(item)
                held.append((item, size))
                held_bytes += size
        if not held:
            break
        item, size = held.popleft()
        held_bytes -= size
        yield item
    if failure is not None:
        raise failure
