"""A text that is only the beginning of the one held: a page cut short on its way, until it is seen so again a day later."""

from __future__ import annotations

import math
from datetime import datetime

from crawler.archive.catalogue.models import PageRow
from crawler.archive.ledger.page_states import SURE_AFTER

MAX_LENGTH_SHARE = 0.7
"""Length of a text, as a share of that of the text held, up to which it may be a part of it."""

MIN_HEAD_SHARE = 0.9
"""Share of the shorter text that must be the beginning of the longer: the last line may be cut, or be of the page's foot."""


def is_shrunk(body: str, held: str) -> bool:
    """Whether a text is a beginning of the one held, shorter by three tenths or more."""
    if not body or len(body) > MAX_LENGTH_SHARE * len(held):
        return False
    return held.startswith(body[: math.ceil(MIN_HEAD_SHARE * len(body))])


def words(body: str, held: str) -> str:
    """What is told of such a text."""
    share = 100 - round(100 * len(body) / len(held))
    return f"{len(body)} characters, the beginning of the {len(held)} held: {share} % shorter"


def is_believed(page: PageRow, digest: str, at: datetime) -> bool:
    """Whether a shorter text was seen at a page a day or more before, and no other text since."""
    since = page.shrunk_since
    return page.shrunk_sha256 == digest and since is not None and at - since >= SURE_AFTER


def remember(page: PageRow, digest: str, at: datetime) -> None:
    """That a shorter text was seen at a page: from the first time on, unless that lies in the future."""
    first = page.shrunk_since if page.shrunk_sha256 == digest else None
    page.shrunk_sha256, page.shrunk_since = digest, min(first or at, at)


def forget(page: PageRow) -> None:
    """That the page shows something else again."""
    page.shrunk_sha256 = page.shrunk_since = None
