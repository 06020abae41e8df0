"""Change an archive at random places and count what `fazhi verify --deep` does not name: `make bench-flips`.

First single bits, in every file: WARC files, indexes, text files, manifest, README, the catalogue, and the write-ahead log
that a killed run left. Then one value in every column of the catalogue. A bit whose change is not named must be in space
that SQLite does not use. The proof is `VACUUM INTO`, which copies all that SQLite can read: it gives the same bytes as
before. Fails if a change is neither named nor in unused space.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from crawler.archive import CATALOGUE, Archive
from crawler.archive.catalogue.models import Base
from tests.archive.held import ROOT, faults, fill_every_table
from tests.conftest import BODY, SITE, Clock, a_capture, a_report

SHARES = {"warc": 60, "index": 20, "text": 40, "manifest": 40, "README": 10, "catalogue": 100, "log": 30}
"""Flips in each kind of file, of 300."""
COUNTERS = ((24, 28), (40, 44), (92, 100))
"""Bytes of a catalogue's header that only tell SQLite when to read it again, and which version of SQLite wrote it."""
KINDS = {
    "warc": "warc/*/*.warc.gz",
    "index": "warc/*/*.cdxj",
    "text": "text/*/*/*.txt",
    "manifest": "manifest.jsonl",
    "README": "README.md",
    "catalogue": CATALOGUE,
    "log": f"{CATALOGUE}-wal",
}


def archives(scratch: Path) -> tuple[Path, Path]:
    """Make an archive with rows in every table, and a copy of it in which a run was killed after a commit."""
    clock, whole, killed = Clock(), scratch / "whole", scratch / "killed"
    fill_every_table(whole, clock)
    shutil.copy(ROOT / "archive" / "README.md", whole)
    shutil.copytree(whole, scratch / "running")
    clock.forward(days=9)
    with Archive.create(scratch / "running", clock=clock, notify=lambda _: None) as archive:
        for text in "甲乙丙":
            capture = a_capture(f"http://a.gov.cn/{ord(text)}.html", text.encode(), at=clock())
            archive.record(capture)
            archive.store(a_report(BODY + text), capture, SITE)
        shutil.copytree(scratch / "running", killed)
    for folder in (whole, killed):
        assert not (found := faults(folder, deep=True)), found
    return whole, killed


def flips(folder: Path, kind: str, number: int, chance: random.Random) -> Iterator[str]:
    """Flip a bit `number` times; yield how each ended: `named`, `unused` or `silent`."""
    files = sorted(folder.glob(KINDS[kind]))
    sizes = [file.stat().st_size for file in files]
    before = vacuumed(folder) if kind == "catalogue" else b""
    for _ in range(number):
        (file,) = chance.choices(files, sizes)
        whole = file.read_bytes()
        changed, at = bytearray(whole), chance.randrange(len(whole))
        changed[at] ^= 1 << chance.randrange(8)
        file.write_bytes(changed)
        if faults(folder, deep=True):
            yield "named"
        elif kind == "catalogue" and vacuumed(folder) == before:
            yield "unused"
        else:
            print(f"silent: {file.name} at byte {at}", file=sys.stderr)
            yield "silent"
        file.write_bytes(whole)


def vacuumed(folder: Path) -> bytes:
    """Return the bytes of a catalogue copied row by row, without the space that it does not use and without its counters."""
    copy = folder.with_name("vacuumed.db")
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(f"file:{folder / CATALOGUE}?immutable=1", uri=True)) as catalogue:
        catalogue.execute("VACUUM INTO ?", (str(copy),))
    data = bytearray(copy.read_bytes())
    for start, end in COUNTERS:
        data[start:end] = bytes(end - start)
    return bytes(data)


def columns(folder: Path) -> Iterator[str]:
    """Change one value in each column of the catalogue; yield `named` or `silent`."""
    file = folder / CATALOGUE
    whole = file.read_bytes()
    for column in (column for table in Base.metadata.sorted_tables for column in table.columns):
        table, name = column.table.name, column.name
        with closing(sqlite3.connect(file)) as catalogue, catalogue:
            rows = catalogue.execute(f'SELECT rowid, "{name}" FROM "{table}" ORDER BY rowid').fetchall()
            row, value = rows[len(rows) // 2]
            other = value + 1000 if isinstance(value, int | float) else f"{value or ''}x"
            catalogue.execute(f'UPDATE "{table}" SET "{name}" = ? WHERE rowid = ?', (other, row))
        if faults(folder, deep=True):
            yield "named"
        else:
            print(f"silent: {table}.{name}", file=sys.stderr)
            yield "silent"
        for left in folder.glob(f"{CATALOGUE}-*"):
            left.unlink()
        file.write_bytes(whole)


def main() -> None:
    """Print the counts as a table; exit code 1 if a change was silent."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--flips", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    chance, total = random.Random(given.seed), Counter[str]()
    print(f"{'changed':<24}{'tried':>7}{'named':>7}{'unused space':>14}{'silent':>8}")
    with tempfile.TemporaryDirectory() as scratch:
        whole, killed = archives(Path(scratch))
        for kind, share in SHARES.items():
            folder = killed if kind == "log" else whole
            number = max(1, share * given.flips // sum(SHARES.values()))
            total += report(f"a bit of: {kind}", Counter(flips(folder, kind, number, chance)))
        total += report("a value in each column", Counter(columns(whole)))
    report("all", total)
    sys.exit(bool(total["silent"]))


def report(what: str, ends: Counter[str]) -> Counter[str]:
    """Print a row of the table, and return its counts."""
    named, unused, silent = ends["named"], ends["unused"], ends["silent"]
    print(f"{what:<24}{ends.total():>7}{named:>7}{unused:>14}{silent:>8}", flush=True)
    return ends


if __name__ == "__main__":
    main()
