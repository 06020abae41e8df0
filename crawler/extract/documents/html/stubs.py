"""Choose the container of an article that has next to no text: one line, images, a viewer, or nothing at all.

`candidates` weighs texts, and on such a page the site's own frame outweighs the article. Here the place decides: the article
stands below the page's title, in a container of a known system or else in the nearest one that holds anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from crawler.extract.documents.html.embedded import shown_places
from crawler.extract.documents.html.hints import is_certain, is_known
from crawler.extract.page.flow import Flow, attribute, unescape
from crawler.extract.page.lines import Line, clean
from crawler.extract.page.tag_marks import LINK, LINK_END, MARKS
from crawler.extract.roles.file_links import is_document_link
from crawler.extract.roles.role import FOOTER, PLAIN, PROSE, role, squeeze, without_tail

_MAX_PIECES = 400  # below the title, in which an article without text is looked for
_MIN_TITLE_LENGTH, _MAX_TITLE_LENGTH = 5, 300  # characters of a piece that is the title
_MAX_PIECE_LENGTH = 2000  # characters of a piece that are judged
_LINKED = re.compile(f"{LINK}[^{LINK_END}]*{LINK_END}?")


def stub(flow: Flow, titles: Collection[str]) -> tuple[int, int] | None:
    """Return the first piece of an article with next to no text and the one after its last; None if none is found.

    The range is empty if the article's container holds nothing. `titles`: squeezed titles of the page.
    """
    title = _title(flow, titles)
    return _Below(flow, title, titles).article() if title is not None else None


def _title(flow: Flow, titles: Collection[str]) -> int | None:
    """The first piece that is a title of the page and no link; None if it is not shown."""
    for i, piece in enumerate(flow.pieces):
        if _MIN_TITLE_LENGTH <= len(piece) < _MAX_TITLE_LENGTH and not piece.lstrip().startswith(LINK):
            text = MARKS.sub("", piece)
            if squeeze(text) in titles or squeeze(without_tail(text)) in titles:
                return i
    return None


class _Below:
    """What stands below the title of a page: the containers there, and which pieces hold something of an article."""

    def __init__(self, flow: Flow, title: int, titles: Collection[str]) -> None:
        self.flow, self.title = flow, title
        self.last = min(len(flow.pieces), title + _MAX_PIECES)
        self.ends = self.last == len(flow.pieces)  # whether the page or its footer ends there
        self.filled: list[int] = []
        shown = shown_places(flow, title + 1, len(flow.pieces))
        links = {
            place
            for place, tag in flow.links
            if place > title and is_document_link(_text(flow.pieces[place]), unescape(attribute(tag, "href")))
        }
        for i in range(title + 1, self.last):
            text = _text(_LINKED.sub("", flow.pieces[i]))
            part = role(Line(text)) if text else None
            if part is FOOTER:
                self.last, self.ends = i, True
                break
            is_text = part in (PLAIN, PROSE) and squeeze(text) and squeeze(text) not in titles
            if is_text or i in shown or i in links:
                self.filled.append(i)

    def article(self) -> tuple[int, int] | None:
        """Return the range of the article: in a known container, else in the nearest that holds something."""
        certain = list(self._known(is_certain))
        for known in (certain, list(self._known(is_known))):
            if (found := next((i for i in known if self._is_filled(i)), None)) is not None:
                return self._range(self._innermost(found, known))
        if certain:
            return (self.flow.ends[certain[0]],) * 2
        return self._nearest() if self.ends else None

    def _known(self, test: Callable[[str, str, str], bool]) -> Iterator[int]:
        """The containers of a table that end below the title."""
        flow = self.flow
        for i, tag in enumerate(flow.tags):
            if (
                flow.ends[i] > self.title
                and flow.starts[i] < self.last
                and test(tag.partition(" ")[0], attribute(tag, "id"), attribute(tag, "class"))
            ):
                yield i

    def _nearest(self) -> tuple[int, int] | None:
        """The innermost container around the title that holds something below it."""
        around = [i for i, start in enumerate(self.flow.starts) if start <= self.title < self.flow.ends[i]]
        found = next((i for i in reversed(around) if self._is_filled(i)), None)
        return self._range(found) if found is not None else None

    def _innermost(self, container: int, known: list[int]) -> int:
        """The innermost known container that holds the same as the given one."""
        whole = self._held(container)
        return next(
            (
                i
                for i in reversed(known)
                if self.flow.starts[i] >= self.flow.starts[container] and self._held(i) == whole
            ),
            container,
        )

    def _is_filled(self, container: int) -> bool:
        return bool(self._held(container))

    def _held(self, container: int) -> list[int]:
        start, end = self._range(container)
        return [i for i in self.filled if start <= i < end]

    def _range(self, container: int) -> tuple[int, int]:
        """The pieces of a container below the title and above the site's footer."""
        start, end = max(self.flow.starts[container], self.title + 1), self.flow.ends[container]
        return start, max(start, min(end, self.last) if self.ends else end)


def _text(piece: str) -> str:
    return clean(MARKS.sub("", piece[:_MAX_PIECE_LENGTH]))
