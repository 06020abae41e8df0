"""`PublicArchive`: what every kind of archive does. Its module has its addresses and its manners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from crawler.errors import FetchError
from crawler.fetch.archive_client import ArchiveClient, Service
from crawler.intake.backfill.archives.mementos import Memento
from crawler.intake.backfill.index import Answer, IndexRow, Question
from crawler.model import Capture, Years


class PublicArchive(Protocol):
    """One archive. Every method raises LeftAlone when it is not to be asked any more in this run, and Halted."""

    name: str
    service: Service
    by_prefix: bool  # its index answers for all addresses that begin with one
    plays: bool  # it gives captures as it plays them back; else the records of its WARC files

    @property
    def entry(self) -> str:
        """An address by which it can be found out whether the archive can be reached."""

    async def questions(self, asked: Question, years: Years, client: ArchiveClient) -> Sequence[Question]:
        """Return the questions that one becomes: one for each of its indexes. Raises FetchError."""

    async def ask(self, question: Question, resume: str, years: Years, client: ArchiveClient) -> Answer:
        """Return the rows of a question, from `resume` on. Raises FetchError if its index does not answer."""

    async def capture(self, row: IndexRow, client: ArchiveClient) -> Memento:
        """Return the capture of a row. Raises Unplayable if the archive cannot give it, FetchError if it does not answer."""


def expect_index(answer: Capture) -> str:
    """Return the text of an index's answer. Raises FetchError unless it is one with status 200."""
    if answer.status != 200:
        raise FetchError(answer.url, f"its index answers HTTP {answer.status} {answer.reason}".strip())
    return answer.body.decode("utf-8", "replace")
