"""Make an archive for the benchmarks of the viewer: reports of all divisions with sources, visits, texts and a search index."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from bench import coverage
from bench.search import Writer
from crawler.archive import CATALOGUE, SEARCH_INDEX, index_catalogue

TEXTS_PER_STEP = 500


def make(folder: Path, number: int, seed: int = 1, *, divisions: int | None = None) -> Writer:
    """Write an archive with so many reports, if the folder has none. Return what wrote its texts: it knows their words.

    `divisions`: number of those that have sources and reports; None: all of GB/T 2260.
    """
    writer = Writer(seed)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / CATALOGUE).exists():
        coverage.fill(folder, number, divisions)
        _write_texts(folder, writer)
    if not (folder / SEARCH_INDEX).exists():
        index_catalogue(folder, notify=lambda _: None)
    return writer


def _write_texts(folder: Path, writer: Writer) -> None:
    """Give every version but the tombstones a title, a text and its sections."""
    with closing(sqlite3.connect(folder / CATALOGUE)) as catalogue:
        ids = [
            each for (each,) in catalogue.execute("SELECT id FROM versions WHERE NOT tombstone ORDER BY id")
        ]
        for first in range(0, len(ids), TEXTS_PER_STEP):
            rows = []
            for number in ids[first : first + TEXTS_PER_STEP]:
                body, sections = writer.body()
                rows.append((writer.title(number), body, json.dumps(sections, ensure_ascii=False), number))
            catalogue.executemany("UPDATE versions SET title = ?, body = ?, sections = ? WHERE id = ?", rows)
            catalogue.commit()
