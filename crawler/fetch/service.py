"""`ask_service`: one POST to a service that is asked by agreement, such as a time-stamp authority, and no site to crawl.

Guard, TLS and limits are those of a crawl. There is no robots.txt, no waiting, no cookie, no retry, and no redirect is
followed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import httpx

from crawler.address import normal
from crawler.errors import FetchError
from crawler.fetch.answers.judge import missing_part
from crawler.fetch.client import NO_SITE, refuse_unfetchable, utc_now
from crawler.fetch.connections.failures import HTTPX_ERRORS, fetch_error
from crawler.fetch.connections.guard import ConnectTo, GuardedBackend, Resolver, system_resolver
from crawler.fetch.connections.network import Network
from crawler.fetch.figures import HostTallies
from crawler.fetch.limits import Limits
from crawler.fetch.record import Recorder
from crawler.fetch.session import service_agent
from crawler.model import Capture

SERVICE_LIMITS = Limits(body=1_000_000, decoded=1_000_000, total=30.0, connect=10.0, read=20.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequest:
    """A request to a service."""

    url: str
    body: bytes
    content_type: str


async def ask_service(
    asked: ServiceRequest,
    *,
    connect_to: ConnectTo | None = None,
    limits: Limits = SERVICE_LIMITS,
    resolver: Resolver = system_resolver,
) -> bytes:
    """Return the body of a service's answer. Raises FetchError for any answer but a whole one with status 200."""
    asked = replace(asked, url=normal(asked.url) or asked.url)
    network = Network(GuardedBackend(resolver=resolver, connect_to=connect_to))
    stack = Recorder(network, sink=_forget, clock=utc_now, tallies=HostTallies(), limits=limits)
    try:
        refuse_unfetchable(asked.url)
        request = httpx.Request(
            "POST",
            asked.url,
            headers={
                "Content-Type": asked.content_type,
                "User-Agent": service_agent(),
                "Accept-Encoding": "identity",
                "Connection": "close",
            },
            content=asked.body,
            extensions={"site": NO_SITE, "timeout": limits.timeout},
        )
        response = await stack.handle_async_request(request)
    except tuple(HTTPX_ERRORS) as error:
        raise fetch_error(asked.url, error) from error
    finally:
        await stack.aclose()
    capture: Capture = response.extensions["capture"]
    if capture.status != 200:
        raise FetchError(asked.url, f"answers with status {capture.status}, not 200", kind="status")
    decoded = capture.decoded(limits.decoded)
    if missing := missing_part(capture) or decoded.short:
        raise FetchError(asked.url, f"its answer is short: {missing}", kind="short")
    return decoded.body


def _forget(_: Capture) -> None:
    """Sink: the caller keeps what it needs of the answer."""
