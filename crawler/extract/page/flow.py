"""A page's markup as one flow of text, cut at its breaks, with the containers that hold it. One pass; judges nothing."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from crawler.extract.page.tag_marks import BREAK, CONTAINERS, LINK, MARKED, VOID

_COMMENT = re.compile(r"<!--(?:[^-]+|-(?!->))*+-->")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


@dataclass(frozen=True, slots=True)
class Flow:
    """A page in reading order, without what is hidden.

    `pieces`: the text between two breaks each, not yet cleaned, marks of cells and links in it.
    `starts`, `ends`, `above`, `tags`: for each container, outer ones first, `pieces[start:end]` is its text,
    `above` the index of the container around it (-1: none), `tag` what stands between its `<` and `>`.
    `links`: for each link mark its piece and tag. `wide`: first and last piece of each link over several.
    """

    pieces: list[str]
    starts: list[int]
    ends: list[int]
    above: list[int]
    tags: list[str]
    links: list[tuple[int, str]]
    wide: list[tuple[int, int]]

    def hrefs(self, start: int, end: int) -> list[str]:
        """The addresses of the link marks in pieces[start:end]."""
        first, last = bisect_left(self.links, (start, "")), bisect_left(self.links, (end, ""))
        return [unescape(attribute(tag, "href")) for _, tag in self.links[first:last]]


_PLAIN, _LINK, _LINK_END, _BREAKS, _OPENS, _CLOSES, _PRE, _PRE_END, _HIDES = range(9)
_SPECIAL = {"/a": _LINK_END, "pre": _PRE, "/pre": _PRE_END}
_NOTHING = (_PLAIN, "")


def _meaning(name: str, mark: str) -> int:
    if name in CONTAINERS:
        return _OPENS
    return _CLOSES if name[1:] in CONTAINERS else _SPECIAL.get(name, _BREAKS)


_BARE = {name: (_meaning(name, mark), mark) for name, mark in MARKED.items()}


class _Meanings(dict[str, tuple[int, str]]):
    """What each tag means and its mark, by what stands between `<` and `>`; kept, since a site's pages share their tags."""

    def __init__(self, *, hiding: bool) -> None:
        super().__init__(_BARE)
        self.hiding = hiding

    def __missing__(self, tag: str) -> tuple[int, str]:
        name = tag.partition(" ")[0]
        if self.hiding and ("none" in tag or "hidden" in tag) and _hides(name, tag):
            found = (_HIDES, BREAK)
        elif name == "a":
            found = (_LINK, LINK) if ' href="' in tag and ' href=""' not in tag else _NOTHING
        else:
            found = _BARE.get(name, _NOTHING)
        if len(self) > _MOST_KEPT:
            self.clear()
            self.update(_BARE)
        if len(tag) < _LONGEST_KEPT:
            self[tag] = found
        return found


_MOST_KEPT, _LONGEST_KEPT = 20_000, 200  # tags, characters of one
_MEANINGS = {hiding: _Meanings(hiding=hiding) for hiding in (True, False)}


def attribute(tag: str, name: str) -> str:
    """The value of an attribute, escaped as it is serialised; empty where the tag has none."""
    return tag.partition(f' {name}="')[2].partition('"')[0]


def _hides(name: str, tag: str) -> bool:
    if name in VOID:
        return False
    return ' hidden="' in tag or ("style=" in tag and _HIDING.search(attribute(tag, "style")) is not None)


def read_flow(html: str, *, hiding: bool = True) -> Flow:
    """The flow of well-formed markup, as lexbor serialises it: `<` and `>` are tags' only, each element is closed.

    `hiding`: whether elements that are not displayed are left out.
    """
    if "<!--" in html:
        html = _COMMENT.sub("", html)
    return _Reader(html, hiding=hiding).flow()


class _Reader:
    """One pass over a page, and what it has found so far."""

    def __init__(self, html: str, *, hiding: bool) -> None:
        self.meanings = _MEANINGS[hiding]
        self.tokens = iter(html.split("<"))
        next(self.tokens)
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.above: list[int] = []
        self.tags: list[str] = []
        self.links: list[tuple[int, str]] = []
        self.wide: list[tuple[int, int]] = []

    def flow(self) -> Flow:
        pieces = unescape("".join(self._marked())).split(BREAK)
        ends = [end if end >= 0 else len(pieces) for end in self.ends]
        return Flow(pieces, self.starts, ends, self.above, self.tags, self.links, self.wide)

    def _marked(self) -> list[str]:
        """The text with marks for tags. It sees every tag of a page, hence one loop without calls."""
        meanings, starts, ends, above, tags = self.meanings, self.starts, self.ends, self.above, self.tags
        links = self.links
        out: list[str] = []
        add = out.append
        piece = pre = 0
        inner = link = -1  # the innermost open container; the piece in which a link is open
        for token in self.tokens:
            tag, _, text = token.partition(">")
            meaning, mark = meanings[tag]
            if not meaning:
                pass  # first, being every third tag
            elif meaning >= _BREAKS:
                piece += 1
                if meaning == _OPENS:
                    above.append(inner)
                    inner = len(tags)
                    starts.append(piece)
                    ends.append(-1)
                    tags.append(tag)
                elif meaning == _CLOSES:
                    if inner >= 0:
                        ends[inner] = piece
                        inner = above[inner]
                elif meaning == _PRE:
                    pre += 1
                elif meaning == _PRE_END:
                    pre -= 1
                elif meaning == _HIDES:
                    text = self._skip()
            elif meaning == _LINK:
                links.append((piece, tag))
                link = piece
            elif meaning == _LINK_END:
                if 0 <= link < piece:
                    self.wide.append((link, piece))
                link = -1
            if pre > 0 and "\n" in text:
                piece += text.count("\n")
                text = text.replace("\n", BREAK)
            if mark:
                add(mark)
            add(text)
        return out

    def _skip(self) -> str:
        """Passes over the rest of an element; the text behind it."""
        depth = 1
        for token in self.tokens:
            tag, _, text = token.partition(">")
            if tag[:1] == "/":
                depth -= 1
            elif tag.partition(" ")[0] not in VOID:
                depth += 1
            if not depth:
                return text
        return ""


def unescape(text: str) -> str:
    """Undoes the escapes that HTML serialisation writes."""
    if "&" not in text:
        return text
    for escaped, char in _ESCAPES:
        text = text.replace(escaped, char)
    return text


_ESCAPES = (("&nbsp;", "\u00a0"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))
