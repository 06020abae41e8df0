"""What the governments are made with: their reports, addresses as the systems name them, entries in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Protocol

from tests.site.compose import Order, report
from tests.site.model import Document
from tests.site.pick import Picker


class Report(Protocol):
    """A maker of one government's reports; `more` is what else an Order has."""

    def __call__(self, url: str, title: str, year: int, published: str, **more: Any) -> Document:
        """The report, published at an address."""
        ...


def reports_of(place: str, region: str) -> Report:
    """A maker of the reports of one place."""

    def make(url: str, title: str, year: int, published: str, **more: Any) -> Document:
        facts = {"issuer": f"{place}人民政府"} | more
        return report(
            Order(url=url, title=title, year=year, published=published, place=place, region=region, **facts)
        )

    return make


def entries(*documents: Document) -> tuple[str, ...]:
    """Their addresses as a list has them, newest first."""
    return tuple(d.url for d in sorted(documents, key=lambda d: (d.published, d.url), reverse=True))


def trs_names(folder: str, first: int, ext: str) -> Callable[[date, int], str]:
    """Names such as 202303/t20230315_2170174.shtml, their numbers counting down from `first`."""
    return lambda day, number: f"{folder}{day:%Y%m}/t{day:%Y%m%d}_{first - 1931 * number}.{ext}"


def guid(*key: object) -> str:
    """35b954ec-12d6-435f-8093-be86ded6b128, another for each key."""
    digits = Picker(*key).hex(32)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
