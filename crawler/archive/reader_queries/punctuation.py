"""The text of a version with the full-width forms of its page. The catalogue does not have them: the captures are read again."""

from __future__ import annotations

from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import VersionRow
from crawler.archive.catalogue.queries import find_version
from crawler.archive.reader_queries.base import ReaderQueries
from crawler.errors import TextDiffers
from crawler.field.text import fold
from crawler.model import AsPublished


class PunctuationQueries(ReaderQueries):
    """What the archive's folded texts look like on their pages."""

    def as_published(self, report_id: str, version: int | None = None) -> AsPublished:
        """Return the latest version of a report, or the one asked for, with the full-width forms of its page.

        Folded it is the version's text, character for character. A version without a text has an empty body. Raises
        UnknownReport; TextDiffers if the current extractor reads another text from the page; ArchiveDamaged if a record
        cannot be read.
        """
        return self._query(
            lambda session: self._as_published(session, find_version(session, report_id, version))
        )

    def _as_published(self, session: Session, version: VersionRow) -> AsPublished:
        from crawler.archive.loading.reextraction import reread
        from crawler.extract.page.as_published import of_report

        if not version.body:
            return AsPublished(title=version.title, body="")
        found = reread(self.path, session, version).report
        written = of_report(found)
        if found.body != version.body or fold(written.body) != version.body:
            raise TextDiffers(
                version.url,
                f"{version.report_id} version {version.number}: this version of fazhi reads another text from the page than "
                f"{version.extractor} did; `fazhi rebuild --reextract` takes today's text",
            )
        title = written.title if fold(written.title) == version.title else version.title
        return AsPublished(title=title, body=written.body)
