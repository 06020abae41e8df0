"""Helpers to make the governments: their reports, addresses in the form of each system, entries in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Protocol

from tests.site.compose import Order, report
from tests.site.model import Document
from tests.site.pick import Picker


class Report(Protocol):
    """Makes the reports of one government; `more` holds further fields of an Order."""

    def __call__(self, url: str, title: str, year: int, published: str, **more: Any) -> Document:
        """Return the report, published at an address."""
        ...


def reports_of(place: str, region: str) -> Report:
    """Return a maker of the reports of one place."""

    def make(url: str, title: str, year: int, published: str, **more: Any) -> Document:
        facts = {"issuer": f"{place}人民政府"} | more
        return report(
            Order(url=url, title=title, year=year, published=published, place=place, region=region, **facts)
        )

    return make


def entries(*documents: Document) -> tuple[str, ...]:
    """Return the addresses of documents in the order of a list, newest first."""
    return tuple(d.url for d in sorted(documents, key=lambda d: (d.published, d.url), reverse=True))


def trs_names(folder: str, first: int, ext: str) -> Callable[[date, int], str]:
    """Return a function that gives names such as 202303/t20230315_2170174.shtml, with numbers that count down from `first`."""
    return lambda day, number: f"{folder}{day:%Y%m}/t{day:%Y%m%d}_{first - 1931 * number}.{ext}"


def guid(*key: object) -> str:
    """Return a name such as 35b954ec-12d6-435f-8093-be86ded6b128, a different one for each key."""
    digits = Picker(*key).hex(32)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
