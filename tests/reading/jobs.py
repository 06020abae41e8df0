"""Jobs for a child that reads pages: each does one thing that a page might make a parser do."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from crawler.discover import discover
from crawler.extract import extract
from crawler.model import Headers, Listing, Report

MB = 1 << 20


def where() -> int:
    """Return the process that runs the job."""
    return os.getpid()


def crash() -> None:
    """End the process as a fault of memory does."""
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    """End the process with an exit code."""
    os._exit(3)


def wait() -> None:
    """Wait without using the processor."""
    time.sleep(600)


def spin(begun: str = "") -> None:
    """Use the processor without end, in C code. `begun`: a file that is made first."""
    if begun:
        Path(begun).touch()
    sum(range(10**15))


def internal_error() -> None:
    """Raise what no page should."""
    raise KeyError("a bug")


_HELD: list[bytes] = []


def hold(megabytes: int) -> int:
    """Take memory, and do not give it back."""
    _HELD.append(b"x" * (megabytes * MB))
    return len(_HELD[-1])


def fill(megabytes: int) -> int:
    """Take so much memory, and return its size."""
    return len(bytearray(megabytes * MB))


def large_answer(megabytes: int) -> bytes:
    """Return so many bytes."""
    return bytes(megabytes * MB)


def descriptors() -> list[str]:
    """Return what the open file descriptors of the process are, but for the one that lists them."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{name}"))
        except OSError:
            continue
    return found


def priority() -> tuple[str, int]:
    """Return how soon the kernel ends the process when memory is short, and the limit of core files."""
    import resource

    return Path("/proc/self/oom_score_adj").read_text().strip(), resource.getrlimit(resource.RLIMIT_CORE)[0]


def discover_with_a_bug(body: bytes, headers: Headers, url: str, **more: Any) -> Listing:
    """Read a list, but raise what no page should where the address says so."""
    if "broken" in url:
        raise RuntimeError("a bug")
    return discover(body, headers, url, **more)


def extract_with_a_bug(bad: str, body: bytes, headers: Headers, url: str, **more: Any) -> Report:
    """Read a report, but raise what no page should at one address."""
    if url == bad:
        raise RuntimeError("a bug")
    return extract(body, headers, url, **more)


def extract_that_hangs(bad: str, body: bytes, headers: Headers, url: str, **more: Any) -> Report:
    """Read a report, but without end at one address."""
    if url == bad:
        spin()
    return extract(body, headers, url, **more)


def extract_that_crashes(word: bytes, body: bytes, *args: Any, **more: Any) -> Report:
    """Read a report, but crash if a word is on the page."""
    if word in body:
        crash()
    return extract(body, *args, **more)


def fill_for(body: bytes, megabytes: int) -> int:
    """Take so much memory for a page or a document, and return its size."""
    return fill(megabytes)


def end_once(url: str, mark: str, number: int) -> int:
    """End the process by a signal, unless the file `mark` is there, which is made first. Return the process."""
    if not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), number)
    return os.getpid()
