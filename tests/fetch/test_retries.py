from __future__ import annotations

import logging

import httpx
import pytest
import respx

from crawler.errors import FetchError, LeftAlone, Unreachable, Untrusted
from crawler.fetch.limits import Limits
from crawler.fetch.pacing.circuit_breaker import CircuitBreaker
from crawler.fetch.pacing.retries import MAX_ATTEMPTS, POLICIES, Retries
from crawler.model import Capture
from tests.fetch.conftest import HOST, PAGE, Harness, a_site
from tests.fetch.test_notices import capture


class Tries:
    """Work that raises the given errors; keeps the waits between attempts."""

    def __init__(self, *errors: FetchError | None) -> None:
        self._errors = list(errors)
        self.waits: list[float] = []
        self.made = 0

    async def __call__(self) -> Capture:
        self.made += 1
        error = self._errors.pop(0) if len(self._errors) > 1 else self._errors[0]
        if error is not None:
            raise error
        return capture("fine")

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def retries(self, budget: float = 600.0) -> Retries:
        return Retries(budget=budget, sleep=self.sleep, monotonic=lambda: 0.0)


def failed(kind: str, retry_after: float | None = None) -> Unreachable:
    return Unreachable(PAGE, "no", kind=kind, retry_after=retry_after)


def nothing() -> None: ...


@pytest.mark.parametrize("kind", sorted(POLICIES))
async def test_each_kind_of_failure_has_its_attempts_and_growing_waits(kind: str) -> None:
    tries = Tries(failed(kind))
    policy = POLICIES[kind]
    with pytest.raises(Unreachable, match=rf"no \(tried {policy.attempts} times\)"):
        await tries.retries().run(tries, source="a", retried=nothing)
    assert tries.made == policy.attempts
    for number, wait in enumerate(tries.waits):
        least = policy.first_wait * 2**number
        assert least <= wait <= least + policy.first_wait / 2


async def test_attempts_are_bounded_over_all_kinds_of_failure() -> None:
    kinds = ["reset", "short", "connect", "server", "busy", "timeout", "dns"]
    tries = Tries(*map(failed, kinds))
    with pytest.raises(Unreachable):
        await tries.retries().run(tries, source="a", retried=nothing)
    assert tries.made == MAX_ATTEMPTS


async def test_a_failure_without_a_policy_is_not_retried() -> None:
    tries = Tries(Untrusted(PAGE, "its certificate has expired", kind="tls"))
    with pytest.raises(Untrusted, match=r"expired$"):
        await tries.retries().run(tries, source="a", retried=nothing)
    assert tries.made == 1


async def test_a_source_that_has_used_up_its_budget_gets_one_attempt_an_address() -> None:
    tries = Tries(failed("server"))
    retries = tries.retries(budget=4.0)
    for _ in range(3):
        with pytest.raises(Unreachable):
            await retries.run(tries, source="a", retried=nothing)
    assert tries.made == 2 + 1 + 1
    with pytest.raises(Unreachable):
        await retries.run(tries, source="b", retried=nothing)
    assert tries.made == 4 + 2


async def test_the_failure_that_opened_the_circuit_is_the_one_reported() -> None:
    tries = Tries(failed("server"), LeftAlone(PAGE, "left alone"))
    with pytest.raises(Unreachable, match=r"no$"):
        await tries.retries().run(tries, source="a", retried=nothing)
    assert tries.made == 2


# -- the circuit breaker, in the whole stack --------------------------------------------------------------


async def test_a_host_that_fails_again_and_again_is_left_alone_and_logged_once(
    harness: Harness, web: respx.Router, caplog: pytest.LogCaptureFixture
) -> None:
    page = web.get(host="www.example.gov.cn").mock(side_effect=httpx.ConnectError("refused"))
    other = web.get(host="other.gov.cn").respond(200)
    endings = []
    with caplog.at_level(logging.WARNING):
        for number in range(5):
            with pytest.raises(FetchError) as caught:
                await harness.fetcher.get(f"{HOST}/{number}.html")
            endings.append(caught.value.ending.value)
    assert endings == ["failed", "failed", "skipped", "skipped", "skipped"]
    assert page.call_count == 6
    (record,) = [r for r in caplog.records if r.name == CircuitBreaker.__module__]
    assert "left alone for the rest of this crawl: 6 failures in a row" in record.getMessage()
    assert (await harness.fetcher.get("http://other.gov.cn/")).status == 200
    assert other.called


async def test_a_few_broken_pages_do_not_open_the_circuit(harness: Harness, web: respx.Router) -> None:
    page = web.get(path__startswith="/bad").respond(500)
    for number in range(5):
        with pytest.raises(Unreachable):
            await harness.fetcher.get(f"{HOST}/bad{number}.html")
    with pytest.raises(LeftAlone, match="15 failures in a row, the last one: HTTP 500"):
        await harness.fetcher.get(f"{HOST}/bad5.html")
    assert page.call_count == 15


async def test_a_page_between_failures_closes_the_circuit(harness: Harness, web: respx.Router) -> None:
    web.get(path__startswith="/bad").respond(502)
    web.get(PAGE).respond(200)
    for number in range(8):
        with pytest.raises(Unreachable):
            await harness.fetcher.get(f"{HOST}/bad{number}.html")
        await harness.fetcher.get(PAGE)


async def test_a_server_that_asks_for_a_day_is_left_alone_at_once(
    harness: Harness, web: respx.Router
) -> None:
    page = web.get(PAGE).respond(503, headers={"Retry-After": str(int(Limits().retry_after) + 1)})
    with pytest.raises(Unreachable, match="HTTP 503"):
        await harness.fetcher.get(PAGE)
    with pytest.raises(LeftAlone, match="it asks to wait for 121 seconds"):
        await harness.fetcher.get(f"{HOST}/b.html")
    assert page.call_count == 1
    assert harness.waits == []


async def test_another_source_may_reach_what_one_cannot(harness: Harness, web: respx.Router) -> None:
    page = web.get(PAGE).respond(500)
    for _ in range(5):
        with pytest.raises(Unreachable):
            await harness.fetcher.get(PAGE, site=a_site(tls="strict"))
    with pytest.raises(LeftAlone):
        await harness.fetcher.get(PAGE, site=a_site(tls="strict"))
    page.respond(200)
    assert (await harness.fetcher.get(PAGE, site=a_site(tls="legacy"))).status == 200
