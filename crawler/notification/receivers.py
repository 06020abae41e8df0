"""Receivers: what `to` of a rule names, without secrets. Only `sending` makes addresses of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from crawler.model import NotifyRule

_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """`id`: what is remembered of it is under this; `shown`: for people. Neither holds a password."""

    id: str
    shown: str
    named: str
    """What the rule says: `$NAME`, `tag:NAME`, or an address, which may hold passwords. Never shown, never written."""


def receivers(rule: NotifyRule) -> tuple[Receiver, ...]:
    """Return the receivers of a rule."""
    return tuple(_receiver(each) for each in rule.to)


def _receiver(named: str) -> Receiver:
    if named.startswith(("$", "tag:")):
        return Receiver(id=named, shown=named, named=named)
    scheme = named.partition("://")[0].lower()
    digest = hashlib.sha256(named.encode()).hexdigest()[:_DIGITS]
    return Receiver(id=f"{scheme}:{digest}", shown=f"{scheme}://*** ({digest})", named=named)
