"""What has changed in an archive: `answer` asks, `versions`, `pages`, `lists` and `overdue` find, `texts` judges edits, `weights` ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.lazy import exports

if TYPE_CHECKING:
    from crawler.model import ChangeKind
    from crawler.questions.changes.answer import Changes, changes
    from crawler.questions.changes.change import (
        Change,
        ChangedText,
        ChangeFinding,
        ChangePlace,
    )
else:
    __getattr__, __dir__ = exports(
        __name__,
        {
            ".answer": ("Changes", "changes"),
            ".change": ("Change", "ChangedText", "ChangeFinding", "ChangePlace"),
            "crawler.model": ("ChangeKind",),
        },
    )

__all__ = ["Change", "ChangeFinding", "ChangeKind", "ChangePlace", "ChangedText", "Changes", "changes"]
