"""Print precision and recall of each indicator: `python -m bench.indicators [--set SET] [--show] [--texts DIR]`.

The public texts are not in the repository; without their folder only the seeds are measured, and the missing ones are named.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from crawler.questions.indicators.statements import Statement, find_statements

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SETS = {
    "tuning": {"seed", "public"},  # known when the rules were written
    "first-check": {"first-check"},  # labelled after that; later rules learnt from it
    "second-check": {"second-check"},  # labelled after all rules
}
MIN_PRECISION, MIN_RECALL = 0.95, 0.80


@dataclass(frozen=True, slots=True)
class Label:
    """A figure that a person found. `must`: beyond doubt; else it counts neither for nor against."""

    indicator: str
    value: Decimal
    approximate: bool
    must: bool


@dataclass(frozen=True, slots=True)
class Text:
    name: str
    group: str
    year: int | None
    text: str


Labels = dict[tuple[str, int, str], Label]  # of a text, by offset and indicator


def main() -> None:
    options = _options()
    labels = _labels()
    texts = list(_texts(options.texts, options.set))
    hits, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for text in texts:
        ours = {key: label for key, label in labels.items() if key[0] == text.name}
        for found in find_statements(text.text, year=text.year):
            label = ours.pop((text.name, found.offset, found.indicator.id), None)
            if label is None or not _equal(label, found):
                wrong[found.indicator.id] += 1
                _show(options.show, "WRONG", text, found.offset, f"{found.rule} {found.value} {found.words}")
            elif label.must:
                hits[found.indicator.id] += 1
        for (_, offset, name), label in ours.items():
            if label.must:
                missed[name] += 1
                _show(options.show, "MISSED", text, offset, f"{name} {label.value}")
    raise SystemExit(_report(options.set, texts, hits, wrong, missed))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=SETS, default="tuning")
    parser.add_argument("--show", action="store_true", help="print each wrong and missed figure")
    parser.add_argument("--texts", type=Path, default=ROOT.parent / "shared" / "pages" / "indicators")
    return parser.parse_args()


def _labels() -> Labels:
    with (HERE / "labels.tsv").open(encoding="utf-8", newline="") as file:
        return {
            (row["text"], int(row["offset"]), row["indicator"]): Label(
                row["indicator"], Decimal(row["value"]), row["approximate"] == "1", row["need"] == "must"
            )
            for row in csv.DictReader(file, delimiter="\t")
        }


def _texts(folder: Path, wanted: str) -> Iterator[Text]:
    with (HERE / "texts.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["set"] not in SETS[wanted]:
                continue
            path = ROOT / row["address"] if row["set"] == "seed" else folder / f"{row['text']}.txt"
            if not path.is_file():
                print(f"{row['text']}: not here; its address is {row['address']}", file=sys.stderr)
                continue
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() != row["sha256"]:
                raise SystemExit(f"{path}: not the text that was labelled (SHA-256 differs)")
            yield Text(row["text"], row["set"], int(row["year"]) if row["year"] else None, data.decode())


def _equal(label: Label, found: Statement) -> bool:
    return label.value == found.value and label.approximate == found.approximate


def _show(wanted: bool, what: str, text: Text, offset: int, words: str) -> None:
    if wanted:
        around = text.text[max(0, offset - 24) : offset + 16].replace("\n", " ")
        print(f"{what} {text.name} {offset} {words}\n    …{around}…")


def _report(
    name: str, texts: list[Text], hits: Counter[str], wrong: Counter[str], missed: Counter[str]
) -> int:
    """Print the table; return the exit code."""
    print(f"{'indicator':34}{'found':>6}{'wrong':>6}{'missed':>7}{'precision':>10}{'recall':>8}")
    for each in sorted({*hits, *wrong, *missed}):
        print(_line(each, hits[each], wrong[each], missed[each]))
    totals = hits.total(), wrong.total(), missed.total()
    print(_line(f"all {name}, {len(texts)} texts", *totals))
    precision, recall = _shares(*totals)
    return int(name == "tuning" and (precision < MIN_PRECISION or recall < MIN_RECALL))


def _line(name: str, hits: int, wrong: int, missed: int) -> str:
    precision, recall = _shares(hits, wrong, missed)
    return f"{name:34}{hits:6}{wrong:6}{missed:7}{precision:10.2f}{recall:8.2f}"


def _shares(hits: int, wrong: int, missed: int) -> tuple[float, float]:
    found, there = hits + wrong, hits + missed
    return hits / found if found else 1.0, hits / there if there else 1.0


if __name__ == "__main__":
    main()
