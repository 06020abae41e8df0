"""`cdx URL [WARCS]`: the CDX server of a pywb or OutbackCDX. Captures come from its WARC files, or as pywb plays them back.

https://pywb.readthedocs.io/en/latest/manual/cdxserver_api.html, https://github.com/nla/outbackcdx.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

from crawler.errors import FetchError
from crawler.fetch.archive_client import ArchiveClient, Part, Service
from crawler.intake.backfill.archives.mementos import Memento, is_memento, memento_of
from crawler.intake.backfill.archives.public_archive import expect_index
from crawler.intake.backfill.archives.record_places import record_at
from crawler.intake.backfill.index import Answer, IndexRow, NotAnIndex, Question, read_answer, timestamp_of
from crawler.model import Years

MAX_ROWS = 100_000
"""Of one answer. These servers have no common way to go on behind it: a list with more wants a narrower prefix."""

_INDEX = Part(name="index", gap=1.0)
_CAPTURES = Part(name="captures", gap=0.25)
_ENDPOINT = re.compile(r"(?:/cdx|-cdx|-index|/index)/?$")
_ADDRESS_SAFE = "%/:=&?~#+!$,;'@()*[]"


class Cdx:
    """A CDX server. `warcs`: address before the names of its WARC files; without it the captures are asked of pywb's replay."""

    name = "cdx"
    by_prefix = True

    def __init__(self, url: str, warcs: str = "") -> None:
        self._url = url
        self._warcs = warcs
        self._replay = _ENDPOINT.sub("", url.partition("?")[0]).rstrip("/")
        self.plays = not warcs
        self.name = f"cdx {url}"
        self.service = Service(name=self.name, is_played=is_memento)

    @property
    def entry(self) -> str:
        """The address of the CDX server."""
        return self._url

    async def questions(self, asked: Question, years: Years, client: ArchiveClient) -> list[Question]:
        """Return the question itself: there is one index."""
        return [asked]

    async def ask(self, question: Question, resume: str, years: Years, client: ArchiveClient) -> Answer:
        """Return all rows. 404 says that there are none. Raises FetchError if there are too many."""
        query = {
            "url": question.url,
            "matchType": "prefix" if question.prefix else "exact",
            "output": "json",
            "from": str(years.first),
            "limit": str(MAX_ROWS),
        }
        join = "&" if "?" in self._url else "?"
        got = await client.get(f"{self._url}{join}{urlencode(query)}", self.service, _INDEX)
        if got.status == 403:
            raise self.service.give_up(got.url, "it answers 403 Forbidden")
        if got.status == 404:
            return Answer()
        try:
            answer, _ = read_answer(expect_index(got), got.fetched_at)
        except NotAnIndex as error:
            raise FetchError(got.url, f"its index answers nothing that can be read: {error}") from error
        if len(answer.rows) + answer.other + answer.impossible >= MAX_ROWS:
            raise FetchError(
                got.url, f"its index has {MAX_ROWS} rows and more: name a list in a narrower folder"
            )
        return answer

    async def capture(self, row: IndexRow, client: ArchiveClient) -> Memento:
        """Return the capture of a row."""
        if self._warcs:
            return await record_at(row, self._warcs, client, self.service, _CAPTURES, self.name)
        url = f"{self._replay}/{timestamp_of(row.at)}id_/{quote(row.url, safe=_ADDRESS_SAFE)}"
        got = await client.get(url, self.service, _CAPTURES)
        if got.status == 403 and not is_memento(got):
            raise self.service.give_up(got.url, "it answers 403 Forbidden")
        return memento_of(got, row, self.name)
