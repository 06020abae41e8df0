"""The form of a message between the two processes: a number, then a pickle. Both ends are this program.

The number is twice the message's length, and one more in the answer after which the child ends: it does no further job.
The message of a job begins with its limits, see `JobLimits`.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

NUMBER_BYTES = 8

MAX_ANSWER_BYTES = 256 * 1024 * 1024
"""Of one answer, pickled. The report on a page of 32 MB is below a third of it."""


class JobLimits(NamedTuple):
    """Limits of one job. `memory_bytes`: beyond what the child has when it begins; 0: as much as the child may have."""

    cpu_seconds: float
    memory_bytes: int = 0
    answer_bytes: int = MAX_ANSWER_BYTES

    def packed(self) -> bytes:
        """Return the limits as the beginning of a message; the processor time in milliseconds."""
        return _LIMITS.pack(round(1000 * self.cpu_seconds), self.memory_bytes, self.answer_bytes)


_LIMITS = struct.Struct(">QQQ")
LIMITS_BYTES = _LIMITS.size


def framed(message: bytes, *, leaves: bool = False) -> bytes:
    """Return a message after its number."""
    return (2 * len(message) + leaves).to_bytes(NUMBER_BYTES) + message


def length_of(number: bytes | bytearray) -> tuple[int, bool]:
    """Return the length of the message after a number, and whether the child ends after it."""
    length, leaves = divmod(int.from_bytes(number), 2)
    return length, bool(leaves)


def framed_job(
    work: Callable[..., object], args: tuple[Any, ...], named: Mapping[str, Any], limits: JobLimits
) -> bytes:
    """Return the frame of a job."""
    return framed(limits.packed() + pickle.dumps((work, args, named), pickle.HIGHEST_PROTOCOL))


def limits_of(job: bytes) -> JobLimits:
    """Return the limits that the message of a job states."""
    milliseconds, memory_bytes, answer_bytes = _LIMITS.unpack(job[:LIMITS_BYTES])
    return JobLimits(milliseconds / 1000, memory_bytes, answer_bytes)


def value_of(answer: bytes) -> Any:
    """Return or raise what the job returned or raised."""
    succeeded, value = pickle.loads(answer)  # from our own child
    if not succeeded:
        raise value
    return value
