"""Decide whose report a title names, seen from one division: its government's own, or another organ's."""

from __future__ import annotations

import re
from enum import StrEnum

from crawler.discover.portal.columns import names_departments
from crawler.field.organs import DEPARTMENT, complete, is_bare, organ_in
from crawler.field.regions import full_names, outward, region, region_of
from crawler.field.titles import report_title


class Author(StrEnum):
    """Who reports, seen from a division."""

    OWN = "own"
    DEPARTMENT = "department"
    BELOW = "below"  # a division, a town or a development zone in it
    OTHER = "other"  # another division, also one around it
    UNNAMED = "unnamed"


_BELOW = re.compile(r"(?:[镇乡]|苏木)(?:人民)?政府$|街道办事处$|管理委员会$|管委会$")


def author_of(title: str, code: str | None) -> Author:
    """Return whose report a title names. `code`: the division; None if it is not known: every government is then its own."""
    found = organ_in(title)
    if found is None and names_departments(title):
        return Author.DEPARTMENT
    if found is None:
        named = region_of(report_title(title), within=code) if code else None
        return _seen_from(code, named) if code and named else Author.UNNAMED
    name, kind = found
    if kind == DEPARTMENT:
        return Author.DEPARTMENT
    if _BELOW.search(name):
        return Author.BELOW
    if code is None:
        return Author.OWN
    full = complete(name, code)
    if is_bare(full):
        return Author.BELOW
    named = region_of(full, within=code)
    if named is None:
        return Author.OWN if _has_name_of(full, code) else Author.OTHER
    return _seen_from(code, named)


def _seen_from(code: str, named: str) -> Author:
    if named == code:
        return Author.OWN
    return Author.BELOW if code in {row.code for row in outward(named)} else Author.OTHER


def _has_name_of(name: str, code: str) -> bool:
    row = region(code)
    return row is not None and any(
        known in name for known in (*full_names(code), *([row.short] if len(row.short) > 1 else []))
    )
