"""What was stored since the last commit, and the commit itself: WARC first, then the catalogue, then the text files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from crawler.archive.catalogue import CaptureRow, OutcomeRow
from crawler.archive.files import write_all
from crawler.archive.reading import Entered, latest_capture
from crawler.archive.warcs import RunWarcs

_CAPTURE, _OUTCOME = insert(CaptureRow), insert(OutcomeRow)


class Batch:
    """Entries of one run; after `size` of them a commit is due."""

    def __init__(self, archive: Path, session: Session, size: int) -> None:
        self._archive = archive
        self._session = session
        self._size = size
        self._entries = 0
        self._outcomes: list[dict[str, Any]] = []
        self._texts: dict[str, bytes] = {}
        self._captures: dict[str, Entered] = {}  # the last one of each address

    def capture(self, values: dict[str, Any]) -> Entered:
        """Enter an exchange, at once: others refer to its row."""
        key = self._session.connection().execute(_CAPTURE, values).inserted_primary_key
        assert key is not None
        row = Entered(key[0], values["record_id"], values["payload_sha256"])
        self._captures[values["url_key"]] = row
        return row

    def latest_capture(self, url_key: str) -> Entered | None:
        """The last exchange of an address, of this run or an earlier one."""
        return self._captures.get(url_key) or latest_capture(self._session, url_key)

    def outcome(self, values: dict[str, Any]) -> None:
        """An outcome to enter with the commit."""
        self._outcomes.append(values)

    def text(self, name: str, text: bytes) -> None:
        """A text file to write after the commit."""
        self._texts[name] = text

    def is_due(self) -> bool:
        """Count one more entry; whether that fills the batch."""
        self._entries += 1
        return self._entries >= self._size

    def commit(self, warcs: RunWarcs | None) -> None:
        """Everything is on disk when this returns."""
        if warcs is not None:
            warcs.sync()  # what the catalogue says is stored must be on disk before it says so
        if self._outcomes:
            self._session.connection().execute(_OUTCOME, self._outcomes)
        self._session.commit()
        texts, self._texts = self._texts, {}
        self._outcomes, self._captures, self._entries = [], {}, 0
        write_all(self._archive, texts)
