"""Import of single documents: file names of any bytes, and identity that does not depend on the printable name."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive import Archive, import_url, rebuild
from crawler.extract import extract
from crawler.intake.imports import documents, import_paths
from crawler.intake.imports.job import complete
from crawler.intake.imports.names import printable
from crawler.model import Ending, Outcome
from tests.archive.held import dump, faults, query
from tests.conftest import Clock
from tests.reading import jobs

Opener = Callable[[], Archive]
URL = "http://www.wuhan.gov.cn/zwgk/t1.shtml"


def text(city: str, year: int) -> str:
    title = f"{city}人民政府关于{year}年度法治政府建设情况的报告"
    lines = (f"第{n}项工作取得成效，完成事项{n * 37 + year}件。" for n in range(40))
    return title + "\n\n" + "\n\n".join(lines)


def page(city: str, year: int, head: str = "") -> str:
    title, _, body = text(city, year).partition("\n\n")
    paragraphs = "".join(f"<p>{line}</p>" for line in body.split("\n\n"))
    return f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{paragraphs}</body></html>"


def written(folder: Path, name: str | bytes, content: str) -> Path:
    """Create a file whose name may be any bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    path = Path(os.fsdecode(os.path.join(os.fsencode(folder), os.fsencode(name))))
    path.write_text(content, "utf-8")
    return path


@pytest.fixture
def bring(opened: Opener) -> Callable[..., list[Outcome]]:
    def bring(*paths: Path) -> list[Outcome]:
        with opened() as archive:
            return list(import_paths(paths, archive))

    return bring


def endings(outcomes: list[Outcome]) -> list[Ending]:
    return [outcome.ending for outcome in outcomes]


@pytest.mark.parametrize(("name", "form"), [("index.html", page), ("report.txt", text)])
def test_two_files_of_one_name_are_two_documents(
    name: str, form: Callable[..., str], bring: Callable[..., list[Outcome]], folder: Path, tmp_path: Path
) -> None:
    for city, year in (("武汉市", 2022), ("宜昌市", 2020)):
        written(tmp_path / city, name, form(city, year))
    assert endings(bring(tmp_path / "武汉市", tmp_path / "宜昌市")) == [Ending.NEW, Ending.NEW]
    assert query(folder, "SELECT number FROM versions") == [(1,), (1,)]
    assert endings(bring(tmp_path / "宜昌市")) == [Ending.UNCHANGED]
    assert endings(bring(tmp_path / "武汉市", tmp_path / "宜昌市")) == [Ending.UNCHANGED] * 2
    assert query(folder, "SELECT count(*) FROM captures") == [(2,)]
    assert faults(folder, deep=True) == []


def test_a_document_is_the_same_from_whatever_folder_it_comes(
    bring: Callable[..., list[Outcome]], folder: Path, tmp_path: Path
) -> None:
    for place in ("one", "other"):
        written(tmp_path / place, "a.txt", text("武汉市", 2022))
    assert endings(bring(tmp_path / "one")) == [Ending.NEW]
    assert endings(bring(tmp_path / "other")) == [Ending.UNCHANGED]
    assert query(folder, "SELECT count(*) FROM pages") == [(1,)]


def as_before(archive: Archive, name: str, content: str) -> Outcome:
    """Import a text under its base name alone, as earlier versions did."""
    found = complete(extract(content.encode()), name)
    assert not isinstance(found, str)
    return archive.ingest(found[0], name, content.encode(), found[1], url=import_url(name))


def test_documents_of_an_earlier_archive_are_known_by_their_names(
    opened: Opener, bring: Callable[..., list[Outcome]], folder: Path, tmp_path: Path
) -> None:
    mine = written(tmp_path / "in", "000.txt", text("武汉市", 2022))
    with opened() as archive:
        as_before(archive, "000.txt", mine.read_text("utf-8"))
    assert endings(bring(mine)) == [Ending.UNCHANGED]
    assert query(folder, "SELECT url FROM pages") == [("urn:fazhi:import:000.txt",)]
    written(tmp_path / "in", "000.txt", text("宜昌市", 2020))
    assert endings(bring(mine)) == [Ending.NEW]
    assert faults(folder, deep=True) == []


def test_two_documents_that_an_earlier_archive_took_for_one_do_not_alternate(
    opened: Opener, bring: Callable[..., list[Outcome]], folder: Path, tmp_path: Path, clock: Clock
) -> None:
    for city, year in (("武汉市", 2022), ("宜昌市", 2020)):
        file = written(tmp_path / city, "index.txt", text(city, year))
        with opened() as archive:
            as_before(archive, "index.txt", file.read_text("utf-8"))
    for _ in range(2):
        assert endings(bring(tmp_path / "武汉市", tmp_path / "宜昌市")) == [Ending.UNCHANGED] * 2
    assert query(folder, "SELECT number FROM versions") == [(1,), (2,)]
    assert query(folder, "SELECT count(*) FROM captures") == [(2,)]
    assert faults(folder, deep=True) == []
    was = dump(folder)
    rebuild(folder, clock=clock, notify=print)
    assert dump(folder) == was


def test_two_states_of_one_page_do_not_alternate(
    bring: Callable[..., list[Outcome]], folder: Path, tmp_path: Path
) -> None:
    mark = f"<!-- saved from url=({len(URL):04}){URL} -->\n"
    written(tmp_path / "in", "1.html", mark + page("武汉市", 2022))
    written(tmp_path / "in", "2.html", mark + page("武汉市", 2022).replace("第39项", "第四十项"))
    assert endings(bring(tmp_path / "in")) == [Ending.NEW, Ending.REVISED]
    assert endings(bring(tmp_path / "in")) == [Ending.UNCHANGED, Ending.UNCHANGED]
    assert query(folder, "SELECT count(*) FROM versions") == [(2,)]


NAMES: dict[bytes, str] = {
    "报告.html".encode(): "报告.html",
    "报告.html".encode("gbk"): "报告.html",
    b"\xff\xfe.html": "%FF%FE.html",
    b"a\nb.html": "a%0Ab.html",
    b"\x1b[31m.html": "%1B[31m.html",
    "a\u202eb.html".encode(): "a%E2%80%AEb.html",
    "\u0085.html".encode(): "%C2%85.html",
    " 空 格 .html".encode(): " 空 格 .html",
    b"A.HTML": "A.HTML",
    b"-v.html": "-v.html",
    b"a%2fb.html": "a%2fb.html",
    b"x" * 240 + b".html": "x" * 240 + ".html",
}


@pytest.mark.parametrize(("name", "expected"), NAMES.items())
def test_a_name_in_any_bytes_is_shown_as_text(name: bytes, expected: str) -> None:
    assert printable(os.fsdecode(name)) == expected


@pytest.mark.parametrize("name", NAMES, ids=map(repr, NAMES))
def test_a_file_of_any_name_is_imported_and_read_again_the_same(
    name: bytes, bring: Callable[..., list[Outcome]], folder: Path, clock: Clock, tmp_path: Path
) -> None:
    written(tmp_path / "in", name, page("武汉市", 2022))
    written(tmp_path / "in", "z.html", page("宜昌市", 2021))
    outcomes = bring(tmp_path / "in")
    assert endings(outcomes) == [Ending.NEW, Ending.NEW]
    for outcome in outcomes:
        outcome.url.encode()  # no lone surrogate
        assert outcome.url.isprintable()
    assert endings(bring(tmp_path / "in")) == [Ending.UNCHANGED, Ending.UNCHANGED]
    assert faults(folder, deep=True) == []
    was = dump(folder)
    rebuild(folder, clock=clock, notify=print)
    assert dump(folder) == was


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.warc", "a.warc.gz"])
def test_a_file_that_cannot_be_read_is_told_and_the_next_one_imported(
    name: str, opened: Opener, tmp_path: Path
) -> None:
    written(tmp_path / "in", "0.txt", text("武汉市", 2022))
    lost = tmp_path / "in" / name
    lost.symlink_to("deleted")
    written(tmp_path / "in", "z.txt", text("宜昌市", 2021))
    with opened() as archive:
        first, failed, stored = import_paths([tmp_path / "in"], archive)
    assert first.ending is Ending.NEW
    assert (failed.ending, stored.ending) == (Ending.FAILED, Ending.NEW)
    assert "cannot be read: No such file" in failed.detail
    assert failed.url == f"file:{lost}"


def test_a_file_that_fails_says_nothing_of_a_page_with_its_name(
    opened: Opener, bring: Callable[..., list[Outcome]], folder: Path, tmp_path: Path
) -> None:
    with opened() as archive:
        as_before(archive, "a.txt", text("武汉市", 2022))
    assert endings(bring(written(tmp_path / "in", "a.txt", ""))) == [Ending.FAILED]
    assert query(folder, "SELECT state FROM pages") == [("live",)]


HEADS = {
    f'<link rel="canonical" href="{URL}">': URL,
    f"<link href='{URL}' rel=canonical />": URL,
    f'<link rel="canonical" href="{URL}?a=1&amp;b=2">': f"{URL}?a=1&b=2",
    '<link rel="canonical" href="HTTP://www.wuhan.gov.cn/a b.html">': "http://www.wuhan.gov.cn/a%20b.html",
    '<link rel="canonical" href="http://www.wuhan.gov.cn/">': None,
    '<link rel="canonical" href="http://www.wuhan.gov.cn/index.html">': None,
    '<link rel="canonical" href="http://[::1/a.html">': None,
    '<link rel="canonical" href="http://me:secret@www.wuhan.gov.cn/a.html">': None,
    '<link rel="canonical" href="/a.html">': None,
    f'<link rel="stylesheet" href="{URL}">': None,
    f'<link rel="not-canonical" href="{URL}">': None,
    "<link " * 20_000: None,
}


@pytest.mark.parametrize(("head", "url"), HEADS.items(), ids=[head[:70] for head in HEADS])
def test_the_address_that_a_page_tells_is_used_where_it_is_one(
    head: str, url: str | None, bring: Callable[..., list[Outcome]], tmp_path: Path
) -> None:
    file = written(tmp_path / "in", "a.html", page("武汉市", 2022, head if "<link <link" not in head else ""))
    if "<link <link" in head:
        file.write_text("<!--" + head + "-->" + page("武汉市", 2022), "utf-8")
    (outcome,) = bring(file)
    assert outcome.ending is Ending.NEW
    assert outcome.url == url or (url is None and outcome.url.startswith("urn:fazhi:import:a.html:"))


def test_a_file_over_the_limit_is_told(
    bring: Callable[..., list[Outcome]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.intake.imports.files.MAX_FILE_BYTES", 100)
    (outcome,) = bring(written(tmp_path / "in", "a.txt", text("武汉市", 2022)))
    assert (outcome.ending, outcome.detail) == (Ending.FAILED, "cannot be read: is over 100 bytes")


def test_names_in_other_bytes_are_found_in_a_folder(tmp_path: Path) -> None:
    file = written(tmp_path, "报告.html".encode("gbk"), "")
    assert documents([tmp_path]) == [file]


def test_a_file_that_crashes_the_parser_fails_alone(
    bring: Callable[..., list[Outcome]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashes = functools.partial(jobs.extract_that_crashes, "宜昌市".encode())
    monkeypatch.setattr("crawler.intake.imports.job.extract", crashes)
    for number, city in enumerate(("武汉市", "宜昌市", "武汉市")):
        written(tmp_path / "in", f"{number} {city}.txt", text(city, 2020 + number))
    outcomes = bring(tmp_path / "in")
    (failed,) = [outcome for outcome in outcomes if outcome.ending is Ending.FAILED]
    assert endings(outcomes).count(Ending.NEW) == 2
    assert "宜昌市.txt" in failed.url
    assert failed.detail == "reading it ended the process that reads pages (SIGSEGV)"
