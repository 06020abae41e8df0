"""Rewrite a page's source so that text which its markup hides becomes part of the page. Used if a page shows no article.

Takes and returns source text. Opens two kinds of elements: those that a script shows later or that show their content as
source (`<template>`, `<noscript>`, a hidden `<textarea>`, `<xmp>`), and those that are never closed and so swallow the rest
of the page (`<title>`, `<script>`, a comment). What is closed and never shown stays hidden: a draft in a comment is not
published. Elements hidden by style are handled by `flow`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

_HOLDER_TAG = re.compile(
    r"<(/?)(?:template|noscript|noframes|noembed|xmp|textarea|button|plaintext)\b[^<>]*>", re.I
)
_FRAME_TAG = re.compile(r"</?frame(?:set)?\b[^<>]*>", re.I)
_SCRIPT_TEMPLATE = re.compile(  # <script type="text/template">: markup that another script puts into the page
    r"<script\b(?=[^<>]*?\btype\s*=\s*[\"']?text/(?:html|(?:x-)?(?:[\w-]*template|handlebars|mustache|jsrender|tmpl)))[^<>]*>"
    r"([^<]*+(?:<(?!/?script\b)[^<]*+)*+)</script\s*>",
    re.I,
)
_ESCAPED_TEXTAREA = re.compile(r"(<textarea\b[^<>]*>)((?:[^<&]|&(?!lt;))*+&lt;[^<]*+)(?=</textarea)", re.I)
_SWALLOWING_TAG = re.compile(
    r"<(?:!--(?!-?>)|(title|script|style|iframe|textarea|xmp|noembed|noframes|select|svg|noscript|template)\b[^<>]*>)",
    re.I,
)
_RAW_TEXT_ELEMENTS = frozenset((
    "script", "style", "iframe", "textarea", "xmp", "noembed", "noframes", "select",
))  # fmt: skip
_MARKUP = re.compile(r"<[a-zA-Z/!]")
_DOCUMENT_END = re.compile(r"</(?:html|body)\s*>", re.I)
_DOCUMENT_END_LENGTH = 2000  # characters at the end of a page in which </html> or </body> must be
_MARKUP_AFTER_OPTIONS = re.compile(r"<(?!/?(?:option|optgroup|hr)\b)[a-zA-Z/!]", re.I)
_COMMENT_END = re.compile(r"--!?>")


def opened(source: str) -> str | None:
    """Return the source with hidden markup opened; None if it has none.

    Unclosed elements of a document that is cut off are left alone: it is not known what followed.
    """
    mended = _ESCAPED_TEXTAREA.sub(lambda found: found[1] + unescape(found[2]), source)
    mended = _SCRIPT_TEMPLATE.sub(lambda found: f"<div>{found[1]}</div>", mended)
    if _DOCUMENT_END.search(source, max(0, len(source) - _DOCUMENT_END_LENGTH)):
        mended = _close_swallowing(mended)
    mended = _FRAME_TAG.sub("", mended)
    mended = _HOLDER_TAG.sub(lambda found: f"<{found[1]}div>", mended)
    return None if mended == source else mended


def may_swallow(source: str, names: Iterable[str]) -> bool:
    """Whether the last element of a name, or the last comment, seems to be never closed. `names`: elements of the page."""
    title = source.find("<title")
    if title >= 0 and source.find("</title", title) < 0:
        return True
    return _is_open(source, "<!--", "-->") or any(
        _is_open(source, f"<{name}", f"</{name}") for name in names if name in _RAW_TEXT_ELEMENTS
    )


def _is_open(source: str, opening: str, closing: str) -> bool:
    at = source.rfind(opening)
    if at < 0:
        opening, closing = opening.upper(), closing.upper()
        at = source.rfind(opening)
    return at >= 0 and source.find(closing, at) < 0 and source.find(closing.upper(), at) < 0


def _close_swallowing(source: str) -> str:
    """The source with each element that swallows the rest of the page closed where the next markup begins."""
    kept: list[str] = []
    without_end: set[str] = set()  # names of which no further end follows
    at = 0
    while opening := _SWALLOWING_TAG.search(source, at):
        name = (opening[1] or "").lower()
        end = None if name in without_end else _element_end(source, name, opening.end())
        if end is None:
            without_end.add(name)
            markup = (_MARKUP_AFTER_OPTIONS if name == "select" else _MARKUP).search(source, opening.end())
            end = markup.start() if markup else len(source)
            kept += [source[at:end], f"</{name}>" if name else "-->"]
        else:
            kept.append(source[at:end])
        at = end
    return "".join([*kept, source[at:]]) if kept else source


def _element_end(source: str, name: str, start: int) -> int | None:
    """The end of an element, or of a comment (no name), that was opened before `start`; None if it is never closed."""
    found = (re.compile(rf"</{name}\b[^<>]*>", re.I) if name else _COMMENT_END).search(source, start)
    return found.end() if found else None
