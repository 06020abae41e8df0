"""What has changed in an archive: `answer` asks, `versions`, `pages`, `lists` and `overdue` find, `texts` judges edits, `weights` ranks."""

from __future__ import annotations

from crawler.questions.changes.answer import Changes, changes
from crawler.questions.changes.change import Change, ChangedText, ChangeFinding, ChangeKind, ChangePlace

__all__ = ["Change", "ChangeFinding", "ChangeKind", "ChangePlace", "ChangedText", "Changes", "changes"]
