"""Table of the containers in which known content management systems keep an article's body, and the look-up in it.

A known container is no proof: `candidates` weighs it like any other and only asks a smaller share of it.
"""

from __future__ import annotations

from crawler.cms import PRESETS

_OTHERS: dict[str, tuple[str, ...]] = {
    "nfcms": ("#zoomcon", ".content_article", ".zw", ".xl-nr", ".article-content"),
    "lonsun": (".j-fontContent", ".newscontnet", ".wzcon"),
    "ivs": ("#ivs_content",),
    "easysite": ("#easysiteText", "#articleWrap"),
    "others": (
        "#downloadContent",
        ".wenzhang-content",
        "#BodyLabel",
        "#fontzoom",
        "#czfxcontent",
        "#info_content",
        "#js_content",
        "#moe-policy-table",
        "#NewsContent",
        "#artibody",
        "#articleContent",
        "#article-content",
        ".article_content",
        ".article-body",
    ),
}
"""Systems without a preset in `crawler.cms`, and containers of no known system."""

HINTS = tuple(hint for hints in (*(p.body for p in PRESETS), *_OTHERS.values()) for hint in hints)
"""Simple selectors (tag, #id or .class) from real pages. Those of a system with a preset are in the preset's file."""

_IDS = frozenset(hint[1:] for hint in HINTS if hint[0] == "#")
_CLASSES = frozenset(hint[1:] for hint in HINTS if hint[0] == ".")
_TAGS = frozenset(hint for hint in HINTS if hint[0] not in "#.")


def is_known(name: str, identity: str, classes: str) -> bool:
    """Whether an element with this tag name, id and class attribute is in the table."""
    return name in _TAGS or identity in _IDS or not _CLASSES.isdisjoint(classes.split())


_UNCERTAIN = frozenset(
    (
        ".content",
        ".zoom",
        ".zw",
        ".view",
        ".article-content",
        ".main_section",
        ".xl-nr",
        ".article_content",
        ".bt_content",
    )
)
"""Names that other boxes of a page have too."""


def is_certain(name: str, identity: str, classes: str) -> bool:
    """Whether an element is in the table under a name that only an article's body has."""
    certain = [each for each in classes.split() if f".{each}" not in _UNCERTAIN]
    return is_known(name, identity, " ".join(certain))
