"""`--as-published`: the archived text with the punctuation of its page, at a terminal and in a delivery."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.errors import TextDiffers
from crawler.field.text import fold
from tests.archive.held import change
from tests.conftest import Fazhi

ROOT = Path(__file__).parent.parent.parent
FIXTURE = ROOT / "tests" / "fixtures" / "jinghai"
REPORT = "120118-2020-6b2514af"
FIRST = "2020年，我区紧扣高质量发展主题，以法治政府示范创建为抓手，"


@pytest.fixture
def archive(fazhi: Fazhi, folder: Path) -> Path:
    """The archive of a crawl of 静海区, as it is saved in tests/fixtures."""
    sources = ROOT / "sources.yaml"
    words = (
        "crawl",
        "jinghai",
        "--sources",
        str(sources),
        "--replay",
        str(FIXTURE),
        "--archive",
        str(folder),
    )
    assert fazhi(*words)[0] == 0
    return folder


def test_show_prints_the_punctuation_of_the_page(fazhi: Fazhi, archive: Path) -> None:
    _, folded, _ = fazhi("show", REPORT, "--archive", str(archive))
    code, shown, _ = fazhi("show", REPORT, "--archive", str(archive), "--as-published")
    assert code == 0
    assert FIRST in shown
    assert FIRST not in folded
    assert fold(shown) == folded


def test_show_json_has_both_at_the_same_offsets(fazhi: Fazhi, archive: Path) -> None:
    _, out, _ = fazhi("show", REPORT, "--archive", str(archive), "--as-published", "--json")
    found = json.loads(out)
    assert fold(found["body_as_published"]) == found["body"]
    section = found["sections"][0]
    assert (
        fold(found["body_as_published"][section["start"] : section["end"]])
        == (found["body"][section["start"] : section["end"]])
    )
    _, out, _ = fazhi("show", REPORT, "--archive", str(archive), "--json")
    assert "body_as_published" not in json.loads(out)


def test_extract_prints_the_same_for_the_saved_page(fazhi: Fazhi, archive: Path) -> None:
    (page,) = (path for path in FIXTURE.glob("*.html") if FIRST.encode("gb18030") in path.read_bytes())
    _, shown, _ = fazhi("show", REPORT, "--archive", str(archive), "--as-published")
    code, out, _ = fazhi("extract", str(page), "--as-published")
    assert code == 0
    assert out.rstrip().split("\n\n")[2:] == shown.rstrip().split("\n\n")[2:]
    _, out, _ = fazhi("extract", str(page), "--as-published", "--json")
    assert FIRST in json.loads(out)[0]["body_as_published"]


def test_a_delivery_has_a_column_with_it(fazhi: Fazhi, archive: Path, tmp_path: Path) -> None:
    code, out, _ = fazhi("export", str(tmp_path / "out"), "--archive", str(archive), "--as-published")
    assert code == 0
    with (Path(out.strip()) / "versions.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[-2:] == ["text", "text_as_published"]
    assert all(fold(row["text_as_published"]) == row["text"] != row["text_as_published"] for row in rows)
    described = json.loads((Path(out.strip()) / "datapackage.json").read_text("utf-8"))
    (resource,) = (each for each in described["resources"] if each["path"] == "versions.csv")
    assert resource["schema"]["fields"][-1]["name"] == "text_as_published"


def test_a_text_that_is_read_otherwise_by_now_is_refused_and_named(
    fazhi: Fazhi, archive: Path, tmp_path: Path
) -> None:
    change(archive, f"UPDATE versions SET body = body || '又及' WHERE report_id = '{REPORT}'")
    with Archive.read(archive) as store, pytest.raises(TextDiffers, match="rebuild --reextract"):
        store.as_published(REPORT)
    code, out, err = fazhi("show", REPORT, "--archive", str(archive), "--as-published")
    assert (code, out) == (1, "")
    assert "reads another text" in err
    code, out, err = fazhi("export", str(tmp_path / "out"), "--archive", str(archive), "--as-published")
    assert code == 0
    assert "1 of 3 versions have no text_as_published" in err
