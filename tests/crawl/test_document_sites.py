"""Sites that publish only documents give the texts that their pages would give, and the archive of them is sound."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from crawler.archive import Archive, rebuild
from crawler.crawl import crawl
from crawler.fetch import Exchange, Fetcher, Replay
from crawler.model import Report, Site
from tests.archive.held import derived, dump, faults
from tests.conftest import Clock
from tests.site.offered import OFFERED
from tests.site.troubles import BY_HOST, FOLDER, Trouble

NAMES = (*OFFERED, "document-listed", "iframe", "scanned")
TROUBLES = [each for each in BY_HOST.values() if each.name in NAMES]
BREAK = re.compile(r"\s+")


def site_of(trouble: Trouble) -> Site:
    return Site(
        id=trouble.name, name="黄石港区人民政府", region="420202", lists=(f"http://{trouble.host}{FOLDER}",)
    )


def exchanges(trouble: Trouble) -> list[Exchange]:
    return [
        Exchange(
            method="GET",
            url=f"http://{trouble.host}{path}",
            status=answer.status,
            headers=tuple(answer.headers.items()),
            body=answer.body,
        )
        for path, answer in trouble.answers().items()
    ]


async def crawl_all(folder: Path, clock: Clock) -> None:
    replay = Replay([each for trouble in TROUBLES for each in exchanges(trouble)])
    with Archive.create(folder, clock=clock) as archive:
        async with Fetcher(sink=archive.record, replay=replay, clock=clock) as fetcher:
            sites = list(map(site_of, TROUBLES))
            async for _ in crawl(sites, fetcher=fetcher, archive=archive, replay=replay):
                pass


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents") / "archive"
    asyncio.run(crawl_all(folder, Clock()))
    return folder


@pytest.fixture(scope="module")
def held(archived: Path) -> dict[str, Report]:
    """The reports by the names of their sites."""
    with Archive.read(archived) as archive:
        reports = list(archive.iter_reports(bodies=True))
        return {held.site: report for report, held in zip(reports, archive.holdings(reports), strict=True)}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "scanned"])
def test_the_text_is_that_of_the_html_twin(name: str, held: dict[str, Report]) -> None:
    (trouble,) = (each for each in TROUBLES if each.name == name)
    report, gold = held[name], trouble.document
    assert report.body.split("\n") == gold.paragraphs
    assert report.title == gold.title
    assert (report.year, report.unread) == (2022, None)


def test_what_the_text_was_read_from_is_told(held: dict[str, Report]) -> None:
    read_from = {name: report.text_from for name, report in held.items()}
    assert read_from["document-docx"] == "docx"
    assert {read_from[name] for name in (*OFFERED, "document-listed") if name != "document-docx"} == {"pdf"}
    assert read_from["iframe"] == "page"


def test_a_document_that_a_list_leads_to_has_the_lists_date(held: dict[str, Report]) -> None:
    assert held["document-listed"].published == "2023-03-15"


def test_a_page_of_images_has_no_text_and_says_how_many_images(held: dict[str, Report]) -> None:
    report = held["scanned"]
    assert (report.body, report.unread, report.pages) == ("", "needs_ocr", 5)


def test_the_archive_is_sound_and_made_again_from_its_warc_files(archived: Path) -> None:
    assert faults(archived, deep=True) == []
    rows, files = dump(archived), derived(archived)
    rebuild(archived, clock=Clock(), notify=lambda _: None)
    assert dump(archived) == rows
    assert derived(archived) == files
