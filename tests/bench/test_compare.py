from __future__ import annotations

from bench.compare import HEADS, faults, rows
from bench.extractors import EXTRACTORS, FLOOR, OURS
from bench.measure import Result, run
from bench.memory import many_pages, one_article, resident, traced
from bench.pages import GENERAL, GOVERNMENT, Gold, Page
from bench.score import Answer
from tests.extract.pages import BODY, TITLE, page, paragraphs

HTML = page(paragraphs()).encode()
PAGES = [
    Page(id=kind, html=HTML, gold=Gold(body=BODY, title=TITLE), kind=kind) for kind in (GOVERNMENT, GENERAL)
]


def results_of(*names: str) -> dict[str, list[Result]]:
    return {name: run(EXTRACTORS[name].load(), PAGES) for name in names}


def row_of(label: str, results: dict[str, list[Result]]) -> dict[str, str]:
    (row,) = (row for row in rows(results, {OURS: 3.14}) if row[0] == label)
    return dict(zip(HEADS, row, strict=True))


def test_ours_is_scored_timed_and_told_as_a_multiple_of_the_parse() -> None:
    row = row_of(OURS, results_of(FLOOR, OURS))
    assert (row["F1 mean"], row["to the character"], row["title"]) == ("1.000", "2/2", "100 %")
    assert (row["date"], row["memory × page"], row["failed"]) == ("–", "3.1", "0")
    assert float(row["× parse"]) > 1


def test_ours_is_shown_by_kind_of_page_too() -> None:
    assert row_of(f"– {GENERAL} (1)", results_of(FLOOR, OURS))["to the character"] == "1/1"


def test_an_extractor_that_is_not_installed_has_a_row_that_says_so() -> None:
    labels = [row[0] for row in rows(results_of(FLOOR, OURS), {})]
    assert "gne: not installed" in labels


def test_a_page_that_an_extractor_fails_on_is_counted_and_named() -> None:
    def broken(html: bytes) -> Answer:
        raise RecursionError("too deep")

    results = {**results_of(FLOOR), OURS: run(broken, PAGES)}
    assert row_of(OURS, results)["failed"] == "2"
    assert next(iter(faults(results))) == f"{OURS} failed on {GOVERNMENT}: RecursionError: too deep"


def test_peak_memory_is_seen_though_it_is_free_again() -> None:
    def greedy(html: bytes) -> Answer:
        return Answer(body="x" if bytearray(20_000_000) else None)

    found = resident(greedy, b"")
    assert found is None or found > 18_000_000
    assert (traced(greedy, b"") or 0) > 18_000_000


def test_a_page_is_grown_to_size_without_saying_a_sentence_twice() -> None:
    for grow in (many_pages, one_article):
        html = grow(PAGES[:1], 100_000)
        assert len(html) == 100_000
        sentences = html.decode(errors="ignore").split("。")[1:-1]
        assert len(set(sentences)) > 0.9 * len(sentences)
