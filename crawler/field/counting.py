"""Counts in English messages: "1 site" and "2 sites"."""

from __future__ import annotations


def counted(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: `counted(1, "site")` is "1 site". `plural`: where it is not the singular with an s."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
