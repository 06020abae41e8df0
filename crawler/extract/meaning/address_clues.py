"""Read the day of publication in an article's address, as a Clue."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.field.text import iso_date
from crawler.model import Clue

_URL_DATE = re.compile(
    r"/t(?P<y1>20\d\d)(?P<m1>[01]\d)(?P<d1>[0-3]\d)_"
    r"|/art/(?P<y2>20\d\d)/(?P<m2>\d{1,2})/(?P<d2>\d{1,2})/"
    r"|/(?P<y3>20\d\d)[-/](?P<m3>[01]?\d)[-/](?P<d3>[0-3]?\d)(?=/|_|\.)"
    r"|/(?P<y4>20\d\d)(?P<m4>[01]\d)(?P<d4>[0-3]\d)(?=/|_|\.)"
)


def url_date(url: str | None) -> Iterator[Clue]:
    """Yield the date that many systems write into an article's address: `/202303/t20230315_217.shtml`, `/art/2018/5/3/`."""
    found = _URL_DATE.search(url or "")
    if not found:
        return
    year, month, day = (value for value in found.groups() if value)
    if date := iso_date(f"{year}-{month}-{day}"):
        yield Clue(field="published", value=date, weight=0.5, where="address")
