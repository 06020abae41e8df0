"""Every saved site gives its expected result. A new folder in tests/fixtures/ is tested without further code."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from crawler.fetch import load_exchanges
from crawler.onboarding.fixtures import difference, folders, found, read_expected, save, site_of
from crawler.sources import load_sites
from tests.conftest import Clock, a_capture

ROOT = Path(__file__).parent.parent.parent
FOLDERS = folders(ROOT / "tests" / "fixtures")
SITES = {site.id: site for site in load_sites(ROOT / "sources.yaml")}


def test_there_are_fixtures_of_the_five_seed_governments() -> None:
    assert {"wuhan", "wuwei", "huangshigang", "xuchang", "changchun"} <= {folder.name for folder in FOLDERS}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
async def test_a_saved_site_gives_what_it_gave(folder: Path) -> None:
    facts = await found(site_of(folder, SITES), folder)
    assert not difference(read_expected(folder), facts), "fazhi fixture check shows this in full"


def test_what_is_saved_can_be_read_by_people_and_replayed(tmp_path: Path, clock: Clock) -> None:
    captures = [
        a_capture(
            payload="<p>页面</p>\r\n".encode("gbk"),
            at=clock(),
            Set_Cookie="secret=1",
            Content_Type="text/html",
        ),
        a_capture("http://www.example.gov.cn/", b"", at=clock(), status=304),
    ]
    assert save(captures, tmp_path) == 2
    entries = yaml.safe_load((tmp_path / "exchanges.yaml").read_text("utf-8"))
    assert entries[0]["file"] == "01-t20230315_2170174.shtml"
    assert entries[0]["headers"] == [["Content-Type", "text/html"]]
    assert "file" not in entries[1]
    assert [exchange.body for exchange in load_exchanges(tmp_path)] == [captures[0].payload, b""]
