"""Find the division that a person means: by its code, its name, or its name with those around it."""

from __future__ import annotations

import difflib
import re

from crawler.errors import ConfigError
from crawler.field.regions import (
    LEVELS,
    Level,
    Region,
    all_regions,
    full_names,
    outward,
    path,
    region,
    region_of,
)

MAX_CHOICES = 8
"""Divisions that an error message names."""

_GOVERNMENT = re.compile(r"(?:人民)?政府$")


def the_region(text: str) -> Region:
    """Return the division in use that a text means: `420100`, `武汉`, `武汉市`, `江苏省南京市鼓楼区`, `武汉市人民政府`.

    Raises ConfigError for an unknown name or code and, with the choices, for a name of several divisions.
    """
    wanted = _GOVERNMENT.sub("", text.strip())
    if not wanted:
        raise ConfigError(f"{text!r} names no division; give a name, or a GB/T 2260 code of six digits")
    if re.fullmatch(r"[\w.-]+\.[a-zA-Z]{2,}(?:[:/].*)?", wanted, re.S):  # a host, in the place of an address
        raise ConfigError(f"{text}: no division has this name; an address begins with http:// or https://")
    if re.fullmatch(r"\d+", wanted):
        return _by_code(wanted)
    found = _by_name(wanted)
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        choices = [f"{row.code} {path(row.code)}" for row in found]
        more = [f"{len(choices) - MAX_CHOICES} more"] if len(choices) > MAX_CHOICES else []
        raise ConfigError(
            f"{text}: {len(found)} divisions have this name: {', '.join([*choices[:MAX_CHOICES], *more])};"
            " give the code, or the name with its city or province"
        )
    close = _close(wanted)
    hint = f"; did you mean {', '.join(close)}?" if close else "; give a GB/T 2260 code of six digits"
    raise ConfigError(f"{text}: no division has this name{hint}")


def _close(wanted: str) -> list[str]:
    """The names most like a wrong one; of equally like ones those that begin like it, and those of larger divisions."""
    levels = {
        name: LEVELS.index(row.level) for row in reversed(all_regions()) for name in (row.name, row.short)
    }
    close = difflib.get_close_matches(wanted, sorted(levels), n=20, cutoff=0.5)
    return sorted(close, key=lambda name: (name[0] != wanted[0], levels[name]))[:3]


def below(code: str, level: Level | None = None) -> tuple[Region, ...]:
    """Return the divisions in use in another one, itself included, in the order of their codes; only those of a level."""
    return tuple(
        row
        for row in all_regions()
        if (level is None or row.level == level) and code in {outer.code for outer in outward(row.code)}
    )


def the_level(text: str) -> Level:
    """Return the level that a word names. Raises ConfigError for any other word."""
    for level in LEVELS:
        if text == level:
            return level
    raise ConfigError(f"--level {text}: must be one of {', '.join(LEVELS)}")


def _by_code(code: str) -> Region:
    row = region(code)
    if row is None:
        raise ConfigError(f"{code}: no division has this code")
    if row.until is not None:
        raise ConfigError(f"{code}: {row.name} had this code until {row.until}; give the code in use")
    return row


def _by_name(name: str) -> list[Region]:
    """The divisions in use of a name. A full name comes before a short one, and that before one with its surroundings."""
    for fits in (
        lambda row: row.name == name,
        lambda row: row.short == name,
        lambda row: path(row.code) == name,
        lambda row: name.endswith((row.name, row.short)) and _ends_path(name, row),
    ):
        if found := [row for row in all_regions() if fits(row)]:
            return found
    code = region_of(name)
    row = region(code) if code else None
    is_former = row is not None and row.until is None and name in full_names(row.code)  # 襄樊市
    return [row] if row is not None and is_former else []


def _ends_path(name: str, row: Region) -> bool:
    """Whether a text is a division's name after names of divisions around it: 浙江湖州, 南京鼓楼区."""
    rest = name.removesuffix(row.name if name.endswith(row.name) else row.short)
    around = list(outward(row.code))[1:]
    for outer in around:
        for known in (outer.name, outer.short):
            if rest.endswith(known):
                rest = rest.removesuffix(known)
                break
    return not rest
