"""Which part of a page is the article: text and punctuation weigh, links do not, known containers have a small advantage."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import accumulate
from typing import NamedTuple

from crawler.extract.documents.html.hints import is_known
from crawler.extract.page.flow import Flow, attribute
from crawler.extract.page.tables import Tables, leaves_table, out_of_table
from crawler.extract.page.tag_marks import HINTED, LINK, LINK_END, MARKS
from crawler.extract.roles.role import squeeze

_FOOTER = re.compile(
    r"邮编\s*[:：]|邮政编码|热线\s*[:：]?\s*12345|举报(?:电话|邮箱)|许可证|网站维护|客服|版权所有|主办单位|承办单位|备\s*案|网站标识码|copyright|©|ICP|技术支持|Flash\s*Player|浏览器|分辨率|未经.{0,12}(授权|许可|同意)",
    re.I,
)
_LINKED = re.compile(f"{LINK}[^{LINK_END}]*{LINK_END}?")
_SWALLOWED = 80  # characters; a longer text in a link is one that an <a> left open has swallowed
_SHORT_LINK = re.compile(  # with its marks, of at most so many characters
    f"{LINK}(?:[^{LINK_END}]{{0,{_SWALLOWED - 2}}}+{LINK_END}|[^{LINK_END}]{{0,{_SWALLOWED - 1}}}+\\Z)"
)
_SHORTEST = 10  # characters of a text that can be evidence
_SENTENCE = 30.0  # weight of a text that can be a paragraph
_LITTLE = 100.0  # weight below which even the shortest texts are looked at
_STAY = 0.78  # a container must hold this part of the text of the one around it to stand for it
_STAY_KNOWN = 0.55  # the same for a container of the table, however deep it is
_LEAST = 0.4  # the same for one with nearly all of the sentences: lists of names beside it count for less
_FEW, _KEPT = (
    300.0,
    25,
)  # weight of sentences below which known containers are looked at; characters that one must hold
_PROSE, _STAY_PROSE = 120.0, 0.9  # weight of a page's sentences from which their share alone is enough


def choose(flow: Flow, titles: Collection[str] = ()) -> tuple[int, int] | None:
    """First and last (excluded) piece of the article; None where no text on the page can be evidence of one.

    `titles`: what the page calls itself, squeezed.
    """
    if HINTED in flow.tags:
        at = flow.tags.index(HINTED)
        return flow.starts[at], flow.ends[at]
    weights = weigh(flow, _SHORTEST)
    if sum(weights) < _LITTLE:
        weights = weigh(flow, 1)
    if not flow.starts or not any(weights):
        return None
    said = [w if w > _SENTENCE and "。" in p else 0.0 for w, p in zip(weights, flow.pieces, strict=True)]
    sums = _Sums([0.0, *accumulate(weights)], [0.0, *accumulate(said)])
    tables = Tables(flow)
    here = _descend(flow, sums, tables, 0)
    if (own := _titled(flow, sums, here, titles)) is not None:
        here = _descend(flow, sums, tables, own)
    here = out_of_table(flow, tables, lambda i: sums.of(flow, i)[0], here)
    if sums.of(flow, here)[1] < _FEW and (own := _fullest_known(flow, sums, here)) is not None:
        here = own
    return flow.starts[here], flow.ends[here]


def weigh(flow: Flow, shortest: int = _SHORTEST) -> list[float]:
    """The weight of each piece of a page as evidence of an article."""
    seen: set[str] = set()
    weights = [
        _weight(piece, shortest, seen) if len(piece) >= shortest and not piece.isspace() else 0.0
        for piece in flow.pieces
    ]
    for start, end in flow.wide:
        for i in range(start, min(end + 1, len(weights))):
            if len(flow.pieces[i]) <= _SWALLOWED:
                weights[i] = 0.0
    return weights


def _weight(piece: str, shortest: int, seen: set[str]) -> float:
    """What a text says for its surroundings: its length, more where it has punctuation, nothing where it is a footer."""
    if LINK in piece:
        piece = _SHORT_LINK.sub("", piece)
    text = piece.strip()
    if "\n" in text or "  " in text:
        text = " ".join(text.split())
    size = len(text)
    if size < shortest or text in seen:
        return 0.0
    if size > 20:
        seen.add(text)  # desktop and mobile copies of one text count once
    stops = text.count("。")
    marks = stops + text.count("，") + text.count("、") + text.count("：") + text.count("；")
    if not marks:
        marks = text.count(",") + text.count("！") + text.count("？")
    if not marks:
        return size * (0.3 if size < 40 else 0.7)
    if not stops and size < 120 and _FOOTER.search(text):
        return 0.0
    return size + 4.0 * marks


class _Sums(NamedTuple):
    """Sums over pieces: those of pieces[start:end] weigh sums[end] - sums[start]."""

    all: list[float]
    prose: list[float]  # of sentences alone

    def of(self, flow: Flow, container: int) -> tuple[float, float]:
        """What a container weighs, and its sentences alone."""
        start, end = flow.starts[container], flow.ends[container]
        return self.all[end] - self.all[start], self.prose[end] - self.prose[start]


def _descend(flow: Flow, sums: _Sums, tables: Tables, top: int) -> int:
    """The container to which one comes from `top` down, as long as one holds nearly all of the text, or of the sentences."""
    weight, prose = sums
    here, end = top, flow.ends[top]
    whole, all_said = weight[end] - weight[flow.starts[top]], prose[end] - prose[flow.starts[top]]
    least = whole * _LEAST
    starts, ends = flow.starts, flow.ends
    for i in range(top + 1, len(starts)):
        start = starts[i]
        if start >= end:
            break
        part = weight[ends[i]] - weight[start]
        if part < least:
            continue
        said = prose[ends[i]] - prose[start]
        if (part >= whole * _STAY_KNOWN and _known(flow.tags[i])) or (
            flow.above[i] == here
            and (part >= whole * _STAY or said > max(_PROSE, all_said * _STAY_PROSE))
            and not leaves_table(flow, tables, here, i)
        ):
            here, end, whole, all_said, least = i, ends[i], part, said, part * _LEAST
    return here


def _fullest_known(flow: Flow, sums: _Sums, chosen: int) -> int | None:
    """The known container with most text, for a page of few sentences: inside the one chosen, or anywhere if that has none."""
    spoken = sums.of(flow, chosen)[1] > 0
    first, last = flow.starts[chosen], flow.ends[chosen]
    unlinked = (len(MARKS.sub("", _LINKED.sub("", piece)).strip()) for piece in flow.pieces)
    sizes = [0, *accumulate(unlinked)]
    best, most = None, _KEPT
    for i, tag in enumerate(flow.tags):
        start, end = flow.starts[i], flow.ends[i]
        around = start <= first and end >= last
        if around or (spoken and not (first <= start and end <= last)) or not _known(tag):
            continue
        if sizes[end] - sizes[start] > most:
            best, most = i, sizes[end] - sizes[start]
    return best


def _titled(flow: Flow, sums: _Sums, chosen: int, titles: Collection[str]) -> int | None:
    """The container below the page's title, where other articles stand between the title and the one chosen."""
    prose, start = sums.prose, flow.starts[chosen]
    if prose[start] < _LITTLE:
        return None
    at = next((i for i, piece in enumerate(flow.pieces[:start]) if _is(piece, titles)), None)
    if at is None or prose[start] - prose[at] < _LITTLE:
        return None
    around = [i for i in range(len(flow.starts)) if flow.starts[i] <= at < flow.ends[i]]
    return next((i for i in reversed(around) if prose[flow.ends[i]] - prose[at] >= _LITTLE), None)


def _is(piece: str, titles: Collection[str]) -> bool:
    """Whether a piece is one of the titles and no link to another page."""
    return (
        4 < len(piece) < 300
        and not piece.lstrip().startswith(LINK)
        and squeeze(MARKS.sub("", piece)) in titles
    )


def _known(tag: str) -> bool:
    return is_known(tag.partition(" ")[0], attribute(tag, "id"), attribute(tag, "class"))
