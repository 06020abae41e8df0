"""Rebuild, verify, reextract and import with several processes: the same rows, bytes and messages as with one."""

from __future__ import annotations

import asyncio
import gzip
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import CATALOGUE, Archive, rebuild
from crawler.extract import extract
from crawler.intake.imports import import_paths
from crawler.model import Outcome
from crawler.questions.verify import verify
from crawler.reading import pool as pools
from crawler.reading.pages import PageProcess
from crawler.warc import new_record_id
from tests.archive.foreign import article, make, metadata, response, stored, warcinfo
from tests.archive.held import change, derived, dump, fill_every_table, query
from tests.conftest import SITE, Clock, a_capture

COPIES = 12


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with documents, tombstones, near copies, a killed run, an import and a merge of many pages."""
    folder, clock = tmp_path_factory.mktemp("original") / "archive", Clock()
    fill_every_table(folder, clock)
    clock.forward(minutes=1)
    with Archive.create(folder, clock=clock, notify=print, batch=5) as archive:
        for number in (
            *range(COPIES),
            3,
            5,
        ):  # texts that differ in one character, two of them at two addresses
            clock.forward(seconds=1)
            url = f"http://www.wuhan.gov.cn/copy/{clock():%M%S}.html"
            page = a_capture(url, article(f"第{number}份"), at=clock())
            archive.record(page)
            archive.store(extract(page.body, page.headers, page.url), page, SITE)
    records: list[bytes] = []
    for number in range(COPIES):
        url, record_id, page_ = f"http://other.gov.cn/{number}.html", new_record_id(), article(f"他{number}")
        records += (response(url, page_, record_id), metadata(stored(url, page_, record_id)))
    other = make(tmp_path_factory.mktemp("other"), *records)
    clock.forward(minutes=1)
    with Archive.create(folder, clock=clock, notify=print) as archive:
        assert archive.merge(other, print) == 1
    return folder


def is_whole(_: Path) -> None:
    """Leave an archive as it is."""


def has_flipped_bytes(folder: Path) -> None:
    """Damage a record in each WARC file: one that holds a text, where there is one."""
    found = query(
        folder, "SELECT warc_file, max(warc_offset + warc_length / 2) FROM captures GROUP BY warc_file"
    )
    for name, place in found:
        path = folder / str(name)
        data = bytearray(path.read_bytes())
        data[int(str(place))] ^= 0xFF
        path.write_bytes(data)


def has_lost_a_file(folder: Path) -> None:
    """Remove the first WARC file, and cut the last one."""
    first, *_, last = sorted(folder.glob("warc/*/*.warc.gz"))
    first.unlink()
    last.write_bytes(last.read_bytes()[:-40])


DAMAGES = [is_whole, has_flipped_bytes, has_lost_a_file]
Damage = Callable[[Path], None]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Start children from the first job on. Return the list of the jobs that they were sent."""
    jobs: list[object] = []
    run = PageProcess.run

    def counted(self: PageProcess, work: Any, *args: Any, **named: Any) -> Any:
        jobs.append(work)
        return run(self, work, *args, **named)

    monkeypatch.setattr(PageProcess, "run", counted)
    monkeypatch.setattr(pools, "MIN_JOBS_FOR_CHILDREN", 1)
    return jobs


def copies(original: Path, tmp_path: Path, damage: Damage) -> Iterator[tuple[int, Path]]:
    for processes in (1, 3):
        folder = tmp_path / str(processes)
        shutil.copytree(original, folder)
        damage(folder)
        yield processes, folder


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_rebuild_gives_the_same_rows_bytes_and_messages(
    damage: Damage, original: Path, sent: list[object], clock: Clock, tmp_path: Path
) -> None:
    found = []
    for processes, folder in copies(original, tmp_path, damage):
        shutil.rmtree(folder / "text")
        (folder / CATALOGUE).unlink()
        notices: list[str] = []
        done = rebuild(folder, clock=clock, notify=notices.append, processes=processes)
        assert bool(sent) == (processes > 1)
        told = [line.replace(str(folder), "") for line in notices]
        found.append((done, told, dump(folder), derived(folder)))
    assert found[0] == found[1]
    assert len(sent) >= COPIES


@pytest.mark.parametrize("damage", DAMAGES)
def test_verify_finds_the_same_faults(
    damage: Damage, original: Path, sent: list[object], tmp_path: Path
) -> None:
    found = []
    for processes, folder in copies(original, tmp_path, damage):
        text = query(folder, "SELECT min(id) FROM versions WHERE body != ''")[0][0]
        change(folder, f"UPDATE versions SET text_sha256 = '{'0' * 64}' WHERE id = {text}")
        notices: list[str] = []
        faults = list(verify(folder, deep=True, notify=notices.append, processes=processes))
        assert any("the digest of its text" in fault.what for fault in faults)
        assert bool(sent) == (processes > 1)
        found.append(([(fault.place, fault.what.replace(str(folder), "")) for fault in faults], notices))
    assert found[0] == found[1]
    assert len(sent) >= 2 * COPIES


def test_reextract_changes_the_same_texts(
    original: Path, sent: list[object], clock: Clock, tmp_path: Path
) -> None:
    found = []
    clock.forward(days=10)
    for processes, folder in copies(original, tmp_path, is_whole):
        held = query(folder, "SELECT id FROM versions WHERE body != '' ORDER BY id")
        for (row,) in held[1:9:2]:
            change(folder, f"UPDATE versions SET text_sha256 = '{row:064x}' WHERE id = {row}")
        with Archive.create(folder, clock=clock, notify=print) as archive:
            changed = archive.reextract(print, processes=processes)
        assert changed == 4
        found.append(
            query(folder, "SELECT report_id, number, text_sha256, body, former FROM versions ORDER BY id")
        )
    assert found[0] == found[1]
    assert len(sent) >= COPIES


def a_crawlers_warc(path: Path) -> None:
    """Write a WARC file of another crawler: pages, the same again, one that offers a document, an error page, damage."""
    records = [warcinfo()]
    for number in range(COPIES):
        records.append(response(f"http://a.gov.cn/{number}.html", article(f"第{number}份"), new_record_id()))
    records.append(response("http://a.gov.cn/3.html", article("第3份"), new_record_id()))
    gone = response("http://a.gov.cn/gone.html", article(), new_record_id(), status="404 Not Found")
    link = '<p><a href="/b.pdf">附件：武汉市2022年法治政府建设情况报告.pdf</a></p>'.encode()
    offers = response(
        "http://a.gov.cn/b.html", article("见附件").replace(b"</div>", link + b"</div>"), new_record_id()
    )
    document = response("http://a.gov.cn/b.pdf", b"%PDF-1.4 nothing", new_record_id())
    packed = [gzip.compress(each, 1) for each in (*records, gone, offers, document)]
    packed[5] = packed[5][:60] + b"\0\0\0" + packed[5][63:]
    path.write_bytes(b"".join(packed))


def told(outcomes: list[Outcome]) -> list[tuple[object, ...]]:
    return [(each.ending, each.url, each.report_id, each.version, each.detail) for each in outcomes]


def test_an_import_gives_the_same_outcomes(sent: list[object], clock: Clock, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    a_crawlers_warc(source / "k.warc.gz")
    for number in range(COPIES):
        (source / f"{number:02}.html").write_bytes(article(f"页{number}"))
    (source / "05.html").write_bytes(b"")
    (source / "z.html").symlink_to(tmp_path)
    found = []
    for processes in (1, 3):
        folder = tmp_path / str(processes)
        with Archive.create(folder, clock=clock, notify=print, batch=4) as archive:
            outcomes = list(import_paths([source], archive, processes=processes))
            outcomes += import_paths([source], archive, processes=processes)
        assert bool(sent) == (processes > 1)
        texts = "SELECT report_id, number, text_sha256, text_file, url, body FROM versions ORDER BY id"
        pages = "SELECT url, state, text_sha256, first_seen, last_seen FROM pages ORDER BY id"
        found.append((told(outcomes), query(folder, texts), query(folder, pages)))
        assert list(verify(folder, notify=print)) == []
    assert found[0] == found[1]
    assert len(sent) >= 2 * COPIES


def test_a_question_from_within_an_event_loop_is_answered(original: Path, sent: list[object]) -> None:
    async def asked() -> list[object]:
        return list(verify(original, deep=True, notify=print, processes=2))

    assert asyncio.run(asked()) == []
    assert sent
