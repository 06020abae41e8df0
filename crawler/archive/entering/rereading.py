"""Texts that today's extractor reads otherwise out of pages that are archived: by this program, or by workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from crawler.archive.catalogue import queries
from crawler.archive.catalogue.models import VersionRow
from crawler.archive.damage import errors_as_damage
from crawler.archive.evidence import acts
from crawler.archive.ledger.documents.recognised import enter_reading
from crawler.archive.ledger.metadata.past import enter_past_edit, past_edits
from crawler.archive.loading import reextraction
from crawler.archive.loading.versions_ahead import VersionsAhead
from crawler.archive.run import Run
from crawler.archive.segments.readings import is_better, readings_in
from crawler.model import Document, Report
from crawler.reading.pool import ReadingPool


class Rereading(Run):
    """An archive opened for writing, whose texts are read again."""

    def reextract(self, notify: Callable[[str], None], *, processes: int | None = None) -> int:
        """Run the current extractor over every version and store the texts that differ. Return their number.

        `processes`: number of child processes that read pages (default: one for each processor).
        """
        with errors_as_damage(self.path, faults=self._faults), ReadingPool(processes, notify) as pool:
            changed, self._any_text_may_have_changed = 0, True
            ahead = VersionsAhead.of(self.path, self._session, pool)
            for each in ahead.readable(queries.reextractable_versions(self._session)):
                read = reextraction.reread_or_notify(each.row, each.reread, notify)
                if read is None or not is_better(each.row, read.report, notify):
                    continue
                self._enter_reading(each.row, read.report, read.documents)
                changed += 1
        self.enter_past_edits(notify)
        return changed

    def _enter_reading(self, version: VersionRow, report: Report, documents: Sequence[Document]) -> None:
        ledger, _ = self._writers()
        was, kept = version.text_sha256, reextraction.kept_readings(self._session, version, documents)
        enter_reading(self._session, version, report, list(documents))
        ledger.keep_text_file(version)
        self._journal(acts.reextracted(version, was, report, kept), version.url, self._now())

    def enter_readings(self, path: Path, notify: Callable[[str], None]) -> int:
        """Enter what a worker read again of the texts of a WARC file, and commit. Return the number of texts that changed.

        `path`: as `Reader.write_readings` makes it. A text that is not any more what the reading takes the place of stays.
        Raises NotMerged if the file has a fault; then nothing of it is entered.
        """
        with errors_as_damage(self.path, faults=self._faults):
            for _ in readings_in(path):  # all of it has the form of readings, before any is entered
                pass
            changed, self._any_text_may_have_changed = 0, True
            for each in readings_in(path):
                version = queries.version_with(self._session, each.report_id, each.version)
                if version is None or version.text_sha256 != each.was or version.capture_id is None:
                    continue
                if len(each.documents) != len(reextraction.offered_with(self._session, version)):
                    continue  # OCR has read one of its scans since
                if is_better(version, each.report, notify):
                    self._enter_reading(version, each.report, each.documents)
                    changed += 1
            self.flush()
            return changed

    def enter_past_edits(self, notify: Callable[[str], None]) -> None:
        """Enter edits of titles and dates that earlier captures show over an unchanged text, and that are not entered yet."""
        with errors_as_damage(self.path, faults=self._faults):
            self._enter_past_edits(notify)

    def _enter_past_edits(self, notify: Callable[[str], None]) -> None:
        found = 0
        for edit in past_edits(self._session, partial(self._read_metadata, hint=None)):
            enter_past_edit(self._session, edit.url, edit.report_id, edit.version, edit.capture, edit.found)
            act = acts.page_edited(edit.report_id, edit.version, edit.found)
            self._journal(act, edit.url, self._now(), edit.capture)
            found += 1
        if found:
            notify(
                f"{found} edits of titles, dates, issuers or sources over an unchanged text found in earlier captures"
            )

    def _read_metadata(self, capture: int, *, hint: str | None) -> Mapping[str, str | None] | None:
        return reextraction.read_metadata(self.path, self._session, capture, hint)
