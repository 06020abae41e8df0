"""What runs in the child process: limits on it, and a loop that does one job after the other.

Run as `python -m crawler.reading.child PARENT MEMORY_BYTES`. It imports little, so that it starts quickly.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import resource
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from crawler.errors import CrawlerError, Unread
from crawler.reading.frames import LIMITS_BYTES, NUMBER_BYTES, framed, length_of, limits_of

MAX_KEPT_BYTES = 512 * 1024 * 1024
"""A child that grew over this ends after its answer, so that the next page finds the memory that its limit promises."""

_PR_SET_PDEATHSIG = 1  # prctl(2)
_BYTES_PER_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # of getrusage(2)


def main() -> None:
    """Read jobs from stdin and write answers to stdout until the jobs end."""
    parent, memory_bytes = int(sys.argv[1]), int(sys.argv[2])
    for number in (signal.SIGINT, signal.SIGTERM):  # the parent handles them, and ends this process when done
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process, also while it is within the parser
    end_with(parent)
    limit_memory(memory_bytes)
    pipe, sys.stdout = sys.stdout, sys.stderr  # what a library prints must not come between the answers
    serve(sys.stdin.buffer, pipe.buffer, memory_bytes)


def end_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, where it can (Linux). Elsewhere the limit of time does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
            score.write("1000")  # if the whole machine is out of memory, this process goes first
    if os.getppid() != parent:  # it ended before
        os._exit(1)


def limit_memory(number: int) -> None:
    """Limit the address space of this process, and write no core file. Says so on stderr where the system cannot (macOS)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = number if hard == resource.RLIM_INFINITY else min(number, hard)
    try:
        if sys.platform == "darwin":
            raise OSError("macOS does not enforce RLIMIT_AS")
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    except (OSError, ValueError) as error:
        print(f"fazhi: pages are read without a limit on memory: {error}", file=sys.stderr)


def serve(jobs: BinaryIO, answers: BinaryIO, memory_bytes: int) -> None:
    """Do jobs until they end or this process has grown too large. A job over its processor time ends the process."""
    leaves = False
    while not leaves and (number := jobs.read(NUMBER_BYTES)):
        job = jobs.read(length_of(number)[0])
        limits = limits_of(job)
        signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds)
        with job_memory(limits.memory_bytes):
            answer = _answer(
                memoryview(job)[LIMITS_BYTES:], limits.memory_bytes or memory_bytes, limits.answer_bytes
            )
        leaves = size_bytes() > MAX_KEPT_BYTES
        answers.write(framed(answer, leaves=leaves))
        answers.flush()
    signal.setitimer(signal.ITIMER_PROF, 0)


def size_bytes() -> int:
    """Return the address space of this process; where the system does not tell (macOS), its greatest resident size.

    The latter would not do on Linux: it begins with that of the parent, at the moment of the fork.
    """
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGESIZE")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _BYTES_PER_RSS_UNIT


@contextmanager
def job_memory(number: int) -> Iterator[None]:
    """Limit the address space, for the block, to so many bytes more than there are now; 0: to what the process may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if not number or sys.platform == "darwin":
        yield
        return
    total = size_bytes() + number
    resource.setrlimit(
        resource.RLIMIT_AS, (total if soft == resource.RLIM_INFINITY else min(total, soft), hard)
    )
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _answer(job: memoryview, memory_bytes: int, answer_bytes: int) -> bytes:
    result: tuple[bool, object]
    try:
        work, args, named = pickle.loads(job)  # from our own parent
        answer = pickle.dumps((True, work(*args, **named)), pickle.HIGHEST_PROTOCOL)
        if len(answer) <= answer_bytes:
            return answer
        result = (False, Unread(None, f"what was read of it has over {answer_bytes} bytes"))
    except CrawlerError as error:
        result = (False, error)
    except MemoryError:
        result = (False, Unread(None, f"reading it takes more than {memory_bytes >> 20} MB of memory"))
    except Exception as error:  # noqa: BLE001  the parent raises it, whatever it is
        fault = RuntimeError(repr(error))
        fault.add_note(traceback.format_exc())
        result = (False, fault)
    return pickle.dumps(result, pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    main()
