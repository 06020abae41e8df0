"""News items between the reports: titles similar to a report's, ordinary titles, and short texts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from tests.site.banks import bank
from tests.site.model import Document
from tests.site.pick import Picker
from tests.site.punctuation import fold

NUMBER = 48


def news(
    column: str, place: str, name: Callable[[date, int], str], number: int = NUMBER
) -> tuple[Document, ...]:
    """Return a number of news items of a column, newest first; `name` makes an address from a date and a number."""
    picker = Picker("news", column)
    bag = bank("news")
    titles = [*bag["traps"], *picker.some(bag["titles"], max(0, number - len(bag["traps"])))]
    day = date(2025, 5, 30)
    made = []
    for position, title in enumerate(picker.some(titles, number)):
        day -= timedelta(days=picker.between(9, 40))
        words = {"name": place, "y": day.year, "y0": day.year - 1, "m": day.month}
        lines = picker.some(bag["paragraphs"], picker.between(3, 6))
        made.append(
            Document(
                url=name(day, position),
                title=fold(picker.fill(title, **words)),
                body=fold("\n".join(picker.fill(line, **words) for line in lines)),
                published=f"{day.isoformat()}T{picker.between(8, 17):02}:{picker.between(0, 59):02}",
            )
        )
    return tuple(made)
