"""Measure the peak memory of a call on one page, in a process of its own, without timing. Resident memory needs Linux.

There are two measures. Resident memory is what a machine must have, but it is coarse on small pages, because memory that
the process already has is used first. tracemalloc counts all memory allocated through Python, which includes lexbor in
selectolax, but not lxml or resiliparse.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import multiprocessing
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from bench.extractors import EXTRACTORS, Call, decoded
from bench.measure import attempt
from bench.pages import Page

KB, MB = 1024, 1024 * 1024
SIZES = {"45 KB": 45 * KB, "1 MB": MB, "10 MB": 10 * MB, "30 MB": 30 * MB}
_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"  # proc(5): resets the peak resident set size
Measure = Callable[[Call, bytes], int | None]


def resident(call: Call, html: bytes) -> int | None:
    """Return the bytes by which resident memory grows at its peak; None where the system does not report it."""
    if not (_STATUS.exists() and _CLEAR.exists()):
        return None
    gc.collect()
    _give_back()
    _CLEAR.write_text(_RESET_PEAK)
    before = _status("VmRSS")
    attempt(call, html)
    return max(_status("VmHWM") - before, 0)


def _give_back() -> None:
    """Return freed memory to the system, so that a call must allocate it again. Possible with glibc only."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


def _status(key: str) -> int:
    (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith(key + ":"))
    return int(line.split()[1]) * KB


def traced(call: Call, html: bytes) -> int | None:
    """Return the peak of the bytes allocated by Python's allocators."""
    tracemalloc.start()
    try:
        attempt(call, html)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


MEASURES: dict[str, Measure] = {"resident": resident, "tracemalloc": traced}


def peak(name: str, html: bytes, measure: Measure, *, warm_up: bytes) -> float | None:
    """Return the peak memory of a call, after a warm-up call, as a multiple of the page's size.

    None if it cannot be measured, or if the process died.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
        try:
            found = pool.submit(_probe, name, html, warm_up, measure).result()
        except BrokenProcessPool:
            return None
    return None if found is None else found / len(html)


def _probe(name: str, html: bytes, warm_up: bytes, measure: Measure) -> int | None:
    logging.disable(logging.CRITICAL)
    call = EXTRACTORS[name].load()
    attempt(call, warm_up)  # what is loaded once, such as tables of names, must not count
    return measure(call, html)


def many_pages(pages: Sequence[Page], size: int) -> bytes:
    """Return about `size` bytes of markup: many pages one after another, without a repeated sentence."""
    return _joined((decoded(page.html) for page in pages), size)


def one_article(pages: Sequence[Page], size: int) -> bytes:
    """Return a page of about `size` bytes that is one long article, without a repeated sentence."""
    head = "<html><title>题目</title><body><h1>题目</h1><div>"
    paragraphs = (f"<p>{line}</p>\n" for page in pages for line in page.gold.body.split("\n"))
    return _joined([head, *paragraphs], size)


def _joined(pieces: Iterable[str], size: int) -> bytes:
    once = list(pieces)
    out = bytearray()
    turn = 0
    while len(out) < size:
        out += "".join(piece.replace("。", f"{turn}。") for piece in once).encode("utf-8", "replace")
        turn += 1
    return bytes(out[:size])


SHAPES: dict[str, Callable[[Sequence[Page], int], bytes]] = {
    "many pages in one": many_pages,
    "one long article": one_article,
}
