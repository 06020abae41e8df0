"""Text files: atomic writing, writing in the background and its errors, and shortened folder names."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Archive
from crawler.archive.catalogue.text_names import MAX_FOLDER_BYTES, folder_name, text_file
from crawler.archive.evidence import files
from crawler.archive.evidence.files import BackgroundWriter, shorten_text_folders, write_all
from crawler.errors import ArchiveDamaged, ArchiveLocked
from crawler.extract import extract
from tests.archive.foreign import article
from tests.archive.held import ROOT
from tests.conftest import SITE, URL, Clock, a_capture, a_report


def test_wait_returns_when_all_files_are_written(tmp_path: Path) -> None:
    writer = BackgroundWriter(tmp_path)
    for number in range(3):
        writer.write({f"text/{number}/a.txt": b"%d" % number})
    writer.wait()
    assert [path.read_bytes() for path in sorted(tmp_path.glob("text/*/*"))] == [b"0", b"1", b"2"]
    writer.close()


def test_an_error_in_the_background_is_raised_by_the_next_call(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"a file")
    writer = BackgroundWriter(tmp_path)
    writer.write({"text/a.txt": b""})
    with pytest.raises(OSError, match="text"):
        writer.write({"b.txt": b""})
    writer.close()


def test_a_file_of_the_same_size_is_kept_unless_it_is_compared(tmp_path: Path) -> None:
    texts = {"text/a.txt": b"one"}
    write_all(tmp_path, texts)
    (tmp_path / "text/a.txt").write_bytes(b"two")
    write_all(tmp_path, texts)
    assert (tmp_path / "text/a.txt").read_bytes() == b"two"
    write_all(tmp_path, texts, compare=True, durable=True)
    assert (tmp_path / "text/a.txt").read_bytes() == b"one"
    assert [path.name for path in (tmp_path / "text").iterdir()] == ["a.txt"]


LONG = "某某经济技术开发区管理委员会" * 8
NAMES = {
    "short": ("420100-武汉市", False),
    "at the limit": ("a" * MAX_FOLDER_BYTES, False),
    "over it": ("a" * (MAX_FOLDER_BYTES + 1), True),
    "three bytes a character": (f"990199-{LONG}", True),
    "four bytes a character": ("990199-" + "𠮷" * 60, True),
    "one character off": (f"99019-{LONG}", True),
}


@pytest.mark.parametrize(("name", "cut"), NAMES.values(), ids=NAMES.keys())
def test_a_folders_name_is_cut_between_characters(name: str, cut: bool) -> None:
    short = folder_name(name)
    assert len(short.encode("utf-8")) <= MAX_FOLDER_BYTES
    assert (short != name) == cut
    assert name.startswith(short[:20])
    assert "\ufffd" not in short
    assert folder_name(short) == short


def test_names_with_one_beginning_stay_apart() -> None:
    assert len({folder_name(LONG + end) for end in ("甲", "乙", "丙")}) == 3


def test_texts_in_folders_with_long_names_move_to_the_shortened_ones(tmp_path: Path) -> None:
    long, short = f"text/{LONG[:80]}/2022", f"text/{folder_name(LONG[:80])}/2022"
    write_all(tmp_path, {f"{long}/{name}.txt": name.encode() for name in "abc"})
    write_all(tmp_path, {f"{short}/b.txt": b"b", f"{short}/c.txt": b"another"})
    shorten_text_folders(tmp_path)
    shorten_text_folders(tmp_path)
    found = {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in tmp_path.glob("text/*/*/*.txt")}
    assert found == {
        f"{short}/a.txt": b"a",
        f"{short}/b.txt": b"b",
        f"{short}/c.txt": b"another",
        f"{long}/c.txt": b"c",
    }


ESCAPES = [
    "../x", "text/../../x", "/etc/x", "text//x", "text/./x", "", ".", "..", "text/", "text/\x00", "text/a\nb", "text/\x1b[31m",
    "text/" + "a" * 256, "text/" + "武" * 86,
]  # fmt: skip


@pytest.mark.parametrize("name", ESCAPES)
def test_a_name_that_leads_out_of_the_archive_or_is_none_is_not_written(name: str, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    for write in (lambda: write_all(archive, {name: b"x"}), lambda: os.close(files.create(archive, name))):
        with pytest.raises(OSError, match="not a name of a file inside the archive"):
            write()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("level", ["text", "text/a", "text/a/2022"])
def test_nothing_is_written_through_a_folder_that_is_a_link(level: str, tmp_path: Path) -> None:
    archive, victim = tmp_path / "archive", tmp_path / "victim"
    victim.mkdir()
    (archive / level).parent.mkdir(parents=True)
    (archive / level).symlink_to(victim)
    with pytest.raises(OSError, match="symbolic link"):
        write_all(archive, {"text/a/2022/x.txt": b"x"}, compare=True)
    assert list(victim.rglob("*")) == []


LINKS = {
    "the file": "x.txt",
    "its part": ".x.txt.part",
}


@pytest.mark.parametrize("planted", LINKS.values(), ids=LINKS.keys())
@pytest.mark.parametrize("hard", [False, True])
def test_a_link_in_the_place_of_a_text_is_replaced_and_its_target_kept(
    planted: str, hard: bool, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "text").mkdir()
    if hard:
        os.link(victim, tmp_path / "text" / planted)
    else:
        (tmp_path / "text" / planted).symlink_to(victim)
    write_all(tmp_path, {"text/x.txt": b"a text of another size"})
    assert victim.read_bytes() == b"precious"
    assert (tmp_path / "text/x.txt").read_bytes() == b"a text of another size"
    assert not (tmp_path / "text/x.txt").is_symlink()


KINDS: dict[str, Callable[[Path, Path], None]] = {
    "symbolic link": lambda path, victim: path.symlink_to(victim),
    "pipe": lambda path, _: os.mkfifo(path),
    "folder": lambda path, _: path.mkdir(),
}


@pytest.mark.parametrize("instead", KINDS)
@pytest.mark.parametrize("name", [".lock", "catalogue.db", "manifest.jsonl", "warc", "text"])
def test_an_archive_with_something_else_in_the_place_of_its_own_files_is_not_opened(
    name: str, instead: str, tmp_path: Path, clock: Clock
) -> None:
    if instead == "folder" and name in ("warc", "text"):
        return
    archive, victim = tmp_path / "archive", tmp_path / "victim"
    archive.mkdir()
    victim.write_bytes(b"precious")
    KINDS[instead](archive / name, victim)
    with pytest.raises((ArchiveDamaged, OSError)), Archive.create(archive, clock=clock) as opened:  # noqa: PT012
        capture = a_capture(payload=article(), at=clock())
        opened.record(capture)
        opened.store(extract(article(), (), URL), capture, SITE)
    assert victim.read_bytes() == b"precious"


def test_a_lock_file_with_a_second_name_is_locked_and_not_changed(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / "archive").mkdir()
    os.link(tmp_path / "victim", tmp_path / "archive/.lock")
    with (
        Archive.create(tmp_path / "archive", clock=clock),
        pytest.raises(ArchiveLocked),
        Archive.create(tmp_path / "archive", clock=clock),
    ):
        pass
    assert (tmp_path / "victim").read_bytes() == b"precious"


PLANTED = {"the WARC file": ".open", "its journal": ".acts"}


@pytest.mark.parametrize("suffix", PLANTED.values(), ids=PLANTED.keys())
def test_what_a_killed_run_seems_to_have_left_is_not_repaired_through_a_link(
    suffix: str, tmp_path: Path, clock: Clock
) -> None:
    victim, archive = tmp_path / "victim", tmp_path / "archive"
    victim.write_bytes(b"precious")
    (archive / "warc/2026").mkdir(parents=True)
    name = f"fazhi-{clock():%Y%m%d%H%M%S}-00001.warc.gz{suffix}"
    (archive / "warc/2026" / name).symlink_to(victim)
    with suppress(ArchiveDamaged), Archive.create(archive, clock=clock, notify=lambda _: None) as opened:
        capture = a_capture(payload=article(), at=clock())
        opened.record(capture)
        opened.store(extract(article(), (), URL), capture, SITE)
    assert victim.read_bytes() == b"precious"


HOSTILE_REPORTS = {
    "a region that is a path": {"region": "../../x"},
    "a year that is a path": {"year": "../cron.d"},
    "a day that is a path": {"published": "../../../x/y"},
    "a day with a control character": {"published": "2023-\x1b[31m"},
    "a negative year": {"year": -1},
}
PATH_FORM = re.compile(
    r"text/[0-9]{6}-[^/]*/([0-9]{1,4}|unknown)/420100-2022-1_v002_[0-9]{4}-[0-9]{2}-[0-9]{2}_[0-9a-f]{16}\.txt"
)


@pytest.mark.parametrize("changed", HOSTILE_REPORTS.values(), ids=HOSTILE_REPORTS.keys())
@pytest.mark.parametrize("name", ["../..", "a/b", "\x00", "\ud800", "..", "", "甲" * 200])
def test_a_texts_path_has_its_parts_whatever_a_report_and_a_site_say(
    changed: dict[str, Any], name: str, clock: Clock
) -> None:
    site = replace(SITE, name=name, region="../..")
    report = replace(a_report(), **changed)
    assert PATH_FORM.fullmatch(text_file(report, site, clock(), report_id="420100-2022-1", number=2))


READS_ONLY = {"r", "rb"}
MAKES_FILES = {"files.py", "folder_files.py", "lock.py"}
EXCEPTIONS = {
    ("run.py", "mkdir"): "the archive's own folder",
    ("sqlite.py", "unlink"): "the catalogue before, and what a killed rebuild left of the new one",
    ("sqlite.py", "replace"): "the catalogue by the new one",
    ("killed_warcs.py", "unlink"): "a WARC file without a record, or a journal: of a link, the link",
    ("keys.py", "mkdir"): "the folder of the private key, outside the archive",
    ("keys.py", "unlink"): "half of a private key, outside the archive",
    ("bucket_path.py", "unlink"): "a file of the working folder, outside the archive in the bucket",
    ("slicing.py", "mkdir"): "a worker's scratch archive, outside the archive",
    ("slicing.py", "write_bytes"): "its evidence, outside the archive",
    ("read_only.py", "copyfile"): "into a temporary folder of the system",
    ("delivering.py", "mkdir"): "a folder of a worker's scratch archive, outside the archive",
    ("delivering.py", "copyfile"): "into that folder",
    ("texts.py", "open ab"): "the copy there",
    ("readings.py", "open wb"): "a worker's file of readings, outside the archive",
}
WRITERS = (
    "mkdir",
    "makedirs",
    "unlink",
    "rename",
    "touch",
    "write_text",
    "write_bytes",
    "symlink_to",
    "copyfile",
    "copytree",
)


def test_only_one_module_makes_renames_and_removes_files_of_the_archive() -> None:
    found = set()
    for path in sorted((ROOT / "crawler/archive").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if path.name in MAKES_FILES or not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            owner = ast.unparse(node.func).rpartition(".")[0]
            if name == "open" and owner not in ("os", "foreign", "self") and node.args:
                mode = node.args[-1 if owner else 1] if len(node.args) > (not owner) else None
                if isinstance(mode, ast.Constant) and mode.value not in READS_ONLY:
                    found.add((path.name, f"open {mode.value}"))
            if owner not in ("files", "folder_files") and name in WRITERS:
                found.add((path.name, name))
            if name == "replace" and owner.startswith(("os", "(path")):
                found.add((path.name, name))
    assert found == set(EXCEPTIONS)
