"""Plain text."""

from __future__ import annotations

from crawler.web.answer import Answer


def write_text(answer: Answer) -> str:
    """Return an answer as text."""
    assert answer.text is not None
    return answer.text()
