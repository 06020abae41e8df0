"""Markup to text as a reader sees it: what is hidden goes, tags become marks, white space collapses. Judges nothing."""

from __future__ import annotations

import re

from crawler.extract.marks import ACTIONS, BREAK, EDGE, LINK, VOID
from crawler.extract.rows import Line, lines_of
from crawler.text import fold

__all__ = ["Line", "clean", "linearise", "unescape"]

_TOKEN = re.compile(r'<(/?[a-zA-Z][^\s/>"]*)((?:[^>"]|"[^"]*")*)>')
_UNSEEN = re.compile(
    r"<(script|style|noscript|template|textarea|select|button|svg|iframe|object|video|audio|head)\b.*?</\1>|<!--.*?-->",
    re.S,
)
_UNSEEN_STARTS = re.compile(r"<(?:!--|s[cetv]|no|te|bu|i[fn]|ob|vi|au|he)")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|\s)hidden=\"", re.I)
_HREF = re.compile(r'\shref="([^"]*)"')
_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3001-\u303f"
# A source line broken between two characters. It begins with its newline, so that the search runs at memchr's speed.
_BROKEN = re.compile(rf"\n(?<=[{_CJK}]\n)[ \t\r\n]*(?=[{_CJK}])")
_SPACES = "\t\n\r\f\u00a0\u2002\u2003"
_RUN = re.compile("  +")
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\u00ad\ufffd"
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def linearise(html: str) -> list[Line]:
    """The lines of a piece of well-formed markup, as lexbor serialises it."""
    if _CONTROL.search(html):
        html = _CONTROL.sub("", html)
    if _UNSEEN_STARTS.search(html):
        html = _UNSEEN.sub("", html)
    text, hrefs = _marked(html)
    return lines_of(_clean(text).split(BREAK), hrefs)


def clean(text: str) -> str:
    """One paragraph: white space collapsed as browsers do, edges stripped, folded."""
    return _clean(text).strip(EDGE)


def _clean(text: str) -> str:
    if "\n" in text:
        text = _BROKEN.sub("", text)
    for char in _INVISIBLE:
        if char in text:
            text = text.replace(char, "")
    for char in _SPACES:
        text = text.replace(char, " ")
    return fold(_RUN.sub(" ", text) if "  " in text else text)


def unescape(text: str) -> str:
    """Undoes the escapes that HTML serialisation writes."""
    if "&" not in text:
        return text
    for escaped, char in (
        ("&nbsp;", "\u00a0"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", '"'),
        ("&amp;", "&"),
    ):
        text = text.replace(escaped, char)
    return text


def _marked(html: str) -> tuple[str, list[str]]:
    """The text with a mark for every tag that matters, and the addresses of its links in order. No recursion."""
    parts = _TOKEN.split(html)
    out = [parts[0]]
    hrefs: list[str] = []
    hidden = pre = 0
    for name, attributes, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        if hidden:
            if name not in VOID:
                hidden += -1 if name[0] == "/" else 1
            if hidden:
                continue
        elif attributes and _may_hide(attributes) and name not in VOID:
            hidden = 1
            out.append(BREAK)
            continue
        elif mark := ACTIONS.get(name):
            out.append(mark)
            if mark == LINK:
                found = _HREF.search(attributes)
                hrefs.append(unescape(found[1]) if found else "")
            elif name in ("pre", "/pre"):
                pre += 1 if name == "pre" else -1
        if text:
            out.append(text if pre <= 0 else text.replace("\n", BREAK))
    return unescape("".join(out)), hrefs


def _may_hide(attributes: str) -> bool:
    return ("none" in attributes or "hidden" in attributes) and _HIDDEN.search(attributes) is not None
