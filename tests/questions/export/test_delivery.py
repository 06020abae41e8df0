"""Deliveries: versioned, told apart by what changed, the same bytes for the same archive, whole or not at all."""

from __future__ import annotations

import errno
import gc
import gzip
import hashlib
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Archive, Reader
from crawler.errors import ArchiveLocked, ConfigError, CrawlerError
from crawler.model import Ending, Outcome
from crawler.questions.export import FORMATS, export
from crawler.questions.export.delta import NO_CHANGE
from crawler.questions.export.formats.csv_files import CsvFiles
from crawler.questions.export.tables import TABLES
from crawler.questions.export.tables.versions import division, published
from crawler.questions.export.target import Target, open_target
from tests.conftest import SITE, Clock, Fazhi
from tests.questions.export.conftest import PAGE, WUHAN, Export, edited, store


def tree(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def json_of(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def rows(delivery: Path, table: str = "versions") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (delivery / f"{table}.jsonl").read_text("utf-8").splitlines()]


def test_the_same_archive_gives_the_same_bytes_in_every_format_and_stays_as_it_is(
    deliver: Export, filled: Path
) -> None:
    archive = tree(filled)
    one, other = (deliver(*FORMATS, to=to, with_text=True) for to in ("one", "other"))
    assert one.version == other.version
    assert len(tree(one.path)) > 10
    assert tree(one.path) == tree(other.path)
    assert tree(filled) == archive


def test_an_archive_without_news_makes_no_second_delivery(deliver: Export, tmp_path: Path) -> None:
    first = deliver()
    before = tree(tmp_path / "out")
    again = deliver()
    assert (first.fresh, again.fresh, again.version) == (True, False, first.version)
    assert tree(tmp_path / "out") == before


def test_a_delivery_tells_what_came_and_changed_since_the_one_before(
    deliver: Export, filled: Path, opened: Callable[[], Archive], clock: Clock
) -> None:
    first = deliver("jsonl")
    assert first.changes == {"ADD": 3, "MOD": 0, "DEL": 0}
    with opened() as archive:
        store(archive, clock, PAGE, SITE, edited(WUHAN, "再次修改后完成事项三百四十件。"))
    second = deliver("jsonl")
    found = json_of(second.path / "delta.json")
    assert found["since"] == first.version
    assert found["counts"] == {"ADD": 1, "MOD": 2, "DEL": 0}
    assert [(each["op"], each["version"], each.get("columns")) for each in found["changes"]] == [
        ("MOD", 1, ["versions"]),
        ("MOD", 2, ["versions", "latest"]),
        ("ADD", 3, None),
    ]


def test_a_text_that_was_only_seen_again_is_no_change(
    deliver: Export, opened: Callable[[], Archive], clock: Clock
) -> None:
    before = deliver("jsonl")
    clock.forward(days=3)
    with opened() as archive:
        store(archive, clock, PAGE, SITE, edited(WUHAN, "经核实,补充完成事项一百二十件。"))
    after = deliver("jsonl")
    assert rows(before.path) != rows(after.path)  # last_seen
    assert after.changes == {"ADD": 0, "MOD": 0, "DEL": 0}
    assert {"last_seen"} == NO_CHANGE


def test_what_a_version_before_had_and_is_gone_is_told(
    deliver: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = deliver("csv")
    log = first.path / "rows.jsonl.gz"
    lines = gzip.decompress(log.read_bytes()).decode().splitlines(keepends=True)
    log.write_bytes(gzip.compress(("".join(lines) + lines[-1].replace("420200", "999999")).encode()))
    second = deliver("jsonl")
    assert second.changes == {"ADD": 0, "MOD": 0, "DEL": 1}


def test_deliveries_with_other_filters_are_not_compared(deliver: Export) -> None:
    deliver("csv")
    other = deliver("csv", region="420100")
    assert other.entry["since"] is None
    assert other.rows["versions"] == 2


def test_latest_gives_one_row_a_report_and_since_counts_first_seen(deliver: Export, clock: Clock) -> None:
    assert [(each["year"], each["version"]) for each in rows(deliver("jsonl", latest=True).path)] == [
        (2022, 2),
        (2022, 1),
    ]
    late = deliver("jsonl", since=clock() - timedelta(hours=2))
    assert [(each["region"], each["version"]) for each in rows(late.path)] == [("420100", 2)]


def test_a_row_names_divisions_dates_and_evidence(deliver: Export, filled: Path) -> None:
    first, second, other = rows(deliver("jsonl").path)
    assert (first["province"], first["city"], first["county"]) == ("湖北省", "武汉市", None)
    assert (first["published_date"], first["published_time"]) == ("2023-02-21", "10:00:00")
    assert (other["published_date"], other["published_time"]) == ("2023-03-30", None)
    assert (first["latest"], second["latest"], first["length"]) == (False, True, len(WUHAN.body))
    assert "text" not in first
    with Reader.read(filled) as reader:
        (place,) = reader.places(second["report_id"], 2)
        head = reader.head()
    assert (second["warc_file"], second["warc_offset"]) == (place.warc_file, place.warc_offset)
    assert json_of(deliver("jsonl").path / "datapackage.json")["fazhi"]["head"] == head


def test_a_report_that_is_gone_has_a_row_without_text(
    deliver: Export, opened: Callable[[], Archive], clock: Clock
) -> None:
    for days in (1, 2):
        clock.forward(days=days)
        with opened() as archive:
            archive.note(Outcome(ending=Ending.GONE, url=PAGE, site_id="wuhan", detail="HTTP 404"))
    made = deliver(*FORMATS, with_text=True)
    found = rows(made.path)
    assert [(each["version"], each["tombstone"], each["latest"]) for each in found[:3]] == [
        (1, False, False),
        (2, False, True),
        (3, True, False),
    ]
    gone = found[2]
    assert (gone["state"], gone["length"], gone["text"], gone["warc_file"]) == ("gone", 0, None, None)
    assert {each["version"] for each in rows(made.path, "sections")} == {1, 2}
    assert len((made.path / "txt" / "SHA256SUMS").read_text("utf-8").splitlines()) == 3


@pytest.mark.parametrize("formats", [(), ("docx",), ("csv", "")])
def test_formats_that_there_are_not_are_wrong_use(
    formats: tuple[str, ...], filled: Path, tmp_path: Path
) -> None:
    with Reader.read(filled) as reader, pytest.raises(ConfigError, match="use formats among txt, jsonl, csv"):
        export(reader, tmp_path / "out", formats)
    assert not (tmp_path / "out").exists()


def test_dates_of_a_coarser_precision_are_kept_as_words_alone() -> None:
    assert published("2023-03") == published("2023-02-30") == published(None) == (None, None)


def test_divisions_have_their_names_by_level() -> None:
    assert division("420202") == ("county", ("湖北省", "黄石市", "黄石港区"))
    assert division("110105") == ("county", ("北京市", None, "朝阳区"))
    assert division("999999") == division(None) == (None, (None, None, None))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_texts_are_the_last_columns_and_all_are_described_in_both_languages(table: Any) -> None:
    flags = [field.text for field in table.fields]
    assert flags == sorted(flags)
    assert set(table.key) <= {field.name for field in table.fields}
    assert all(field.english.isascii() and not field.chinese.isascii() for field in table.fields)
    assert len({field.name for field in table.fields}) == len(flags)


def test_a_full_disk_leaves_the_delivery_before_as_it_is(
    deliver: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver("csv")
    before = tree(tmp_path / "out")

    def full(self: CsvFiles) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(CsvFiles, "finish", full)
        with pytest.raises(
            CrawlerError, match="No space left on device; the deliveries before stay as they are"
        ):
            deliver("csv", latest=True)
    assert tree(tmp_path / "out") == before
    assert not (tmp_path / "out" / ".new").exists()


@pytest.mark.parametrize("method", ["row", "finish"])
def test_an_error_leaves_no_file_open_in_any_format(
    method: str, deliver: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An open file would be a ResourceWarning, which is an error here."""

    def failing(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error", "versions.csv")

    monkeypatch.setattr(CsvFiles, method, failing)
    with pytest.raises(CrawlerError, match=r"versions\.csv: Input/output error"):
        deliver(*FORMATS)
    gc.collect()
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".lock"]


def test_a_delivery_that_was_not_listed_before_a_kill_is_made_and_listed_again(
    deliver: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(self: Target) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Target, "_write_index", killed)
        patched.setattr(Target, "discard", lambda self: None)
        with pytest.raises(KeyboardInterrupt):
            deliver("csv")
    out = tmp_path / "out"
    assert not (out / "index.json").exists()
    (left,) = (out / "artifacts").iterdir()
    made = deliver("csv")
    assert made.fresh
    assert (made.path, json_of(out / "index.json")["latest"]) == (left, left.name)
    assert sorted(path.name for path in out.iterdir()) == [".lock", "artifacts", "index.json"]


KILLED = """
import os, signal, sys
from crawler.archive import Reader
from crawler.questions.export import export
from crawler.questions.export.formats.csv_files import CsvFiles
from crawler.questions.export.target import Target
def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(*{"finish": (CsvFiles, "finish", kill), "list": (Target, "_write_index", kill)}[sys.argv[3]])
with Reader.read(sys.argv[1]) as reader:
    export(reader, sys.argv[2], ["csv"], latest=True)
"""


@pytest.mark.parametrize("where", ["finish", "list"])
def test_a_killed_export_leaves_the_delivery_before_and_the_next_one_goes_on(
    where: str, deliver: Export, filled: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first = deliver("csv")
    index, before = (out / "index.json").read_bytes(), tree(first.path)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(filled), str(out), where], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (out / ".new").exists()
    assert ((out / "index.json").read_bytes(), tree(first.path)) == (index, before)
    made = deliver("csv", latest=True)
    assert made.fresh
    assert [each["version"] for each in json_of(out / "index.json")["deliveries"]] == [
        first.version,
        made.version,
    ]
    assert sorted(path.name for path in out.iterdir()) == [".lock", "artifacts", "index.json"]
    assert len([*(out / "artifacts").iterdir()]) == 2


def test_folders_that_are_not_ours_are_refused_and_stay(filled: Path, tmp_path: Path) -> None:
    other, text, index = tmp_path / "other", tmp_path / "file", tmp_path / "index"
    other.mkdir()
    (other / "thesis.docx").write_text("years of work")
    text.write_text("x")
    index.mkdir()
    (index / "index.json").write_text('{"format": "another"}')
    with Reader.read(filled) as reader:
        for folder, words in (
            (filled / "export", "is within the archive"),
            (tmp_path, "or around it"),
            (other, "is not empty and has no index.json"),
            (text, "is a file"),
            (index, "is no index of deliveries of this program"),
        ):
            with pytest.raises(ConfigError, match=words):
                export(reader, folder)
    assert sorted(path.name for path in other.iterdir()) == ["thesis.docx"]
    assert not (filled / "export").exists()


def test_two_exports_to_one_folder_do_not_meet(deliver: Export, filled: Path, tmp_path: Path) -> None:
    with open_target(tmp_path / "out", filled), pytest.raises(ArchiveLocked, match="another export"):
        deliver("csv")


def test_an_export_works_while_a_run_writes(
    deliver: Export, opened: Callable[[], Archive], clock: Clock
) -> None:
    with opened() as archive:
        store(archive, clock, PAGE, SITE, edited(WUHAN, "正在写入的第三版,完成事项五百六十件。"))
        assert deliver(*FORMATS).rows["versions"] in (3, 4)


@pytest.mark.parametrize(("format", "library"), [("parquet", "duckdb"), ("xlsx", "xlsxwriter")])
def test_an_install_without_the_extra_names_it(
    format: str, library: str, deliver: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(CrawlerError, match=rf"--format {format} needs the extra `export`: pip install"):
        deliver("csv", format)
    assert deliver("csv").fresh


def test_the_command_prints_the_path_and_tells_what_changed(
    fazhi: Fazhi, filled: Path, tmp_path: Path
) -> None:
    words = (
        "export",
        str(tmp_path / "out"),
        "--archive",
        str(filled),
        "--region",
        "湖北",
        "--format",
        "jsonl",
    )
    code, out, err = fazhi(*words)
    assert (code, err) == (0, "3 ADD, 0 MOD, 0 DEL since nothing\n")
    assert (Path(out.strip()) / "versions.jsonl").is_file()
    code, out, err = fazhi(*words, "--json")
    assert (code, err) == (0, "nothing has changed since this delivery\n")
    assert json.loads(out)["filters"]["region"] == "420000"


def test_wrong_use_of_the_command_ends_with_2_and_nothing_held_is_named(
    fazhi: Fazhi, filled: Path, tmp_path: Path
) -> None:
    to = ("export", str(tmp_path / "out"), "--archive", str(filled))
    assert fazhi(*to, "--region", "湖背")[0] == 2
    assert fazhi(*to, "--format", "docx")[0] == 2
    assert fazhi("export", str(filled / "x"), "--archive", str(filled))[0] == 2
    code, _, err = fazhi(*to, "--region", "广东省")
    assert code == 0
    assert f"{filled}: no report of 440000 广东省 passes these filters\n" in err
