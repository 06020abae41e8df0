"""Read a query: words, "quoted texts", AND, OR, NOT and parentheses. A query that the index cannot answer is an error.

Words that stand beside each other must all be in a text. NOT binds most, then AND, then OR; the three count only in capital
letters. A word is split at its punctuation; in a quoted text punctuation counts, and `""` is a quotation mark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.archive.fulltext import All, Any, Expression, Term
from crawler.errors import ConfigError
from crawler.field.search_tokens import exact_phrase, phrases
from crawler.field.text import fold

MAX_QUERY_CHARS = 1000
MAX_TERMS = 64
MAX_DEPTH = 32
"""Of parentheses. SQLite takes expressions of a depth of 256."""

_PART = re.compile(r'\s+|"((?:[^"]|"")*+)"|([()])|([^\s()"]+)|(")')
_OPERATORS = ("AND", "OR", "NOT")


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    place: int  # characters into the query
    kind: str  # quoted, mark, word


def parse(query: str) -> Expression:
    """Return what a query means. Raises ConfigError, with the place, for one that cannot be answered."""
    if len(query) > MAX_QUERY_CHARS:
        raise ConfigError(f"the query has {len(query)} characters; {MAX_QUERY_CHARS} are allowed")
    if not query.strip():
        raise ConfigError("the query is empty; give words to search for")
    if any("\ud800" <= char <= "\udfff" for char in query):
        raise ConfigError("the query is not text in the encoding of this terminal")
    reader = _Reader(query)
    found = reader.either(0)
    if reader.parts:
        raise _fault(query, reader.parts[0].place, "this parenthesis closes nothing")
    return found


class _Reader:
    """Reads the parts of a query from the left."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.parts = _parts(query)
        self.terms = 0

    def either(self, depth: int) -> Expression:
        """Read expressions joined by OR."""
        found = [self.each(depth)]
        while self._take_operator("OR"):
            found.append(self.each(depth))
        return found[0] if len(found) == 1 else Any(tuple(found))

    def each(self, depth: int) -> Expression:
        """Read expressions that stand beside each other or are joined by AND, with NOT before some of them."""
        start = self.parts[0].place if self.parts else len(self.query)
        wanted: list[Expression] = []
        unwanted: list[Expression] = []
        while True:
            negated = self._take_operator("NOT")
            (unwanted if negated else wanted).extend(self._one(depth))
            joined = self._take_operator("AND")
            if not joined and (not self.parts or self._at("OR") or self.parts[0].text == ")"):
                break
        if not wanted:
            raise _fault(
                self.query,
                start,
                "NOT needs something beside it that must be in a text: 行政复议 NOT 行政诉讼",
            )
        return wanted[0] if len(wanted) == 1 and not unwanted else All(tuple(wanted), tuple(unwanted))

    def _one(self, depth: int) -> list[Expression]:
        if not self.parts:
            raise _fault(self.query, len(self.query), "a word is missing at the end")
        part = self.parts.pop(0)
        if part.kind == "mark":
            return [self._inner(part, depth)]
        if part.kind == "operator":
            raise _fault(
                self.query,
                part.place,
                f'a word is missing before {part.text}; quote it to search for "{part.text}"',
            )
        found = [exact_phrase(part.text)] if part.kind == "quoted" else phrases(part.text)
        terms = [Term(phrase) for phrase in found if phrase is not None]
        if not terms:
            raise _fault(self.query, part.place, "only punctuation; give a word with a letter or a digit")
        self.terms += len(terms)
        if self.terms > MAX_TERMS:
            raise ConfigError(f"the query has more than {MAX_TERMS} words")
        return list(terms)

    def _inner(self, opening: _Part, depth: int) -> Expression:
        if opening.text == ")":
            raise _fault(self.query, opening.place, "a word is missing before this parenthesis")
        if depth >= MAX_DEPTH:
            raise ConfigError(f"the query has more than {MAX_DEPTH} parentheses within each other")
        found = self.either(depth + 1)
        if not self.parts:
            raise _fault(self.query, opening.place, "this parenthesis is not closed")
        self.parts.pop(0)  # only a closing one ends `either` before the end
        return found

    def _at(self, operator: str) -> bool:
        return bool(self.parts) and self.parts[0].kind == "operator" and self.parts[0].text == operator

    def _take_operator(self, operator: str) -> bool:
        taken = self._at(operator)
        if taken:
            self.parts.pop(0)
        return taken


def _parts(query: str) -> list[_Part]:
    found = []
    for match in _PART.finditer(fold(query)):
        quoted, mark, word, unclosed = match.groups()
        if unclosed:
            raise _fault(query, match.start(), "this quotation mark is not closed")
        if quoted is not None:
            found.append(_Part(quoted.replace('""', '"'), match.start(), "quoted"))
        elif mark:
            found.append(_Part(mark, match.start(), "mark"))
        elif word:
            found.append(_Part(word, match.start(), "operator" if word in _OPERATORS else "word"))
    return found


def _fault(query: str, place: int, what: str) -> ConfigError:
    """Return an error that names the place: the query from there on, or its end."""
    rest = query[place : place + 20]
    where = f"at {rest!r}" if rest else "at its end"
    return ConfigError(f"query {query[:80]!r}, {where}: {what}")
