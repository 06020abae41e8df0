"""Compare our readers of documents with bare libraries and with peers, on the same files: time, memory, quality.

`make bench-documents`. Time: process time of one document, best of ROUNDS, mean over the documents. Memory: by how much resident
memory grows at its peak, for the largest document, in a process of its own. Quality: F1 of 3-character shingles of the text
against the report that was set, white space and running heads aside; "lines": the share of paragraphs that are lines of the text.
"""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from bench.document_readers import BARE, Read, peers, reading, whole
from bench.documents import REPORTS, Made, made
from bench.memory import resident
from bench.score import Answer, normal, overlap
from bench.table import NOTHING, table

ROUNDS = 5
AIM = 1.3
"""Ours by the bare library's time."""


def main() -> None:
    """Print three tables: time and memory, quality, speed in pages."""
    warnings.simplefilter("ignore")
    documents = list(made(REPORTS))
    formats = list(dict.fromkeys(each.format for each in documents))
    by_format = {name: [each for each in documents if each.format == name] for name in formats}
    print(f"{len(REPORTS)} reports, {len(documents)} documents\n")
    print(
        table(
            ("format", "bare", "bare ms", "read ms", "×", "extract ms", "bare MB", "read MB"),
            list(map(_row, by_format.items())),
        )
    )
    print(f"\naim: × at most {AIM}\n")
    print(
        table(
            ("format", "reader", "F1", "F1 least", "paragraphs"),
            [row for item in by_format.items() for row in _quality(*item)],
        )
    )
    print()
    print(_pages(by_format["pdf"]))


def _row(item: tuple[str, Sequence[Made]]) -> tuple[str, ...]:
    name, documents = item
    ours, all_of_it = _milliseconds(reading(name), documents), _milliseconds(whole, documents)
    if name not in BARE:
        return (
            name,
            NOTHING,
            NOTHING,
            f"{ours:.2f}",
            NOTHING,
            f"{all_of_it:.2f}",
            NOTHING,
            _memory(name, "ours", documents),
        )
    bare = _milliseconds(BARE[name][1], documents)
    return (
        name,
        BARE[name][0],
        f"{bare:.2f}",
        f"{ours:.2f}",
        f"{ours / bare:.2f}",
        f"{all_of_it:.2f}",
        _memory(name, "bare", documents),
        _memory(name, "ours", documents),
    )


def _milliseconds(read: Read, documents: Sequence[Made]) -> float:
    read(documents[0].body)  # imports
    return 1000 * statistics.mean(_seconds(read, each.body) for each in documents)


def _seconds(read: Read, body: bytes) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        read(body)
        best = min(best, time.process_time() - began)
    return best


def _memory(name: str, whose: str, documents: Sequence[Made]) -> str:
    largest = max(documents, key=lambda each: len(each.body)).body
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found = pool.submit(_grown, name, whose, documents[0].body, largest).result()
    return NOTHING if found is None else f"{found / 1e6:.1f}"


def _grown(name: str, whose: str, first: bytes, largest: bytes) -> int | None:
    read = reading(name) if whose == "ours" else BARE[name][1]
    read(first)  # imports, fonts
    call: Callable[[bytes], Answer] = lambda body: Answer(body=read(body))  # noqa: E731
    return resident(call, largest)


def _quality(name: str, documents: Sequence[Made]) -> list[tuple[str, ...]]:
    return [
        (name, who, *_scores(read, documents)) for who, read in {"ours": reading(name), **peers(name)}.items()
    ]


def _scores(read: Read, documents: Sequence[Made]) -> tuple[str, str, str]:
    shares, kept = [], []
    for each in documents:
        assert each.report is not None
        try:
            text = read(each.body)
        except Exception as error:  # noqa: BLE001 - a failure of foreign code is a result here
            print(f"{each.name}: {error!r}"[:200])
            text = ""
        paragraphs = [each.report.title, *each.report.paragraphs]
        shares.append(overlap(normal(text), normal("\n".join(paragraphs))).f1)
        lines = {normal(line) for line in text.split("\n")}
        kept.append(statistics.mean(normal(paragraph) in lines for paragraph in paragraphs))
    return f"{statistics.mean(shares):.4f}", f"{min(shares):.4f}", f"{statistics.mean(kept):.1%}"


def _pages(documents: Sequence[Made]) -> str:
    from crawler.extract.documents import FORMATS

    count = sum(FORMATS["pdf"].read(each.body, (), None, None).pages or 0 for each in documents)
    seconds = sum(_seconds(reading("pdf"), each.body) for each in documents)
    return f"PDF: {count} pages, {count / seconds:.0f} pages a second a core"


if __name__ == "__main__":
    main()
