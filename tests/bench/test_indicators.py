"""The labels of `make bench-indicators` are those that were made by hand, and the seeds' figures are found."""

from __future__ import annotations

import csv
import hashlib
import re
import sys
from pathlib import Path

import pytest

from bench.indicators import __main__ as bench
from crawler.questions.indicators.rules import rule_book

FOLDER = Path(bench.__file__).parent


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


SEEDS = {row["text"]: bench.ROOT / row["address"] for row in table("texts.tsv") if row["set"] == "seed"}


def test_labels_of_the_seeds_stand_in_the_seeds() -> None:
    for row in table("labels.tsv"):
        if row["text"] not in SEEDS:
            continue
        text, at = SEEDS[row["text"]].read_text("utf-8"), int(row["offset"])
        assert text[at:].startswith(row["number"])
        start = max(text.rfind(char, 0, at) for char in "。;\n") + 1
        sentence = re.split("[。;\n]", text[start:], maxsplit=1)[0].strip()
        assert hashlib.sha256(sentence.encode()).hexdigest().startswith(row["sentence_sha256"])


def test_labels_name_texts_and_indicators_that_exist() -> None:
    rows = table("labels.tsv")
    assert {row["indicator"] for row in rows} <= {each.id for each in rule_book().indicators}
    assert {row["text"] for row in rows} <= {row["text"] for row in table("texts.tsv")}


def test_the_figures_of_the_seeds_are_found_as_precisely_as_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "--texts", str(tmp_path)])
    with pytest.raises(SystemExit) as left:
        bench.main()
    printed = capsys.readouterr()
    assert left.value.code == 0, printed.out
    assert "all tuning, 5 texts" in printed.out
    assert "hangzhou-2022: not here; its address is https://www.hangzhou.gov.cn/" in printed.err


def test_a_text_that_is_not_the_one_labelled_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "hangzhou-2022.txt").write_text("another text", "utf-8")
    monkeypatch.setattr(sys, "argv", ["bench", "--texts", str(tmp_path)])
    with pytest.raises(SystemExit, match="not the text that was labelled"):
        bench.main()
