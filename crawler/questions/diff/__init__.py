"""Compare two texts: which paragraphs were added, removed, moved or changed, and which characters within these.

`align` compares lists of paragraphs, `characters` two paragraphs, `texts` two texts of an archive; `unified` and `side_by_side` show the
result. Pure, but for `texts`, which asks a Reader.
"""

from __future__ import annotations

from crawler.questions.diff.align import Block, Kind, align
from crawler.questions.diff.characters import Span, spans

__all__ = ["Block", "Kind", "Span", "align", "spans"]
