"""Say how the text of a page and that of its document differ, in one line for people. Linear in the texts.

Texts are compared by sentence without white space and marks, so that another division into paragraphs, or a table that is
read in another way, is no difference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from crawler.extract.roles.role import squeeze

_SENTENCE_END = re.compile("[。;!?\n\t]")
_MAX_SHOWN_LENGTH = 40  # characters of a sentence in the line


def shared_share(one: str, other: str) -> float:
    """Return how much of the shorter of two texts stands in the other one, 0 to 1, in characters of whole sentences."""
    first, second = Counter(_sentences(one)), Counter(_sentences(other))
    least = min(_length(first), _length(second))
    return _length(first & second) / least if least else 0.0


def difference(page: str, document: str) -> str | None:
    """Return how the text of a document differs from that of its page; None if both have the same sentences.

    The line names the number of sentences that only one of them has, and the beginning of the first one.
    """
    own, others = Counter(_sentences(page)), Counter(_sentences(document))
    told = [
        _told(*sides, more)
        for sides, more in (
            (("document", "page"), _only(document, others - own)),
            (("page", "document"), _only(page, own - others)),
        )
        if more
    ]
    if not told or squeeze(page) == squeeze(document):
        return None
    return "; ".join(told)


def _told(one: str, other: str, sentences: list[str]) -> str:
    count = "1 sentence" if len(sentences) == 1 else f"{len(sentences)} sentences"
    shown = sentences[0]
    if len(shown) > _MAX_SHOWN_LENGTH:
        shown = f"{shown[:_MAX_SHOWN_LENGTH]}…"
    return f"the {one} has {count} that the {other} has not, the first: {shown}"


def _only(text: str, wanted: Counter[str]) -> list[str]:
    """The sentences of a text, as written, that are counted in `wanted`."""
    left = Counter(wanted)
    found = []
    for sentence in _SENTENCE_END.split(text):
        key = squeeze(sentence)
        if left[key] > 0:
            left[key] -= 1
            found.append(sentence.strip())
    return found


def _sentences(text: str) -> Iterable[str]:
    return filter(None, map(squeeze, _SENTENCE_END.split(text)))


def _length(sentences: Counter[str]) -> int:
    return sum(len(sentence) * count for sentence, count in sentences.items())
