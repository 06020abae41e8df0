"""Texts that workers read again, a WARC file at a time: the same rows as `reextract`, whatever is delivered twice or late."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Archive, Reader
from crawler.archive.loading import reextraction
from crawler.errors import NotMerged
from crawler.field.fingerprint import text_sha256
from crawler.model import Report
from tests.archive.held import change, crawl_saved, dump, faults, query
from tests.conftest import Clock

Opener = Callable[[], Archive]

_TEXTS = "SELECT report_id, number, text_sha256, text_file, body, former, extractor FROM versions ORDER BY id"


def quiet(_: str) -> None:
    """Discard a notice."""


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function that installs an extractor which leaves out the last paragraph."""

    def put() -> None:
        real = reextraction.extract

        def better(*given: Any, **more: Any) -> Report:
            report = real(*given, **more)
            body = report.body.rpartition("\n")[0]
            return replace(report, body=body, text_sha256=text_sha256(body), extractor="fazhi/later")

        monkeypatch.setattr(reextraction, "extract", better)

    return put


@pytest.fixture
def crawled(opened: Opener, clock: Clock, folder: Path, later: Callable[[], None]) -> Path:
    """An archive of two runs, with a WARC file each, and the later extractor at work since."""
    for site in ("wuhan", "xuchang"):
        with opened() as archive:
            crawl_saved(archive, clock, site)
        clock.forward(days=1)
    later()
    return folder


def readings(archive: Path, into: Path) -> list[Path]:
    into.mkdir(exist_ok=True)
    found = []
    with Reader.read(archive, notify=quiet) as reader:
        for number, name in enumerate(reader.files_with_texts()):
            path = into / str(number)
            assert reader.write_readings(name, path, notify=quiet, processes=1)
            found.append(path)
    return found


def rows(archive: Path) -> list[str]:
    """Return the rows of a catalogue but for the lengths of WARC files, in which record ids are random."""
    return [line for line in dump(archive) if not line.startswith('INSERT INTO "warcs"')]


def enter(archive: Path, clock: Clock, *paths: Path) -> list[int]:
    with Archive.create(archive, clock=clock, notify=quiet) as store:
        entered = [store.enter_readings(path, quiet) for path in paths]
        store.enter_past_edits(quiet)
    return entered


def test_what_is_read_a_file_at_a_time_and_entered_is_what_reextract_gives(
    crawled: Path, clock: Clock, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(crawled, other)
    with Archive.create(other, clock=clock, notify=quiet) as archive:
        changed = archive.reextract(quiet, processes=1)
    paths = readings(crawled, tmp_path / "readings")
    assert len(paths) == 2
    assert sum(enter(crawled, clock, *paths)) == changed > 0
    assert rows(crawled) == rows(other)
    assert faults(crawled) == []


def test_readings_that_are_delivered_twice_are_entered_once_in_any_order(
    crawled: Path, clock: Clock, tmp_path: Path
) -> None:
    first, second = readings(crawled, tmp_path / "readings")
    again = readings(crawled, tmp_path / "again")
    assert [each.read_bytes() for each in again] == [first.read_bytes(), second.read_bytes()]
    entered = enter(crawled, clock, second, first, second)
    assert entered[0] > 0
    assert entered[1] > 0
    assert entered[2] == 0
    texts = query(crawled, _TEXTS)
    clock.forward(days=1)
    assert enter(crawled, clock, first) == [0]
    assert query(crawled, _TEXTS) == texts


def test_a_reading_of_a_text_that_was_replaced_since_is_not_entered(
    crawled: Path, clock: Clock, tmp_path: Path
) -> None:
    first, _ = readings(crawled, tmp_path / "readings")
    change(crawled, f"UPDATE versions SET text_sha256 = '{'0' * 64}'")
    assert enter(crawled, clock, first) == [0]


def _with(line: dict[str, Any], **values: Any) -> bytes:
    return json.dumps(line | values, ensure_ascii=False).encode() + b"\n"


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda line: _with(line, body="another text"), "digest"),
        (lambda line: _with(line, body=None), "digest"),
        (lambda line: _with(line, was="x"), "was"),
        (lambda line: _with(line, report={**line["report"], "version": "1"}), "version"),
        (lambda line: b"[]\n", "no JSON object"),
        (lambda line: _with(line)[:-1], "no JSON object"),
        (lambda line: b"[" * 100_000 + b"\n", "recursion"),
    ],
)
def test_readings_with_a_fault_are_refused_whole(
    spoil: Callable[[dict[str, Any]], bytes], fault: str, crawled: Path, clock: Clock, tmp_path: Path
) -> None:
    path = readings(crawled, tmp_path / "readings")[0]
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join([*lines[:-1], spoil(json.loads(lines[-1]))])))
    texts = query(crawled, _TEXTS)
    with pytest.raises(NotMerged, match=fault):
        enter(crawled, clock, path)
    assert query(crawled, _TEXTS) == texts


def test_readings_that_were_cut_are_refused(crawled: Path, clock: Clock, tmp_path: Path) -> None:
    path = readings(crawled, tmp_path / "readings")[0]
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(NotMerged, match="gzip"):
        enter(crawled, clock, path)


def test_a_worker_that_must_end_leaves_a_file_to_the_next(crawled: Path, tmp_path: Path) -> None:
    with Reader.read(crawled, notify=quiet) as reader:
        file = reader.files_with_texts()[0]
        path = tmp_path / "readings"
        assert reader.write_readings(file, path, notify=quiet, processes=1, ending=lambda: True) is None
