"""Shrunk texts: a text that is only the beginning of the text held.

Such a page was probably cut short on its way. It makes no version until it is seen again a day or more later; until then
its page keeps the digest and the time in `shrunk_sha256` and `shrunk_since`.
"""

from __future__ import annotations

import math
from datetime import datetime

from crawler.archive.catalogue.models import PageRow
from crawler.archive.ledger.page_states import MIN_CONFIRMATION_DELAY

MAX_LENGTH_SHARE = 0.7
"""Greatest length of a shrunk text, as a share of the length of the text held."""

MIN_HEAD_SHARE = 0.9
"""Share of the shrunk text that must equal the beginning of the text held. The rest may be a line cut in two, or the page's foot."""


def is_shrunk(body: str, held: str) -> bool:
    """Whether a text is a beginning of the one held, with at most MAX_LENGTH_SHARE of its length."""
    if not body or len(body) > MAX_LENGTH_SHARE * len(held):
        return False
    return held.startswith(body[: math.ceil(MIN_HEAD_SHARE * len(body))])


def describe(body: str, held: str) -> str:
    """Return by how much a shrunk text is shorter, for an outcome's detail."""
    share = 100 - round(100 * len(body) / len(held))
    return f"{len(body)} characters, the beginning of the {len(held)} held: {share} % shorter"


def is_believed(page: PageRow, digest: str, at: datetime) -> bool:
    """Whether a page showed the same shrunk text MIN_CONFIRMATION_DELAY or longer ago, and no other text since."""
    since = page.shrunk_since
    return page.shrunk_sha256 == digest and since is not None and at - since >= MIN_CONFIRMATION_DELAY


def remember(page: PageRow, digest: str, at: datetime) -> None:
    """Record that a page shows a shrunk text. The first time is kept, unless it lies after `at` (a wrong clock)."""
    first = page.shrunk_since if page.shrunk_sha256 == digest else None
    page.shrunk_sha256, page.shrunk_since = digest, min(first or at, at)


def forget(page: PageRow) -> None:
    """Record that a page shows another text again."""
    page.shrunk_sha256 = page.shrunk_since = None
