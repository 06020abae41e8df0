"""Read the block behind a record's head, by the length that the head states, which is untrusted."""

from __future__ import annotations

import re
from typing import NamedTuple

from crawler.warc.foreign.window import Window

MAX_BLOCK_BYTES = 64 * 1024 * 1024  # a larger one is not a page
_LENGTH = re.compile(r"[0-9]{1,15}")


class NoBlock(NamedTuple):
    """Why a block cannot be read; see Fault."""

    reason: str
    is_damage: bool = True


def read_block(window: Window, length: str, *, name: str, is_answer: bool) -> bytes | NoBlock:
    """Return the block at the window's start, or the reason why it cannot be read. Moves the window to the next record.

    `name`: of the length's field. A block over MAX_BLOCK_BYTES is passed over: that is a fault if it is an answer, else empty.
    """
    if not _LENGTH.fullmatch(length):
        window.to_next_record()
        return NoBlock(f"its {name} {length[:20]!r} is not a number" if length else f"it has no {name}")
    size = int(length)
    if not window.may_hold(size):
        window.to_next_record()
        return NoBlock(f"is cut off, or its {name} {size} is wrong")
    if size > MAX_BLOCK_BYTES:
        is_whole = window.skip(size)
        reason = f"its block of {size} bytes is over {MAX_BLOCK_BYTES}"
        return NoBlock(reason, is_damage=not is_whole) if is_answer else b""
    if not window.fill(size):
        there = len(window.buffer)
        window.to_next_record()
        return NoBlock(f"is cut off: {there} of its {size} bytes are there")
    if not _ends(window, size):
        window.to_next_record()
        return NoBlock(f"its {name} is not the length of its block")
    block = bytes(window.buffer[:size])
    window.drop(size)
    return block


def _ends(window: Window, size: int) -> bool:
    """Whether a block may end after so many bytes: a line end follows, another record, or nothing."""
    window.fill(size + 1)
    if bytes(window.buffer[size : size + 1]) in (b"", b"\r", b"\n"):
        return True
    window.fill(size + window.syntax.start_bytes)
    following = window.buffer[size : size + window.syntax.start_bytes]
    at_line = not window.syntax.is_line or window.buffer[size - 1 : size] == b"\n"
    return at_line and window.syntax.begins(following)
