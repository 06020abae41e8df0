"""A page's source so rewritten that a text shows which its markup keeps from view. Used where a page shows no article.

Two kinds: elements that a script shows later or that show their content as source (`<template>`, `<noscript>`, a hidden
`<textarea>`, `<xmp>`), and elements that are opened and never closed, and so swallow the rest of the page (`<title>`,
`<script>`, a comment). What is closed and never shown stays so: a draft in a comment is not published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

_HOLDING = "template|noscript|noframes|noembed|xmp|textarea|button|plaintext"
_HOLDERS = re.compile(rf"<(/?)(?:{_HOLDING})\b[^<>]*>", re.I)
_FRAMES = re.compile(r"</?frame(?:set)?\b[^<>]*>", re.I)
_STORED = re.compile(  # <script type="text/template">: markup that another script puts into the page
    r"<script\b(?=[^<>]*?\btype\s*=\s*[\"']?text/(?:html|(?:x-)?(?:[\w-]*template|handlebars|mustache|jsrender|tmpl)))[^<>]*>"
    r"([^<]*+(?:<(?!/?script\b)[^<]*+)*+)</script\s*>",
    re.I,
)
_ESCAPED = re.compile(r"(<textarea\b[^<>]*>)([^<]*?&lt;[^<]*)(?=</textarea)", re.I)
_OPENING = re.compile(
    r"<(?:!--(?!-?>)|(title|script|style|iframe|textarea|xmp|noembed|noframes|select|svg|noscript|template)\b[^<>]*>)",
    re.I,
)
_RAW = frozenset(("script", "style", "iframe", "textarea", "xmp", "noembed", "noframes", "select"))
_MARKUP = re.compile(r"<[a-zA-Z/!]")
_WHOLE = re.compile(r"</(?:html|body)\s*>", re.I)
_END = 2000  # characters of a page in which the end of a whole document stands
_OPTIONS = re.compile(r"<(?!/?(?:option|optgroup|hr)\b)[a-zA-Z/!]", re.I)
_COMMENT_END = re.compile(r"--!?>")


def shown(source: str) -> str | None:
    """The source with such elements opened; None where it has none.

    One that is cut off, and so ends inside an element, is left alone: it is not known what followed.
    """
    mended = _ESCAPED.sub(lambda found: found[1] + unescape(found[2]), source)
    mended = _STORED.sub(lambda found: f"<div>{found[1]}</div>", mended)
    if _WHOLE.search(source, max(0, len(source) - _END)):
        mended = _closed(mended)
    mended = _FRAMES.sub("", mended)
    mended = _HOLDERS.sub(lambda found: f"<{found[1]}div>", mended)
    return None if mended == source else mended


def may_swallow(source: str, names: Iterable[str]) -> bool:
    """Whether an element or comment seems to be opened last and never closed. `names`: of elements that the page has."""
    title = source.find("<title")
    if title >= 0 and source.find("</title", title) < 0:
        return True
    return _is_open(source, "<!--", "-->") or any(
        _is_open(source, f"<{name}", f"</{name}") for name in names if name in _RAW
    )


def _is_open(source: str, opening: str, closing: str) -> bool:
    at = source.rfind(opening)
    if at < 0:
        opening, closing = opening.upper(), closing.upper()
        at = source.rfind(opening)
    return at >= 0 and source.find(closing, at) < 0 and source.find(closing.upper(), at) < 0


def _closed(source: str) -> str:
    """The source with each element closed that swallows the rest of the page, where the next markup begins."""
    kept: list[str] = []
    unending: set[str] = set()  # names of which no end follows any more
    at = 0
    while opening := _OPENING.search(source, at):
        name = (opening[1] or "").lower()
        end = None if name in unending else _end(source, name, opening.end())
        if end is None:
            unending.add(name)
            markup = (_OPTIONS if name == "select" else _MARKUP).search(source, opening.end())
            end = markup.start() if markup else len(source)
            kept += [source[at:end], f"</{name}>" if name else "-->"]
        else:
            kept.append(source[at:end])
        at = end
    return "".join([*kept, source[at:]]) if kept else source


def _end(source: str, name: str, start: int) -> int | None:
    """Where an element or comment ends that was opened before `start`; None where it never does."""
    found = (re.compile(rf"</{name}\b[^<>]*>", re.I) if name else _COMMENT_END).search(source, start)
    return found.end() if found else None
