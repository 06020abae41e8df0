"""Cut a text into sentences, and make of what stands around a number the plain words that rules look at."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_BEFORE, MAX_AFTER = 140, 60
"""Characters around a number that rules look at."""

_END = re.compile(r"[。;!?\n|]")
_TITLES = re.compile(r"《[^《》\n]{0,200}》")
_REMARKS = re.compile(r"\([^()\n]{0,200}\)")
_QUIET = re.compile(r"[\s“”‘’\"']")
_HOTLINES = {"12348": "LEGAL", "12345": "CIVIC"}
_ABOUT = re.compile(r"(?:共|共计|合计|总计|达|达到|高达)?(?:大约|约|将近|接近|近|超过|超|逾|突破|至少)?为?\Z")
_CLAUSE = re.compile(r"[,;:(]")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each sentence of a folded text. Semicolons, line ends and cells of tables end one, too."""
    start = 0
    for end in _END.finditer(text):
        if end.start() > start:
            yield start, end.start()
        start = end.end()
    if start < len(text):
        yield start, len(text)


def words_before(text: str) -> str:
    """Return the words before a number: titles as 《》, closed brackets, quotes and white space left out, hotlines named.

    共, 达, 约, 近 and the like before the number are left out, too; `numbers` tells which make it approximate.
    """
    return _ABOUT.sub("", _plain(_REMARKS.sub("", _named(text)))[-MAX_BEFORE:])


def words_after(text: str) -> str:
    """Return the words after a number, as `words_before`, from the number on."""
    return _plain(_named(text))[:MAX_AFTER]


def _named(text: str) -> str:
    for digits, name in _HOTLINES.items():
        text = text.replace(digits, name)
    return _TITLES.sub("《》", text)


def _plain(text: str) -> str:
    return _QUIET.sub("", text)


def last_clause(words: str) -> str:
    """Return what stands behind the last comma, colon or opening bracket."""
    return _CLAUSE.split(words)[-1]
