"""Headers of every answer: what a browser must not do with it, who may keep it, and how long."""

from __future__ import annotations

import hashlib
from enum import StrEnum

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing inline, nothing of others: what came from a page is only ever text."""

POLICY_OF_A_FILE = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
    )
)
"""The same for a page that is a file, as a `meta` element: it cannot forbid frames. The search of the browser reads files."""

ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

SHORT_SECONDS = 60
LONG_SECONDS = 365 * 24 * 3600


class Freshness(StrEnum):
    """How long an answer may be kept without asking again."""

    SHORT = f"public, max-age={SHORT_SECONDS}"
    """It changes with the archive."""
    IMMUTABLE = f"public, max-age={LONG_SECONDS}, immutable"
    """It says only what never changes: a version, a capture, a file of ours with its digest in the address."""
    NEVER = "no-store"


def etag(*parts: object) -> str:
    """Return a weak validator of what an answer depends on."""
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def matches(validator: str, if_none_match: str | None) -> bool:
    """Whether a request's If-None-Match names a validator (weak comparison, RFC 9110, section 8.8.3.2)."""
    if not if_none_match:
        return False
    named = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return "*" in named or validator.removeprefix("W/") in named
