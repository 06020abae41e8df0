"""`memento URL`: any archive that speaks Memento (RFC 7089). The URL is that of its TimeMaps or TimeGates, before the address.

A TimeMap lists the captures of one address, without digests; where there is none, the TimeGate gives one capture for each year.
The bytes are asked for as captured: by `id_` where the addresses have 14 digits, and by the header `Prefer`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime

from crawler.address import host_port, join
from crawler.fetch.archive_client import ArchiveClient, Part, Service
from crawler.intake.backfill.archives.mementos import Memento, is_memento, memento_of
from crawler.intake.backfill.archives.public_archive import expect_index
from crawler.intake.backfill.index import Answer, IndexRow, Question, http_moment
from crawler.model import Capture, Years

MAX_TIMEMAPS = 200
"""Of one address: a TimeMap may name further ones."""
MAX_LINK_CHARS = 8000

_INDEX = Part(name="index", gap=1.0)
_CAPTURES = Part(name="captures", gap=0.25)
_LINK = re.compile(
    r"<([^<>\s]{1,4000})>((?:\s*+;\s*+[a-z]{1,20}\s*+=\s*+(?:\"[^\"]{0,300}\"|[^\s\",;]{1,100}))*+)", re.I
)
_PARAMETER = re.compile(r";\s*+([a-z]{1,20})\s*+=\s*+(?:\"([^\"]{0,300})\"|([^\s\",;]{1,100}))", re.I)
_TIMED = re.compile(r"/([0-9]{14})(?:[a-z]{2}_)?/")
_ORIGINAL_BYTES = ("Prefer", "original-content, original-links, original-headers")


class MementoArchive:
    """An archive with TimeMaps or TimeGates."""

    by_prefix = False
    plays = True

    def __init__(self, url: str, _: str = "") -> None:
        self._url = url
        self.name = f"memento {url}"
        self.service = Service(name=self.name, is_played=is_memento)

    @property
    def entry(self) -> str:
        """The address of its TimeMaps or TimeGates."""
        return self._url

    async def questions(self, asked: Question, years: Years, client: ArchiveClient) -> list[Question]:
        """Return the question itself, if it is for one address: there are no TimeMaps of prefixes."""
        return [] if asked.prefix else [asked]

    async def ask(self, question: Question, resume: str, years: Years, client: ArchiveClient) -> Answer:
        """Return the rows of a TimeMap; `resume`: addresses of further ones, a line each. 404 says that there are none."""
        first = resume.partition("\n")[0]
        got = await client.get(first or self._url + question.url, self.service, _INDEX)
        if got.status == 404 and not is_memento(got):
            return Answer()
        if got.status == 403 and not is_memento(got):
            raise self.service.give_up(got.url, "it answers 403 Forbidden")
        if _is_timemap(got):
            return _rows_of(got, question, years, resume)
        if timemap := _relation(_links_of(got), "timemap", got.url):
            answer = Answer()
            answer.resume = timemap
            return answer
        return await self._by_gate(question, years, client, got)

    async def _by_gate(
        self, question: Question, years: Years, client: ArchiveClient, first: Capture
    ) -> Answer:
        """Return a row for each capture that the TimeGate names for the beginning of a year."""
        answer, found = Answer(), dict[datetime, IndexRow]()
        for year in range(years.first + 1, first.fetched_at.year + 2):
            wanted = format_datetime(datetime(year, 1, 1, tzinfo=UTC), usegmt=True)
            headers = [("Accept-Datetime", wanted)]
            got = await client.get(self._url + question.url, self.service, _INDEX, headers)
            if is_memento(got) and (
                row := _row(question, got.header("memento-datetime") or "", got.url, got)
            ):
                found[row.at] = row
        answer.rows = [found[at] for at in sorted(found)]
        return answer

    async def capture(self, row: IndexRow, client: ArchiveClient) -> Memento:
        """Return the capture of a row: its original bytes, as far as the archive gives them."""
        raw = _TIMED.sub(r"/\1id_/", row.place, count=1)
        got = await client.get(raw, self.service, _CAPTURES, [_ORIGINAL_BYTES])
        applied = "original-content" in (got.header("preference-applied") or "")
        by_name = "id_/" in got.url
        if raw != row.place and not is_memento(got) and got.status in (400, 404):
            got = await client.get(row.place, self.service, _CAPTURES, [_ORIGINAL_BYTES])
            by_name = False
        if got.status == 403 and not is_memento(got):
            raise self.service.give_up(got.url, "it answers 403 Forbidden")
        return memento_of(got, row, self.name, raw=by_name or applied)


def _is_timemap(got: Capture) -> bool:
    return got.status == 200 and (got.header("content-type") or "").startswith("application/link-format")


def _rows_of(got: Capture, question: Question, years: Years, resume: str) -> Answer:
    """`resume`: addresses of TimeMaps, this one first; empty for the one that was asked for first."""
    answer = Answer()
    links = list(_links(expect_index(got)))
    for target, values in links:
        relations = values.get("rel", "").split()
        if "memento" not in relations:
            continue
        row = _row(question, values.get("datetime", ""), target, got)
        if row is None:
            answer.impossible += 1
        elif row.at.year >= years.first:
            answer.rows.append(row)
    others = [
        url
        for target, values in links
        if "timemap" in values.get("rel", "").split() and (url := _same_host(target, got.url))
    ]
    following = resume.split()[1:] if resume else [url for url in dict.fromkeys(others) if url != got.url]
    answer.resume = "\n".join(following[:MAX_TIMEMAPS])
    return answer


def _row(question: Question, written: str, target: str, got: Capture) -> IndexRow | None:
    url, at = _same_host(target, got.url), http_moment(written, got.fetched_at)
    return IndexRow(url=question.url, at=at, place=url) if at and url else None


def _links_of(got: Capture) -> Iterator[tuple[str, dict[str, str]]]:
    return _links((got.all_values("link") or "")[:MAX_LINK_CHARS])


def _links(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the links of a Link header or a TimeMap (RFC 8288): target, and parameters by name."""
    for found in _LINK.finditer(text):
        values = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(found[2])}
        yield found[1], values


def _relation(links: Iterator[tuple[str, dict[str, str]]], wanted: str, base: str) -> str:
    for target, values in links:
        if wanted in values.get("rel", "").split() and (url := _same_host(target, base)):
            return url
    return ""


def _same_host(target: str, base: str) -> str:
    """Return a link's address; empty if it leads to another host, which nobody named."""
    url = join(base, target)
    return url if url and host_port(url) == host_port(base) else ""
