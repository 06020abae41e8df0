"""The search of one portal: read the likeliest lead, judge the page as a list, put its links among the leads, again.

`ways/` put in the first leads. `candidates` judges a page; `portal` decides what came of it all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from crawler.address import canonical
from crawler.discover import is_article, judge_title, leads_to_report
from crawler.discover.portal.authors import Author, author_of
from crawler.discover.portal.columns import LEADING, NAMED, address_score, gate_score, score
from crawler.discover.portal.page import PortalPage
from crawler.model import Link, ListRequest
from crawler.onboarding.find.candidates import (
    Candidate,
    Sight,
    is_of_departments,
    joined,
    look_at,
)
from crawler.onboarding.find.finds import Finds
from crawler.onboarding.find.leads import (
    Lead,
    Leads,
    is_department,
    is_map,
    is_office_on_law,
    names_division,
    report_lead,
)
from crawler.onboarding.find.pages import Pages
from crawler.onboarding.find.places import Place, Places

MAX_LIST_PAGES, MAX_COLUMN_PAGES = 3, 6
"""Pages of one list that are read to see its reports; of a column on 法治政府 that has shown none yet."""

MAX_REPORTS_READ = 3
"""Reports that are read to find their list."""

LIST_OF_REPORT_SCORE = 84

_MIN_ENTRY_CHARS = 12  # a title of so many characters with a date beside it is an article's
_SHELL_LINKS = 15  # a page with fewer is filled by a script, or stands in front of the site
_GATE_LINKS = 8  # of a page in front of the site
_MENU_FILE = 44  # score of a file that has a menu by its name
_GOOD = 36  # score of a link that surely leads on
_MIN_SITEMAP_SCORE = 56
_NEAR = 46  # score of a page whose part of the site the reports are in
_RICH = 3  # links of a good score, with which a page needs no other files
_DISTRICT_BONUS = 25  # on the site of the city: a link with the district's name


@dataclass(slots=True, kw_only=True)
class Hunt(Finds):
    """State of one search."""

    pages: Pages
    code: str | None
    places: Places
    owner: str | None = None  # name of the government, as the home page has it
    explicit: bool = False  # its owner is in doubt: only reports that name the government count
    leads: Leads = field(default_factory=Leads)
    home: PortalPage | None = None
    common: set[str] = field(default_factory=set)  # canonical addresses of the home page's links
    outside: list[Lead] = field(default_factory=list)  # leads to other sites
    lists_of_reports: set[str] = field(default_factory=set)  # canonical addresses that reports name
    searches: list[ListRequest] = field(default_factory=list)
    maps: list[Link] = field(default_factory=list)  # HTML site maps
    offices: dict[str, Link] = field(default_factory=dict)  # to the pages and sites of the 司法局
    reports_read: int = 0

    def uses(self, way: str) -> bool:
        """Whether a way in is to be used."""
        return way in self.options.ways

    async def follow(self, *, floor: int = LEADING, share: float = 1.0) -> None:
        """Read leads until a list is found, none is left, or this share of the budget is used up."""
        most = int(self.options.budget * share)
        while self.pages.asked < most and self.pages.left and not self.is_settled():
            best = self.best()
            found = best is not None
            wanted = floor if best is None else max(floor, _GOOD if self.is_stale(best) else NAMED - 4)
            lead = self.leads.pop(wanted)
            if lead is None:
                return
            self.extra += found
            await self.read(lead)

    async def read(self, lead: Lead) -> PortalPage | None:
        """Read one lead and take what its page shows; None if it cannot be had."""
        if lead.kind == "report":
            if self.reports_read >= MAX_REPORTS_READ:
                return None
            self.reports_read += 1
        page = await self.pages.read(lead.request, keep=lead.kind == "report")
        if page is None:
            return None
        twice = lead.request.method == "GET" and canonical(page.url) != canonical(lead.request.url)
        if twice and self.leads.was_read(page.url):
            return None
        self.leads.mark_read(page.url)
        self.note_read(lead)
        await self.take(page, lead)
        return page

    async def take(self, page: PortalPage, lead: Lead) -> None:
        """Judge a page as a list, and put what it leads to among the leads."""
        precise = lead.kind in ("page", "list", "load") and await self.judge(page, lead)
        if lead.kind == "report":
            self._lists_of(page, lead)
            return
        self.follow_links(page, lead, reports_too=not precise)

    # judging

    async def judge(self, page: PortalPage, lead: Lead, *, render: bool = False) -> bool:
        """Judge a page as a list, with its further pages; return whether it is one beyond doubt."""
        in_office = lead.office or self.places.is_departments(page.url, page.owner)
        explicit = self._is_explicit(page, lead)
        # of the districts of a city titles name them
        of_departments = (in_office or is_of_departments(lead.title, page)) and not lead.explicit
        sight = self._sight(page, explicit, of_departments)
        title = lead.title or page.title
        candidate = Candidate(
            page, sight, title, 0 if of_departments or lead.kind == "load" else lead.score, lead.way, (*lead.trail, title),
            foreign=in_office or self.places.of_address(page.url) in (Place.PARENT, Place.ELSEWHERE),
            render=render,
            confirmed=canonical(page.url) in self.lists_of_reports,
        )  # fmt: skip
        if candidate.named and not of_departments and not candidate.foreign:
            self.columns.append((lead.score, Link(url=page.url, title=title)))
        is_empty = not sight.entries  # its entries are in an answer to a script
        if page.next is not None and (candidate.named or of_departments or sight.own or is_empty):
            await self._read_on(candidate, explicit, of_departments)
        sight = candidate.sight
        self.reports |= {canonical(link.url): (link, year) for link, year in sight.own}
        if sight.departments and (of_departments or candidate.named):
            self.departments.append(candidate)
        if not sight.own or (of_departments and not in_office):
            return False
        self.candidates.append(candidate)
        return candidate.precise

    async def _read_on(self, candidate: Candidate, explicit: bool, of_departments: bool) -> None:
        """Read further pages of a list: all of a few, to see its reports; those of a long one until it shows some."""
        first, page = ListRequest(url=candidate.page.url), candidate.page
        seen = {link.url for link in page.links}
        for number in range(1, MAX_COLUMN_PAGES):
            is_enough = number >= MAX_LIST_PAGES and (candidate.sight.own or not candidate.named)
            if is_enough or page.next is None or not self.pages.left or len(candidate.years) >= 4:
                return
            following = await self.pages.read(page.next, first=first)
            if following is None:
                return
            if not {link.url for link in following.links} - seen:
                return
            fresh = tuple(link for link in following.links if link.url not in seen)
            seen |= {link.url for link in fresh}
            more = self._sight(replace(following, links=fresh), explicit, of_departments)
            if more.own or any(link.date for link in fresh):  # not the frame with the menu of a hub
                self.leads.mark_read(following.url)  # it is a part of this list, not another one
            candidate.sight = joined(candidate.sight, more)
            candidate.further.append(following)
            page = following

    def _sight(self, page: PortalPage, explicit: bool, of_departments: bool) -> Sight:
        return look_at(page, self.code, common=self.common, explicit=explicit, departments=of_departments)

    def _is_explicit(self, page: PortalPage, lead: Lead) -> bool:
        return self.explicit or lead.explicit or self.places.of_address(page.url) is not Place.OWN

    # leads

    def follow_links(
        self, page: PortalPage, lead: Lead, *, reports_too: bool, static: bool = True, menus: bool = True
    ) -> None:
        """Put among the leads what a page leads to: its links (`static`), and those in its scripts and files (`menus`)."""
        trail = (*lead.trail, lead.title) if lead.title else lead.trail
        around = lead.score if lead.kind in ("page", "list", "load") else 0
        values = [self.push(link, lead.way, trail, around, lead) for link in page.links if static]
        if menus and self.uses("menus"):
            values += [self.push(link, "menus", trail, around, lead) for link in page.menu]
        if reports_too:
            self.push_reports(page, lead, trail)
        self._push_files(page, lead, trail, good=sum(value >= _GOOD for value in values), menus=menus)
        self.searches += [each for each in page.searches if each not in self.searches]
        self.maps += self.maps_of(page)

    def maps_of(self, page: PortalPage) -> list[Link]:
        """Return a page's links to an HTML site map."""
        return [link for link in page.links if is_map(link) and self._is_own(link.url)]

    def push(self, link: Link, way: str, trail: tuple[str, ...], around: int, lead: Lead) -> int:
        """Put a link among the leads; return its score."""
        value = score(
            link.title,
            link.url,
            around=around,
            departments=self.options.departments,
            districts=lead.explicit,
        )
        place = self.places.of_address(link.url)
        if is_office_on_law(link.title) and place is not Place.PARENT:
            self.offices.setdefault(canonical(link.url), link)
        if lead.explicit and names_division(link.title, self.code) and not is_department(link.title):
            value = max(min(value + _DISTRICT_BONUS, 99), 60 if around >= 50 else 0)
        is_entry = link.date is not None and len(link.title) >= _MIN_ENTRY_CHARS
        if value < LEADING or is_entry or leads_to_report(link):
            return 0
        to = Lead(
            request=ListRequest(url=link.url), score=value, way=way, title=link.title, trail=trail,
            found_on=lead.request.url, explicit=lead.explicit or place is Place.PARENT,
        )  # fmt: skip
        if place in (Place.OWN, Place.SHARED) or (lead.explicit and place is Place.PARENT):
            self.leads.push(to)
        else:
            self.outside.append(replace(to, explicit=True))
        return value

    def push_reports(self, page: PortalPage, lead: Lead, trail: tuple[str, ...]) -> None:
        """Put the government's own reports among the leads: each leads to its list."""
        explicit = self._is_explicit(page, lead)
        for link in (*page.links, *page.menu):
            if not leads_to_report(link):
                continue
            year = judge_title(link.title).year
            author = author_of(link.title, self.code)
            if author is Author.OWN or (author is Author.UNNAMED and not explicit):
                self.reports.setdefault(canonical(link.url), (link, year))
                if self.uses("report"):
                    self.leads.push(report_lead(link, "report", trail))

    def follow_addresses(self, sitemap: PortalPage, way: str) -> None:
        """Put the addresses of a sitemap among the leads that name a column by their pinyin."""
        for link in sitemap.links:
            if (value := address_score(link.url)) >= _MIN_SITEMAP_SCORE and not is_article(link.url):
                self.leads.push(
                    Lead(
                        request=ListRequest(url=link.url),
                        score=value,
                        way=way,
                        title=link.title,
                        trail=("sitemap.xml",),
                    )
                )

    def _push_files(
        self, page: PortalPage, lead: Lead, trail: tuple[str, ...], *, good: int, menus: bool
    ) -> None:
        """Put the files that a page loads among the leads, where its own links lead nowhere."""
        for url in page.others if lead.kind != "sitemap" else ():
            self.leads.push(
                Lead(request=ListRequest(url=url), score=lead.score, way=lead.way, title=lead.title, kind="list",
                     trail=lead.trail, explicit=lead.explicit)
            )  # fmt: skip
        is_shell = len(page.links) < _SHELL_LINKS
        around = lead.score if lead.kind in ("page", "list", "load") else 0
        if menus and self.uses("menus"):
            for url, value in page.loads:
                if value >= _MENU_FILE or is_shell or good < _RICH or around >= _NEAR:
                    worth = value + (6 if is_shell else 0) - (20 if good >= _RICH else 0)
                    if value >= _GOOD:
                        worth = max(worth, around - 8)  # what a good page loads is as good as its links
                    self.leads.push(
                        Lead(request=ListRequest(url=url), score=worth, way="menus", kind="load", trail=trail,
                             explicit=lead.explicit)
                    )  # fmt: skip
        if lead.kind == "page" and len(page.links) <= _GATE_LINKS and len(trail) < 2:
            for link in page.links:
                if (value := gate_score(link.title, link.url)) and self._is_own(link.url):
                    self.leads.push(
                        Lead(
                            request=ListRequest(url=link.url),
                            score=value,
                            way=lead.way,
                            title=link.title,
                            trail=trail,
                            explicit=lead.explicit,
                        )
                    )

    def _lists_of(self, page: PortalPage, lead: Lead) -> None:
        """Put the lists that a report's page may be on among the leads."""
        for place, url in enumerate(page.lists):
            self.lists_of_reports.add(canonical(url))
            for each in self.candidates:
                each.confirmed = each.confirmed or canonical(each.page.url) == canonical(url)
            self.leads.push(
                Lead(request=ListRequest(url=url), score=LIST_OF_REPORT_SCORE - place, way=lead.way, kind="list",
                     trail=(*lead.trail, lead.title), explicit=lead.explicit)
            )  # fmt: skip

    def _is_own(self, url: str) -> bool:
        return self.places.of_address(url) in (Place.OWN, Place.SHARED)
