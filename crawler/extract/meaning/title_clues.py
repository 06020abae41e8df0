"""Gather evidence for the title: the titles in the page's head and the lines above the body. Lines in, Clues out.

A line that agrees with the head weighs most. `choose_clue` picks among the clues.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crawler.extract.page.lines import Line
from crawler.extract.roles.role import BREADCRUMB, INFO, LINKS, PLAIN, PROSE, squeeze, without_tail
from crawler.extract.roles.split import Parts
from crawler.model import Clue

_MIN_LENGTH, _MAX_LENGTH = 4, 160  # characters of a title
_MAX_TITLE_LINES = 4  # of one centred title
_BODY_LINES = 4  # from the beginning of the body, which may have the title in several lines
_MAYBE_TITLE = frozenset((PLAIN, PROSE, LINKS, INFO))
_MAX_COLUMN_LENGTH = 6  # characters; such a title in the head is that of a column, such as 新闻动态
_MIN_UNNAMED_LENGTH = 8  # characters of a title that is not in the head
_MIN_MENU_LENGTH = 12  # characters of a menu in one line
_MIN_PART_LENGTH = 8  # characters of a line that is a part of a title in the head
_MIN_CUT_LENGTH = 12  # characters of a title in the head that may be cut off

_WEIGHT_UNNAMED = 0.97  # only shown, while the head names the site
_WEIGHT_EXACT = 0.96  # shown, and the best title in the head
_WEIGHT_PART = 0.9  # shown, and part of a title in the head
_WEIGHT_WITH_SITE = 0.885  # shown, and a title in the head with the site's name
_WEIGHT_CONFIRMED = 0.8  # the best title in the head, and part of another one there
_WEIGHTS_IN_HEAD = (0.6, 0.5, 0.3, 0.25)  # by its place in the head
_WEIGHTS_OF_HEADINGS = {"h1": 0.62, "h2": 0.48, "h3": 0.45}
_WEIGHT_ABOVE_BODY = 0.4
_WEIGHT_COLUMN = 0.3
_WEIGHT_OF_CHARACTER = 0.0002  # of two lines that agree with the head the longer one weighs more
_WEIGHT_OF_CLOSENESS = 0.01  # of two lines of one weight the one closer to the body weighs more


def title_clues(parts: Parts, named: Sequence[str]) -> Iterator[Clue]:
    """Yield the clues of a title: the head's titles, lines that agree with them, and headings.

    `named`: titles in the head, best first. The first lines of the body are read too: a document's own heading may be
    there.
    """
    squeezed = [squeeze(name) for name in named]
    columns = tuple(name for name in named if len(squeeze(name)) <= _MAX_COLUMN_LENGTH)
    for i, name in enumerate(named):
        is_confirmed = i == 0 and any(squeezed[0] in other for other in squeezed[1:])
        by_place = _WEIGHT_CONFIRMED if is_confirmed else _WEIGHTS_IN_HEAD[min(i, 3)]
        yield _clue(name, _WEIGHT_COLUMN if name.startswith(columns) else by_place, "head")
    above = [
        line
        for line, part in zip(parts.header, parts.roles, strict=True)
        if part in _MAYBE_TITLE and _fits(line)
    ]
    plain = [_without_tail(line) for line in [*above, *filter(_fits, parts.body[:_BODY_LINES])]]
    if own := _unnamed_title(parts, squeezed):
        yield _clue(
            without_tail(own.text), _WEIGHT_UNNAMED, "first below the menu, while the head names the site"
        )
    for i, line in enumerate(plain):
        closeness = _WEIGHT_OF_CLOSENESS * i / len(plain)
        if agreed := _agreeing(plain, i, squeezed):
            yield _clue(agreed, _agreement(squeeze(agreed), squeezed) + closeness, "shown and in the head")
        elif i >= len(above) or len(line.text) < _MIN_LENGTH:
            continue
        elif line.tag in _WEIGHTS_OF_HEADINGS:
            yield _clue(line.text, _WEIGHTS_OF_HEADINGS[line.tag] + closeness, f"heading {line.tag}")
        elif not line.is_links or (not named and i == len(above) - 1):
            yield _clue(line.text, _WEIGHT_ABOVE_BODY + closeness, "above the body")


def _unnamed_title(parts: Parts, named: Sequence[str]) -> Line | None:
    """The title of an article whose head names only the site; None if a line agrees with the head.

    It is a heading, or the first line, below the breadcrumb, or below the menu above an info line.
    """
    lines, roles = parts.header, parts.roles
    infos = [i for i, part in enumerate(roles) if part is INFO]
    last = infos[-1] if infos else len(roles)
    menus = [i for i in range(last) if roles[i] is BREADCRUMB]
    if not menus and infos:
        menus = [i for i in range(last) if roles[i] is LINKS and len(lines[i].text) > _MIN_MENU_LENGTH]
    if not menus:
        return None
    first = menus[-1] + 1
    below = [
        line
        for line, part in zip(lines[first:last], roles[first:last], strict=True)
        if part in (PLAIN, PROSE) and not line.linked and _fits(line)
    ]
    inner = [*below, *filter(_fits, parts.body[:_BODY_LINES])]
    if any(_agreeing(inner, i, named) for i in range(len(inner))):
        return None
    heading = next((line for line in below if line.tag in _WEIGHTS_OF_HEADINGS), None)
    return heading or next(
        (
            line
            for line in below
            if len(squeeze(line.text)) >= _MIN_UNNAMED_LENGTH and "http" not in line.text
        ),
        None,
    )


def _clue(value: str, weight: float, where: str) -> Clue:
    return Clue(field="title", value=value, weight=weight, where=where)


def _agreement(shown: str, named: Sequence[str]) -> float:
    """The weight of a shown title that agrees with the head."""
    if shown == named[0]:
        return _WEIGHT_EXACT
    if shown in named and any(name != shown and name in shown for name in named):
        return _WEIGHT_WITH_SITE
    return _WEIGHT_PART + _WEIGHT_OF_CHARACTER * min(len(shown), _MAX_LENGTH)


def _without_tail(line: Line) -> Line:
    text = without_tail(line.text)
    return line if text == line.text else line._replace(text=text, published=line.published[: len(text)])


def _fits(line: Line) -> bool:
    return 1 < len(line.text) <= _MAX_LENGTH


def _agreeing(lines: Sequence[Line], first: int, named: Sequence[str]) -> str | None:
    """The text of one line, or of some lines joined, that agrees with a title in the head; None if there is none."""
    joined = ""
    best = None
    for line in lines[first : first + _MAX_TITLE_LINES]:
        joined += line.text
        shown = squeeze(joined)
        if shown in named[:1]:
            return joined
        if len(shown) < _MIN_LENGTH:
            continue
        if not any(shown[:_MIN_LENGTH] in name for name in named):
            break
        if any(shown == name or (len(shown) >= _MIN_PART_LENGTH and shown in name) for name in named):
            best = joined
        elif any(name.startswith(shown) for name in named):
            continue
        elif any(
            len(name) >= _MIN_CUT_LENGTH and shown.startswith(name) and len(shown) < 2 * len(name)
            for name in named[:1]
        ):
            best = best or joined  # the title in the head is cut off
        else:
            break
    return best
