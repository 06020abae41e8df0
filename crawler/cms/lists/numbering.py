"""Read what a page's script states of its series of pages: total, number of this page, names of the files."""

from __future__ import annotations

import re
from typing import NamedTuple

_MAX_TOTAL = 999  # pages; a larger number counts something else


class Numbering(NamedTuple):
    """This page is `number` of `total`, both counted from 1. The next page is `<name>_<following>.<ext>`.

    `name` and `ext` are None where the script does not state them.
    """

    total: int
    number: int
    following: int
    name: str | None = None
    ext: str | None = None


_NAMES = r"""\s*['"](?P<name>[\w-]+)['"]\s*,\s*['"](?P<ext>s?html?)['"]"""
_NUMBERS = r"""\s*['"]?(?P<total>\d{1,9})['"]?\s*,\s*['"]?(?P<current>\d{1,9})['"]?\s*,"""
TRS_CALL = re.compile(rf"createPage\w{{0,40}}\({_NUMBERS}{_NAMES}")
"""createPageHTML(17, 0, "index", "shtml"); createPageHTML("3","0","index","html"): the first page has number 0."""
UCAP_CALL = re.compile(rf"""createPageHTML\(\s*['"][\w-]+['"]\s*,{_NUMBERS}{_NAMES}""")
"""createPageHTML('page_div',3, 1,'index','shtml',36): the first page has number 1."""
_VARIABLES_CALL = re.compile(
    rf"createPage\w{{0,40}}\(\s*\w{{0,40}}?(?:[cC]ount|[tT]otal)\w{{0,40}}\s*,\s*\w{{0,40}}?[cC]ur\w{{0,40}}\s*,{_NAMES}"
)
_PAGER = re.compile(  # Pager({size:25, current:0, prefix:'index', suffix:'htm'})
    r"""Pager\(\s*\{(?=[^}]{0,400}?\bsize['"]?\s*:\s*['"]?(?P<total>\d{1,9}))(?=[^}]{0,400}?\bcurrent['"]?\s*:\s*['"]?(?P<current>\d{1,9}))"""
    r"""(?=[^}]{0,400}?\bprefix['"]?\s*:\s*['"](?P<name>[\w-]+))(?=[^}]{0,400}?\bsuffix['"]?\s*:\s*['"](?P<ext>s?html?))"""
)
_COUNT_WORDS = ("countPage", "pageCount", "totalPage")
_COUNT = re.compile(
    r"""\b(?P<word>countPage|pageCount|totalPages?)\s*=\s*['"]?(?P<count>\d{1,4})\b"""
)  # var countPage = 3;
_CURRENT = re.compile(
    r"""\b(?P<word>currentPage|curPage)\s*=\s*['"]?(?P<number>\d{1,4})\b"""
)  # var currentPage = 0;
_WRITTEN = re.compile(  # document.write("<a href=\"t20230315_217"+"_" + nextPage + "."+"html\">下一页</a>")
    r"""href\s*=\s*\\?["']*(?P<name>[\w-]+)\\?["']\s*\+\s*["']_["']\s*\+\s*\w+\s*\+\s*["']\.(?:["']\s*\+\s*["'])?(?P<ext>s?html?)"""
)


def numbering(source: str) -> Numbering | None:
    """Return the first such statement in a page's source; None if there is none."""
    if "Page" not in source and "pageCount" not in source:  # true of most pages, and quick to ask
        return None
    if "createPage" in source or "Pager(" in source:
        for pattern, first in ((TRS_CALL, 0), (UCAP_CALL, 1), (_PAGER, 0)):
            if found := pattern.search(source):
                return _checked(
                    int(found["total"]), int(found["current"]), first, *found.group("name", "ext")
                )
    if not any(word in source for word in _COUNT_WORDS):
        return None
    count, current = _COUNT.search(source), _CURRENT.search(source)
    if count is None or current is None:
        return None
    named = _VARIABLES_CALL.search(source) or _WRITTEN.search(source)
    if not named and not (count["word"] == "countPage" and current["word"] == "currentPage"):
        return None  # of a list that a script loads, of comments
    name, ext = named.group("name", "ext") if named else (None, None)
    return _checked(int(count["count"]), int(current["number"]), 0, name, ext)


def _checked(total: int, current: int, first: int, name: str | None, ext: str | None) -> Numbering | None:
    number = current - first + 1
    if not 0 < total <= _MAX_TOTAL or not 0 < number <= total:
        return None
    return Numbering(total, number, current + 1, name, ext)
