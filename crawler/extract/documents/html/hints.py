"""Where known content management systems keep an article's body. Data only: a hint is scored like any other candidate."""

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
"""Systems whose lists nothing special is known of, and containers of no known system."""

HINTS = tuple(hint for hints in (*(p.body for p in PRESETS), *_OTHERS.values()) for hint in hints)
"""Simple selectors (tag, #id or .class), from pages that were seen; those of a system with a preset stand in its file."""

_IDS = frozenset(hint[1:] for hint in HINTS if hint[0] == "#")
_CLASSES = frozenset(hint[1:] for hint in HINTS if hint[0] == ".")
_TAGS = frozenset(hint for hint in HINTS if hint[0] not in "#.")


def is_known(name: str, identity: str, classes: str) -> bool:
    """Whether the table knows an element with this tag name, id and class attribute."""
    return name in _TAGS or identity in _IDS or not _CLASSES.isdisjoint(classes.split())
