"""An id that a report had in a merged archive leads to the report for ever; no archive can take one for another text."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive import Archive, Reader, rebuild
from crawler.errors import UnknownReport
from crawler.extract import extract
from crawler.model import Ending
from crawler.warc import new_record_id
from tests.archive.foreign import article, make, metadata, response, stored
from tests.archive.held import faults
from tests.conftest import SITE, URL, Clock, a_capture

Opener = Callable[[], Archive]
FIRST, SECOND = article("第一稿的文字"), article("第二稿的文字")
ELSEWHERE = "http://copy.example.net/a.html"


def quiet(_: str) -> None:
    """Discard a notice."""


def keep(opened: Opener, clock: Clock, *pages: bytes) -> None:
    """Store texts that our page shows one after the other, a day apart."""
    for page in pages:
        clock.forward(days=1)
        with opened() as archive:
            capture = a_capture(payload=page, at=clock())
            archive.record(capture)
            assert archive.store(extract(page, (), URL), capture, SITE).ending in (Ending.NEW, Ending.REVISED)


def digest(page: bytes) -> str:
    return extract(page, (), URL).text_sha256


def other_with(folder: Path, *acts: tuple[str, bytes, str, int]) -> Path:
    """Make an archive that has seen a page (URL, bytes) under an id and a number."""
    records = []
    for url, page, name, number in acts:
        record_id, ending = new_record_id(), "new" if number == 1 else "revised"
        records.append(response(url, page, record_id))
        records.append(metadata(stored(url, page, record_id, id=name, version=number, ending=ending)))
    return make(folder, *records)


def merged(opened: Opener, other: Path, clock: Clock) -> None:
    clock.forward(days=1)
    with opened() as archive:
        archive.merge(other, quiet)


def test_ids_of_a_merged_archive_lead_to_the_same_texts_here(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    keep(opened, clock, FIRST, SECOND)
    theirs = (
        f"420100-2021-{digest(SECOND)[:8]}"  # it began with the second text, and took it for another year
    )
    other = other_with(tmp_path / "other", (URL, SECOND, theirs, 1), (URL, FIRST, theirs, 2))
    merged(opened, other, clock)
    for _ in range(2):
        with Reader.read(folder) as reader:
            ours = f"420100-2022-{digest(FIRST)[:8]}"
            assert {reader.show(theirs).id, reader.show(theirs, 1).id, reader.show(theirs, 2).id} == {ours}
            assert reader.show(theirs, 1).text_sha256 == digest(SECOND)
            assert reader.show(theirs, 2).text_sha256 == digest(FIRST)
            with pytest.raises(UnknownReport, match="versions 1, 2 came with it, not 3"):
                reader.show(theirs, 3)
        assert faults(folder, deep=True) == []
        shutil.rmtree(folder / "text")
        rebuild(folder, clock=clock, notify=quiet)


def test_an_id_that_a_report_has_here_is_that_report(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    keep(opened, clock, FIRST)
    ours = f"420100-2022-{digest(FIRST)[:8]}"
    merged(opened, other_with(tmp_path / "other", (ELSEWHERE, SECOND, ours, 2)), clock)
    with Reader.read(folder) as reader:
        assert reader.show(ours).text_sha256 == digest(FIRST)
        with pytest.raises(UnknownReport):
            reader.show(ours, 2)


@pytest.mark.parametrize("name", ["420100-2019-00000000", "wuhan", "999999-2022-zz", "420100-2019-%s0"])
def test_an_archive_cannot_give_its_text_an_id_of_another(
    name: str, opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    claimed = name.replace("%s", digest(SECOND)[:8])
    merged(opened, other_with(tmp_path / "other", (ELSEWHERE, SECOND, claimed, 1)), clock)
    with Reader.read(folder) as reader, pytest.raises(UnknownReport):
        reader.show(claimed, 1)
