"""Decide whether a site may speak for the division that a text names: its own, one above or below it, or neither.

Takes names and division codes; see `regions`. A text whose site may not speak for its division only claims to be of it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from crawler.field.regions import full_names, outward, region
from crawler.field.text import fold


class Filing(NamedTuple):
    """Under which division a text is filed, and which other division it claims to be of."""

    region: str | None  # GB/T 2260, six digits
    claims: str | None = None  # None: the site may speak for the division that the text names


@lru_cache(maxsize=1024)
def file_under(issuer: str | None, code: str | None, site_region: str) -> Filing:
    """Return where the text of a site is filed.

    `issuer`: the organ that the text names. `code`: the division of that organ. `site_region`: the division of the site.
    A site may speak for its division, for the divisions around it and for those in it. Departments and development zones
    count as their government. A site whose division is not known may speak for all. Only a division's full name makes a
    claim: 上海合作组织示范区 lies in 青岛市 and does not claim to be 上海市. A code that the organ's name does not contain comes
    from elsewhere and stays.
    """
    if not code or are_related(code, site_region):
        return Filing(code)
    text, row = fold(issuer or ""), region(code)
    if any(name in text for name in full_names(code)):
        return Filing(site_region, code)
    is_named = row is not None and row.short in text
    return Filing(site_region if is_named else code)


def are_related(one: str, other: str) -> bool:
    """Whether two divisions are the same, or one lies in the other, or this cannot be said.

    It cannot be said of codes that are in no table, and of two divisions of one province if one of them was renamed or
    merged: the table does not say into which.
    """
    rows = region(one), region(other)
    if rows[0] is None or rows[1] is None:
        return True
    around_one, around_other = ({row.code for row in outward(code)} for code in (one, other))
    if one in around_other or other in around_one:
        return True
    ended = any(row is not None and row.until is not None for row in rows)
    return ended and one[:2] == other[:2]
