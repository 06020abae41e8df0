"""Styles of a Word document, as far as they change the text: numbering, hidden text, tables of contents."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple
from xml.etree.ElementTree import Element

from crawler.extract.documents.office.names import VAL, W, is_on, value, whole_number

_MAX_CHAIN = 16  # styles that are based on each other; Word allows 11
_CONTENTS = ("toc ", "目录")  # of the names toc 1, TOC Heading


class Style(NamedTuple):
    """One style. None: it does not say."""

    name: str
    based_on: str | None
    list_id: str | None
    level: int | None
    is_hidden: bool | None


class Styles:
    """The styles of a document by id. An id of None is the default style of paragraphs."""

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str | None, Style] = {}
        for element in () if root is None else root.iter(W + "style"):
            style = _style(element)
            self._styles[element.get(W + "styleId")] = style
            if element.get(W + "type") == "paragraph" and element.get(W + "default") in ("1", "true", "on"):
                self._styles[None] = style
        self.is_hidden = cache(self._is_hidden)
        self.is_contents = cache(self._is_contents)
        self.numbering = cache(self._numbering)

    def _chain(self, style_id: str | None) -> Iterator[Style]:
        """A style and those that it is based on."""
        for _ in range(_MAX_CHAIN):
            if (style := self._styles.get(style_id)) is None:
                return
            yield style
            if (style_id := style.based_on) is None:
                return

    def _is_hidden(self, style_id: str | None) -> bool:
        return next((each.is_hidden for each in self._chain(style_id) if each.is_hidden is not None), False)

    def _is_contents(self, style_id: str | None) -> bool:
        """Whether a paragraph is a line of a table of contents."""
        style = self._styles.get(style_id)
        return style is not None and style.name.lower().startswith(_CONTENTS)

    def _numbering(self, style_id: str | None) -> tuple[str | None, int | None]:
        """The list of a style's paragraphs and their level in it; a level of None is that which names the style."""
        list_id = level = None
        for each in self._chain(style_id):
            list_id = each.list_id if list_id is None else list_id
            level = each.level if level is None else level
        return list_id, level

    def hides(self, run_properties: Element | None, inherited: bool) -> bool:
        """Whether a run is hidden, by its own properties or its character style."""
        if run_properties is None:
            return inherited
        if (own := run_properties.find(W + "vanish")) is not None:
            return is_on(own)
        style_id = value(run_properties, W + "rStyle")
        return inherited or (style_id is not None and self.is_hidden(style_id))


def _style(element: Element) -> Style:
    paragraph, run = element.find(W + "pPr"), element.find(W + "rPr")
    numbers = None if paragraph is None else paragraph.find(W + "numPr")
    level = value(numbers, W + "ilvl")
    vanish = None if run is None else run.find(W + "vanish")
    name = element.find(W + "name")
    return Style(
        name="" if name is None else name.get(VAL, ""),
        based_on=value(element, W + "basedOn"),
        list_id=value(numbers, W + "numId"),
        level=None if level is None else whole_number(level),
        is_hidden=None if vanish is None else is_on(vanish),
    )
