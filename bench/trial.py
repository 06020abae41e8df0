"""Extract one mutant: how it ended, how long it took, and a digest of the whole Report."""

from __future__ import annotations

import hashlib
import time
from dataclasses import astuple, dataclass

from crawler.errors import NoBody, UnknownFormat, UnreadDocument
from crawler.extract import extract

KB = 1024
MIN_COUNTED_KB = 4  # a smaller page counts as one of this size, because every page has a constant cost
REPORT = "report"
_ALLOWED = (NoBody, UnknownFormat, UnreadDocument)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Result of a mutant. `ending` is REPORT, the name of an allowed error, or the message of a fault."""

    number: int
    size: int  # bytes
    seconds: float  # processor time
    ending: str
    fault: bool = False
    digest: str = ""

    @property
    def cost(self) -> float:
        """Seconds per KB."""
        return self.seconds / max(self.size / KB, MIN_COUNTED_KB)


def attempt(number: int, html: bytes) -> Trial:
    """Extract once. An exception that is not allowed is a fault of the mutant, and does not end the run."""
    # thread time, because process time is coarse while a process timer runs, as in workers.py
    begin = time.thread_time()
    ending, said, fault = REPORT, "", False
    try:
        report = extract(html)
    except _ALLOWED as error:
        ending = said = type(error).__name__
    except Exception as error:  # noqa: BLE001 - to find unexpected exceptions is the purpose of this
        ending, fault = f"{type(error).__name__}: {error}"[:200], True
    seconds = time.thread_time() - begin
    if ending is REPORT:
        said = repr(astuple(report))  # repr(report) would leave out the clues
    digest = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
    return Trial(number=number, size=len(html), seconds=seconds, ending=ending, fault=fault, digest=digest)


def best(trial: Trial, html: bytes, rounds: int) -> Trial:
    """Return the fastest of a trial and `rounds` more."""
    return min([trial, *(attempt(trial.number, html) for _ in range(rounds))], key=lambda one: one.seconds)
