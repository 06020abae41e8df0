"""The title among a document's properties. It is often that of the template, so the text must show it."""

from __future__ import annotations

from crawler.extract.page.lines import Line, clean

_MIN_TITLE_CHARS, _MAX_TITLE_CHARS = 8, 120
_FIRST_LINES = 15  # in which a document shows its title


def confirmed_title(title: str, lines: list[Line]) -> str | None:
    """Return the title from a document's properties, if its first lines show it; None otherwise."""
    title = clean(title[: 2 * _MAX_TITLE_CHARS])
    if not _MIN_TITLE_CHARS <= len(title) <= _MAX_TITLE_CHARS:
        return None
    head = "".join(
        "".join(line.text.split()) for line in lines[:_FIRST_LINES] if len(line.text) <= _MAX_TITLE_CHARS
    )
    return title if "".join(title.split()) in head else None
