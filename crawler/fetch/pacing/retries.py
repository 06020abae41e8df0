"""Which failures are worth a second attempt, how many, after how long. Waits grow and are spread by jitter."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import tenacity

from crawler.errors import FetchError, LeftAlone
from crawler.fetch.pacing.polite import Monotonic, Sleep
from crawler.model import Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """For one kind of failure."""

    attempts: int  # that fail in this way, before it is taken for the server's last word
    first: float  # seconds before the second attempt; doubled each time
    longest: float  # seconds

    def wait(self, state: tenacity.RetryCallState) -> float:
        """Seconds before the next attempt, half of `first` being left to chance."""
        spread = tenacity.wait_exponential_jitter(
            multiplier=self.first, max=self.longest, jitter=self.first / 2
        )
        return spread(state)


POLICIES = {
    "dns": Policy(attempts=2, first=2.0, longest=10.0),
    "connect": Policy(attempts=3, first=2.0, longest=30.0),
    "timeout": Policy(attempts=2, first=5.0, longest=30.0),  # each attempt has cost its time already
    "reset": Policy(attempts=3, first=1.0, longest=15.0),
    "short": Policy(attempts=3, first=1.0, longest=15.0),
    "server": Policy(attempts=3, first=5.0, longest=60.0),
    "busy": Policy(attempts=3, first=10.0, longest=120.0),
}
"""By kind of failure. A kind that is not here is not tried again: 403, 404 and 410 among them."""

MOST_ATTEMPTS = 5
"""At one address, however many kinds of failure they end in."""

Work = Callable[[], Awaitable[Capture]]
Retried = Callable[[], None]


class Patience:
    """Tries again, by the policies, as long as a source has not used up its `budget` of seconds in this crawl."""

    def __init__(self, *, budget: float, sleep: Sleep, monotonic: Monotonic = time.monotonic) -> None:
        self._budget = budget
        self._sleep = sleep
        self._monotonic = monotonic
        self._spent: defaultdict[str, float] = defaultdict(float)  # seconds, by source

    async def attempt(self, work: Work, *, source: str, retried: Retried) -> Capture:
        """What `work` gives at last. Raises its FetchError, which says how often it was tried.

        `retried` is called before each attempt after the first.
        """
        trying = _Trying(work, self._monotonic)

        def stop(state: tenacity.RetryCallState) -> bool:
            kind = _error(state).kind
            used_up = self._spent[source] >= self._budget or trying.attempts >= MOST_ATTEMPTS
            return trying.left_alone or used_up or trying.failures[kind] >= POLICIES[kind].attempts

        def note(state: tenacity.RetryCallState) -> None:
            self._spent[source] += (state.upcoming_sleep or 0.0) + self._monotonic() - trying.began
            retried()

        retrying = tenacity.AsyncRetrying(
            stop=stop,
            wait=_wait,
            retry=tenacity.retry_if_exception(_worth_another),
            before_sleep=note,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return await retrying(trying.once)
        except FetchError as error:
            raise error.after(trying.attempts) from error


class _Trying:
    """The attempts at one address."""

    def __init__(self, work: Work, monotonic: Monotonic) -> None:
        self._work = work
        self._monotonic = monotonic
        self._error: FetchError | None = None  # of the attempt before
        self.began = 0.0
        self.failures: Counter[str] = Counter()  # by kind
        self.left_alone = False

    @property
    def attempts(self) -> int:
        """How many have failed."""
        return self.failures.total()

    async def once(self) -> Capture:
        """One attempt. Where the host has come to be left alone meanwhile, the error is the one that led to this."""
        self.began = self._monotonic()
        try:
            capture = await self._work()
        except LeftAlone as error:
            self.left_alone = True
            raise self._error or error from error
        except FetchError as error:
            self._error = error
            self.failures[error.kind] += 1
            raise
        return capture


def _wait(state: tenacity.RetryCallState) -> float:
    """By the policy; for a Retry-After all requests to the server wait, not this one alone: see polite."""
    error = _error(state)
    return 0.0 if error.retry_after is not None else POLICIES[error.kind].wait(state)


def _error(state: tenacity.RetryCallState) -> FetchError:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, FetchError)
    return error


def _worth_another(error: BaseException) -> bool:
    return isinstance(error, FetchError) and error.retry and error.kind in POLICIES
