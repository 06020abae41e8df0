"""What is kept: WARC files, the catalogue derived from them, and the text files. Only this room writes them."""

from __future__ import annotations

from crawler.archive.acts import Act, told_in
from crawler.archive.catalogue import PageRow
from crawler.archive.claims import Claims, Told
from crawler.archive.entering import DOCUMENTS
from crawler.archive.facade import Archive
from crawler.archive.manifest import BEGINNING, entries, head
from crawler.archive.manifest import NAME as MANIFEST
from crawler.archive.merging import MERGED
from crawler.archive.reader import CATALOGUE, Reader
from crawler.archive.rebuilding import Rebuilt, rebuild
from crawler.archive.rows import IMPORT_SITE, import_url
from crawler.archive.similar import probably_same
from crawler.archive.visits import Past
from crawler.archive.watching import Watched

__all__ = [
    "BEGINNING",
    "CATALOGUE",
    "DOCUMENTS",
    "IMPORT_SITE",
    "MANIFEST",
    "MERGED",
    "Act",
    "Archive",
    "Claims",
    "PageRow",
    "Past",
    "Reader",
    "Rebuilt",
    "Told",
    "Watched",
    "entries",
    "head",
    "import_url",
    "probably_same",
    "rebuild",
    "told_in",
]
