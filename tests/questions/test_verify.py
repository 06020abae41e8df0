"""The hash chain of the manifest, and the faults that verify finds after files or rows were changed."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive import CATALOGUE, EMPTY_HEAD, MANIFEST, Archive, head, manifest_entries
from crawler.archive.evidence.manifest_lines import Kind
from crawler.errors import ArchiveError
from crawler.warc.members import members
from tests.archive.held import change, crawl_saved, faults, query
from tests.conftest import Clock, a_capture

Opener = Callable[[], Archive]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, clock = tmp_path_factory.mktemp("held") / "archive", Clock()
    for _ in range(2):
        clock.forward(seconds=1)
        with Archive.create(folder, clock=clock) as archive:
            crawl_saved(archive, clock, "wuhan")
    assert faults(folder, deep=True) == []
    return folder


@pytest.fixture
def held(original: Path, folder: Path) -> Path:
    """Return an archive of two crawls, to be changed by a test."""
    shutil.copytree(original, folder)
    return folder


def first_warc(folder: Path) -> Path:
    return min(folder.glob("warc/*/*.warc.gz"))


def a_text(folder: Path) -> Path:
    return min(folder.glob("text/*/*/*.txt"))


def whats(folder: Path, *, deep: bool = False, head: str | None = None) -> str:
    return "\n".join(f"{fault.place}: {fault.what}" for fault in faults(folder, deep=deep, head=head))


def test_each_closed_file_and_each_run_is_a_link_of_the_chain(held: Path) -> None:
    chain = list(manifest_entries(held))
    assert [entry.kind for entry in chain] == [Kind.BEGIN, Kind.FILE, Kind.END] * 2
    assert [entry.previous for entry in chain] == [EMPTY_HEAD, *(entry.sha256 for entry in chain[:-1])]
    assert head(held) == chain[-1].sha256
    ends = [entry.facts for entry in chain if entry.kind is Kind.END]
    assert [(end["state"], end["files"], end["lines"]) for end in ends] == [
        ("finished", 1, 3),
        ("finished", 1, 6),
    ]


def test_a_run_that_recorded_nothing_is_in_the_chain_too(opened: Opener, folder: Path) -> None:
    opened().close()
    assert [(entry.kind, entry.facts["run"]) for entry in manifest_entries(folder)] == [
        (Kind.BEGIN, 1),
        (Kind.END, 1),
    ]


def test_a_head_published_before_is_found_later_and_no_other(held: Path, opened: Opener) -> None:
    published = head(held)
    opened().close()
    assert head(held) != published
    assert faults(held, head=published) == []


def test_a_line_cut_off_by_a_kill_is_taken_away(held: Path, opened: Opener) -> None:
    with (held / MANIFEST).open("a") as file:
        file.write('{"run": 3, "sta')
    opened().close()
    assert faults(held) == []


def flip(path: Path, place: float = 0.5) -> None:
    data = bytearray(path.read_bytes())
    data[int(len(data) * place)] ^= 1
    path.write_bytes(data)


def edit_manifest(folder: Path) -> None:
    lines = (folder / MANIFEST).read_text("utf-8").splitlines(keepends=True)
    (folder / MANIFEST).write_text(
        "".join([lines[0], lines[1].replace("-00001", "-00009"), *lines[2:]]), "utf-8"
    )


def rewrite_record(folder: Path) -> None:
    """Change a page so that each record is still a valid gzip member."""
    warc = first_warc(folder)
    changed = (each.data.replace("法治".encode(), "德治".encode()) for each in members(warc))
    warc.write_bytes(b"".join(map(gzip.compress, changed)))


Harm = Callable[[Path], None]
HARMS: dict[str, tuple[Harm, str]] = {
    "a byte of a WARC": (lambda f: flip(first_warc(f)), "is damaged"),
    "the end of a WARC": (lambda f: first_warc(f).write_bytes(first_warc(f).read_bytes()[:-9]), "is cut off"),
    "a page in a WARC": (rewrite_record, "does not match its WARC-Payload-Digest"),
    "a WARC that is gone": (lambda f: first_warc(f).unlink(), "is in manifest.jsonl, but does not exist"),
    "a WARC too many": (
        lambda f: first_warc(f).with_name("fazhi-1.warc.gz").write_bytes(first_warc(f).read_bytes()),
        "is not in manifest.jsonl",
    ),
    "a line of the manifest": (edit_manifest, "its `previous` is not the digest of the line before"),
    "an index": (lambda f: flip(min(f.glob("warc/*/*.cdxj"))), "differs from the records of"),
    "an index that is gone": (lambda f: min(f.glob("warc/*/*.cdxj")).unlink(), "does not exist; `fazhi rebuild` recreates it"),
    "a text file": (lambda f: flip(a_text(f)), "is not the text of"),
    "a text file that is gone": (lambda f: a_text(f).unlink(), "does not exist"),
    "a text file too many": (lambda f: a_text(f).with_name("x_0.txt").write_text("x"), "no version has this text"),
    "a text in the catalogue": (
        lambda f: change(f, "UPDATE versions SET body = replace(body, '法治', '德治') WHERE id = 1"),
        "the digest of its text in the catalogue is wrong",
    ),
    "a title": (
        lambda f: change(f, "UPDATE versions SET title = 'x' WHERE id = 1"),
        "has another `title` than the one that was read here",
    ),
    "a date": (
        lambda f: change(f, "UPDATE versions SET published = '2023-01-01' WHERE id = 1"),
        "has another `published` than the one that was read here",
    ),
    "a capture's time": (
        lambda f: change(f, "UPDATE captures SET fetched_at = '2020-01-01 00:00:00' WHERE id = 3"),
        "the catalogue has another date for it",
    ),
    "a capture's digest": (
        lambda f: change(f, "UPDATE captures SET payload_sha256 = 'x' WHERE id = 3"),
        "the catalogue has another payload digest for it",
    ),
    "a capture's row that is gone": (
        lambda f: change(f, "DELETE FROM captures WHERE record_type = 'revisit'"),
        "the catalogue does not have this capture",
    ),
    "a capture never made": (
        lambda f: change(
            f,
            "INSERT INTO captures SELECT 999, run_id, url, url_key, method, fetched_at, status, payload_sha256,"
            " record_type, 'x', warc_file, warc_offset, warc_length, etag, last_modified, origin"
            " FROM captures WHERE id = 1",
        ),
        "no such record in",
    ),
    "a version that is gone": (
        lambda f: change(f, "DELETE FROM versions WHERE id = 1"),
        "the catalogue has no version for the text that was read here",
    ),
    "a page's last text": (
        lambda f: change(f, "UPDATE pages SET text_sha256 = 'x' WHERE id = 1"),
        "is not a version of its report",
    ),
    "the whole catalogue": (
        lambda f: (f / CATALOGUE).write_bytes(b"no database" * 1000) and None,
        "`fazhi rebuild`",
    ),
    "a catalogue that is gone": (lambda f: (f / CATALOGUE).unlink(), "`fazhi rebuild`"),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMS)
def test_every_harm_is_named(name: str, held: Path) -> None:
    harm, what = HARMS[name]
    harm(held)
    assert what in whats(held)


def test_a_text_and_its_digest_changed_together_are_found_out_by_the_warc(held: Path) -> None:
    """Catalogue and text files agree with each other, but not with the WARC file."""
    from crawler.field.fingerprint import text_sha256

    ((body, file),) = query(held, "SELECT body, text_file FROM versions WHERE id = 1")
    forged = str(body).replace("法治", "德治")
    digest = text_sha256(forged)
    new = str(file).rpartition("_")[0] + f"_{digest[:16]}.txt"
    change(held, f"UPDATE versions SET body = replace(body, '法治', '德治'), text_sha256 = '{digest}', text_file = '{new}' WHERE id = 1")  # fmt: skip
    change(held, f"UPDATE pages SET text_sha256 = '{digest}' WHERE report_id = (SELECT report_id FROM versions WHERE id = 1)")  # fmt: skip
    text = (held / str(file)).read_text("utf-8")
    start = text.index(str(body)[:20])
    (held / str(file)).unlink()
    (held / new).write_text(text[:start] + text[start:].replace("法治", "德治"), "utf-8")
    assert [fault.what.partition(" has ")[2] for fault in faults(held)] == [
        "another text than the one that was read here"
    ]
    assert "its page, extracted again, gives another text" in whats(held, deep=True)


def test_verify_of_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive here"):
        faults(tmp_path)


def test_what_is_in_progress_is_no_fault(held: Path, opened: Opener, clock: Clock) -> None:
    with opened() as archive:
        archive.record(a_capture(at=clock()))
        archive.flush()
        assert faults(held) == []


def test_what_a_killed_run_wrote_before_its_kill_is_no_fault_and_what_is_cut_off_is_one(
    held: Path, opened: Opener, clock: Clock
) -> None:
    with opened() as archive:
        archive.record(a_capture(at=clock()))
        archive.flush()
        (writing,) = held.glob("warc/*/*.open")
        with writing.open("ab") as file:
            file.write(b"received, and not entered yet")
        assert faults(held) == []
        os.truncate(writing, 100)
        assert "has 100 bytes, but the catalogue covers" in whats(held)


def test_the_manifest_is_a_line_of_json_each(held: Path) -> None:
    lines = (held / MANIFEST).read_bytes().splitlines()
    assert {type(json.loads(line)) for line in lines} == {dict}
