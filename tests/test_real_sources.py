"""sources.yaml and its evidence: the addresses are ones that were seen, and the pages about them are up to date."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.model import Site
from crawler.regions import outward, path, region, region_of
from crawler.sources import load_sites
from docs.sources import KINDS, evidence, looked_for, page

ROOT = Path(__file__).parent.parent
SITES = load_sites(ROOT / "sources.yaml")
ROWS = evidence()
SEEN = {(row.id, row.address) for row in ROWS}
_SEED_GOVERNMENTS = 5
_JCMS_ARTICLE = re.compile(r"/art/\d{4}/\d{1,2}/\d{1,2}/art_(\d+)_\d+\.html")


def derived(report: str) -> set[str]:
    """List pages that a report's address tells: folders around it, or the column of a 大汉版通 number."""
    scheme, host, where, *_ = urlsplit(report)
    folders = where.split("/")[1:-1]
    found = {
        f"{scheme}://{host}/" + "".join(f"{name}/" for name in folders[:n]) for n in range(len(folders) + 1)
    }
    found |= {f"{scheme}://{host}/col/col{column}/index.html" for column in _JCMS_ARTICLE.findall(where)}
    return found


def test_every_id_is_unique() -> None:
    assert [name for name, count in Counter(site.id for site in SITES).items() if count > 1] == []


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.id)
def test_the_region_is_that_of_the_name(site: Site) -> None:
    found = region(site.region)
    assert found is not None
    assert found.until is None or str(found.until) in (site.note or ""), f"went out of use in {found.until}"
    named = region_of(site.name, within=site.region[:2] + "0000")
    if site.name.endswith("人民政府"):
        assert named == site.region
    else:  # a department or a development zone stands under the code of a government around it
        assert named in {step.code for step in outward(site.region)}


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.id)
def test_every_address_is_one_that_was_seen_or_is_told_by_one(site: Site) -> None:
    told = set().union(*(derived(address) for name, address in SEEN if name == site.id))
    for url in site.pages:
        assert (site.id, url) in SEEN
    for url in site.lists:
        assert urlsplit(url).scheme in ("http", "https")
        assert (site.id, url) in SEEN or url in told, url


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.id)
def test_every_entry_says_what_is_not_confirmed(site: Site) -> None:
    assert site.note
    assert site.seen is None, "nobody has visited it yet"
    assert re.search("[Ss]een|derived", site.note)


def test_every_row_of_evidence_belongs_to_an_entry_and_stands_once() -> None:
    assert {row.id for row in ROWS} == {site.id for site in SITES}
    assert len(SEEN) == len(ROWS)
    assert {row.what for row in ROWS} <= set(KINDS)
    assert all(re.fullmatch(r"20\d\d|", row.year) and row.seen for row in ROWS)


def test_entries_stand_in_the_order_of_their_codes() -> None:
    codes = [site.region for site in SITES][_SEED_GOVERNMENTS:]
    assert codes == sorted(codes)


def test_what_was_not_found_has_no_entry() -> None:
    missing = looked_for()
    assert not set(missing) & {site.region for site in SITES if site.name.endswith("人民政府")}
    for line in (ROOT / "docs" / "sources-missing.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            code, name = line.split()
            assert path(code).endswith(name)


def test_the_page_about_the_sources_is_up_to_date() -> None:
    kept = (ROOT / "docs" / "sources.md").read_text("utf-8")
    assert kept == page(SITES, ROWS, looked_for()), "run: make sources"


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_counts_the_entries(name: str) -> None:
    assert re.search(rf"`sources\.yaml`\D{{1,8}}{len(SITES)}\b", (ROOT / name).read_text("utf-8"))
