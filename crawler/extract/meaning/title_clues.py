"""The title: as the head of the page names it, and as it is shown above the body. The whole one wins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crawler.extract.page.lines import Line
from crawler.extract.roles.role import BREADCRUMB, INFO, LINKS, PLAIN, PROSE, squeeze, without_tail
from crawler.extract.roles.split import Parts
from crawler.model import Clue

_SHORTEST, _LONGEST = 4, 160  # characters
_OPENING = 4  # lines of the body that may be its title in several lines
_MAYBE = frozenset((PLAIN, PROSE, LINKS, INFO))
_MOST_LINES = 4  # lines of one centred title
_HEADINGS = {"h1": 0.62, "h2": 0.48, "h3": 0.45}
_EXACT, _AGREED, _WITH_SITE = (
    0.96,
    0.9,
    0.885,
)  # a line that is the head's title, part of it, the head's with the site's name
_CONFIRMED, _HEAD, _COLUMN = 0.8, (0.6, 0.5, 0.3, 0.25), 0.3
_COLUMN_LENGTH = (
    6  # characters; a shorter title is that of a column, such as 新闻动态, unless it is shown above the text
)
_OWN, _LEAST_OWN, _MENU = (
    0.97,
    8,
    12,
)  # weight, characters of a title that only the text shows; characters of a menu in one line
_LENGTH, _CLOSENESS = (
    0.0002,
    0.01,
)  # of two lines that agree the longer counts, of two equal ones the closer to the body


def title_clues(parts: Parts, named: Sequence[str]) -> Iterator[Clue]:
    """Clues of a title: lines that agree with the head, headings, and the head alone.

    `named`: what the head calls the page, best first. The body's first lines are looked at too: a document's own
    heading may stand there.
    """
    squeezed = [squeeze(name) for name in named]
    columns = tuple(name for name in named if len(squeeze(name)) <= _COLUMN_LENGTH)
    for i, name in enumerate(named):
        confirmed = i == 0 and any(squeezed[0] in other for other in squeezed[1:])
        weight = _COLUMN if name.startswith(columns) else _CONFIRMED if confirmed else _HEAD[min(i, 3)]
        yield _clue(name, weight, "head")
    above = [
        line for line, part in zip(parts.header, parts.roles, strict=True) if part in _MAYBE and _fits(line)
    ]
    plain = [_without_tail(line) for line in [*above, *filter(_fits, parts.body[:_OPENING])]]
    if own := _unnamed(parts, squeezed):
        yield _clue(without_tail(own.text), _OWN, "first below the menu, while the head names the site")
    for i, line in enumerate(plain):
        closeness = _CLOSENESS * i / len(plain)
        if agreed := _agreeing(plain, i, squeezed):
            yield _clue(agreed, _agreement(squeeze(agreed), squeezed) + closeness, "shown and in the head")
        elif i >= len(above) or len(line.text) < _SHORTEST:
            continue
        elif line.tag in _HEADINGS:
            yield _clue(line.text, _HEADINGS[line.tag] + closeness, f"heading {line.tag}")
        elif not line.is_links or (not named and i == len(above) - 1):
            yield _clue(line.text, 0.4 + closeness, "above the body")


def _unnamed(parts: Parts, named: Sequence[str]) -> Line | None:
    """The first line below the breadcrumb, or below the menu above an info line, where no line there agrees with the head."""
    lines, roles = parts.header, parts.roles
    infos = [i for i, part in enumerate(roles) if part is INFO]
    last = infos[-1] if infos else len(roles)
    menus = [i for i in range(last) if roles[i] is BREADCRUMB]
    if not menus and infos:
        menus = [i for i in range(last) if roles[i] is LINKS and len(lines[i].text) > _MENU]
    if not menus:
        return None
    first = menus[-1] + 1
    below = [
        line
        for line, part in zip(lines[first:last], roles[first:last], strict=True)
        if part in (PLAIN, PROSE) and not line.linked and _fits(line)
    ]
    inner = [*below, *filter(_fits, parts.body[:_OPENING])]
    if any(_agreeing(inner, i, named) for i in range(len(inner))):
        return None
    heading = next((line for line in below if line.tag in _HEADINGS), None)
    return heading or next(
        (line for line in below if len(squeeze(line.text)) >= _LEAST_OWN and "http" not in line.text), None
    )


def _clue(value: str, weight: float, where: str) -> Clue:
    return Clue(field="title", value=value, weight=weight, where=where)


def _agreement(shown: str, named: Sequence[str]) -> float:
    if shown == named[0]:
        return _EXACT
    if shown in named and any(name != shown and name in shown for name in named):
        return _WITH_SITE
    return _AGREED + _LENGTH * min(len(shown), _LONGEST)


def _without_tail(line: Line) -> Line:
    text = without_tail(line.text)
    return line if text == line.text else line._replace(text=text)


def _fits(line: Line) -> bool:
    return 1 < len(line.text) <= _LONGEST


def _agreeing(lines: Sequence[Line], first: int, named: Sequence[str]) -> str | None:
    """The text of one line, or of some lines joined, that the head of the page confirms."""
    joined = ""
    best = None
    for line in lines[first : first + _MOST_LINES]:
        joined += line.text
        shown = squeeze(joined)
        if shown in named[:1]:
            return joined
        if len(shown) < _SHORTEST:
            continue
        if not any(shown[:_SHORTEST] in name for name in named):
            break
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
