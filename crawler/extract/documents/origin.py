"""`Origin`, the address and the format of the document that is being read: every fault that its readers find names both."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.errors import UnreadDocument


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document comes from (None: no address), and the key of its format in `FORMATS`."""

    url: str | None
    format: str

    def fault(self, word: str, reason: str, pages: int | None = None) -> UnreadDocument:
        """Return the error of this document, to be raised. `word`: encrypted, damaged, too_large, empty, needs_ocr."""
        return UnreadDocument(self.url, word, reason, format=self.format, pages=pages)
