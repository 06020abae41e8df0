"""The line of progress of a crawl: sites done of how many, requests a second, time left, trouble so far.

`Progress` counts what it is told, which costs next to nothing; the line is made a few times a second, when it is drawn.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.text import Text

from crawler.field.text import visible_line
from crawler.language import translate

REDRAWS_PER_SECOND = 4
RATE_WINDOW_SECONDS = 10.0
"""Requests a second are those of the last seconds: a mean since the start would not show that a crawl stands still."""

MIN_ESTIMATE_SECONDS = 5.0
"""Before that, the time left is not estimated."""


@dataclass(slots=True, kw_only=True)
class Progress:
    """Counts of a running crawl. `requests`: returns the number of requests so far. `clock`: seconds, never going back."""

    sites: int  # to be visited
    requests: Callable[[], int]
    max_seconds: float | None = None  # the crawl ends after that
    clock: Callable[[], float] = time.monotonic
    done: int = 0  # sites
    new: int = 0  # reports
    revised: int = 0  # reports with a new version
    troubled: set[str] = field(default_factory=set)  # ids of sites
    url: str = ""  # of the last outcome
    _began: float = field(init=False)
    _samples: deque[tuple[float, int]] = field(init=False)  # time, requests

    def __post_init__(self) -> None:
        self._began = self.clock()
        self._samples = deque([(self._began, 0)])

    def leave_out(self, *, visited: bool = False) -> None:
        """Do not count a site. `visited`: it was, or will be, counted as done all the same."""
        self.sites -= 1
        self.done -= visited

    def line(self) -> str:
        """Return the line as of now, what matters most first: a narrow terminal shows its beginning."""
        now = self.clock()
        parts = [
            f"{self.done} of 1 site" if self.sites == 1 else f"{self.done:,} of {self.sites:,} sites",
            f"{self._rate(now):.1f} requests/s",
            *self._left(now),
            f"trouble at {len(self.troubled):,}" if self.troubled else "no trouble",
        ]
        if self.new:
            parts.append(f"{self.new:,} new")
        if self.revised:
            parts.append(f"{self.revised:,} revised")
        return visible_line(" · ".join([*map(translate, parts), self.url]))

    def text(self) -> Text:
        """Return the line for rich: one line, cut where the terminal ends."""
        return Text(self.line(), no_wrap=True, overflow="ellipsis")

    def _rate(self, now: float) -> float:
        samples = self._samples
        samples.append((now, self.requests()))
        while len(samples) > 2 and samples[1][0] <= now - RATE_WINDOW_SECONDS:
            samples.popleft()
        (first, before), (last, after) = samples[0], samples[-1]
        return (after - before) / (last - first) if last > first else 0.0

    def _left(self, now: float) -> list[str]:
        """Return the time left, from the sites done so far; where the crawl has a time limit, no more than that."""
        passed = now - self._began
        limit = None if self.max_seconds is None else max(self.max_seconds - passed, 0.0)
        if self.done and passed >= MIN_ESTIMATE_SECONDS:
            estimate = passed * max(self.sites - self.done, 0) / self.done
            if limit is None or estimate <= limit:
                return [f"about {duration(estimate)} left"]
        return [] if limit is None else [f"at most {duration(limit)} left"]


def duration(seconds: float) -> str:
    """Return a time as people say it, in two units at most: 40 s, 12 min, 3 h 20 min."""
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
