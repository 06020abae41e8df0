"""What has changed in an archive: `answer` asks, `versions`, `pages` and `overdue` find, `texts` judges edits, `weights` ranks."""

from __future__ import annotations

from crawler.questions.changes.answer import Changes, changes
from crawler.questions.changes.change import Change, ChangeKind, Finding, Place, TextChange

__all__ = ["Change", "ChangeKind", "Changes", "Finding", "Place", "TextChange", "changes"]
