"""What is kept: WARC files, the catalogue derived from them, and the text files. Only this room writes them."""

from __future__ import annotations

from crawler.archive.facade import Archive
from crawler.archive.reader import CATALOGUE, Reader
from crawler.archive.rebuilding import Rebuilt, rebuild
from crawler.archive.rows import import_url
from crawler.archive.visits import Past

__all__ = ["CATALOGUE", "Archive", "Past", "Reader", "Rebuilt", "import_url", "rebuild"]
