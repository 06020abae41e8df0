"""Settings of anchors, as `defaults:` in sources.yaml states them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorDefaults:
    """Whether and how a crawl anchors its archive at its end."""

    anchor: bool = False
    timestamps: tuple[str, ...] = ()  # addresses of time-stamp authorities (RFC 3161)
    key: str | None = None  # path of the private key
    roots: str | None = None  # path of the authorities' root certificates, PEM
