"""Numbers of things in English messages: "1 site", "2 sites"."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: counted(1, "site") is "1 site", counted(2500, "site") is "2,500 sites".

    `many` is the plural if it is not `one` with an s.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
