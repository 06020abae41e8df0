"""Measure `fazhi search` on made texts: against the bare look-up in its index and a LIKE scan. `make bench-search`.

The texts are made of phrases of the seed documents and of the saved pages, as often as these have them, with names between
them that are invented, a few of them frequent and most rare (Zipf's law); they have sentences, paragraphs and the four
statutory sections. The queries go from names that one text has to words that nearly all have.
Every count must be that of the scan. The archive is made in a temporary folder, which needs room: some 4 GB for 100,000 texts.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

from crawler.archive import CATALOGUE, SEARCH_INDEX, Reader, index_catalogue
from crawler.archive.catalogue.engine import sqlite_engine, upgrade
from crawler.archive.catalogue.models import ReportRow, RunRow, VersionRow
from crawler.archive.fulltext import Term
from crawler.archive.fulltext.schema import COLUMNS, TITLE_WEIGHT
from crawler.field.search_tokens import phrases
from crawler.questions.search import search

NAMES = 50_000
NAME_SHARE = 0.12  # of the phrases of a text
CHARACTERS = 2_500  # that names are made of
CHARS_PER_TEXT = 5_000
QUERIES = 100
PAGE = 20
ROWS_PER_INSERT = 500
SCANNED_QUERIES = 12  # a scan of 100,000 texts takes seconds
RARE_SHARE, COMMON_SHARE = 0.05, 0.9  # of the texts
MOST_OF_BARE, FASTER_RARE, FASTER_COMMON, MOST_OF_TEXT = 1.5, 50, 5, 2.0
HEADINGS = (
    ("achievements", "一、主要举措和成效", 0.66),
    ("problems", "二、存在的不足和原因", 0.1),
    ("responsibility", "三、主要负责人履职情况", 0.12),
    ("plans", "四、下一年度安排", 0.12),
)
"""Kind, title, and share of the text."""

MARKS = (",", ",", "、", "。", ";", "12件,", "达98.5%。", "2022年")
SEEDS, FIXTURES = (Path(__file__).parent.parent / name for name in ("seeds", "tests/fixtures"))
_PHRASE = re.compile("[一-鿿]{2,12}")
REGIONS = ("420100", "420200", "420000", "330100", "110105", "440300", "510100", "620600", "320500", "370200")
_SEEN = datetime(2026, 11, 25, 3, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Timing:
    """Of one query: how many texts, and seconds of the search, of the bare look-up and of the scan (None: not scanned)."""

    word: str
    texts: int
    searched: float
    bare: float
    scanned: float | None
    scan_count: int | None


class Writer:
    """Makes texts. The same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        chars = [chr(0x4E00 + index) for index in self.random.sample(range(20_000), CHARACTERS)]
        of_chars = list(accumulate(1 / (rank + 10) for rank in range(CHARACTERS)))
        self.names = []
        for _ in range(NAMES):
            length = self.random.choice((2, 3, 3, 3, 4))
            self.names.append("".join(self.random.choices(chars, cum_weights=of_chars, k=length)))
        self._of_names = list(accumulate(1 / (rank + 3) for rank in range(NAMES)))
        texts = [
            path.read_text("utf-8") for path in (*SEEDS.glob("*.txt"), *FIXTURES.glob("*/expected.json"))
        ]
        self.phrases = [each for text in texts for each in _PHRASE.findall(text)]

    def title(self, number: int) -> str:
        """Return the title of a text."""
        return f"{self.names[number % 997]}人民政府关于{2015 + number % 10}年度法治政府建设情况的报告"

    def body(self) -> tuple[str, list[dict[str, Any]]]:
        """Return a body of about CHARS_PER_TEXT characters, and its sections."""
        parts, sections, length = [self._paragraph()], [], 0
        length = len(parts[0]) + 1
        for kind, heading, share in HEADINGS:
            start = length
            lines = [heading]
            while (missing := int(CHARS_PER_TEXT * share) - sum(map(len, lines))) > 0:
                lines.append(self._paragraph()[-missing:])
            text = "\n".join(lines)
            sections.append({"kind": kind, "title": heading, "start": start, "end": start + len(text)})
            parts.append(text)
            length += len(text) + 1
        return "\n".join(parts), sections

    def _paragraph(self) -> str:
        number = self.random.randint(15, 40)
        words = self.random.choices(self.phrases, k=number)
        names = self.random.choices(self.names, cum_weights=self._of_names, k=number)
        marks = self.random.choices(MARKS, k=number)
        parts = (
            f"{name if self.random.random() < NAME_SHARE else ''}{word}{mark}"
            for name, word, mark in zip(names, words, marks, strict=True)
        )
        return "".join(parts) + "。"


def main() -> int:
    """Make an archive, measure, print. Return 1 if a limit is not kept or a count is wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--texts", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--scans", type=int, default=SCANNED_QUERIES)
    options.add_argument("--keep", type=Path, help="make the archive in this folder, or use the one there")
    chosen = options.parse_args()
    writer = Writer(chosen.seed)
    if chosen.keep:
        return _measure(chosen.keep, writer, chosen.texts, chosen.scans)
    with TemporaryDirectory(prefix="fazhi-search-") as folder:
        return _measure(Path(folder), writer, chosen.texts, chosen.scans)


def _measure(folder: Path, writer: Writer, texts: int, scans: int) -> int:
    folder.mkdir(exist_ok=True)
    if not (folder / CATALOGUE).exists():
        size, seconds = timed(lambda: fill(folder, writer, texts))
        _say(f"{texts} texts, {size / 1e6:.0f} MB in UTF-8, written in {seconds:.0f} s")
    if not (folder / SEARCH_INDEX).exists():
        _, seconds = timed(lambda: index_catalogue(folder, notify=_say))
        _say(f"index built in {seconds:.0f} s: {seconds / texts * 1000:.1f} ms a text")
    with closing(sqlite3.connect(folder / CATALOGUE)) as catalogue:
        size = catalogue.execute("SELECT sum(length(CAST(body AS BLOB))) FROM versions").fetchone()[0]
    share = (folder / SEARCH_INDEX).stat().st_size / size
    timings = list(_timings(folder, queries(folder, writer, texts), scans))
    return _report(timings, texts, share)


def fill(folder: Path, writer: Writer, texts: int) -> int:
    """Write a catalogue with texts, each a report of its own. Return the bytes of their bodies in UTF-8."""
    engine = sqlite_engine(folder / CATALOGUE, writes=True)
    upgrade(engine)
    size = 0
    for first in range(0, texts, ROWS_PER_INSERT):
        rows = [_rows(writer, number) for number in range(first, min(texts, first + ROWS_PER_INSERT))]
        with engine.begin() as connection:
            if not first:
                connection.execute(
                    insert(RunRow),
                    [{"started_at": _SEEN, "state": "finished", "software": "", "command": "", "detail": ""}],
                )
            connection.execute(insert(ReportRow), [report for report, _ in rows])
            connection.execute(insert(VersionRow), [version for _, version in rows])
        size += sum(len(version["body"].encode()) for _, version in rows)
        if first % 10_000 == 0:
            _say(f"{first} of {texts} texts")
    engine.dispose()
    return size


def _rows(writer: Writer, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    body, sections = writer.body()
    region, year = REGIONS[number % len(REGIONS)], 2015 + number % 10
    digest = hashlib.sha256(body.encode()).hexdigest()
    report = {"id": f"{region}-{year}-{number:08d}", "site_id": "made", "region": region, "year": year}
    version = {
        "report_id": report["id"], "number": 1, "title": writer.title(number), "issuer": None, "kind": "government",
        "published": f"{year + 1}-03-01", "source": None, "signed": None, "index": None, "body": body,
        "sections": sections, "attachments": [], "url": f"https://www.example.gov.cn/{number}.html",
        "text_sha256": digest, "simhash": digest[:16], "band_0": 0, "band_1": 0, "band_2": 0, "band_3": 0,
        "first_seen": _SEEN, "last_seen": _SEEN, "capture_id": None, "parts": 1, "text_file": f"text/{number}.txt",
        "extractor": "made", "tombstone": False, "older": False, "origin": "own", "further": [], "former": [],
    }  # fmt: skip
    return report, version


def queries(folder: Path, writer: Writer, texts: int) -> list[str]:
    """Return QUERIES words, evenly over the logarithm of the number of texts that have them, from the rarest on."""
    ranks = sorted({int(NAMES ** (step / QUERIES)) for step in range(QUERIES + 1)})
    words = [writer.names[min(rank, NAMES) - 1] for rank in ranks]
    words += [word[:4] for word in writer.phrases[:: len(writer.phrases) // QUERIES] if len(word) > 1]
    found: dict[str, int] = {}
    with closing(sqlite3.connect(folder / SEARCH_INDEX)) as index:
        for word in dict.fromkeys([*words, "法治", "政府建设", "人民政府关于", "法"]):
            query = "SELECT count(*) FROM texts WHERE texts MATCH ?"
            found[word] = index.execute(query, (_match(word),)).fetchone()[0]
    ordered = sorted((word for word in found if found[word]), key=lambda word: (found[word], word))
    if len(ordered) <= QUERIES:
        return ordered
    return [ordered[round(step * (len(ordered) - 1) / (QUERIES - 1))] for step in range(QUERIES)]


def _match(word: str) -> str:
    (phrase,) = phrases(word)
    return Term(phrase).fts5()


def _timings(folder: Path, words: list[str], scans: int) -> Iterator[Timing]:
    """Time each word thrice, and take the least: the machine has other work. Some words are scanned for, once."""
    weights = ", ".join(str(TITLE_WEIGHT if column == "title" else 1.0) for column in COLUMNS)
    bare = f"SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY bm25(texts, {weights}) LIMIT {PAGE}"
    scan = (
        "SELECT id, (length(body) - length(replace(body, :word, ''))) AS n FROM versions"
        " WHERE title LIKE :like OR body LIKE :like ORDER BY n DESC"
    )
    scanned = {round(step * (len(words) - 1) / max(1, scans - 1)) for step in range(scans)}
    with (
        Reader.read(folder) as archive,
        closing(sqlite3.connect(folder / SEARCH_INDEX)) as index,
        closing(sqlite3.connect(folder / CATALOGUE)) as catalogue,
    ):
        for number, word in enumerate(words):
            match = (_match(word),)
            result, searched = least(lambda word=word: search(archive, word, limit=PAGE))  # type: ignore[misc]
            _, looked_up = least(lambda match=match: index.execute(bare, match).fetchall())  # type: ignore[misc]
            rows = seconds = None
            if number in scanned:
                like = {"word": word, "like": f"%{word}%"}
                rows, seconds = timed(lambda like=like: len(catalogue.execute(scan, like).fetchall()))  # type: ignore[misc]
            yield Timing(word, result.total, searched, looked_up, seconds, rows)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return a result and the seconds of processor time that it took: other work of the machine does not count."""
    began = time.process_time()
    result = work()
    return result, time.process_time() - began


def least(work: Callable[[], Any], times: int = 3) -> tuple[Any, float]:
    """Return a result and the least seconds of processor time of several times."""
    runs = [timed(work) for _ in range(times)]
    return runs[0][0], min(seconds for _, seconds in runs)


def _report(timings: list[Timing], texts: int, share: float) -> int:
    print("| word | texts | search, ms | bare look-up, ms | ratio | LIKE scan, ms | faster |")
    print("|---|---|---|---|---|---|---|")
    for each in timings:
        scan = f"{each.scanned * 1000:.0f} | {each.scanned / each.searched:.0f}" if each.scanned else "– | –"
        times = f"{each.searched * 1000:.1f} | {each.bare * 1000:.1f} | {each.searched / each.bare:.2f}"
        print(f"| {each.word} | {each.texts} | {times} | {scan} |")
    ratio = median(each.searched for each in timings) / median(each.bare for each in timings)
    each_ratio = median(each.searched / each.bare for each in timings)
    scanned = [each for each in timings if each.scanned is not None]
    rare = [
        each.scanned / each.searched for each in scanned if each.scanned and each.texts < RARE_SHARE * texts
    ]
    common = [
        each.scanned / each.searched for each in scanned if each.scanned and each.texts > COMMON_SHARE * texts
    ]
    wrong = [each.word for each in scanned if each.scan_count != each.texts]
    limits = (
        ("median of searches / median of bare look-ups", ratio, ratio <= MOST_OF_BARE, f"<= {MOST_OF_BARE}"),
        ("least gain over the scan, words in under 5 %", min(rare, default=0), min(rare, default=0) >= FASTER_RARE, f">= {FASTER_RARE}"),
        ("least gain over the scan, words in over 90 %", min(common, default=0), min(common, default=0) >= FASTER_COMMON, f">= {FASTER_COMMON}"),
        ("index / text", share, share <= MOST_OF_TEXT, f"<= {MOST_OF_TEXT}"),
        ("wrong counts", len(wrong), not wrong, "0"),
    )  # fmt: skip
    print()
    print(f"{texts} texts, {len(timings)} words; median of the ratios {each_ratio:.2f}")
    for name, value, kept, limit in limits:
        print(f"{name}: {value:.2f} ({limit}){'' if kept else '  NOT KEPT'}")
    return 0 if all(kept for _, _, kept, _ in limits) else 1


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
