"""The archive: WARC files, the catalogue derived from them, and the text files. Only this room writes them.

`facade` is the interface for writing, `run` opens, commits and closes (`continuity` checks that the catalogue belongs to
the WARC files), `reader` (with `reader_queries/`) answers queries.
`warc_loader` enters the records of a WARC file in the catalogue: for `recovery` of a killed run and for `rebuilding`.
`foreign_loader` does so, with stricter rules, for a file of another archive, which `merging` copies.
`reextraction` and `version_captures` read a version's pages from the WARC files again.
`consistency` and `snapshot` serve `fazhi verify`. `damage` turns disk and database errors into ArchiveDamaged.
The wings: `storage` says where files lie, `evidence` writes them, `ledger` decides what a text is, `catalogue` holds tables and queries, `fulltext`
the search index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.lazy import exports

if TYPE_CHECKING:
    from crawler.archive.catalogue import CATALOGUE
    from crawler.archive.catalogue.models import PageRow
    from crawler.archive.catalogue.rows import (
        DOCUMENT_KINDS,
        ENTERED_FOLDERS,
        IMPORT_SITE,
        MEMENTO_SITE,
        MERGED_FOLDER,
        OUTSIDE_SITES,
        SEGMENTS_FOLDER,
        import_url,
    )
    from crawler.archive.consistency import ConsistencyQueries, MadeVersion
    from crawler.archive.evidence.acts import Act, ActFault, acts_in, read_acts
    from crawler.archive.evidence.manifest import EMPTY_HEAD, head
    from crawler.archive.evidence.manifest import NAME as MANIFEST
    from crawler.archive.evidence.manifest import entries as manifest_entries
    from crawler.archive.evidence.warc_paths import (
        file_sha256,
        has_archive,
        require_archive,
        require_warcs,
    )
    from crawler.archive.facade import Archive, ScratchArchive
    from crawler.archive.fulltext import INDEX as SEARCH_INDEX
    from crawler.archive.fulltext import index_catalogue
    from crawler.archive.ledger.pages_due import KnownPages
    from crawler.archive.ledger.site_visits import VisitHistory
    from crawler.archive.ledger.troubles.rows import Recovery
    from crawler.archive.merging import has_new_files
    from crawler.archive.reader import Reader
    from crawler.archive.reader_queries.places import FirstSight
    from crawler.archive.rebuilding import Rebuilt, rebuild
    from crawler.archive.segments.delivering import finish_warcs, finished_segments
    from crawler.archive.segments.entering import Entered
    from crawler.archive.segments.readings import readings_digest_in, readings_name
    from crawler.archive.segments.slicing import EMPTY_SLICE, Slice, write_scratch
    from crawler.archive.segments.staging import digest_in
else:
    __getattr__, __dir__ = exports(
        __name__,
        {
            ".catalogue": ("CATALOGUE",),
            ".catalogue.models": ("PageRow",),
            ".catalogue.rows": (
                "DOCUMENT_KINDS",
                "ENTERED_FOLDERS",
                "IMPORT_SITE",
                "MEMENTO_SITE",
                "MERGED_FOLDER",
                "OUTSIDE_SITES",
                "SEGMENTS_FOLDER",
                "import_url",
            ),
            ".consistency": ("ConsistencyQueries", "MadeVersion"),
            ".evidence.acts": ("Act", "ActFault", "acts_in", "read_acts"),
            ".evidence.manifest": ("EMPTY_HEAD", "head", "MANIFEST=NAME", "manifest_entries=entries"),
            ".evidence.warc_paths": (
                "file_sha256",
                "has_archive",
                "require_archive",
                "require_warcs",
            ),
            ".facade": ("Archive", "ScratchArchive"),
            ".fulltext": ("SEARCH_INDEX=INDEX", "index_catalogue"),
            ".ledger.pages_due": ("KnownPages",),
            ".ledger.site_visits": ("VisitHistory",),
            ".ledger.troubles.rows": ("Recovery",),
            ".merging": ("has_new_files",),
            ".reader": ("Reader",),
            ".reader_queries.places": ("FirstSight",),
            ".rebuilding": ("Rebuilt", "rebuild"),
            ".segments.delivering": ("finish_warcs", "finished_segments"),
            ".segments.entering": ("Entered",),
            ".segments.readings": ("readings_digest_in", "readings_name"),
            ".segments.slicing": ("EMPTY_SLICE", "Slice", "write_scratch"),
            ".segments.staging": ("digest_in",),
        },
    )

__all__ = [
    "CATALOGUE",
    "DOCUMENT_KINDS",
    "EMPTY_HEAD",
    "EMPTY_SLICE",
    "ENTERED_FOLDERS",
    "IMPORT_SITE",
    "MANIFEST",
    "MEMENTO_SITE",
    "MERGED_FOLDER",
    "OUTSIDE_SITES",
    "SEARCH_INDEX",
    "SEGMENTS_FOLDER",
    "Act",
    "ActFault",
    "Archive",
    "ConsistencyQueries",
    "Entered",
    "FirstSight",
    "KnownPages",
    "MadeVersion",
    "PageRow",
    "Reader",
    "Rebuilt",
    "Recovery",
    "ScratchArchive",
    "Slice",
    "VisitHistory",
    "acts_in",
    "digest_in",
    "file_sha256",
    "finish_warcs",
    "finished_segments",
    "has_archive",
    "has_new_files",
    "head",
    "import_url",
    "index_catalogue",
    "manifest_entries",
    "read_acts",
    "readings_digest_in",
    "readings_name",
    "rebuild",
    "require_archive",
    "require_warcs",
    "write_scratch",
]
