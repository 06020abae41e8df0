"""What is kept: WARC files, the catalogue derived from them, and the text files. Only this room writes them."""

from __future__ import annotations

from crawler.archive.catalogue.models import PageRow
from crawler.archive.catalogue.near_duplicates import probably_same
from crawler.archive.catalogue.rows import IMPORT_SITE, import_url
from crawler.archive.consistency import Claims, Told
from crawler.archive.entering import DOCUMENTS
from crawler.archive.evidence.acts import Act, told_in
from crawler.archive.evidence.manifest import BEGINNING, entries, head
from crawler.archive.evidence.manifest import NAME as MANIFEST
from crawler.archive.facade import Archive
from crawler.archive.ledger.pages_due import KnownPages
from crawler.archive.ledger.site_visits import VisitHistory
from crawler.archive.merging import MERGED
from crawler.archive.reader import CATALOGUE, Reader
from crawler.archive.rebuilding import Rebuilt, rebuild

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
    "KnownPages",
    "PageRow",
    "Reader",
    "Rebuilt",
    "Told",
    "VisitHistory",
    "entries",
    "head",
    "import_url",
    "probably_same",
    "rebuild",
    "told_in",
]
