"""Cut the attributes of a tag that has very many, whatever their values hold. Tokens as in the HTML standard, 13.2.5."""

from __future__ import annotations

import re

_MAX_ATTRIBUTES = 1000  # of a tag; real pages have some dozens at most

_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?)?"""
"""A quote counts only after `=`, and `<` not at all."""
_FEW = rf"(?:{_ATTRIBUTE}){{0,{_MAX_ATTRIBUTES}}}+"
_COMMENT = r"<!--(?:[^-]++|-(?!->))*+"
RAW_TEXT = ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
"""Elements whose content is text up to their end tag: `a<b` in a script is no tag."""
_RAW_ELEMENTS = "|".join(
    rf"<{name}(?=[\s/>]){_FEW}[\s/]*+>(?:[^<]++|<(?!/{name}))*+" for name in RAW_TEXT
)  # no group and no back reference: within a possessive repeat, Python 3.11 fails on them
_SHORT_TAGS = re.compile(
    rf"(?:[^<]++|<(?![a-z!])|{_COMMENT}|<!(?!--)|{_RAW_ELEMENTS}|<[a-z][^\s/>]*+{_FEW}[\s/]*+>)*+", re.I
)
_TAG = re.compile(
    rf"{_COMMENT}|(?P<kept><(?P<name>[a-z][^\s/>]*+){_FEW})(?P<rest>(?:{_ATTRIBUTE})++[\s/]*+)?", re.I
)
RAW_END = {name: re.compile(rf"</{name}(?=[\s/>])", re.I) for name in RAW_TEXT}


def cut_long_tags(text: str) -> str:
    """Return a page without the attributes of a tag after its first few hundred. One pass at 2 ns a character finds none."""
    whole = _SHORT_TAGS.match(text)
    if whole is None or whole.end() == len(text):
        return text
    parts, last, at = [], 0, whole.end()
    while tag := _TAG.search(text, at):
        at = tag.end()
        if tag["rest"]:
            parts.append(text[last : tag.end("kept")])
            last = at
        if end := RAW_END.get((tag["name"] or "").lower()):
            content = end.search(text, at)
            at = content.start() if content else len(text)
    return "".join([*parts, text[last:]])
