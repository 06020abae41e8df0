"""The form of a message between the two processes: a number, then a pickle. Both ends are this program.

The number is twice the message's length, and one more in the answer after which the child ends: it does no further job.
The message of a job begins with its processor time in milliseconds.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from typing import Any

NUMBER_BYTES = 8

MAX_ANSWER_BYTES = 256 * 1024 * 1024
"""Of one answer, pickled. The report on a page of 32 MB is below a third of it."""


def framed(message: bytes, *, leaves: bool = False) -> bytes:
    """Return a message after its number."""
    return (2 * len(message) + leaves).to_bytes(NUMBER_BYTES) + message


def length_of(number: bytes | bytearray) -> tuple[int, bool]:
    """Return the length of the message after a number, and whether the child ends after it."""
    length, leaves = divmod(int.from_bytes(number), 2)
    return length, bool(leaves)


def framed_job(
    work: Callable[..., object], args: tuple[Any, ...], named: Mapping[str, Any], cpu_seconds: float
) -> bytes:
    """Return the frame of a job."""
    milliseconds = round(1000 * cpu_seconds).to_bytes(NUMBER_BYTES)
    return framed(milliseconds + pickle.dumps((work, args, named), pickle.HIGHEST_PROTOCOL))


def cpu_seconds_of(job: bytes) -> float:
    """Return the processor time that the message of a job states."""
    return int.from_bytes(job[:NUMBER_BYTES]) / 1000


def value_of(answer: bytes) -> Any:
    """Return or raise what the job returned or raised."""
    succeeded, value = pickle.loads(answer)  # from our own child
    if not succeeded:
        raise value
    return value
