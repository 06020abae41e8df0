"""Read a page's markup as one flow of text in reading order, cut at its breaks, with the containers that hold it.

Takes well-formed markup and returns a `Flow`, in one pass over the tags. `tag_marks` says what each tag means.
Which container is the article is decided by `documents/html/candidates`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from crawler.extract.page.tag_marks import BREAK, CONTAINERS, EMBEDDING, LINK, MARKED, VOID

_COMMENT = re.compile(r"<!--(?:[^-]+|-(?!->))*+(?:-->|\Z)")
_OPENS_FILE = re.compile(  # <a onclick="window.open('/u/a.pdf')">
    r""" onclick="[^"]{0,300}(?:\.(?:pdf|docx?|wps|ofd|xlsx?|zip|rar)\b|/download|/downfile|attach)""", re.I
)
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


@dataclass(frozen=True, slots=True)
class Flow:
    """A page in reading order, without hidden elements.

    `pieces`: the texts between two breaks, not yet cleaned, with marks of cells and links.
    `starts`, `ends`, `parents`, `tags`: one entry for each container, outer ones first. `pieces[start:end]` is its text,
    `parent` the index of the container around it (-1: none), `tag` the source between its `<` and `>`.
    `links`: piece and tag of each link mark. `wide_links`: first and last piece of each link over several pieces.
    `embedded`: piece and tag of each frame and image.
    """

    pieces: list[str]
    starts: list[int]
    ends: list[int]
    parents: list[int]
    tags: list[str]
    links: list[tuple[int, str]]
    wide_links: list[tuple[int, int]]
    embedded: list[tuple[int, str]]

    def hrefs(self, start: int, end: int) -> list[str]:
        """Return the addresses of the link marks in pieces[start:end]."""
        first, last = bisect_left(self.links, (start, "")), bisect_left(self.links, (end, ""))
        return [_address(tag) for _, tag in self.links[first:last]]


_PLAIN, _LINK, _LINK_END, _EMBEDS, _BREAKS, _OPENS, _CLOSES, _PRE, _PRE_END, _HIDES = range(10)
_SPECIAL = {"/a": _LINK_END, "pre": _PRE, "/pre": _PRE_END}
_NOTHING = (_PLAIN, "")


def _meaning(name: str, mark: str) -> int:
    if name in CONTAINERS:
        return _OPENS
    return _CLOSES if name[1:] in CONTAINERS else _SPECIAL.get(name, _BREAKS)


_BARE = {name: (_meaning(name, mark), mark) for name, mark in MARKED.items()}
_BARE |= dict.fromkeys(EMBEDDING, (_EMBEDS, ""))


class _TagMeanings(dict[str, tuple[int, str]]):
    """Meaning and mark of each tag, by the source between its `<` and `>`. A cache: the pages of a site share their tags."""

    def __init__(self, *, skip_hidden: bool) -> None:
        super().__init__(_BARE)
        self.skip_hidden = skip_hidden

    def __missing__(self, tag: str) -> tuple[int, str]:
        name = tag.partition(" ")[0]
        if self.skip_hidden and ("none" in tag or "hidden" in tag) and _hides(name, tag):
            found = (_HIDES, BREAK)
        elif name == "a":
            leads = (' href="' in tag and ' href=""' not in tag) or _OPENS_FILE.search(tag)
            found = (_LINK, LINK) if leads else _NOTHING
        else:
            found = _BARE.get(name, _NOTHING)
        if len(self) > _MAX_CACHED_TAGS:
            self.clear()
            self.update(_BARE)
        if len(tag) < _MAX_CACHED_TAG_LENGTH:
            self[tag] = found
        return found


_MAX_CACHED_TAGS, _MAX_CACHED_TAG_LENGTH = 20_000, 200  # the length in characters
_MEANINGS = {skip_hidden: _TagMeanings(skip_hidden=skip_hidden) for skip_hidden in (True, False)}


def attribute(tag: str, name: str) -> str:
    """Return the value of an attribute, escaped as it is serialised; empty if the tag has none."""
    return tag.partition(f' {name}="')[2].partition('"')[0]


def _address(tag: str) -> str:
    """The address of a link. Of one that opens a document by `onclick` it is that script, as `javascript:`."""
    href = unescape(attribute(tag, "href"))
    if (
        ' onclick="' in tag
        and (not href or href.strip().lower().startswith(("#", "javascript:")))
        and _OPENS_FILE.search(tag)
    ):
        return f"javascript:{unescape(attribute(tag, 'onclick'))}"
    return href


def _hides(name: str, tag: str) -> bool:
    if name in VOID:
        return False
    return ' hidden="' in tag or ("style=" in tag and _HIDING.search(attribute(tag, "style")) is not None)


def read_flow(html: str, *, skip_hidden: bool = True) -> Flow:
    """Return the flow of markup as lexbor serialises it: only tags have `<` and `>`, and each element is closed.

    `skip_hidden`: whether elements that are not displayed are left out.
    """
    if "<!--" in html:
        html = _COMMENT.sub("", html)
    return _Reader(html, skip_hidden=skip_hidden).flow()


class _Reader:
    """One pass over a page: its tokens, and the parts of the flow read so far."""

    def __init__(self, html: str, *, skip_hidden: bool) -> None:
        self.meanings = _MEANINGS[skip_hidden]
        self.tokens = iter(html.split("<"))
        next(self.tokens)
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.parents: list[int] = []
        self.tags: list[str] = []
        self.links: list[tuple[int, str]] = []
        self.wide_links: list[tuple[int, int]] = []
        self.embedded: list[tuple[int, str]] = []

    def flow(self) -> Flow:
        pieces = unescape("".join(self._marked())).split(BREAK)
        ends = [end if end >= 0 else len(pieces) for end in self.ends]
        return Flow(
            pieces, self.starts, ends, self.parents, self.tags, self.links, self.wide_links, self.embedded
        )

    def _marked(self) -> list[str]:
        """The text with marks for tags. The loop runs over every tag of a page, hence without calls."""
        meanings, starts, ends, parents, tags = self.meanings, self.starts, self.ends, self.parents, self.tags
        links = self.links
        out: list[str] = []
        add = out.append
        piece = pre = 0
        inner = link = -1  # the innermost open container; the piece in which a link is open
        for token in self.tokens:
            tag, _, text = token.partition(">")
            meaning, mark = meanings[tag]
            if not meaning:
                pass  # asked first: true of every third tag
            elif meaning >= _BREAKS:
                piece += 1
                if meaning == _OPENS:
                    parents.append(inner)
                    inner = len(tags)
                    starts.append(piece)
                    ends.append(-1)
                    tags.append(tag)
                elif meaning == _CLOSES:
                    if inner >= 0:
                        ends[inner] = piece
                        inner = parents[inner]
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
                    self.wide_links.append((link, piece))
                link = -1
            else:
                self.embedded.append((piece, tag))
            if pre > 0 and "\n" in text:
                piece += text.count("\n")
                text = text.replace("\n", BREAK)
            if mark:
                add(mark)
            add(text)
        return out

    def _skip(self) -> str:
        """Pass over the rest of an element and return the text behind it."""
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
    """Return a text without the escapes that HTML serialisation writes."""
    if "&" not in text:
        return text
    for escaped, char in _ESCAPES:
        text = text.replace(escaped, char)
    return text


_ESCAPES = (("&nbsp;", "\u00a0"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))
