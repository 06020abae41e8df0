"""Which part of a page is the article: text and punctuation weigh, links do not, known containers have a small advantage."""

from __future__ import annotations

import re
from itertools import accumulate

from crawler.extract.flow import Flow, attribute
from crawler.extract.hints import is_known
from crawler.extract.marks import HINTED, LINK, LINK_END

_FOOTER = re.compile(
    r"版权所有|主办单位|承办单位|备\s*案|网站标识码|copyright|©|ICP|技术支持|Flash\s*Player|浏览器|分辨率|未经.{0,12}(授权|许可|同意)",
    re.I,
)
_LINKED = re.compile(f"{LINK}[^{LINK_END}]*{LINK_END}?")
_SHORTEST = 10  # characters of a text that can be evidence
_LITTLE = 100.0  # weight below which even the shortest texts are looked at
_SWALLOWED = 80  # characters; a longer text in a link is one that an <a> left open has swallowed
_STAY = 0.78  # a container must hold this part of the text of the one around it to stand for it
_STAY_KNOWN = 0.55  # the same for a container of the table
_PROSE, _STAY_PROSE = 200.0, 0.9  # weight of a page's sentences from which their share alone is enough


def choose(flow: Flow) -> tuple[int, int] | None:
    """First and last (excluded) piece of the article; None where no text on the page can be evidence of one."""
    if HINTED in flow.tags:
        at = flow.tags.index(HINTED)
        return flow.starts[at], flow.ends[at]
    weights = weigh(flow, _SHORTEST)
    if sum(weights) < _LITTLE:
        weights = weigh(flow, 1)
    return _descend(flow, weights) if flow.starts and any(weights) else None


def weigh(flow: Flow, shortest: int = _SHORTEST) -> list[float]:
    """The weight of each piece of a page as evidence of an article."""
    seen: set[str] = set()
    weights = [_weight(piece, shortest, seen) if len(piece) >= shortest else 0.0 for piece in flow.pieces]
    for start, end in flow.wide:
        for i in range(start, min(end + 1, len(weights))):
            if len(flow.pieces[i]) <= _SWALLOWED:
                weights[i] = 0.0
    return weights


def _weight(piece: str, shortest: int, seen: set[str]) -> float:
    """What a text says for its surroundings: its length, more where it has punctuation, nothing where it is a footer."""
    if LINK in piece:
        piece = _LINKED.sub(_unlinked, piece)
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


def _unlinked(link: re.Match[str]) -> str:
    return link[0] if len(link[0]) > _SWALLOWED else ""


def _descend(flow: Flow, weights: list[float]) -> tuple[int, int]:
    """From the whole page down, as long as one container holds nearly all of the text, or of the sentences."""
    starts, ends, above = flow.starts, flow.ends, flow.above
    sums = [0.0, *accumulate(weights)]
    prose = [
        0.0,
        *accumulate(w if w > 30 and "。" in p else 0.0 for w, p in zip(weights, flow.pieces, strict=True)),
    ]
    here = 0
    for i in range(1, len(starts)):
        if above[i] != here:
            continue
        part, whole = sums[ends[i]] - sums[starts[i]], sums[ends[here]] - sums[starts[here]]
        if part < whole * 0.5:
            continue
        said, all_said = prose[ends[i]] - prose[starts[i]], prose[ends[here]] - prose[starts[here]]
        if (
            part >= whole * _STAY
            or (part >= whole * _STAY_KNOWN and _known(flow.tags[i]))
            or (said > _PROSE and said >= all_said * _STAY_PROSE)
        ):
            here = i
    return starts[here], ends[here]


def _known(tag: str) -> bool:
    return is_known(tag.partition(" ")[0], attribute(tag, "id"), attribute(tag, "class"))
