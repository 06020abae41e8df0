"""`commoncrawl`: the crawls of Common Crawl. Each has an index; the records are had by range requests into its WARC files.

https://index.commoncrawl.org and https://commoncrawl.org/get-started. Its operators ask for one request at a time, and answer
503 or 403 to those who ask for more; both are obeyed.
"""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode, urlsplit

from crawler.errors import FetchError
from crawler.fetch.archive_client import ArchiveClient, Part, Service
from crawler.intake.backfill.archives.mementos import Memento
from crawler.intake.backfill.archives.public_archive import expect_index
from crawler.intake.backfill.archives.record_places import record_at
from crawler.intake.backfill.index import Answer, IndexRow, NotAnIndex, Question, read_answer
from crawler.model import Capture, Years

BASE = "https://index.commoncrawl.org"
WARCS = "https://data.commoncrawl.org/"
MIN_ROWS_OF_A_FULL_PAGE = 1000
"""A page of the index has some thousand lines, unless it is the last one of an answer."""
MAX_PAGES = 10_000

_INDEX = Part(name="index", gap=1.0)
_RECORDS = Part(name="records", gap=0.5)
_ID = re.compile(r"CC-MAIN-(20[0-9]{2})-[0-9]{2,4}")
_API_PATH = re.compile(r"/[A-Za-z0-9._/-]{1,200}")


class CommonCrawl:
    """Common Crawl, or servers with its addresses and forms. `warcs`: address before the names of its files."""

    name = "commoncrawl"
    by_prefix = True
    plays = False

    def __init__(self, base: str = BASE, warcs: str = "") -> None:
        self._base = base.rstrip("/")
        self._warcs = warcs or WARCS
        self._apis: dict[str, str] = {}  # address of the index, by the id of its crawl
        self.service = Service(name=self.name)

    @property
    def entry(self) -> str:
        """The address of the list of its crawls."""
        return f"{self._base}/collinfo.json"

    async def questions(self, asked: Question, years: Years, client: ArchiveClient) -> list[Question]:
        """Return the question for each crawl since the first year wanted, the latest first."""
        apis = await self._indexes(client)
        return [
            Question(url=asked.url, prefix=asked.prefix, part=name)
            for name in apis
            if (found := _ID.fullmatch(name)) and int(found[1]) >= years.first
        ]

    async def _indexes(self, client: ArchiveClient) -> dict[str, str]:
        if self._apis:
            return self._apis
        got = await client.get(self.entry, self.service, _INDEX)
        self._raise_if_forbidden(got)
        try:
            listed = json.loads(expect_index(got))
            paths = {str(each["id"]): urlsplit(str(each["cdx-api"])).path for each in listed}
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise FetchError(got.url, f"its list of crawls cannot be read: {error!r}") from error
        self._apis = {
            name: self._base + path
            for name, path in paths.items()
            if _ID.fullmatch(name) and _API_PATH.fullmatch(path)
        }
        if not self._apis:
            raise FetchError(got.url, "its list of crawls names none")
        return self._apis

    async def ask(self, question: Question, resume: str, years: Years, client: ArchiveClient) -> Answer:
        """Return the rows on one page of a crawl's index. 404 says that there are none."""
        api = (await self._indexes(client)).get(question.part)
        if api is None:
            raise FetchError(self.entry, f"its list of crawls has no {question.part}")
        page = int(resume or 0)
        query = {
            "url": question.url,
            "matchType": "prefix" if question.prefix else "exact",
            "output": "json",
            "page": str(page),
        }
        got = await client.get(f"{api}?{urlencode(query)}", self.service, _INDEX)
        self._raise_if_forbidden(got)
        if got.status == 404 or (got.status == 400 and page > 0):  # no capture; no such page
            return Answer()
        try:
            answer, _ = read_answer(expect_index(got), got.fetched_at)
        except NotAnIndex as error:
            raise FetchError(got.url, f"its index answers nothing that can be read: {error}") from error
        lines = len(answer.rows) + answer.other + answer.impossible
        answer.resume = str(page + 1) if lines >= MIN_ROWS_OF_A_FULL_PAGE and page < MAX_PAGES else ""
        return answer

    async def capture(self, row: IndexRow, client: ArchiveClient) -> Memento:
        """Return the capture in the record of a row."""
        return await record_at(row, self._warcs, client, self.service, _RECORDS, self.name)

    def _raise_if_forbidden(self, got: Capture) -> None:
        if got.status == 403:
            raise self.service.give_up(got.url, "it answers 403 Forbidden")
