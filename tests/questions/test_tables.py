"""CSV for spreadsheets: no cell acts, and every cell comes back as it was."""

from __future__ import annotations

import csv
import io

import pytest

from crawler.questions.tables import write_csv


def written(*cells: object) -> list[str]:
    file = io.StringIO(newline="")
    write_csv(file, ["cell"] * len(cells), [cells])
    return list(csv.reader(io.StringIO(file.getvalue(), newline="")))[1]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1"])
def test_text_is_never_a_formula(text: str) -> None:
    assert written(text) == ["'" + text.replace("\r", "\n")]


def test_a_carriage_return_ends_no_row() -> None:
    assert written("甲\r乙", "丙\r\n丁") == ["甲\n乙", "丙\n丁"]


def test_other_cells_come_back_as_they_were() -> None:
    assert written('他说:"好", 是', "一\n二", 12, -3, None, "1-2") == [
        '他说:"好", 是',
        "一\n二",
        "12",
        "-3",
        "",
        "1-2",
    ]
