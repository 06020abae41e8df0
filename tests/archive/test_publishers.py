"""Who may make a version: the pages of the site that publishes a report; pages elsewhere are locations."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.archive import Archive, rebuild
from crawler.field.regions import region_of
from crawler.model import Ending, Outcome, Site
from tests.archive.held import dump, faults, query
from tests.conftest import BODY, SITE, Clock, a_capture, a_report

Opener = Callable[[], Archive]
A = "http://www.wuhan.gov.cn/r.html"
EVIL = Site(id="evil", name="某某网", region="110101", pages=("http://mirror.example.cn/r.html",))
B = EVIL.pages[0]
PROVINCE = Site(id="hubei", name="湖北省人民政府", region="420000", lists=("https://www.hubei.gov.cn/fzzf/",))
JUSTICE = Site(id="sfj", name="武汉市司法局", region="420100", lists=("http://sfj.wuhan.gov.cn/fz/",))
COUNTY_1 = Site(
    id="one", name="黄石港区人民政府", region="420202", lists=("http://www.group.gov.cn/one/list/",)
)
COUNTY_2 = Site(
    id="two", name="西塞山区人民政府", region="420203", lists=("http://www.group.gov.cn/two/list/",)
)


class Crawls:
    """One archive, and what its crawls of several sites see, a day after each other."""

    def __init__(self, opened: Opener, clock: Clock, folder: Path) -> None:
        self.opened, self.clock, self.folder = opened, clock, folder

    def see(
        self, site: Site, url: str, text: str = "", *, issuer: str = "武汉市人民政府", **fields: str
    ) -> Outcome:
        self.clock.forward(days=1)
        with self.opened() as archive:
            region = region_of(issuer, within=site.region)
            report = replace(a_report(BODY + text), issuer=issuer, region=region, **fields)
            capture = a_capture(url, report.body.encode(), at=self.clock())
            archive.record(capture)
            return archive.store(report, capture, site)

    def redirect(self, url: str, target: str, *, status: int) -> None:
        """A crawl of SITE is redirected from one of its pages, and finds the report's first text at the target."""
        self.clock.forward(days=1)
        with self.opened() as archive:
            hop = a_capture(url, b"", at=self.clock(), status=status, Location=target)
            capture = replace(a_capture(target, BODY.encode(), at=self.clock()), hops=(hop,))
            archive.record(hop)
            archive.record(capture)
            archive.store(replace(a_report(), region="420100"), capture, SITE)

    def miss(self, site: Site, url: str, times: int = 2) -> Outcome:
        for _ in range(times):
            self.clock.forward(days=2)
            with self.opened() as archive:
                archive.record(a_capture(url, b"gone", at=self.clock(), status=404))
                outcome = archive.note(
                    Outcome(ending=Ending.GONE, url=url, site_id=site.id, detail="HTTP 404", at=self.clock())
                )
        return outcome

    def versions(self, outcome: Outcome) -> list[str]:
        """The end of each text of a report after BODY, oldest first; "gone" for a tombstone."""
        with Archive.read(self.folder) as reader:
            rows = reader.history(outcome.report_id or "")
            return ["gone" if row.tombstone else row.body.removeprefix(BODY) for row in rows]

    def latest(self, outcome: Outcome) -> str:
        with Archive.read(self.folder) as reader:
            return reader.show(outcome.report_id or "").body.removeprefix(BODY)

    def publisher(self, outcome: Outcome) -> tuple[str, str | None]:
        with Archive.read(self.folder) as reader:
            report = reader.show(outcome.report_id or "")
            (holding,) = reader.holdings([report])
            return holding.site, holding.claims


@pytest.fixture
def crawls(opened: Opener, clock: Clock, folder: Path) -> Crawls:
    """Checks, when the test is over, that the files agree with the catalogue and a rebuild makes the same rows."""
    return Crawls(opened, clock, folder)


@pytest.fixture(autouse=True)
def consistent(crawls: Crawls) -> object:
    yield
    assert faults(crawls.folder) == []
    before = dump(crawls.folder)
    rebuild(crawls.folder, clock=crawls.clock, notify=lambda _: None)
    assert dump(crawls.folder) == before


@pytest.mark.parametrize(
    ("site", "url"),
    [
        (EVIL, B),
        (EVIL, "http://other.example.com/r.html"),  # a host that its entry does not name either
        (PROVINCE, "https://www.hubei.gov.cn/r.html"),
        (PROVINCE, "https://sft.hubei.gov.cn/r.html"),
        (JUSTICE, "http://sfj.wuhan.gov.cn/r.html"),  # another organ's site within the domain
        (replace(EVIL, name="某某市", region="420200"), "http://www.wuhan.gov.cn.example.cn/r.html"),
    ],
)
def test_a_copy_at_another_site_that_departs_has_a_report_of_its_own(
    site: Site, url: str, crawls: Crawls
) -> None:
    first = crawls.see(SITE, A)
    copy = crawls.see(site, url)
    assert (copy.ending, copy.report_id) == (Ending.DUPLICATE, first.report_id)
    departed = crawls.see(site, url, "换")
    assert (departed.ending, departed.version) == (Ending.NEW, 1)
    assert first.report_id in departed.detail
    assert crawls.versions(first) == [""]
    assert crawls.versions(departed) == ["换"]
    assert crawls.see(SITE, A, "改").version == 2
    assert crawls.see(site, url, "又换").version == 2
    assert crawls.versions(first) == ["", "改"]
    assert crawls.versions(departed) == ["换", "又换"]
    with Archive.read(crawls.folder) as reader:
        assert reader.departures(first.report_id or "") == [(url, departed.report_id)]


def test_a_takedown_makes_a_tombstone_although_a_copy_is_live(crawls: Crawls) -> None:
    first = crawls.see(SITE, A)
    crawls.see(EVIL, B)
    assert crawls.miss(SITE, A).version == 2
    seen = crawls.see(EVIL, B)
    assert (seen.ending, seen.version) == (Ending.UNCHANGED, 1)
    assert crawls.versions(first) == ["", "gone"]
    with Archive.read(crawls.folder) as reader:
        (holding,) = reader.holdings([reader.show(first.report_id or "")])
        assert holding.state == "gone"
        assert holding.last_seen < crawls.clock() - timedelta(days=4)  # when the publisher showed it last
        assert [r.id for r in reader.iter_reports(state="gone")] == [first.report_id]
    assert crawls.miss(EVIL, B).version is None
    assert crawls.versions(first) == ["", "gone"]
    assert crawls.see(SITE, A).version == 3


def test_a_copy_that_follows_the_publishers_change_stays_a_location(crawls: Crawls) -> None:
    first = crawls.see(SITE, A)
    crawls.see(EVIL, B)
    crawls.see(SITE, A, "改")
    followed = crawls.see(EVIL, B, "改")
    assert (followed.report_id, followed.version) == (first.report_id, 2)
    assert crawls.versions(first) == ["", "改"]
    reverted = crawls.see(EVIL, B)
    assert (reverted.report_id, reverted.version) == (first.report_id, 1)
    assert crawls.latest(first) == "改"


def test_a_departed_copy_that_shows_another_report_is_a_location_of_that(crawls: Crawls) -> None:
    crawls.see(SITE, A)
    other = crawls.see(SITE, A + "2", "另")
    crawls.see(EVIL, B)
    moved = crawls.see(EVIL, B, "另")
    assert (moved.ending, moved.report_id) == (Ending.DUPLICATE, other.report_id)
    assert crawls.versions(other) == ["另"]


@pytest.mark.parametrize("site", [EVIL, PROVINCE, JUSTICE])
def test_the_original_found_after_its_copy_becomes_the_publishers(site: Site, crawls: Crawls) -> None:
    url = (site.pages or site.lists)[0] + "r.html"
    copy = crawls.see(site, url, published="2020-01-01", source="抄来的")
    original = crawls.see(SITE, A)
    assert (original.ending, original.report_id) == (Ending.DUPLICATE, copy.report_id)
    assert crawls.publisher(copy) == ("wuhan", None)
    with Archive.read(crawls.folder) as reader:
        report = reader.show(copy.report_id or "")
        assert (report.url, report.region, report.published) == (A, "420100", "2023-02-21T10:00")
        assert reader.capture(report.id or "").url == A
        (holding,) = reader.holdings([report])
        assert re.match(r"text/420100-武汉市/2022/[0-9a-f-]+_v001_2023-02-21_", holding.text_file or "")
    assert crawls.see(site, url, "换").ending is Ending.NEW
    assert crawls.see(SITE, A, "改").version == 2
    assert crawls.versions(copy) == ["", "改"]
    assert crawls.miss(SITE, A).version == 3


def test_a_copy_that_changed_before_the_original_was_found_keeps_its_versions_to_itself(
    crawls: Crawls,
) -> None:
    copy = crawls.see(EVIL, B)
    crawls.see(EVIL, B, "换")
    original = crawls.see(SITE, A)
    assert original.ending is Ending.NEW
    assert crawls.versions(original) == [""]
    assert crawls.versions(copy) == ["", "换"]
    assert crawls.publisher(original) == ("wuhan", None)
    assert crawls.publisher(copy) == ("evil", "420100")


@pytest.mark.parametrize(
    "name", ["武汉市人民政府", "武汉市", "湖北省武汉市人民政府", "武汉市人民政府门户网站"]
)
def test_of_two_sites_of_a_division_that_of_the_organ_publishes(name: str, crawls: Crawls) -> None:
    mirror = replace(EVIL, region="420100")
    copy = crawls.see(mirror, B)
    crawls.see(replace(SITE, name=name), A)
    assert crawls.publisher(copy) == ("wuhan", None)
    assert crawls.see(mirror, B, "换").ending is Ending.NEW


def test_a_site_above_does_not_take_a_report_from_its_publisher(crawls: Crawls) -> None:
    first = crawls.see(SITE, A)
    crawls.see(PROVINCE, "https://www.hubei.gov.cn/r.html")
    assert crawls.publisher(first) == ("wuhan", None)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.wuhan.gov.cn/zwgk/copy.html",
        "http://wuhan.gov.cn:8080/copy.html",
        "https://zwgk.wuhan.gov.cn/copy.html",  # the same domain, found by the site's own crawl
    ],
)
def test_pages_at_the_publishers_hosts_make_versions(url: str, crawls: Crawls) -> None:
    first = crawls.see(SITE, A)
    crawls.see(SITE, url)
    assert crawls.see(SITE, url, "改").version == 2
    assert crawls.versions(first) == ["", "改"]
    assert crawls.see(SITE, A, "改").report_id == first.report_id
    assert crawls.miss(SITE, A).version is None  # the other page is live


def test_a_host_of_a_provinces_domain_is_the_provinces_only_for_the_province(crawls: Crawls) -> None:
    county = Site(id="c", name="武汉市人民政府", region="420100", lists=("http://wuhan.hubei.gov.cn/fz/",))
    first = crawls.see(county, "http://wuhan.hubei.gov.cn/r.html")
    crawls.see(county, "http://huangshi.hubei.gov.cn/r.html")  # linked, and not the county's
    assert crawls.see(county, "http://huangshi.hubei.gov.cn/r.html", "换").ending is Ending.NEW
    assert crawls.versions(first) == [""]


def test_a_site_linked_to_from_the_publishers_list_does_not_make_its_versions(crawls: Crawls) -> None:
    first = crawls.see(SITE, A)
    crawls.see(SITE, B)
    assert crawls.see(SITE, B, "换").ending is Ending.NEW
    assert crawls.versions(first) == [""]


def test_a_page_on_a_foreign_host_makes_versions_if_the_site_shows_no_other(crawls: Crawls) -> None:
    first = crawls.see(SITE, "https://mp.weixin.example.com/s/1")
    assert crawls.see(SITE, "https://mp.weixin.example.com/s/1", "改").version == 2
    assert crawls.miss(SITE, "https://mp.weixin.example.com/s/1").version == 3
    assert crawls.versions(first) == ["", "改", "gone"]


def test_on_a_host_of_several_counties_each_makes_its_own_versions(crawls: Crawls) -> None:
    one, two = "http://www.group.gov.cn/one/r.html", "http://www.group.gov.cn/two/r.html"
    first = crawls.see(COUNTY_1, one, issuer="黄石港区人民政府")
    crawls.see(COUNTY_2, two, issuer="黄石港区人民政府")
    assert crawls.see(COUNTY_2, two, "换").ending is Ending.NEW
    assert crawls.see(COUNTY_1, one, "改").version == 2
    assert crawls.versions(first) == ["", "改"]
    crawls.see(COUNTY_2, one, "改")  # its list has the other's page too
    assert crawls.see(COUNTY_2, one, "再改").version == 3
    assert crawls.miss(COUNTY_1, one).version == 4


def test_a_page_that_a_portal_of_many_found_first_becomes_its_countys(crawls: Crawls) -> None:
    """Also if it has changed since: both entries name the host."""
    portal = Site(id="portal", name="黄石市人民政府", region="420200", lists=("http://www.group.gov.cn/",))
    url = "http://www.group.gov.cn/one/r.html"
    first = crawls.see(portal, url, issuer="黄石港区人民政府")
    crawls.see(portal, url, "改", issuer="黄石港区人民政府")
    assert crawls.publisher(first) == ("portal", None)
    crawls.see(COUNTY_1, url, "改", issuer="黄石港区人民政府")
    assert crawls.publisher(first) == ("one", None)
    crawls.see(portal, url, "再改", issuer="黄石港区人民政府")
    assert crawls.versions(first) == ["", "改", "再改"]


def test_a_site_with_another_id_goes_on_with_its_reports(crawls: Crawls) -> None:
    first = crawls.see(SITE, A)
    renamed = replace(SITE, id="whgov")
    assert crawls.see(renamed, A).ending is Ending.UNCHANGED
    assert crawls.see(renamed, A, "改").version == 2
    with crawls.opened() as archive:
        assert [link.url for link in archive.watched("whgov", crawls.clock()).due] == [A]
    moved = replace(renamed, lists=("https://www.wuhan.example.cn/",))
    new_url = "https://www.wuhan.example.cn/r.html"
    assert crawls.see(moved, new_url, "改").report_id == first.report_id
    assert crawls.miss(moved, A).version is None
    assert crawls.see(moved, new_url, "再改").version == 3


def test_a_redirect_from_the_publishers_page_makes_its_target_the_publishers(crawls: Crawls) -> None:
    first = crawls.see(SITE, A)
    target = "https://www.new-wuhan.example.cn/r.html"
    crawls.redirect(A, target, status=301)
    assert crawls.see(SITE, target, "改").version == 2
    assert crawls.versions(first) == ["", "改"]


def test_a_redirect_to_another_entrys_host_does_not_hand_its_page_over(crawls: Crawls) -> None:
    first, copy = crawls.see(SITE, A), crawls.see(EVIL, B)
    assert copy.report_id == first.report_id
    crawls.redirect(A, B, status=302)
    forged = crawls.see(EVIL, B, "换上的")
    assert forged.report_id != first.report_id
    assert crawls.versions(first) == [""]
    assert crawls.publisher(forged) == ("evil", "420100")


def test_an_import_is_published_by_the_site_on_which_a_crawl_finds_it(crawls: Crawls) -> None:
    with crawls.opened() as archive:
        imported = archive.ingest(
            replace(a_report(), region="420100"),
            "000.txt",
            b"the file",
            Site(id="import", name="x", region="420100"),
        )
    found = crawls.see(SITE, A)
    assert found.report_id == imported.report_id
    assert crawls.publisher(imported) == ("wuhan", None)
    with Archive.read(crawls.folder) as reader:
        report = reader.show(imported.report_id or "")
        assert (report.url, reader.capture(report.id or "").url) == (A, A)
        (holding,) = reader.holdings([report])
        assert holding.origin == "own"
    assert crawls.miss(SITE, A).version == 2  # the file that was imported does not keep it alive


def test_an_import_is_not_an_unrelated_sites(crawls: Crawls) -> None:
    with crawls.opened() as archive:
        imported = archive.ingest(
            replace(a_report(), region="420100"),
            "000.txt",
            b"the file",
            Site(id="import", name="x", region="420100"),
        )
    crawls.see(EVIL, B)
    assert crawls.publisher(imported) == ("import", None)
    assert crawls.see(EVIL, B, "换").ending is Ending.NEW
    assert crawls.versions(imported) == [""]


def test_the_report_of_another_division_is_kept_under_the_sites(crawls: Crawls) -> None:
    outcome = crawls.see(EVIL, B)
    assert (outcome.report_id or "").startswith("110101-2022-")
    assert crawls.publisher(outcome) == ("evil", "420100")
    with Archive.read(crawls.folder) as reader:
        assert reader.reports(region="420000") == []
        (report,) = reader.reports(region="110101")
        assert (report.issuer, report.region) == ("武汉市人民政府", "110101")
    assert [path.parent.parent.name for path in crawls.folder.glob("text/*/*/*.txt")] == ["110101-东城区"]


def test_a_claim_is_a_versions(crawls: Crawls) -> None:
    """A page that first shows its own report may show another's later."""
    own = crawls.see(EVIL, B, issuer="东城区人民政府")
    with Archive.read(crawls.folder) as reader:
        assert reader.holdings(reader.reports())[0].claims is None
    later = crawls.see(EVIL, B, "换")
    assert later.report_id == own.report_id
    assert crawls.publisher(own) == ("evil", "420100")
    assert query(crawls.folder, "SELECT DISTINCT region FROM reports") == [("110101",)]


def test_another_archives_sites_take_no_host_from_ours(crawls: Crawls) -> None:
    """Neither with a foreign entry for our host, nor with our id and other hosts."""
    zwgk = "https://zwgk.wuhan.gov.cn/r.html"
    first = crawls.see(SITE, zwgk)
    other = crawls.folder.parent / "other"
    foreign = [
        replace(EVIL, id="foreign", pages=(zwgk, A)),
        replace(EVIL, id="wuhan", name="武汉市", pages=(B,)),
    ]
    with Archive.create(other, clock=crawls.clock) as theirs:
        for site in foreign:
            url = "http://elsewhere.example.com/" + site.id
            capture = a_capture(url, BODY.encode(), at=crawls.clock())
            theirs.record(capture)
            theirs.store(replace(a_report(), region="420100"), capture, site)
    crawls.clock.forward(days=1)
    with crawls.opened() as archive:
        archive.merge(other, lambda _: None)
    assert query(crawls.folder, "SELECT name, merged FROM sites WHERE id = 'wuhan'") == [
        ("武汉市人民政府", 0)
    ]
    assert query(crawls.folder, "SELECT host FROM site_hosts WHERE site_id = 'wuhan' ORDER BY 1") == [
        ("wuhan.gov.cn",),
        ("zwgk.wuhan.gov.cn",),
    ]
    crawls.see(SITE, A)
    assert crawls.see(SITE, zwgk, "改").version == 2
    assert crawls.versions(first) == ["", "改"]
