"""Score an answer against the expected result (gold) of a page. Pure arithmetic; `measure` gets the answers."""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bench.pages import Gold

SHINGLE = 3  # characters
_INVISIBLE = re.compile("[\\s\u200b\ufeff]+")
_DAY = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})")  # 2005-7-31 12:30, 2005年7月31日


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The fields that an extractor found on a page; None for a field that it does not find or does not support."""

    body: str | None = None
    title: str | None = None
    date: str | None = None
    source: str | None = None


class Overlap(NamedTuple):
    """Overlap of the shingles of two texts, 0 to 1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Scores of one page; None for a field without gold, which does not count."""

    body: Overlap
    exact: bool  # the body is equal to gold, apart from white space
    title: bool | None
    date: bool | None
    source: bool | None


def normal(text: str | None) -> str:
    """Return a text in the form that is compared: NFKC, without white space and invisible characters."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text or ""))


def shingles(text: str) -> Counter[str]:
    """Count every run of SHINGLE characters."""
    return Counter(text[i : i + SHINGLE] for i in range(len(text) - SHINGLE + 1))


def overlap(found: str | None, gold: str) -> Overlap:
    """Return precision, recall and F1 of the shingles of two texts."""
    ours, theirs = shingles(normal(found)), shingles(normal(gold))
    shared = (ours & theirs).total()
    if not shared:
        return Overlap(0.0, 0.0, 0.0)
    precision, recall = shared / ours.total(), shared / theirs.total()
    return Overlap(precision, recall, 2 * precision * recall / (precision + recall))


def day(text: str | None) -> str | None:
    """Return the first full date in a text as an ISO date; None for less than a day, such as 2003-5."""
    found = _DAY.search(text or "")
    return "{:0>4}-{:0>2}-{:0>2}".format(*found.groups()) if found else None


def score(answer: Answer, gold: Gold) -> Score:
    """Score an answer. A gold date without a day does not count."""
    return Score(
        body=overlap(answer.body, gold.body),
        exact=normal(answer.body) == normal(gold.body),
        title=normal(answer.title) == normal(gold.title) if gold.title else None,
        date=day(answer.date) == day(gold.date) if day(gold.date) else None,
        source=normal(answer.source) == normal(gold.source) if gold.source else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Mean scores over pages. A share is None if no page has gold for it."""

    pages: int
    precision: float
    recall: float
    f1_mean: float
    f1_median: float
    exact: int  # pages
    title: float | None
    date: float | None
    source: float | None


def summary(scores: Sequence[Score]) -> Summary:
    """Return means over pages with equal weight."""
    bodies = [one.body for one in scores]
    return Summary(
        pages=len(scores),
        precision=statistics.fmean(body.precision for body in bodies),
        recall=statistics.fmean(body.recall for body in bodies),
        f1_mean=statistics.fmean(body.f1 for body in bodies),
        f1_median=statistics.median(body.f1 for body in bodies),
        exact=sum(one.exact for one in scores),
        title=share(one.title for one in scores),
        date=share(one.date for one in scores),
        source=share(one.source for one in scores),
    )


def share(marks: Iterable[bool | None]) -> float | None:
    """Return the share of True among the scores that are not None."""
    given = [mark for mark in marks if mark is not None]
    return statistics.fmean(given) if given else None
