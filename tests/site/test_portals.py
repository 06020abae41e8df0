"""The portals of the loopback web: that each list is as far away as stated, and that what is said of a portal is true."""

from __future__ import annotations

import html
import json
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest

from crawler.discover import discover, judge_title
from crawler.errors import Challenged
from crawler.extract import extract
from crawler.fetch import judge
from crawler.model import ListRequest
from tests.conftest import a_capture
from tests.site.banks import bank
from tests.site.pick import Picker
from tests.site.portals import BLOCK, Portal, PortalWeb, list_key
from tests.site.portals.making import make
from tests.site.portals.plan import FAMILIES, GATES, STYLES, plan
from tests.site.portals.searches import SEARCHES, site_id
from tests.site.portals.words import NEAR_TITLES, PLAN_TITLES, REPORT_TITLES
from tests.site.server import Answer

WEB = PortalWeb(2 * BLOCK)  # answers without a network
LISTED = [portal for portal in WEB.portals if portal.kind == "list"]
EACH = pytest.mark.parametrize("portal", WEB.portals, ids=lambda p: f"{p.host}-{p.family}-{p.style}")
EACH_LISTED = pytest.mark.parametrize("portal", LISTED, ids=lambda p: f"{p.host}-{p.family}-{p.style}")


def follow(url: str) -> tuple[str, Answer]:
    """The answer at an address, after redirects of all kinds, and where it was."""
    for _ in range(6):
        answer = WEB.ask(url)
        text = answer.body.decode("latin-1")
        on = answer.headers.get("Location", "")
        if not on and len(text) < 600 and answer.status == 200:
            sent = re.search(
                r"(?:http-equiv=\"refresh\" content=\"0;url=|location(?:\.href)?\s*=\s*|location\.replace\()[\"']?([^\"'>;)]+)",
                text,
            )
            on = sent[1] if sent else ""
        if not on:
            return url, answer
        url = urljoin(url, on)
    raise AssertionError(f"{url} has too many redirects")


def text_of(answer: Answer) -> str:
    try:
        return answer.body.decode("utf-8")
    except UnicodeDecodeError:
        return answer.body.decode("gb18030")


def shown(url: str) -> Iterator[str]:
    """The texts that a browser would see at an address: the page, its frames, and the files that its scripts load."""
    url, answer = follow(url)
    assert answer.status == 200, url
    page = text_of(answer)
    yield page
    for loaded in re.findall(
        r"<i?frame[^>]*\bsrc=\"([^\"]+)\"|<script src=\"([^\"]+)\"|['\"](/[^'\"]+\.json)['\"]", page
    ):
        inner = WEB.ask(urljoin(url, "".join(loaded)))
        if inner.status == 200:
            yield text_of(inner)


def written(name: str) -> set[str]:
    return {name, html.escape(name), json.dumps(name)[1:-1]}


def shows(text: str, url: str, name: str, page: str) -> bool:
    """Whether a text has an address, whole, and the words of its link."""
    path = "/" + url.split("/", 3)[3]
    forms = {url} | ({path} if urlsplit(url).hostname == urlsplit(page).hostname else set())
    addressed = any(
        re.search(rf"[\"'=]{re.escape(form)}(?:[\"'\s>]|\\[\"'])", text.replace("\\/", "/")) for form in forms
    )
    in_tree = url.endswith("#505") and '"id": 505' in text
    return (addressed or in_tree) and any(form in text for form in written(name))


def test_thirty_portals_have_every_family_every_style_and_every_kind() -> None:
    block = WEB.portals[:BLOCK]
    assert {p.family for p in block} == set(FAMILIES)
    assert set(STYLES) <= {p.style for p in block}
    assert {p.ending for p in block} == {"found", "column", "nothing", "challenged", "unreachable"}
    assert {way for p in block for way in p.ways} == {
        "links",
        "scripts",
        "sitemap",
        "search",
        "entry",
        "parent",
    }


def test_the_same_seed_gives_the_same_portals_and_another_seed_gives_others() -> None:
    again = PortalWeb(BLOCK)
    assert again.portals == WEB.portals[:BLOCK]
    assert again.ask(LISTED[0].lists[0]).body == WEB.ask(LISTED[0].lists[0]).body
    assert make(BLOCK, 2).portals != WEB.portals[:BLOCK]


def test_no_two_portals_of_three_hundred_are_of_one_division() -> None:
    assert len({recipe.region.code for recipe in plan(300, 1)}) == 300


def test_every_host_is_below_a_reserved_domain() -> None:
    assert all(portal.host.endswith(".test") for portal in WEB.portals)  # RFC 2606: never anybody's


@EACH
def test_every_step_to_the_list_is_shown_on_the_page_before_it(portal: Portal) -> None:
    page = portal.home
    for step in portal.steps:
        if step.menu in GATES:
            assert any(path in text for text in shown(page) for path in ["/" + step.url.split("/", 3)[3]])
        else:
            assert any(shows(text, step.url, step.name, page) for text in shown(page)), (step, page)
        page = step.url
    if portal.steps and portal.kind == "list":
        assert portal.lists[0] == portal.steps[-1].url
        assert 3 <= portal.depth <= 6


@pytest.mark.parametrize(
    "portal", [p for p in LISTED if "links" in p.ways and p.depth < 5][:3], ids=lambda p: p.style
)
def test_no_plain_links_lead_to_the_list_in_fewer_clicks(portal: Portal) -> None:
    here, seen = {follow(portal.home)[0]}, set[str]()
    for _ in range(portal.depth - 1):
        beyond = set()
        for url in here:
            for text in shown(url):
                for link in re.findall(
                    r"(?:href|value)=[\"']?([^\"'\s>]+)|(?:open\(|href=)'([^']+)'", text, re.I
                ):
                    target = urljoin(url, html.unescape("".join(link)))
                    if urlsplit(target).hostname == portal.host and not re.search(
                        r"/t?\d{6,}|/wzdt/", target
                    ):
                        beyond.add(target)
        assert not {list_key(url) for url in beyond} & {list_key(url) for url in portal.lists}
        seen |= here
        here = {url for url in beyond - seen if follow(url)[1].status == 200 and url.startswith("http")}


@EACH
def test_a_home_page_has_60_to_200_kilobytes_but_for_shells_and_doors(portal: Portal) -> None:
    gates = [step.url for step in portal.steps if step.menu in GATES]
    size = (
        sum(len(text.encode()) for text in shown(gates[0] if gates else portal.home))
        if portal.ending not in ("challenged", "unreachable")
        else 0
    )
    if portal.style == "shell":
        assert size < 10_000
    elif size:
        assert 60_000 <= size <= 215_000


@pytest.mark.parametrize("portal", [p for p in WEB.portals if p.style == "mega"], ids=lambda p: p.host)
def test_a_mega_menu_makes_more_than_300_links(portal: Portal) -> None:
    assert len(re.findall(r"<a\b[^>]*\bhref=", next(shown(portal.home)), re.I)) > 300


@EACH_LISTED
def test_discover_reads_every_report_on_the_list(portal: Portal) -> None:
    first = request = ListRequest(url=portal.lists[0])
    links: dict[str, str] = {}
    for _ in range(8):
        form = "&".join(f"{key}={quote(value)}" for key, value in request.form)
        kind = "application/x-www-form-urlencoded" if request.form else ""
        answer = WEB.ask(
            request.url.partition("#")[0], method=request.method, body=form.encode(), content_type=kind
        )
        assert answer.status == 200
        listing = discover(
            answer.body, tuple(answer.headers.items()), request.url, request=request, first=first
        )
        links |= {link.url: link.title for link in listing.links}
        if listing.next is None:
            break
        request = listing.next
    assert portal.reports.keys()
    assert set(portal.reports.values()) <= links.keys()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_report_of_each_family_is_extracted_with_title_and_year(family: str) -> None:
    portal = next(p for p in LISTED if p.family == family and p.ways - {"parent"})
    WEB.ask(portal.lists[0])
    for year, url in portal.reports.items():
        answer = WEB.ask(url)
        report = extract(answer.body, tuple(answer.headers.items()), url)
        assert (report.year, judge_title(report.title or "").report) == (year, True)


@pytest.mark.parametrize("form", REPORT_TITLES)
def test_a_title_of_a_report_is_one(form: str) -> None:
    verdict = judge_title(form.format(name="黄石港区", y0=2023))
    assert (verdict.report, verdict.year) == (True, 2023)


BESIDE = [
    *PLAN_TITLES,
    *bank("news")["traps"],
    *bank("news")["titles"],
    *(t for ts in NEAR_TITLES.values() for t in ts),
]


@pytest.mark.parametrize("form", BESIDE)
def test_no_title_beside_the_list_is_a_reports(form: str) -> None:
    title = Picker(form).fill(form, name="黄石港区", y=2024, y0=2023, m=3)
    assert not judge_title(title).report


@EACH
def test_what_has_no_list_has_no_report(portal: Portal) -> None:
    if portal.kind == "list":
        assert portal.reports
    else:
        assert not portal.lists
        assert not portal.reports
        assert not [c for c in WEB.site(portal).columns if c.fill in ("reports", "mixed", "departments")]


@EACH
def test_only_a_portal_with_a_column_or_a_list_names_one(portal: Portal) -> None:
    named = [c.name for c in WEB.site(portal).columns if re.search("法治政府|依法行政|法治建设", c.name)]
    assert not named or portal.kind in ("list", "column")


@pytest.mark.parametrize("portal", [p for p in LISTED if "sitemap" in p.ways], ids=lambda p: p.host)
def test_the_sitemap_way_states_the_lists_address(portal: Portal) -> None:
    base = "/".join(portal.lists[0].split("/", 3)[:3])
    texts = [text_of(WEB.ask(base + path)) for path in ("/wzdt/", "/sitemap.xml", "/map/columns.xml")]
    assert any(portal.lists[0] in text for text in texts)


@pytest.mark.parametrize(
    "portal", [p for p in LISTED if "search" in p.ways], ids=lambda p: f"{p.host}-{p.family}"
)
def test_the_search_way_gives_a_report(portal: Portal) -> None:
    site = WEB.site(portal)
    number = re.search(r"(\d+)\.test", portal.host)
    assert number
    id, words = site_id(int(number[1])), "法治政府建设情况报告"
    gets = {"trs": f"/igs/front/search.jhtml?code={id}&siteId=5&searchWord={quote(words)}"}
    posts = {
        "jcms": ("jsearch", f"websiteid={id[:15]}&q={quote(words)}&p=1"),
        "trs_paper": ("ssp", f"siteId={id}&keyWord={quote(words)}&page=1"),
        "ucap": (
            "irs",
            json.dumps({"code": id[:11], "searchWord": words, "orderBy": "related", "searchBy": "all"}),
        ),
        "epoint": ("fulltext", json.dumps({"wd": words, "pn": 0, "rn": 10})),
    }
    base = site.government.base
    if portal.family in gets:
        answer = WEB.ask(base + gets[portal.family])
    else:
        name, body = posts[portal.family]
        kind = "application/json" if body.startswith("{") else "application/x-www-form-urlencoded"
        answer = WEB.ask(base + SEARCHES[name].path, method="POST", body=body.encode(), content_type=kind)
    assert answer.status == 200
    found = unquote(answer.body.decode())
    assert any("/" + url.split("/", 3)[3] in found for url in portal.reports.values())


@EACH
def test_the_entry_is_a_page(portal: Portal) -> None:
    if portal.entry and portal.ending not in ("challenged", "unreachable"):
        assert follow(portal.entry)[1].status == 200


def test_a_column_that_passes_on_the_provinces_report_is_not_the_portals_list() -> None:
    guests = [(p, c) for p in WEB.portals for c in WEB.site(p).columns if c.guest]
    assert guests
    for portal, column in guests:
        titles = [
            d.title for d in WEB.site(portal).listed(column).articles.values() if judge_title(d.title).report
        ]
        assert [title.partition("人民政府")[0] for title in titles] == [column.guest]
        assert column.url not in portal.lists


def test_a_home_page_may_show_the_newest_report() -> None:
    shows_it = [
        p
        for p in LISTED
        if p.steps and any(u.split("/", 3)[3] in t for t in shown(p.home) for u in p.reports.values())
    ]
    assert 0 < len(shows_it) < len(LISTED) / 4


def test_a_firewall_is_known_as_a_challenge() -> None:
    for portal in (p for p in WEB.portals if p.style in ("status_412", "status_521")):
        answer = WEB.ask(portal.home)
        capture = a_capture(
            portal.home, answer.body, at=datetime(2026, 1, 1, tzinfo=UTC), status=answer.status
        )
        with pytest.raises(Challenged):
            judge(capture, answer.body)


def test_the_servers_answer_by_host_and_a_silent_host_refuses() -> None:
    with PortalWeb(BLOCK) as web:
        silent = next(p for p in web.portals if p.kind == "unreachable")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(web.hosts[f"{silent.host}:80"], timeout=5)
        tls = next(p for p in web.portals if p.style == "to_https")
        with socket.create_connection(web.hosts[f"{tls.host}:80"], timeout=5) as connection:
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {tls.host}\r\nConnection: close\r\n\r\n".encode())
            assert f"Location: https://{tls.host}/".encode() in connection.recv(4096)
        assert [r.status for r in web.requests] == [301]


def test_portals_of_divisions_have_the_real_host_names_and_lead_to_no_other_real_host() -> None:
    codes = ("420100", "420200", "420300", "420500", "420600")
    web = PortalWeb(codes=codes)
    assert tuple(p.code for p in web.portals) == codes
    assert web.portals[0].host == "www.wuhan.gov.cn"
    hosts = {p.host for p in web.portals}
    for portal in web.portals:
        text = web.ask(portal.home).body.decode("utf-8", "replace")
        assert set(re.findall(r"[a-z0-9.-]+\.gov\.cn", text)) <= hosts
