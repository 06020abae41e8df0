"""The title: as the head of the page names it, and as it is shown above the body. The whole one wins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crawler.extract.lines import Line
from crawler.extract.roles import Role, squeeze, without_tail
from crawler.extract.trim import Parts
from crawler.model import Clue

_SHORTEST, _LONGEST = 4, 160  # characters
_OPENING = 4  # lines of the body that may be its title in several lines
_MAYBE = frozenset((Role.PLAIN, Role.PROSE, Role.LINKS, Role.INFO))
_MOST_LINES = 4  # lines of one centred title
_HEADINGS = {"h1": 0.62, "h2": 0.48, "h3": 0.45}


def title_clues(parts: Parts, named: Sequence[str]) -> Iterator[Clue]:
    """Clues of a title: lines that agree with the head, headings, and the head alone.

    The body's first lines are looked at too: a document's own heading may stand there.
    """
    squeezed = [squeeze(name) for name in named]
    for i, name in enumerate(named):
        confirmed = i == 0 and any(squeezed[0] in other for other in squeezed[1:])
        yield Clue(
            field="title",
            value=name,
            weight=0.8 if confirmed else (0.6, 0.5, 0.3, 0.25)[min(i, 3)],
            where="head",
        )
    above = [
        line for line, part in zip(parts.header, parts.roles, strict=True) if part in _MAYBE and _fits(line)
    ]
    plain = [
        line._replace(text=without_tail(line.text))
        for line in [*above, *filter(_fits, parts.body[:_OPENING])]
    ]
    for i, line in enumerate(plain):
        closeness = 0.01 * i / len(plain)
        if agreed := _agreeing(plain, i, squeezed):
            yield Clue(
                field="title",
                value=agreed,
                weight=0.9 + closeness + 0.0002 * len(agreed),
                where="shown and in the head",
            )
        elif i >= len(above) or not line.text:
            continue
        elif line.tag in _HEADINGS:
            yield Clue(
                field="title",
                value=line.text,
                weight=_HEADINGS[line.tag] + closeness,
                where=f"heading {line.tag}",
            )
        elif not line.is_links or (not named and i == len(above) - 1):
            yield Clue(field="title", value=line.text, weight=0.4 + closeness, where="above the body")


def _shown(line: Line, part: Role) -> Line:
    """The title in a line that goes on with date and source; nothing where the line has no title before these."""
    text = without_tail(line.text)
    return line._replace(text="" if part is Role.INFO and len(text) < _SHORTEST else text)


def _fits(line: Line) -> bool:
    return _SHORTEST <= len(line.text) <= _LONGEST


def _agreeing(lines: Sequence[Line], first: int, named: Sequence[str]) -> str | None:
    """The text of one line, or of some lines joined, that the head of the page confirms."""
    joined = ""
    best = None
    for line in lines[first : first + _MOST_LINES]:
        joined += line.text
        shown = squeeze(joined)
        if len(shown) < _SHORTEST:
            continue
        if shown in named[:2]:
            return joined
        if any(shown == name or (len(shown) > 7 and shown in name) for name in named):
            best = joined
        elif any(name.startswith(shown) for name in named):
            continue
        elif any(
            len(name) > 11 and shown.startswith(name) and len(shown) < 2 * len(name) for name in named[:1]
        ):
            best = best or joined  # the head was cut short
        else:
            break
    return best
