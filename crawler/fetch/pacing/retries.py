"""Retry failed fetches: which kinds of failure, how often, after how long. Waits grow exponentially, with jitter.

A host that keeps failing is skipped by `circuit_breaker`; the gap between any two requests is kept by `polite`.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import tenacity

from crawler.errors import FetchError, LeftAlone, ProxyGivenUp
from crawler.fetch.pacing.polite import Monotonic, Sleep
from crawler.model import Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Attempts and waits for one kind of failure."""

    attempts: int  # that fail in this way before the error is final
    first_wait: float  # seconds before the second attempt; doubled each time
    max_wait: float  # seconds

    def wait(self, state: tenacity.RetryCallState) -> float:
        """Return the seconds before the next attempt. Up to half of `first_wait` is random."""
        jittered = tenacity.wait_exponential_jitter(
            multiplier=self.first_wait, max=self.max_wait, jitter=self.first_wait / 2
        )
        return jittered(state)


POLICIES = {
    "dns": Policy(attempts=2, first_wait=2.0, max_wait=10.0),
    "connect": Policy(attempts=3, first_wait=2.0, max_wait=30.0),
    "proxy": Policy(attempts=3, first_wait=2.0, max_wait=30.0),
    "timeout": Policy(attempts=2, first_wait=5.0, max_wait=30.0),  # each attempt has cost its time already
    "reset": Policy(attempts=3, first_wait=1.0, max_wait=15.0),
    "short": Policy(attempts=3, first_wait=1.0, max_wait=15.0),
    "server": Policy(attempts=3, first_wait=5.0, max_wait=60.0),
    "busy": Policy(attempts=3, first_wait=10.0, max_wait=120.0),
}
"""Kind of failure → policy. Other kinds are not retried: 403, 404 and 410, for example."""

MAX_ATTEMPTS = 5
"""Attempts at one address, over all kinds of failure."""

Work = Callable[[], Awaitable[Capture]]
Retried = Callable[[], None]


class Retries:
    """Retry by the policies, as long as a source has not used up its `budget` of seconds in this crawl."""

    def __init__(self, *, budget: float, sleep: Sleep, monotonic: Monotonic = time.monotonic) -> None:
        self._budget = budget
        self._sleep = sleep
        self._monotonic = monotonic
        self._spent: defaultdict[str, float] = defaultdict(float)  # seconds, by source

    async def run(self, work: Work, *, source: str, retried: Retried) -> Capture:
        """Return the result of `work`. Raises its last FetchError, with the number of attempts in the message.

        `retried` is called before each attempt after the first.
        """
        trying = _Trying(work, self._monotonic)

        def stop(state: tenacity.RetryCallState) -> bool:
            kind = _error(state).kind
            used_up = self._spent[source] >= self._budget or trying.attempts >= MAX_ATTEMPTS
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
        self._error: FetchError | None = None  # of the previous attempt
        self.began = 0.0
        self.failures: Counter[str] = Counter()  # by kind
        self.left_alone = False

    @property
    def attempts(self) -> int:
        """Number of failed attempts."""
        return self.failures.total()

    async def once(self) -> Capture:
        """Make one attempt. If the circuit breaker has opened since the last one, raises the error of that one again."""
        self.began = self._monotonic()
        try:
            capture = await self._work()
        except ProxyGivenUp:
            self.left_alone = True
            raise
        except LeftAlone as error:
            self.left_alone = True
            raise self._error or error from error
        except FetchError as error:
            self._error = error
            self.failures[error.kind] += 1
            raise
        return capture


def _wait(state: tenacity.RetryCallState) -> float:
    """Return the policy's wait; 0 after a Retry-After, for which `polite` holds back all requests to the server."""
    error = _error(state)
    return 0.0 if error.retry_after is not None else POLICIES[error.kind].wait(state)


def _error(state: tenacity.RetryCallState) -> FetchError:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, FetchError)
    return error


def _worth_another(error: BaseException) -> bool:
    return isinstance(error, FetchError) and error.retry and error.kind in POLICIES
