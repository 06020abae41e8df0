"""Queue the WARC files of an archive whose texts are to be read again: one job a file."""

from __future__ import annotations

from pathlib import Path

from crawler.archive import Reader
from crawler.extract import EXTRACTOR
from crawler.spread.queue.jobs import Rereading, open_queue


async def reach_queue(url: str) -> None:
    """Raise CrawlerError if the queue cannot be used."""
    async with open_queue(url):
        pass


async def queue_rereadings(url: str, archive: Path, *, database: str | None = None) -> int:
    """Queue every WARC file with the page of a text that is not queued yet; return their number.

    Workers of this version read them, and the enterer enters what they read differently. Raises CrawlerError if the queue or
    the archive cannot be used.
    """
    with Reader.read(archive, notify=lambda _: None, database=database) as reader:
        files = [Rereading(file=name, extractor=EXTRACTOR) for name in reader.files_with_texts()]
    async with open_queue(url) as queue:
        return await queue.defer_rereadings(files)
