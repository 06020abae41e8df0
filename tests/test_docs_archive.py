"""The archive's documents say what is."""

from __future__ import annotations

import hashlib
import re
import runpy
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crawler.archive import CATALOGUE, Archive, format_readme
from crawler.archive.catalogue.models import GONE, LIVE, MISSING, MOVED, UNREACHABLE, Base
from crawler.archive.evidence import acts
from crawler.archive.ledger import page_states
from crawler.archive.loading.warc_loader import _HANDLERS
from crawler.archive.packs.packing import groups
from tests.archive.held import ROOT, crawl_saved, query
from tests.conftest import Clock

Opener = Callable[[], Archive]
ARCHIVE_MD = (ROOT / "docs" / "archive.md").read_text("utf-8")
README = (ROOT / "archive" / "README.md").read_text("utf-8")


def test_the_diagram_is_that_of_the_models() -> None:
    module = runpy.run_path(str(ROOT / "docs" / "schema.py"))
    assert module["with_diagram"](ARCHIVE_MD) == ARCHIVE_MD, "run docs/schema.py"


def test_every_table_every_act_and_every_state_is_told_of() -> None:
    for table in Base.metadata.tables:
        assert f"| `{table}` |" in README
    told = re.findall(r"`([a-z ]+)`", ARCHIVE_MD.partition("## Order of writing")[0])
    assert set(_HANDLERS) <= set(told)
    for state in (
        LIVE,
        MISSING,
        GONE,
        MOVED,
        UNREACHABLE,
        page_states.BACK,
    ):
        assert f"| {state} |" in ARCHIVE_MD
    assert acts.content_of(b"no JSON") == {}


README_ZH = (ROOT / "archive" / "README.zh-CN.md").read_text("utf-8")
both = pytest.mark.parametrize("text", [README, README_ZH], ids=["English", "Chinese"])


def block_with(text: str, words: str) -> str:
    """Return the one block of commands of a README that has these words."""
    (found,) = [block for block in re.findall(r"```sh\n(.*?)```", text, re.S) if words in block]
    return str(found)


def run(commands: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-c", commands], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
    )
    return done.stdout + done.stderr


@both
def test_the_readmes_commands_find_a_record_and_a_digest(
    text: str, opened: Opener, folder: Path, clock: Clock
) -> None:
    with opened() as archive:
        crawl_saved(archive, clock, "wuhan")
    ((name, digest),) = query(folder, "SELECT text_file, text_sha256 FROM versions ORDER BY id LIMIT 1")
    command = block_with(text, "FILE | sed").partition("#")[0].strip().replace("FILE", f"'{name}'")
    assert run(command, folder).split()[0] == digest
    record_of = block_with(text, "SELECT")
    sql = re.search(r'"(SELECT .*)"', record_of)
    assert sql is not None
    with closing(sqlite3.connect(folder / CATALOGUE)) as catalogue:
        found = catalogue.execute(sql[1]).fetchall()
    command = record_of.splitlines()[-1]
    for warc, offset, length in found:
        words = command.replace("$((OFFSET + 1))", str(offset + 1)).replace("LENGTH", str(length))
        out = subprocess.check_output(words.replace("WARC_FILE", warc), shell=True, cwd=folder)
        assert out.startswith(b"WARC/1.1\r\nWARC-Type: response")


@both
def test_the_readmes_check_of_the_chain_holds(text: str, opened: Opener, folder: Path, clock: Clock) -> None:
    with opened() as archive:
        crawl_saved(archive, clock, "wuhan")
    lines = (folder / "manifest.jsonl").read_bytes().splitlines()
    digest = hashlib.sha256(lines[-1]).hexdigest()
    assert run(block_with(text, "tail -n 1 manifest"), folder).split()[0] == digest
    walk, files = block_with(text, "while"), block_with(text, "--check")
    assert run(walk, folder) == f"head {digest}\n"
    assert run(files, folder) == ""
    (folder / "manifest.jsonl").write_bytes(b"\n".join([lines[0], *lines[2:]]) + b"\n")
    assert "not after the line before" in run(walk, folder)
    (warc,) = folder.glob("warc/*/*.warc.gz")
    warc.write_bytes(warc.read_bytes()[:-1] + b"x")
    (folder / "manifest.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    assert f"warc/2026/{warc.name}: FAILED" in run(files, folder)


@both
def test_the_readmes_commands_find_a_file_in_a_pack(
    text: str, opened: Opener, folder: Path, clock: Clock
) -> None:
    for _ in range(3):
        with opened() as archive:
            crawl_saved(archive, clock, "wuhan")
    ((warc, offset, length),) = query(
        folder, "SELECT warc_file, warc_offset, warc_length FROM captures ORDER BY id DESC LIMIT 1"
    )
    sha256, size = (
        hashlib.sha256((folder / str(warc)).read_bytes()).hexdigest(),
        (folder / str(warc)).stat().st_size,
    )
    with opened() as archive:
        archive.pack(groups(folder, clock(), this_month=True), lambda _: None)
    assert not (folder / str(warc)).exists()
    pack, start = run(block_with(text, "grep -F").replace("WARC_FILE", str(warc)), folder).split()
    place = int(start) + int(str(offset))
    read = f"tail -c +{place + 1} {pack} | head -c {length} | zcat"
    assert run(read, folder).startswith("WARC/1.1")
    (command,) = re.findall(r"`(tail -c [^`]*sha256sum)`", text)
    command = command.replace("OFFSET", start).replace("PACK", pack).replace("SIZE", str(size))
    assert run(command, folder).split()[0] == sha256
    assert run(block_with(text, "--check"), folder) == ""


def test_the_chinese_readme_has_all_that_the_english_has() -> None:
    def parts(text: str) -> list[list[str]]:
        rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| `")]
        commands = [re.sub(r" +#.*", "", block) for block in re.findall(r"```sh\n(.*?)```", text, re.S)]
        return [rows, commands, [str(text.count(mark)) for mark in ("\n## ", "\n- ", "```", "\n|")]]

    assert parts(README_ZH) == parts(README)


def test_a_new_archive_has_both_and_what_somebody_changed_stays(folder: Path, opened: Opener) -> None:
    with opened():
        pass
    names = ("README.md", "README.zh-CN.md")
    assert [(folder / name).read_text("utf-8") for name in names] == [README, README_ZH]
    (folder / "README.md").write_text("Ask Li Si.", "utf-8")
    (folder / "README.zh-CN.md").unlink()
    with opened():
        pass
    assert (folder / "README.md").read_text("utf-8") == "Ask Li Si."
    assert not (folder / "README.zh-CN.md").exists()


def test_the_text_of_an_earlier_version_gives_way_to_the_present_one(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened():
        pass
    (folder / "README.md").write_text("the format of before", "utf-8")
    known = format_readme._KNOWN | {hashlib.sha256(b"the format of before").hexdigest()}
    monkeypatch.setattr(format_readme, "_KNOWN", known)
    with opened():
        pass
    assert (folder / "README.md").read_text("utf-8") == README
