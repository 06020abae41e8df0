"""Read a body piece by piece, within limits on its size, its rate and the number of its pieces.

`record` calls it and archives what has come, whole or not.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from crawler.errors import Malformed, TooLarge, Unreachable
from crawler.fetch.limits import Limits

_PIECES_PER_TURN = 500
"""Pieces read before other tasks have a turn: a piece that is in the buffer already is read without waiting."""


async def read_pieces(
    pieces: AsyncIterator[bytes],
    into: bytearray,
    *,
    url: str,
    limits: Limits,
    monotonic: Callable[[], float],
) -> None:
    """Append all pieces of a body to `into`.

    Raises TooLarge over `limits.body` bytes, Unreachable (timeout) below `limits.min_rate` bytes a second over
    `limits.rate_window` seconds, and Malformed for very many pieces of a few bytes.
    """
    window_start, window_bytes, count = monotonic(), 0, 0
    async for piece in pieces:
        into += piece
        count += 1
        if len(into) > limits.body:
            raise TooLarge(url, f"body over {limits.body} bytes")
        if count > limits.tiny_pieces and len(into) < count * limits.min_piece:
            raise Malformed(
                url, f"its body comes in {count} pieces of {len(into) / count:.0f} bytes on average"
            )
        took = monotonic() - window_start
        if took >= limits.rate_window:
            if len(into) - window_bytes < limits.min_rate * took:
                raise Unreachable(url, f"slower than {limits.min_rate:g} bytes a second", kind="timeout")
            window_start, window_bytes = monotonic(), len(into)
        if count % _PIECES_PER_TURN == 0:
            await asyncio.sleep(0)
