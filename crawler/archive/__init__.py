"""What is kept: WARC files, the catalogue derived from them, and the text files. Only this room writes them."""

from __future__ import annotations

from crawler.archive.facade import CATALOGUE, Archive
from crawler.archive.rows import import_url

__all__ = ["CATALOGUE", "Archive", "import_url"]
