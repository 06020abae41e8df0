"""Look up in which texts a phrase occurs, and how often, from the positions of its tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from crawler.archive.fulltext.database.postings import Positions, read, weight, within
from crawler.archive.fulltext.database.tables import key_of
from crawler.field.search_tokens import Phrase

Text = tuple[int, int]
"""Portion and place of a text."""

_ROWS = "SELECT portion, positions FROM search_postings WHERE token = %(token)s"
_ROWS_OF_PREFIX = (
    "SELECT portion, positions FROM search_postings WHERE token >= %(token)s AND token < %(next)s"
)


def occurrences(connection: Connection, phrase: Phrase, section: str | None) -> dict[Text, float]:
    """Return how often a phrase occurs in each text that has it; one in the title counts by its weight.

    `section`: only what stands in this column counts.
    """
    *before, last = phrase.tokens
    if not before:
        found: dict[Text, float] = {}
        for text, positions in _positions(connection, last, section, is_prefix=phrase.is_prefix):
            if positions:
                found[text] = found.get(text, 0.0) + weight(positions)
        return found
    ends = _ends(connection, before, section)
    followed: dict[Text, set[int]] = {}
    for text, positions in _positions(connection, last, section, is_prefix=phrase.is_prefix):
        if text in ends and (met := ends[text].intersection(positions)):
            followed.setdefault(text, set()).update(met)
    return {text: weight(sorted(positions)) for text, positions in followed.items()}


def _ends(connection: Connection, words: list[str], section: str | None) -> Mapping[Text, set[int]]:
    """Return the positions behind tokens that follow each other, in each text that has such."""
    found: dict[Text, set[int]] | None = None
    for word in words:
        here: dict[Text, set[int]] = {}
        for text, positions in _positions(connection, word, section):
            if found is None:
                here[text] = {each + 1 for each in positions}
            elif text in found and (met := found[text].intersection(positions)):
                here[text] = {each + 1 for each in met}
        found = here
    return found or {}


def _positions(
    connection: Connection, token: str, section: str | None, *, is_prefix: bool = False
) -> Iterator[tuple[Text, Positions]]:
    """Yield the positions of a token in each text that has it; of all tokens that begin with it, if it is a prefix."""
    query, values = _ROWS, {"token": key_of(token)}
    if is_prefix:  # a single character
        query, values = _ROWS_OF_PREFIX, {"token": token, "next": chr(ord(token) + 1)}
    for portion, data in connection.exec_driver_sql(query, values):
        for place, positions in read(data):
            yield (portion, place), positions if section is None else within(positions, section)
