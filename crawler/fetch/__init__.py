"""The only door to the network: a stack of httpx transports, and `Fetcher`, which retries and follows redirects."""

from __future__ import annotations

from crawler.fetch.answers.judge import judge
from crawler.fetch.client import Fetcher
from crawler.fetch.connections.guard import ConnectTo, parse_connect_to
from crawler.fetch.limits import Limits
from crawler.fetch.replay import Exchange, Replay, load_exchanges
from crawler.fetch.session import user_agent

__all__ = [
    "ConnectTo",
    "Exchange",
    "Fetcher",
    "Limits",
    "Replay",
    "judge",
    "load_exchanges",
    "parse_connect_to",
    "user_agent",
]
