"""Deliveries held against others' tools, in an environment of their own: `make test-export`.

frictionless for the data package, py-wacz for WACZ, pandas and polars for Parquet and CSV, openpyxl for the workbook. pywb, which
replays a WACZ, is in `tests/replay`. They run as tools, nothing imports them.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from crawler.questions.export import FORMATS, Delivery
from tests.questions.export.conftest import delivery, pristine  # noqa: F401 - a fixture

TOOLS = Path(os.environ["FAZHI_EXPORT_TOOLS"])
"""The folder of the tools, as `make test-export` has installed them."""

READ = """
import json, sys, datetime
import pandas, polars, openpyxl
folder = sys.argv[1]
frame = pandas.read_parquet(f"{folder}/versions.parquet")
table = polars.read_parquet(f"{folder}/versions.parquet")
lines = pandas.read_csv(f"{folder}/versions.csv", dtype={"region": str})
book = openpyxl.load_workbook(f"{folder}/reports.xlsx", read_only=True)
sheet = list(book["versions"].iter_rows(values_only=True))
print(json.dumps({
    "pandas": [len(frame), str(frame.dtypes["first_seen"]), frame.region[0], str(frame.published_date[0]), len(frame.text[2])],
    "polars": [len(table), str(table.schema["first_seen"]), table["region"][0], str(table["published_date"][0])],
    "csv": [len(lines), lines.columns[0], lines.region[0], len(lines.text[2])],
    "xlsx": [book.sheetnames, sheet[1][10], type(sheet[1][16]).__name__, sheet[3][6]],
}))
"""


@pytest.fixture(scope="module")
def made(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Delivery:  # noqa: F811
    return delivery(pristine, tmp_path_factory.mktemp("made"), *FORMATS, with_text=True)


def run(*words: str, cwd: Path) -> str:
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_pandas_polars_and_openpyxl_read_types_and_texts(made: Delivery) -> None:
    found: dict[str, Any] = json.loads(run(str(TOOLS / "python"), "-c", READ, str(made.path), cwd=made.path))
    assert found["pandas"] == [3, "datetime64[us, UTC]", "420100", "2023-02-21", 40_000]
    assert found["polars"] == [3, "Datetime(time_unit='us', time_zone='UTC')", "420100", "2023-02-21"]
    assert found["csv"] == [3, "report_id", "420100", 40_000]
    names, region, kind, title = found["xlsx"]
    assert names == ["versions", "sections", "indicators", "coverage", "columns"]
    assert (region, kind) == ("420100", "datetime")
    assert title.startswith('=HYPERLINK("http://x";"y") ')


def test_frictionless_finds_the_descriptor_and_every_row_valid(made: Delivery) -> None:
    """By its profile of Data Package 2.0: types, keys, foreign keys, sizes and digests.

    It reads Parquet through pandas, which makes NaN of an integer that is empty, and calls that a wrong type; and it fails
    at a JSON Lines file without a line, which a table without rows is. Both are left out here.
    """
    words = (str(TOOLS / "frictionless"), "validate", "datapackage.json", "--json")
    done = subprocess.run(words, cwd=made.path, capture_output=True, text=True, timeout=300)
    report = json.loads(done.stdout)
    assert not report["errors"]
    assert len(report["tasks"]) > 8
    resources = json.loads((made.path / "datapackage.json").read_text("utf-8"))["resources"]
    empty = {each["name"] for each in resources if each["path"].endswith(".jsonl") and not each["bytes"]}
    assert len(empty) <= 1
    faults = [
        (task["name"], error["type"], error["message"])
        for task in report["tasks"]
        for error in task["errors"]
        if not (
            task["name"].endswith("-parquet") and error["type"] == "type-error" and error["cell"] == "nan"
        )
        and not (task["name"] in empty and error["type"] == "source-error")
    ]
    assert not faults


VALIDATE = """
import json, sys
from jsonschema import Draft7Validator
schema, package = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:])
Draft7Validator.check_schema(schema)
faults = sorted(f"{error.json_path}: {error.message[:200]}" for error in Draft7Validator(schema).iter_errors(package))
del package["resources"]
missing = [error.message for error in Draft7Validator(schema).iter_errors(package)]
print(json.dumps([faults, missing]))
"""
SCHEMA = Path(__file__).parent / "data-package-2-0.json"
"""JSON Schema of Data Package 2.0, as the package check-datapackage 0.37.0 (MIT, Seedcase Project) has it."""


def test_the_descriptor_conforms_to_the_schema_of_the_standard(made: Delivery) -> None:
    words = (str(TOOLS / "python"), "-c", VALIDATE, str(SCHEMA), "datapackage.json")
    faults, missing = json.loads(run(*words, cwd=made.path))
    assert faults == []
    assert missing == ["'resources' is a required property"], "the schema refuses what is no package"


def test_py_wacz_finds_the_wacz_valid(made: Delivery) -> None:
    assert "is valid" in run(str(TOOLS / "wacz"), "validate", "-f", "fazhi-00001.wacz", cwd=made.path)


def test_sha256sum_agrees_with_the_text_files(made: Delivery) -> None:
    assert run("sha256sum", "--check", "SHA256SUMS", cwd=made.path / "txt").count(": OK") == 3
