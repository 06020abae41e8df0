"""A page of the site: its address, the function that answers it, and its formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crawler.web.answer import Answer
from crawler.web.format import Format
from crawler.web.headers import Freshness
from crawler.web.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`path` as Starlette writes it. A format other than HTML has the same path with its name behind it."""

    path: str
    answer: Callable[[Question], Answer]
    formats: tuple[Format, ...] = (Format.HTML, Format.JSON)
    freshness: Freshness = Freshness.SHORT
