"""Choose the container of a page that holds its article.

Takes the flow of a page and returns the range of its pieces. Each piece has a weight: its length, more with punctuation,
nothing in links and footers. From the whole page the search descends as long as one container holds nearly all of the
weight, or of the sentences. Containers known from content management systems (`hints`) need a smaller share.
Lines above and below the article are read by `reader`, and judged in `roles`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import accumulate
from typing import NamedTuple

from crawler.extract.documents.html.hints import is_known
from crawler.extract.page.flow import Flow, attribute
from crawler.extract.page.tables import Tables, leaves_table, out_of_table
from crawler.extract.page.tag_marks import HINTED, LINK, LINK_END, MARKS
from crawler.extract.roles.footer_words import is_likely_footer
from crawler.extract.roles.role import squeeze

_LINKED = re.compile(f"{LINK}[^{LINK_END}]*{LINK_END}?")
_MAX_LINK_LENGTH = 80  # characters; a longer text in a link comes from an <a> that is never closed
_SHORT_LINK = re.compile(  # a link with its marks
    f"{LINK}(?:[^{LINK_END}]{{0,{_MAX_LINK_LENGTH - 2}}}+{LINK_END}|[^{LINK_END}]{{0,{_MAX_LINK_LENGTH - 1}}}+\\Z)"
)
_MIN_TEXT_LENGTH = 10  # characters of a text that has a weight
_MIN_SENTENCE_WEIGHT = 30.0
_MIN_PAGE_WEIGHT = 100.0  # of a lighter page the shortest texts count too
_MIN_SHARE = 0.78  # of the weight around it, for a container to be descended into
_MIN_SHARE_KNOWN = 0.55  # the same for a known container, at any depth
_MIN_SHARE_PROSE = 0.4  # the same for one with nearly all of the sentences: lists of names count for less
_MIN_PROSE_WEIGHT = 120.0  # of the sentences of a page, for their share alone to decide
_NEARLY_ALL_PROSE = 0.9
_FEW_SENTENCES_WEIGHT = 300.0  # of an article with fewer the known containers are searched
_MIN_KNOWN_LENGTH = 25  # characters that such a known container must hold
_MIN_DEDUPLICATED_LENGTH = 20  # characters; a longer text counts once
_LONG_UNPUNCTUATED, _WEIGHT_LONG, _WEIGHT_SHORT = 40, 0.7, 0.3  # characters; weight of each character
_WEIGHT_OF_MARK = 4.0  # of a punctuation mark, in characters
_MAX_FOOTER_LENGTH = 120  # characters of a text that is taken for a footer


def choose(flow: Flow, titles: Collection[str] = ()) -> tuple[int, int] | None:
    """Return the first piece of the article and the one after its last; None if no text of the page has a weight.

    `titles`: squeezed titles of the page.
    """
    if HINTED in flow.tags:
        at = flow.tags.index(HINTED)
        return flow.starts[at], flow.ends[at]
    weights = weigh(flow, _MIN_TEXT_LENGTH)
    if sum(weights) < _MIN_PAGE_WEIGHT:
        weights = weigh(flow, 1)
    if not flow.starts or not any(weights):
        return None
    prose = [
        w if w > _MIN_SENTENCE_WEIGHT and "。" in p else 0.0
        for w, p in zip(weights, flow.pieces, strict=True)
    ]
    sums = _Sums([0.0, *accumulate(weights)], [0.0, *accumulate(prose)])
    tables = Tables(flow)
    here = _descend(flow, sums, tables, 0)
    if (own := _below_title(flow, sums, here, titles)) is not None:
        here = _descend(flow, sums, tables, own)
    here = out_of_table(flow, tables, lambda i: sums.of(flow, i)[0], here)
    if (
        sums.of(flow, here)[1] < _FEW_SENTENCES_WEIGHT
        and (own := _fullest_known(flow, sums, here)) is not None
    ):
        here = own
    return flow.starts[here], flow.ends[here]


def weigh(flow: Flow, shortest: int = _MIN_TEXT_LENGTH) -> list[float]:
    """Return the weight of each piece of a page. `shortest`: characters of a text that has one."""
    seen: set[str] = set()
    weights = [
        _weight(piece, shortest, seen) if len(piece) >= shortest and not piece.isspace() else 0.0
        for piece in flow.pieces
    ]
    for start, end in flow.wide_links:
        for i in range(start, min(end + 1, len(weights))):
            if len(flow.pieces[i]) <= _MAX_LINK_LENGTH:
                weights[i] = 0.0
    return weights


def _weight(piece: str, shortest: int, seen: set[str]) -> float:
    """The weight of a text: its length, more with punctuation, nothing for a footer or a text seen before."""
    if LINK in piece:
        piece = _SHORT_LINK.sub("", piece)
    text = piece.strip()
    if "\n" in text or "  " in text:
        text = " ".join(text.split())
    size = len(text)
    if size < shortest or text in seen:
        return 0.0
    if size > _MIN_DEDUPLICATED_LENGTH:
        seen.add(text)  # a page may hold a desktop and a mobile copy
    stops = text.count("。")
    marks = stops + text.count("，") + text.count("、") + text.count("：") + text.count("；")
    if not marks:
        marks = text.count(",") + text.count("！") + text.count("？")
    if not marks:
        return size * (_WEIGHT_SHORT if size < _LONG_UNPUNCTUATED else _WEIGHT_LONG)
    if not stops and size < _MAX_FOOTER_LENGTH and is_likely_footer(text):
        return 0.0
    return size + _WEIGHT_OF_MARK * marks


class _Sums(NamedTuple):
    """Running sums of weights: pieces[start:end] weigh sums[end] - sums[start]."""

    all: list[float]
    prose: list[float]  # of sentences alone

    def of(self, flow: Flow, container: int) -> tuple[float, float]:
        """Return the weight of a container, and the weight of its sentences alone."""
        start, end = flow.starts[container], flow.ends[container]
        return self.all[end] - self.all[start], self.prose[end] - self.prose[start]


def _descend(flow: Flow, sums: _Sums, tables: Tables, top: int) -> int:
    """The container reached from `top` by descending while one inner container has nearly all of the text or sentences."""
    weight, prose = sums
    here, end = top, flow.ends[top]
    whole, whole_prose = weight[end] - weight[flow.starts[top]], prose[end] - prose[flow.starts[top]]
    least = whole * _MIN_SHARE_PROSE
    starts, ends = flow.starts, flow.ends
    for i in range(top + 1, len(starts)):
        start = starts[i]
        if start >= end:
            break
        part = weight[ends[i]] - weight[start]
        if part < least:
            continue
        part_prose = prose[ends[i]] - prose[start]
        if (part >= whole * _MIN_SHARE_KNOWN and _is_known(flow.tags[i])) or (
            flow.parents[i] == here
            and (
                part >= whole * _MIN_SHARE
                or part_prose > max(_MIN_PROSE_WEIGHT, whole_prose * _NEARLY_ALL_PROSE)
            )
            and not leaves_table(flow, tables, here, i)
        ):
            here, end, whole, whole_prose, least = i, ends[i], part, part_prose, part * _MIN_SHARE_PROSE
    return here


def _fullest_known(flow: Flow, sums: _Sums, chosen: int) -> int | None:
    """The known container with most text, for a page of few sentences.

    It lies inside the chosen one; anywhere if the chosen one has no sentence.
    """
    has_prose = sums.of(flow, chosen)[1] > 0
    first, last = flow.starts[chosen], flow.ends[chosen]
    unlinked = (len(MARKS.sub("", _LINKED.sub("", piece)).strip()) for piece in flow.pieces)
    sizes = [0, *accumulate(unlinked)]
    best, most = None, _MIN_KNOWN_LENGTH
    for i, tag in enumerate(flow.tags):
        start, end = flow.starts[i], flow.ends[i]
        around = start <= first and end >= last
        if around or (has_prose and not (first <= start and end <= last)) or not _is_known(tag):
            continue
        if sizes[end] - sizes[start] > most:
            best, most = i, sizes[end] - sizes[start]
    return best


def _below_title(flow: Flow, sums: _Sums, chosen: int, titles: Collection[str]) -> int | None:
    """The container with the title and text below it, if other texts lie between the title and the chosen container."""
    prose, start = sums.prose, flow.starts[chosen]
    if prose[start] < _MIN_PAGE_WEIGHT:
        return None
    at = next((i for i, piece in enumerate(flow.pieces[:start]) if _is_title(piece, titles)), None)
    if at is None or prose[start] - prose[at] < _MIN_PAGE_WEIGHT:
        return None
    around = [i for i in range(len(flow.starts)) if flow.starts[i] <= at < flow.ends[i]]
    return next((i for i in reversed(around) if prose[flow.ends[i]] - prose[at] >= _MIN_PAGE_WEIGHT), None)


def _is_title(piece: str, titles: Collection[str]) -> bool:
    """Whether a piece is one of the titles and no link to another page."""
    return (
        4 < len(piece) < 300
        and not piece.lstrip().startswith(LINK)
        and squeeze(MARKS.sub("", piece)) in titles
    )


def _is_known(tag: str) -> bool:
    return is_known(tag.partition(" ")[0], attribute(tag, "id"), attribute(tag, "class"))
