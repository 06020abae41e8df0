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

from crawler.archive import CATALOGUE, Archive
from crawler.archive.catalogue.models import GONE, LIVE, MISSING, MOVED, UNREACHABLE, Base
from crawler.archive.evidence import acts
from crawler.archive.ledger import page_states
from crawler.archive.loading.warc_loader import _HANDLERS
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


def test_the_readmes_commands_find_a_record_and_a_digest(opened: Opener, folder: Path, clock: Clock) -> None:
    with opened() as archive:
        crawl_saved(archive, clock, "wuhan")
    digest_of, _, record_of = re.findall(r"```sh\n(.*?)```", README, re.S)
    ((name, digest),) = query(folder, "SELECT text_file, text_sha256 FROM versions ORDER BY id LIMIT 1")
    command = digest_of.partition("#")[0].strip().replace("FILE", f"'{name}'")
    assert subprocess.check_output(command, shell=True, cwd=folder, text=True).split()[0] == digest
    sql = re.search(r'"(SELECT .*)"', record_of)
    assert sql is not None
    with closing(sqlite3.connect(folder / CATALOGUE)) as catalogue:
        found = catalogue.execute(sql[1]).fetchall()
    command = record_of.splitlines()[-1]
    for warc, offset, length in found:
        words = command.replace("$((OFFSET + 1))", str(offset + 1)).replace("LENGTH", str(length))
        out = subprocess.check_output(words.replace("WARC_FILE", warc), shell=True, cwd=folder)
        assert out.startswith(b"WARC/1.1\r\nWARC-Type: response")


def test_the_readmes_check_of_the_chain_holds(opened: Opener, folder: Path, clock: Clock) -> None:
    with opened() as archive:
        crawl_saved(archive, clock, "wuhan")
    lines = (folder / "manifest.jsonl").read_bytes().splitlines()
    command = re.findall(r"```sh\n(.*?)```", README, re.S)[1].strip()
    head = subprocess.check_output(command, shell=True, cwd=folder, text=True).split()[0]
    assert head == hashlib.sha256(lines[-1]).hexdigest()
