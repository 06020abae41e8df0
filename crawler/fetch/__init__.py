"""All access to the network: a stack of httpx transports, and `Fetcher`, which retries and follows redirects.

In the order of a request:

client        `Fetcher`: one address to one Capture
session       the request: its headers, validators and cookies (`cookies`)
pacing/       whether and when it is sent: robots.txt, circuit breaker, delay, retries
record        passes every exchange to the archive before it is judged
connections/  sockets, TLS, and the check that an IP address is public
replay        answers from saved exchanges, in the place of connections
answers/      what the answer means: a page, a redirect, or an error
browser/      draws pages with Chromium, for sources with `render: true`

`limits` holds every bound, `figures` counts requests per host. Does not parse pages: see extract and discover.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.lazy import exports

if TYPE_CHECKING:
    from crawler.fetch.answers.judge import judge
    from crawler.fetch.client import Fetcher
    from crawler.fetch.connections.guard import ConnectTo, parse_connect_to
    from crawler.fetch.limits import Limits
    from crawler.fetch.replay import Exchange, Replay, load_exchanges
    from crawler.fetch.session import user_agent
    from crawler.fetch.turns import Turn, Turns
else:
    __getattr__, __dir__ = exports(
        __name__,
        {
            ".answers.judge": ("judge",),
            ".client": ("Fetcher",),
            ".connections.guard": ("ConnectTo", "parse_connect_to"),
            ".limits": ("Limits",),
            ".replay": ("Exchange", "Replay", "load_exchanges"),
            ".session": ("user_agent",),
            ".turns": ("Turn", "Turns"),
        },
    )

__all__ = [
    "ConnectTo",
    "Exchange",
    "Fetcher",
    "Limits",
    "Replay",
    "Turn",
    "Turns",
    "judge",
    "load_exchanges",
    "parse_connect_to",
    "user_agent",
]
