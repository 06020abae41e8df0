"""Citations: complete, the same each time, and safe in the languages that they are written in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.archive import Archive, Reader, head, rebuild
from crawler.errors import UnknownReport
from crawler.model import Ending, Outcome
from crawler.questions import cite
from crawler.warc import read_records
from tests.conftest import SITE, URL, Clock, Fazhi, a_capture, a_report

TITLE = r"武汉市人民政府关于100%落实{法治} & \input_#1的报告"


@pytest.fixture
def held(opened: Callable[[], Archive], clock: Clock, folder: Path) -> str:
    """A report whose page was seen twice. Returns its id."""
    report = replace(a_report(), title=TITLE)
    for _ in range(2):
        with opened() as archive:
            capture = a_capture(payload=report.body.encode(), at=clock())
            archive.record(capture)
            kept = archive.store(report, capture, SITE)
    return kept.report_id or ""


@pytest.fixture
def cited(held: str, folder: Path) -> Iterator[cite.Citation]:
    with Reader.read(folder) as reader:
        yield cite.cite(reader, held)


def test_the_evidence_of_a_citation_is_where_it_says(cited: cite.Citation, folder: Path) -> None:
    (place,) = cited.captures
    record = next(read_records(folder / place.payload_warc_file, place.payload_warc_offset))
    assert record.fields["warc-record-id"] == place.payload_record_id
    assert record.block.endswith(a_report().body.encode())
    assert cited.head == head(folder)
    assert cited.text_sha256 == a_report().text_sha256


@pytest.mark.parametrize("style", sorted(cite.STYLES))
def test_every_style_names_what_a_reader_checks(style: str, cited: cite.Citation) -> None:
    made = cite.STYLES[style](cited)
    (place,) = cited.captures
    for words in (
        "武汉市人民政府",
        URL,
        cited.text_sha256,
        cited.id,
        place.warc_file,
        str(place.warc_offset),
        cited.head,
    ):
        assert words in made


def test_a_reference_by_the_national_standard(cited: cite.Citation) -> None:
    assert cite.gbt7714(cited).startswith(
        f"武汉市人民政府. {TITLE}[EB/OL]. (2023-02-21)[2026-11-25]. {URL}.\n存档: {cited.id} 第1版; "
    )


def test_no_title_acts_in_tex(cited: cite.Citation) -> None:
    evil = replace(cited, url="http://x/}\\input{y}")
    made = cite.bibtex(evil)
    assert r"title = {{武汉市人民政府关于100\%落实\{法治\} \& \textbackslash{}input\_\#1的报告}}" in made
    assert "url = {http://x/%7D%5Cinput%7By%7D}" in made


@pytest.mark.parametrize(
    ("published", "issued"),
    [("2023-02-21T10:00", {"date-parts": [[2023, 2, 21]]}), ("2023", None), (None, None)],
)
def test_csl_gives_a_day_only_where_the_page_does(
    published: str | None, issued: object, cited: cite.Citation
) -> None:
    item = json.loads(cite.csl_json(replace(cited, published=published)))
    assert item.get("issued") == issued
    assert (item["type"], item["title"], item["author"]) == (
        "webpage",
        TITLE,
        [{"literal": "武汉市人民政府"}],
    )


def test_a_citation_is_the_same_after_a_rebuild(cited: cite.Citation, folder: Path, clock: Clock) -> None:
    (folder / "catalogue.db").unlink()
    rebuild(folder, clock=clock, notify=lambda _: None)
    with Reader.read(folder) as reader:
        again = cite.cite(reader, cited.id)
    assert replace(again, head=cited.head) == cited


def test_a_version_that_only_says_that_the_report_is_gone_is_not_cited(
    held: str, opened: Callable[[], Archive], clock: Clock, folder: Path
) -> None:
    for _ in range(2):
        clock.now += timedelta(days=2)
        with opened() as archive:
            archive.note(Outcome(ending=Ending.GONE, url=URL, site_id=SITE.id, detail="HTTP 404"))
    with Reader.read(folder) as reader:
        with pytest.raises(UnknownReport, match="version 2 only records that the report is gone"):
            cite.cite(reader, held, 2)
        assert cite.cite(reader, held).state == "gone"


def test_the_command_prints_citations_one_after_the_other(held: str, fazhi: Fazhi, folder: Path) -> None:
    code, out, _ = fazhi("cite", held, URL, "--style", "csl-json", "--archive", str(folder))
    assert code == 0
    assert [item["id"] for item in json.loads(out)] == [f"fazhi-{held}-v1"] * 2
    _, out, _ = fazhi("cite", held, "--json", "--archive", str(folder))
    (value,) = json.loads(out)
    assert (value["id"], value["captures"][0]["url"]) == (held, URL)
    code, _, err = fazhi("cite", "nothing", "--archive", str(folder))
    assert (code, err) == (2, "nothing: no report has it; `fazhi reports` lists them all\n")
