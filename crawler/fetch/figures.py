"""Count requests, bytes, waits, retries and errors per host during a crawl; and requests and bytes per source."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from crawler.model import HostFigures


@dataclass(slots=True)
class Tally:
    """Running counts of one host."""

    requests: int = 0
    bytes: int = 0
    waited: float = 0.0  # seconds
    retries: int = 0
    errors: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class SiteTally:
    """Running counts of one source, against the budget of its entry."""

    requests: int = 0
    bytes: int = 0


class HostTallies:
    """Running counts of all hosts of a crawl, and of all sources."""

    def __init__(self) -> None:
        self._tallies: defaultdict[str, Tally] = defaultdict(Tally)
        self._sites: defaultdict[str, SiteTally] = defaultdict(SiteTally)

    def of_site(self, site_id: str) -> SiteTally:
        """Return a source's tally; create it if there is none."""
        return self._sites[site_id]

    def of(self, host: str) -> Tally:
        """Return a host's tally; create it if there is none."""
        return self._tallies[host]

    def figures(self) -> tuple[HostFigures, ...]:
        """Return the figures of every host so far, sorted by host name."""
        return tuple(
            HostFigures(
                host=host,
                requests=tally.requests,
                bytes=tally.bytes,
                waited=round(tally.waited, 3),
                retries=tally.retries,
                errors=tuple(tally.errors.most_common()),
            )
            for host, tally in sorted(self._tallies.items())
        )
