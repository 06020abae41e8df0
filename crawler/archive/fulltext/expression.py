"""What may be searched for, as values: terms, joined by AND, OR and NOT. And its form in SQLite's FTS5.

`crawler.questions.search.grammar` reads it from what people type. A text never reaches FTS5 as syntax: only tokens do,
which have no ASCII punctuation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from crawler.field.search_tokens import Phrase


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or a quoted text."""

    phrase: Phrase

    def fts5(self) -> str:
        """Return the term in the syntax of FTS5."""
        return f'"{" ".join(self.phrase.tokens)}"{" *" if self.phrase.is_prefix else ""}'

    def matches(self, text: str) -> bool:
        """Whether a text, in lower case, has the term."""
        return self.phrase.pattern.search(text) is not None

    def phrases(self) -> Iterator[Phrase]:
        """Yield what a text must have, or may have, to be found."""
        yield self.phrase


@dataclass(frozen=True, slots=True)
class All:
    """Texts that all of `parts` find, and none of `without`."""

    parts: tuple[Expression, ...]  # at least one
    without: tuple[Expression, ...] = ()

    def fts5(self) -> str:
        """Return the expression in the syntax of FTS5."""
        found = " AND ".join(part.fts5() for part in self.parts)
        for part in self.without:
            found = f"({found}) NOT {part.fts5()}"
        return f"({found})"

    def matches(self, text: str) -> bool:
        """Whether a text, in lower case, is found."""
        return all(part.matches(text) for part in self.parts) and not any(
            part.matches(text) for part in self.without
        )

    def phrases(self) -> Iterator[Phrase]:
        """Yield what a text must have, or may have, to be found."""
        for part in self.parts:
            yield from part.phrases()


@dataclass(frozen=True, slots=True)
class Any:
    """Texts that one of `parts` finds."""

    parts: tuple[Expression, ...]  # at least two

    def fts5(self) -> str:
        """Return the expression in the syntax of FTS5."""
        return f"({' OR '.join(part.fts5() for part in self.parts)})"

    def matches(self, text: str) -> bool:
        """Whether a text, in lower case, is found."""
        return any(part.matches(text) for part in self.parts)

    def phrases(self) -> Iterator[Phrase]:
        """Yield what a text must have, or may have, to be found."""
        for part in self.parts:
            yield from part.phrases()


Expression: TypeAlias = Term | All | Any
