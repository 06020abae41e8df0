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
from crawler.extract.page.tag_marks import HEADING, LINK, LINK_END, MARKS
from crawler.extract.roles.file_links import ANY_FILE, is_document_link
from crawler.extract.roles.labels import is_own_date
from crawler.extract.roles.role import FOOTER, INDEX, PLAIN, PROSE, role, squeeze, without_tail

_MAX_LENGTH = 400  # characters, those in links left out, of an article with next to no text
_MAX_PIECES = 400  # below the title, in which an article without text is looked for
_MIN_TITLE_LENGTH, _MAX_TITLE_LENGTH = 5, 300  # characters of a piece that is the title
_MAX_PIECE_LENGTH = 2000  # characters of a piece that are judged
_NO_TEXTS = ("暂无",)  # squeezed
_TEMPLATE_TAG = re.compile(
    r"\s(?:ms-(?:repeat|for|each|if|controller)|:?v-(?:for|if|show)|ng-(?:repeat|show|if)|data-ng-repeat|wx:for)[\w-]*="
)
_TEMPLATE = re.compile(r"\{\{[^{}]{0,200}\}\}|\$\{[^{}]{0,200}\}|<%[^<>%]{0,200}%>")
_HEADING_OF_LIST = re.compile(
    r"\S{0,4}(?:解读|政策文件|相关(?:文件|信息|政策|文章|新闻|附件)|专题专栏|热点新闻|最新文件)"
)
_MAX_HEADING_LENGTH = 10  # characters of another heading of such a list
_LINKED = re.compile(f"{LINK}[^{LINK_END}]*{LINK_END}?")


def stub(flow: Flow, titles: Collection[str]) -> tuple[int, int] | None:
    """Return the first piece of an article with next to no text and the one after its last.

    None if none is found, or if what is there is too long for a stub.

    The range is empty if the article's container holds nothing. `titles`: squeezed titles of the page.
    """
    title = _title(flow, titles)
    found = _Below(flow, title, titles).article() if title is not None else None
    is_long = found and sum(len(_unlinked(piece)) for piece in flow.pieces[slice(*found)]) > _MAX_LENGTH
    return None if is_long else found


def _title(flow: Flow, titles: Collection[str]) -> int | None:
    """The first piece that is a title of the page and no link, or the last of some that are it together; None without."""
    begun: list[str] = []  # what the last pieces have of a title
    for i, piece in enumerate(flow.pieces):
        if piece.isspace() or not piece:
            continue
        if len(piece) >= _MAX_TITLE_LENGTH or piece.lstrip().startswith(LINK):
            begun = []
            continue
        text = MARKS.sub("", piece)
        words = squeeze(text)
        if len(words) >= _MIN_TITLE_LENGTH and (words in titles or squeeze(without_tail(text)) in titles):
            return i
        joined = [*(one + words for one in begun), words]
        if words and any(one in titles for one in joined[:-1]):
            return i
        begun = [one for one in joined if one and any(title.startswith(one) for title in titles)]
    return None


class _Below:
    """What stands below the title of a page: the containers there, and which pieces hold something of an article."""

    def __init__(self, flow: Flow, title: int, titles: Collection[str]) -> None:
        self.flow, self.title = flow, title
        self.last = min(len(flow.pieces), title + _MAX_PIECES)
        self.ends = self.last == len(flow.pieces)  # whether the page or its footer ends there
        self.no_texts = frozenset((*titles, *_NO_TEXTS))
        self.has_templates = False
        self.filled: list[int] = []
        shown = shown_places(flow, title + 1, len(flow.pieces))
        links = {place for place, tag in flow.links if place > title and self._is_document(place, tag)}
        index: list[int] = []
        for i in range(title + 1, self.last):
            text = _unlinked(flow.pieces[i])
            part = role(Line(text)) if text else None
            if part is FOOTER:
                self.last, self.ends = i, True
                break
            if part is INDEX:
                index.append(i)
            is_text = part in (PLAIN, PROSE) and len(squeeze(text)) > 1 and squeeze(text) not in self.no_texts
            is_signed = bool(self.filled) and is_own_date(text)
            if is_text or is_signed or i in shown or i in links:
                self.filled.append(i)
        self._leave_index(index)
        self._leave_templates()

    def _is_document(self, place: int, tag: str) -> bool:
        """Whether a link leads to a document. Most links of a list are ruled out by one search."""
        piece = self.flow.pieces[place]
        may_be = ANY_FILE.search(tag) or ANY_FILE.search(piece)
        return may_be is not None and is_document_link(_text(piece), unescape(attribute(tag, "href")))

    def _leave_templates(self) -> None:
        """Leave out the lists that a script would fill, and the headings over them: 文字解读, 图片解读."""
        flow = self.flow
        for i, tag in enumerate(flow.tags):
            if not _TEMPLATE_TAG.search(tag) or flow.starts[i] <= self.title:
                continue
            start, end = flow.starts[i], flow.ends[i]
            if any(_text(_TEMPLATE.sub("", flow.pieces[j])) for j in range(start, end)):
                continue  # a browser has filled it
            self.has_templates = True
            above = [j for j in self.filled if j < start]
            while above and self._is_heading(above[-1]):
                above.pop()
            self.filled = [*above, *(j for j in self.filled if j >= end)]

    def _is_heading(self, piece: int) -> bool:
        """Whether a piece is the heading of a list beside an article."""
        text = _text(self.flow.pieces[piece])
        is_marked = HEADING in self.flow.pieces[piece] and 0 < len(text) <= _MAX_HEADING_LENGTH
        return is_marked or _HEADING_OF_LIST.fullmatch(text) is not None

    def _leave_index(self, labels: list[int]) -> None:
        """Leave an index table between title and article out: its last label and the value in the next cell."""
        value = labels[-1] + 1 if len(labels) > 1 else 0
        while value and value < self.last and not _text(self.flow.pieces[value]):
            value += 1
        below = [i for i in self.filled if i > value]
        self.filled = below or self.filled

    def article(self) -> tuple[int, int] | None:
        """Return the range of the article: in a known container, else in the nearest that holds something."""
        certain, known = list(self._known(is_certain)), list(self._known(is_known))
        if (found := self._first_filled(certain)) is not None:
            return self._range(self._innermost(found, certain))
        if (found := self._first_filled(known)) is not None:
            return self._filled_part(self._innermost(found, known))
        if certain or (self.has_templates and not self.filled):
            return (self.flow.ends[certain[0]] if certain else self.title + 1,) * 2
        return self._nearest() if self.ends else None

    def _first_filled(self, containers: list[int]) -> int | None:
        return next((i for i in containers if self._held(i)), None)

    def _filled_part(self, container: int) -> tuple[int, int] | None:
        """The pieces from the first to the last that hold something: what else is there belongs to the site's frame."""
        held = self._held(container)
        if not held or not self.ends:
            return self._range(container) if held else None
        flow, last = self.flow, held[-1] + 1
        for i in range(container + 1, len(flow.tags)):
            if flow.tags[i].startswith("table") and flow.starts[i] <= held[-1] < flow.ends[i]:
                last = max(last, min(flow.ends[i], flow.ends[container]))  # no row is cut
        return held[0], last

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
        found = self._first_filled(around[::-1])
        return self._filled_part(found) if found is not None else None

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

    def _held(self, container: int) -> list[int]:
        start, end = self._range(container)
        return [i for i in self.filled if start <= i < end]

    def _range(self, container: int) -> tuple[int, int]:
        """The pieces of a container below the title and above the site's footer."""
        start, end = max(self.flow.starts[container], self.title + 1), self.flow.ends[container]
        return start, max(start, min(end, self.last) if self.ends else end)


def _unlinked(piece: str) -> str:
    """The text of a piece outside its links; quick for the pieces of a list."""
    if not piece or piece.isspace() or (piece[0] == LINK and piece.find(LINK_END) == len(piece) - 1):
        return ""
    return _text(_LINKED.sub("", piece))


def _text(piece: str) -> str:
    return clean(MARKS.sub("", piece[:_MAX_PIECE_LENGTH]))
