"""`wayback`: the Wayback Machine of the Internet Archive. Its CDX API lists captures, `id_` gives their bytes unchanged.

The API: https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server. Rates as its operators tell them: the index
24 requests a minute; captures have no stated rate, 8 a second have been safe for others.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from crawler.errors import FetchError, Refused
from crawler.fetch.archive_client import ArchiveClient, Part, Service
from crawler.intake.backfill.archives.mementos import Memento, is_memento, memento_of
from crawler.intake.backfill.archives.public_archive import expect_index
from crawler.intake.backfill.index import Answer, IndexRow, NotAnIndex, Question, read_answer, timestamp_of
from crawler.model import Capture, Years

BASE = "https://web.archive.org"
ROWS_PER_ANSWER = 5000
"""The index is asked seldom, so each answer is long."""

_INDEX = Part(name="index", gap=60 / 24)
_CAPTURES = Part(name="captures", gap=1 / 8)
_FIELDS = "timestamp,original,mimetype,statuscode,digest"
_BLOCKED = (b"AccessControlException", b"Blocked Site", b"excluded")
"""In the answer 403 for an address that its owner had excluded. Any other 403 is for us."""
_START_BYTES = 4096
_ADDRESS_SAFE = "%/:=&?~#+!$,;'@()*[]"


class Wayback:
    """The Wayback Machine, or a server with its addresses and forms."""

    name = "wayback"
    by_prefix = True
    plays = True

    def __init__(self, base: str = BASE, _: str = "") -> None:
        self._base = base.rstrip("/")
        self.service = Service(name=self.name, is_played=is_memento)

    @property
    def entry(self) -> str:
        """The address of its index."""
        return f"{self._base}/cdx/search/cdx"

    async def questions(self, asked: Question, years: Years, client: ArchiveClient) -> list[Question]:
        """Return the question itself: there is one index."""
        return [asked]

    async def ask(self, question: Question, resume: str, years: Years, client: ArchiveClient) -> Answer:
        """Return the next rows. An empty answer to a prefix is asked for once more: a busy index gives them with status 200."""
        answer = await self._ask(question, resume, years, client)
        if not answer.rows and not answer.impossible and question.prefix and not resume:
            answer = await self._ask(question, resume, years, client)
        return answer

    async def _ask(self, question: Question, resume: str, years: Years, client: ArchiveClient) -> Answer:
        query = {
            "url": question.url,
            "matchType": "prefix" if question.prefix else "exact",
            "output": "json",
            "fl": _FIELDS,
            "filter": "statuscode:200|-",  # a revisit has none
            "from": str(years.first),
            "limit": str(ROWS_PER_ANSWER),
            "showResumeKey": "true",
        }
        if resume:
            query["resumeKey"] = resume
        got = await client.get(f"{self.entry}?{urlencode(query)}", self.service, _INDEX)
        self._raise_if_forbidden(got, question.url)
        try:
            answer, rest = read_answer(expect_index(got), got.fetched_at)
        except NotAnIndex as error:
            raise FetchError(got.url, f"its index answers nothing that can be read: {error}") from error
        following = rest[0] if rest else ""
        if following and following == resume:
            raise FetchError(got.url, "its index gives the same resumption key again")
        answer.resume = following
        return answer

    async def capture(self, row: IndexRow, client: ArchiveClient) -> Memento:
        """Return the capture of a row, by its memento with `id_`."""
        url = f"{self._base}/web/{timestamp_of(row.at)}id_/{quote(row.url, safe=_ADDRESS_SAFE)}"
        got = await client.get(url, self.service, _CAPTURES)
        if not is_memento(got):
            self._raise_if_forbidden(got, row.url, of_capture=True)
        return memento_of(got, row, self.name)

    def _raise_if_forbidden(self, got: Capture, url: str, *, of_capture: bool = False) -> None:
        if got.status != 403:
            return
        why = (got.header("x-archive-wayback-runtime-error") or "").encode("latin-1", "replace")
        start = why + got.payload[:_START_BYTES]
        if not any(each in start for each in _BLOCKED):
            raise self.service.give_up(got.url, "it answers 403 Forbidden")
        if not of_capture:  # a capture cannot be played then
            raise Refused(url, "the archive does not show this address: its owner had it excluded")
