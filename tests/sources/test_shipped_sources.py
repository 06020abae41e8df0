"""sources.yaml and its evidence: every untried address was seen in public material, and docs/sources.md is up to date.

A new entry needs only what CONTRIBUTING.md asks for: the day on which it was seen to work, or a note. Only entries that
have evidence and were never tried are compared with it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis.strategies import integers, sets

from crawler.field.regions import path, region
from crawler.model import Site
from crawler.sources import load_sites
from docs.sources import KINDS, evidence, looked_for, page, without_counts

ROOT = Path(__file__).parent.parent.parent
SITES = load_sites(ROOT / "sources.yaml")
ROWS = evidence()
SEEN = {(row.id, row.address) for row in ROWS}
UNTRIED = [site for site in SITES if site.seen is None and site.id in {row.id for row in ROWS}]
_JCMS_ARTICLE = re.compile(r"/art/\d{4}/\d{1,2}/\d{1,2}/art_(\d+)_\d+\.html")
_COLUMNS_ARTICLE = re.compile(r"/columns/([0-9a-f-]{36})/\d{6}/\d\d/[0-9a-f-]{36}\.html")


def derived(report: str) -> set[str]:
    """Return the list pages that follow from a report's address: its folders, or the column of the number in it."""
    scheme, host, where, *_ = urlsplit(report)
    folders = where.split("/")[1:-1]
    found = {
        f"{scheme}://{host}/" + "".join(f"{name}/" for name in folders[:n]) for n in range(len(folders) + 1)
    }
    found |= {f"{scheme}://{host}/col/col{column}/index.html" for column in _JCMS_ARTICLE.findall(where)}
    found |= {f"{scheme}://{host}/columns/{column}/index.html" for column in _COLUMNS_ARTICLE.findall(where)}
    return found


def test_every_id_is_unique() -> None:
    assert [name for name, count in Counter(site.id for site in SITES).items() if count > 1] == []


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.id)
def test_a_code_that_went_out_of_use_is_told(site: Site) -> None:
    found = region(site.region)
    assert found is not None
    assert found.until is None or str(found.until) in (site.note or ""), f"went out of use in {found.until}"


@pytest.mark.parametrize("site", UNTRIED, ids=lambda site: site.id)
def test_every_address_is_one_that_was_seen_or_is_told_by_one(site: Site) -> None:
    told = set().union(*(derived(address) for name, address in SEEN if name == site.id))
    for url in site.pages:
        assert (site.id, url) in SEEN
    for url in site.lists:
        assert urlsplit(url).scheme in ("http", "https")
        assert (site.id, url) in SEEN or url in told, url


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.id)
def test_every_entry_was_seen_to_work_or_says_what_is_not_confirmed(site: Site) -> None:
    assert site.seen or site.note, (
        "add `seen:`, the day on which it worked, or a `note:` that says what is not confirmed"
    )


def test_every_row_of_evidence_belongs_to_an_entry_and_stands_once() -> None:
    assert {row.id for row in ROWS} <= {site.id for site in SITES}
    assert len(SEEN) == len(ROWS)
    assert {row.what for row in ROWS} <= set(KINDS)
    assert all(re.fullmatch(r"20\d\d|", row.year) and row.seen for row in ROWS)


def test_divisions_that_were_looked_for_are_named_as_the_table_names_them() -> None:
    for line in (ROOT / "docs" / "sources-missing.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            code, name = line.split()
            assert path(code).endswith(name)


def test_the_page_about_the_sources_is_up_to_date() -> None:
    kept = (ROOT / "docs" / "sources.md").read_text("utf-8")
    made = page(SITES, ROWS, looked_for())
    assert without_counts(kept) == without_counts(made), "run: make sources"


def test_the_counts_are_of_governments_by_province() -> None:
    """They are those of the last `make sources`: a new entry may leave them behind."""
    kept = (ROOT / "docs" / "sources.md").read_text("utf-8")
    counts = [[int(n) for n in row] for row in re.findall(r"\| \S+ \| (\d+) \| (\d+) \| (\d+) \|", kept)]
    *provinces, total = counts
    assert len(provinces) == 31
    assert [sum(column) for column in zip(*provinces, strict=True)] == total
    assert all(known >= configured - 1 and configured >= working for known, configured, working in provinces)


def test_a_government_with_two_entries_counts_once_and_works_if_one_does() -> None:
    def row(*sites: Site) -> str:
        return next(line for line in page(sites, [], []).splitlines() if line.startswith("| 湖北省 |"))

    one = replace(next(site for site in SITES if site.region == "420200"), seen=None)
    known = row().split(" | ")[1]
    assert row() == f"| 湖北省 | {known} | 0 | 0 |"
    assert row(one) == f"| 湖北省 | {known} | 1 | 0 |"
    assert row(one, replace(one, id="other", seen="2026-11-29")) == f"| 湖北省 | {known} | 1 | 1 |"


@given(taken=sets(integers(0, len(SITES) - 1), max_size=3))
def test_the_page_but_its_counts_does_not_change_with_entries_that_have_no_evidence(taken: set[int]) -> None:
    """It must not depend on what a contributor changes in other entries: addresses, day, place in the file.

    Only the counts by province may.
    """
    new = [
        replace(SITES[i], id=f"new-{i}", lists=("http://new.gov.cn/",), note=None, seen="2026-11-25")
        for i in taken
    ]
    changed = [replace(site, lists=("http://new.gov.cn/",), seen="2026-11-25") for site in SITES[:3]]
    made = page([*SITES[3:], *new, *changed], ROWS, looked_for())
    assert without_counts(made) == without_counts(page(SITES, ROWS, looked_for()))
