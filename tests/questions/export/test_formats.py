"""Each format: typed, safe from formulas and control characters, whole, and described as the standards want it."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pytest

from crawler.archive import Archive
from crawler.model import Rendering
from crawler.questions.export import FORMATS, Delivery
from crawler.questions.export.formats import workbook
from crawler.questions.export.formats.workbook import MAX_CELL_UNITS
from crawler.questions.export.package import PROFILES
from crawler.questions.export.schema import plain
from crawler.questions.export.tables import TABLES
from crawler.warc import read_records
from tests.conftest import BODY, SITE, Clock, a_capture, a_report
from tests.questions.export.conftest import PAGE, WUHAN, Export, delivery, edited, store

XML = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@pytest.fixture(scope="module")
def made(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    return delivery(pristine, tmp_path_factory.mktemp("made"), *FORMATS, with_text=True)


def described(delivery: Delivery) -> dict[str, Any]:
    value = json.loads((delivery.path / "datapackage.json").read_text("utf-8"))
    assert isinstance(value, dict)
    return value


def sheet(delivery: Delivery, number: int) -> list[dict[str, tuple[str, str]]]:
    """The rows of a sheet: by column letters the type and the value of each cell."""
    with zipfile.ZipFile(delivery.path / "reports.xlsx") as book:
        root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
        assert not root.findall(".//x:f", XML)
    rows = []
    for row in root.iterfind(".//x:row", XML):
        cells = {}
        for cell in row.iterfind("x:c", XML):
            words = "".join(each.text or "" for each in cell.iter() if each.tag.endswith(("}t", "}v")))
            cells[re.sub(r"\d", "", cell.attrib["r"])] = (cell.attrib.get("t", "n"), words)
        rows.append(cells)
    return rows


def test_csv_has_a_bom_a_header_and_no_formula(made: Delivery) -> None:
    data = (made.path / "versions.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfreport_id,version,")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [row["region"] for row in rows] == ["420100", "420100", "420200"]
    assert rows[0]["text"] == BODY
    assert len(rows[2]["text"]) == 40_000
    assert (rows[0]["latest"], rows[1]["latest"]) == ("false", "true")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(tuple("=+-@\t\r"))]
    assert rows[2]["title"].startswith("'=HYPERLINK")


def test_json_lines_have_the_columns_in_order_and_no_raw_control_character(made: Delivery) -> None:
    for table in TABLES:
        text = (made.path / f"{table.name}.jsonl").read_text("utf-8")
        assert not re.search("[\0-\x09\x0b-\x1f\x7f]", text)
        for line in text.splitlines():
            assert list(json.loads(line)) == [field.name for field in table.columns(with_text=True)]


def test_parquet_is_typed_and_whole(made: Delivery) -> None:
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for table in TABLES:
            path = str(made.path / f"{table.name}.parquet")
            found = connection.execute("SELECT name, logical_type FROM parquet_schema(?)", [path]).fetchall()
            assert [name for name, _ in found[1:]] == [field.name for field in table.columns(with_text=True)]
        path = str(made.path / "versions.parquet")
        kinds = {
            name: str(kind) for name, kind, *_ in connection.execute(f"DESCRIBE FROM '{path}'").fetchall()
        }
        row = connection.execute(
            f"SELECT region, published_date::VARCHAR, published_time::VARCHAR, text FROM '{path}' WHERE version = 1 AND region = '420100'"
        ).fetchone()
    assert (kinds["region"], kinds["year"], kinds["latest"]) == ("VARCHAR", "BIGINT", "BOOLEAN")
    assert (kinds["published_date"], kinds["published_time"]) == ("DATE", "TIME")
    assert kinds["first_seen"] == "TIMESTAMP WITH TIME ZONE"
    assert row == ("420100", "2023-02-21", "10:00:00", BODY)


def test_a_parquet_file_without_rows_has_its_columns(deliver: Export) -> None:
    path = deliver("parquet", region="440000").path / "versions.parquet"
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        assert connection.execute(f"SELECT count(report_id), count(first_seen) FROM '{path}'").fetchone() == (
            0,
            0,
        )


def test_a_workbook_has_typed_cells_no_formula_and_tells_what_it_cuts(deliver: Export) -> None:
    told: list[str] = []
    made = deliver("xlsx", with_text=True, notify=told.append)
    header, first, _, hostile = sheet(made, 1)
    columns = {name: letters for letters, (_, name) in header.items()}
    assert first[columns["region"]] == ("inlineStr", "420100")
    assert first[columns["published_date"]] == ("n", "44978")  # 2023-02-21
    assert first[columns["latest"]] == ("b", "0")
    assert hostile[columns["title"]][0] == "inlineStr"
    assert hostile[columns["title"]][1].startswith("=HYPERLINK")
    assert "\x1b" not in hostile[columns["title"]][1]
    assert len(hostile[columns["text"]][1]) == MAX_CELL_UNITS
    assert told == [
        "reports.xlsx: 1 texts are cut at 32,767 characters, the limit of a cell; csv, jsonl and parquet have them whole"
    ]
    assert len(sheet(made, len(TABLES) + 1)) == 1 + sum(
        len(table.columns(with_text=True)) for table in TABLES
    )


def test_rows_that_a_sheet_cannot_hold_go_on_in_another(
    deliver: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 2)
    made = deliver("xlsx")
    with zipfile.ZipFile(made.path / "reports.xlsx") as book:
        names = re.findall(r'<sheet name="(\w+)"', book.read("xl/workbook.xml").decode())
    assert names[: len(TABLES) + 1] == [*(table.name for table in TABLES), "columns"]
    assert {"versions_2", "versions_3"} <= {*names}


def test_text_files_have_the_form_of_the_archive_and_their_digests(made: Delivery, pristine: Path) -> None:
    sums = (made.path / "txt" / "SHA256SUMS").read_text("utf-8").splitlines()
    assert len(sums) == 3
    for line in sums:
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((made.path / "txt" / name).read_bytes()).hexdigest() == digest
    (text,) = (made.path / "txt" / "420100" / "2022").glob("*.v1.txt")
    archived = {path.read_text("utf-8") for path in pristine.glob("text/**/*.txt")}
    assert text.read_text("utf-8") in archived


def test_the_descriptor_is_a_data_package_2_0(made: Delivery) -> None:
    """The rules of datapackage.org/standard by hand. `make test-export` lets frictionless check the same."""
    package = described(made)
    assert package["$schema"] == f"{PROFILES}/datapackage.json"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", package["created"])
    names = [each["name"] for each in package["resources"]]
    assert len(set(names)) == len(names)
    for each in package["resources"]:
        assert re.fullmatch(r"[a-z0-9._-]+", each["name"])
        assert not each["path"].startswith(("/", "."))
        data = (made.path / each["path"]).read_bytes()
        assert each["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert each.get("bytes", len(data)) == len(data)
        if each.get("type") == "table":
            check_schema(each["schema"], {*names})
    listed = {each["path"] for each in package["resources"]} | {
        "datapackage.json",
        "delta.json",
        "rows.jsonl.gz",
    }
    files = {path.relative_to(made.path).as_posix() for path in made.path.rglob("*") if path.is_file()}
    assert {name for name in files if not name.endswith(".txt")} == listed


def check_schema(schema: dict[str, Any], resources: set[str]) -> None:
    fields = [field["name"] for field in schema["fields"]]
    assert {*schema["primaryKey"]} <= {*fields}
    for field in schema["fields"]:
        assert field["type"] in {"string", "integer", "number", "boolean", "date", "time", "datetime"}
        assert field["descriptions"]["en"] == field["description"]
        assert field["descriptions"]["zh"] == field["title"]
    for key in schema.get("foreignKeys", ()):
        assert key["reference"]["resource"] in resources
        assert {*key["fields"]} <= {*fields}


def waczs(delivery: Delivery) -> list[zipfile.ZipFile]:
    return [zipfile.ZipFile(path) for path in sorted(delivery.path.glob("*.wacz"))]


def test_a_wacz_is_stored_and_every_file_has_its_digest(made: Delivery) -> None:
    (wacz,) = waczs(made)
    with wacz:
        assert {each.compress_type for each in wacz.infolist()} == {zipfile.ZIP_STORED}
        package = wacz.read("datapackage.json")
        digest = json.loads(wacz.read("datapackage-digest.json"))
        value = json.loads(package)
        assert digest == {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}
        assert (value["profile"], value["wacz_version"]) == ("data-package", "1.1.1")
        for each in value["resources"]:
            data = wacz.read(each["path"])
            assert (each["hash"], each["bytes"]) == (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))


def test_the_index_of_a_wacz_leads_to_each_page_byte_for_byte(
    made: Delivery, pristine: Path, tmp_path: Path
) -> None:
    originals = {
        record.place.record_id: record.block
        for path in pristine.glob("warc/*/*.warc.gz")
        for record in read_records(path)
    }
    (wacz,) = waczs(made)
    with wacz:
        lines = gzip.decompress(wacz.read("indexes/index.cdx.gz")).decode().splitlines()
        assert lines == sorted(lines)
        warc = tmp_path / "copied.warc.gz"
        warc.write_bytes(wacz.read("archive/fazhi-00001.warc.gz"))
        pages = [json.loads(line) for line in wacz.read("pages/pages.jsonl").decode().splitlines()]
    found = {}
    for line in lines:
        fields = json.loads(line.split(" ", 2)[2])
        record = next(read_records(warc, int(fields["offset"])))
        assert record.block == originals[record.place.record_id]
        assert record.url == fields["url"]
        found[record.url, line.split(" ")[1]] = record
    kinds = [record.kind for record in read_records(warc)]
    assert kinds == ["warcinfo", *["response", "request"] * 3]
    assert pages[0] == {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
    for page in pages[1:]:
        assert (page["url"], re.sub(r"[-:TZ]", "", page["ts"])) in found
        assert page["text"]
    assert [page["url"] for page in pages[1:]].count(PAGE) == 2


def test_a_wacz_has_the_original_of_an_unchanged_page_and_the_page_as_served_of_a_rendered_one(
    folder: Path, opened: Callable[[], Archive], clock: Clock, tmp_path: Path
) -> None:
    with opened() as archive:
        for words in (
            "第一种说法。",
            "第二种说法。",
            "第一种说法。",
        ):
            clock.forward(days=1)
            store(archive, clock, PAGE, SITE, edited(WUHAN, words))
        served = a_capture("https://www.wuhan.gov.cn/a/2.html", b"<p></p>", at=clock())
        rendered = Rendering(of=served, dom="<p>画".encode(), rendered_at=clock(), browser="Chromium 1")
        archive.record(served)
        archive.record_rendered(rendered)
        archive.store(a_report("由浏览器绘制的页面\n" + BODY, year=2021), rendered, SITE)
    made = delivery(folder, tmp_path / "out", "wacz")
    (wacz,) = waczs(made)
    with wacz:
        warc = tmp_path / "copied.warc.gz"
        warc.write_bytes(wacz.read("archive/fazhi-00001.warc.gz"))
        urls = [json.loads(line).get("url") for line in wacz.read("pages/pages.jsonl").decode().splitlines()]
    kinds = [record.kind for record in read_records(warc)]
    # reports by id: the one of 2021 is first
    assert kinds == [
        "warcinfo",
        "response",
        "request",
        "conversion",
        *["response", "request"] * 2,
        "revisit",
        "request",
    ]
    assert urls == [None, served.url, PAGE, PAGE, PAGE]


def test_wacz_files_are_split_by_size_and_listed(deliver: Export) -> None:
    made = deliver("wacz", max_wacz_bytes=1)
    listed = json.loads((made.path / "wacz.json").read_text("utf-8"))
    assert listed["profile"] == "multi-wacz-package"
    assert [each["path"] for each in listed["resources"]] == [f"fazhi-0000{n}.wacz" for n in (1, 2, 3)]
    for each in listed["resources"]:
        data = (made.path / each["path"]).read_bytes()
        assert each["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_values_without_a_place_in_json_are_not_written() -> None:
    assert plain(None) is None
    assert plain(True) is True
