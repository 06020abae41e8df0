"""`TextsAhead`: the texts that a batch of new ones is compared with, read at once and kept up to date until the batch is entered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.read_ahead import has_one_of
from crawler.archive.catalogue.databases.session_memory import memory, watch_rows
from crawler.archive.catalogue.models import VersionRow
from crawler.archive.catalogue.near_duplicates import distance_if_near, is_similar_length
from crawler.archive.catalogue.prepared import Prepared
from crawler.field.fingerprint import bands, simhash
from crawler.model import Report

BANDS = (VersionRow.band_0, VersionRow.band_1, VersionRow.band_2, VersionRow.band_3)
_BODY_LENGTH = Prepared(select(func.length(VersionRow.body)).where(VersionRow.id == bindparam("id")))
Near = tuple[str, int]
"""Id of a report, and in how many bits the simhash of its text differs."""

_KEY = "texts_ahead"
_MAX_TEXTS = 20_000


def body_length(session: Session, version: int) -> int:
    """Return the length of a version's text in characters. `version`: versions.id."""
    found = _BODY_LENGTH.first(session, {"id": version})
    assert found is not None
    length: int = found[0]
    return length


@dataclass(slots=True)
class _Text:
    number: int  # versions.id
    report_id: str
    simhash: str
    length: int | None = None  # in characters; None: not read yet


class TextsAhead:
    """The versions that share a band with some simhashes, those that are written meanwhile included.

    `marks`: the simhashes, by the digests of their texts.
    """

    def __init__(self, marks: Mapping[str, str]) -> None:
        self._marks = marks
        wanted = {band for mark in marks.values() for band in enumerate(bands(mark))}
        self._by_band: dict[tuple[int, int], dict[int, _Text]] = {band: {} for band in wanted}
        self._texts: dict[int, _Text] = {}  # by versions.id
        self._is_whole = True

    def mark_of(self, report: Report) -> str:
        """Return the simhash of a report's text."""
        return self._marks.get(report.text_sha256) or simhash(report.body)

    def read(self, session: Session) -> None:
        """Read the versions that share a band, unless they are very many: then each text is looked up."""
        for number, column in enumerate(BANDS):
            values = [value for place, value in self._by_band if place == number]
            for shares in has_one_of(column, values):
                query = select(VersionRow.id, VersionRow.report_id, VersionRow.simhash).where(shares)
                for row in session.execute(query.limit(_MAX_TEXTS + 1)):
                    self._add(_Text(*row))
                if len(self._texts) > _MAX_TEXTS:
                    self._is_whole = False
                    return

    def note(self, table: str, row: Mapping[str, Any]) -> None:
        """Add a version that is about to be written."""
        mark, number = row.get("simhash"), row.get("id")
        if table != VersionRow.__tablename__ or mark is None or number is None:  # what is not loaded stays
            return
        known, report_id = self._texts.get(number), row.get("report_id")
        if report_id is None or (known is not None and (known.simhash, known.report_id) != (mark, report_id)):
            self._is_whole = False
        elif known is None:
            self._add(_Text(number, report_id, mark, len(row["body"]) if "body" in row else None))
        elif "body" in row:
            known.length = len(row["body"])

    def _add(self, text: _Text) -> None:
        if text.number in self._texts:
            return
        for band in enumerate(bands(text.simhash)):
            if band in self._by_band:
                self._by_band[band][text.number] = self._texts[text.number] = text

    def has_all_near(self, mark: str) -> bool:
        """Whether all versions are known whose simhash is near this one."""
        return self._is_whole and all(band in self._by_band for band in enumerate(bands(mark)))

    def nearest(self, session: Session, mark: str, length: int) -> Near | None:
        """Return the nearest of the versions of a similar length, and the first of equally near ones."""
        sharing: dict[int, _Text] = {}
        for band in enumerate(bands(mark)):
            sharing |= self._by_band[band]
        best: Near | None = None
        for number in sorted(sharing):
            text = sharing[number]
            bits = distance_if_near(text.simhash, mark)
            if bits is None or (best is not None and bits >= best[1]):
                continue
            if is_similar_length(self._length(session, text), length):
                best = text.report_id, bits
                if bits == 0:
                    break
        return best

    def _length(self, session: Session, text: _Text) -> int:
        if text.length is None:
            text.length = body_length(session, text.number)
        return text.length


def read_texts_ahead(session: Session, marks: Mapping[str, str]) -> None:
    """Read what texts are compared with, for as long as the session remembers. `marks`: their simhashes, by digest."""
    ahead = memory(session)[_KEY] = TextsAhead(marks)
    watch_rows(session, ahead.note)
    ahead.read(session)


def texts_ahead(session: Session) -> TextsAhead | None:
    """Return what was read ahead; None if nothing was."""
    found: TextsAhead | None = memory(session).get(_KEY)
    if found is not None:
        session.flush()
    return found
