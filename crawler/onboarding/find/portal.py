"""Search one portal: the home page, then the ways in one after the other until a list is found, and what came of it."""

from __future__ import annotations

from urllib.parse import urlsplit

from crawler.address import canonical, host_of, registrable_domain
from crawler.discover.portal.page import PortalPage
from crawler.field.counting import counted
from crawler.field.portals import portals_at
from crawler.field.regions import path, region
from crawler.model import ListRequest
from crawler.onboarding.find.candidates import MIN_PRECISION, Candidate, newest_first
from crawler.onboarding.find.confirm import Checked, confirm
from crawler.onboarding.find.hunt import Hunt
from crawler.onboarding.find.model import FindResult, FoundList, Options, Result, Target
from crawler.onboarding.find.pages import UNRENDERED, Pages
from crawler.onboarding.find.places import Places
from crawler.onboarding.find.ways import IN_ORDER, departments

MAX_LISTS = 3
"""Lists of one government that are taken; a further one must have years that those before do not have."""

MAX_PAGES = 3
MAX_DEPARTMENT_LISTS = 8


async def search_portal(target: Target, options: Options, pages: Pages, day: str) -> FindResult:
    """Return what came of one portal. `day`: today, ISO. Raises nothing of a site's."""
    home = await _home(target, pages)
    code = target.code or (home.region if home else None)
    here = home.url if home else target.home
    hunt = Hunt(
        target=target,
        options=options,
        pages=pages,
        code=code,
        places=Places.of(here, code),
        home=home,
        year=int(day[:4]),
    )
    if home is not None and _is_strangers(home, target):
        return _no_home(
            hunt, day, f"its address leads to {home.url}, which does not say that it is this government's"
        )
    if home is not None:
        hunt.owner = home.owner
        hunt.common = {canonical(link.url) for link in home.links}
        hunt.leads.mark_read(home.url)
        hunt.searches += home.searches
        hunt.maps += hunt.maps_of(home)
        hunt.explicit = _is_doubtful(home, code)
    elif not target.entry or await pages.read(ListRequest(url=target.entry)) is None:
        return _no_home(hunt, day)
    for ways, share in IN_ORDER:
        used = [seek for name, seek in ways if hunt.uses(name)]
        if not used or not pages.left:
            continue
        for seek in used:
            await seek(hunt)
        await hunt.follow(share=share)
        best = hunt.best()
        if best is not None and not (hunt.is_stale(best) and share < 0.6):
            break
    if options.departments:
        await departments.seek(hunt)
    return await _conclude(hunt, day)


async def _home(target: Target, pages: Pages) -> PortalPage | None:
    """Return the home page, by the other scheme if it is not had by its own."""
    if page := await pages.read(ListRequest(url=target.home)):
        return page
    if pages.failures and pages.failures[-1].kind == "challenged":
        return None
    scheme, _, rest = target.home.partition("://")
    return await pages.read(ListRequest(url=f"{'http' if scheme == 'https' else 'https'}://{rest}"))


def _is_strangers(home: PortalPage, target: Target) -> bool:
    """Whether the home page is on another site, outside gov.cn, that does not name the division: a lapsed name's new owner."""
    here, there = host_of(target.home), host_of(home.url)
    if registrable_domain(here) == registrable_domain(there) or there.endswith(".gov.cn"):
        return False
    return home.region is None or home.region != (target.code or home.region)


def _is_doubtful(home: PortalPage, code: str | None) -> bool:
    """Whether a home page may be another government's: several divisions share its host, or it names another one."""
    if code is None:
        return False
    shared = len({portal.code for portal in portals_at(home.url)}) > 1 and urlsplit(home.url).path in (
        "",
        "/",
    )
    return shared or (home.region is not None and home.region != code and region(home.region) is not None)


def _no_home(hunt: Hunt, day: str, detail: str = "") -> FindResult:
    failures = hunt.pages.failures if not detail else []
    challenged = next((each for each in failures if each.kind == "challenged"), None)
    reason = challenged or (failures[0] if failures else None)
    return FindResult(
        target=hunt.target,
        result=Result.CHALLENGED if challenged else Result.UNREACHABLE,
        day=day,
        requests=hunt.pages.asked,
        code=hunt.code,
        name=_name(hunt),
        detail=detail or (reason.reason if reason else "no answer"),
    )


async def _conclude(hunt: Hunt, day: str) -> FindResult:
    """Choose among the candidates, read the newest report of the one chosen, and say what came of the portal."""
    checked, doubts = Checked(None, ""), list[str]()
    while (best := hunt.best()) is not None:
        checked = await confirm(best.sight.own, hunt.pages, hunt.code, render=best.render)
        if checked.ok is not False:
            break
        doubts.append(f"{best.page.url}: {checked.text}")
        hunt.candidates.remove(best)
        for link, _ in best.sight.own:
            hunt.forget_report(link)
    lists = _lists(hunt, best) if best else ()
    loose = () if lists else newest_first(hunt.reports)[:MAX_PAGES]
    if loose:
        checked = await confirm(loose, hunt.pages, hunt.code)
        if checked.ok is False:
            doubts.append(checked.text)
            loose = ()
    column = max(hunt.columns, key=lambda pair: pair[0], default=(0, None))[1]
    result = Result.FOUND if lists or loose else Result.COLUMN if column else _nothing(hunt)
    return FindResult(
        target=hunt.target,
        result=result,
        day=day,
        requests=hunt.pages.asked,
        code=hunt.code,
        name=_name(hunt),
        lists=lists,
        pages=loose,
        departments=_department_lists(hunt) if hunt.options.departments else (),
        column=column if not lists else None,
        checked=checked.text if checked.ok else "",
        detail="; ".join(_details(hunt, result, checked, doubts)),
    )


def _nothing(hunt: Hunt) -> Result:
    """Nothing was found: whether the server kept us out of its pages."""
    failures = hunt.pages.failures
    pages_read = sum(isinstance(each, PortalPage) for each in hunt.pages.known.values())
    challenged = sum(each.kind == "challenged" for each in failures)
    return Result.CHALLENGED if challenged and challenged >= pages_read else Result.NOTHING


def _details(hunt: Hunt, result: Result, checked: Checked, doubts: list[str]) -> list[str]:
    said = list(doubts)
    if result is Result.FOUND and not checked.ok:
        said.append(f"not checked: {checked.text}")
    if result is not Result.FOUND and not hunt.pages.left:
        said.append(f"the budget of {counted(hunt.options.budget, 'request')} is used up")
    said += [each.reason for each in hunt.pages.failures if each.kind == UNRENDERED][:1]
    if result is Result.CHALLENGED:
        said.append(next(each.reason for each in hunt.pages.failures if each.kind == "challenged"))
    if hunt.explicit:
        said.append("the home page is another government's too: only reports that name the division count")
    return said if said or result is not Result.NOTHING else [_what_was_read(hunt)]


def _what_was_read(hunt: Hunt) -> str:
    """How far a search came that found nothing, for who goes on by hand: the pages read, and the column most like it."""
    number = sum(isinstance(each, PortalPage) for each in hunt.pages.known.values())
    said = f"{counted(number, 'page')} read"
    nearest = hunt.nearest
    return f"{said}, the nearest: {nearest.title} {nearest.request.url}" if nearest else said


def _lists(hunt: Hunt, best: Candidate) -> tuple[FoundList, ...]:
    """The best list, and further ones with years that it does not have."""
    chosen, years, known = [best], set(best.years), {link.url for link, _ in best.sight.own}
    for each in sorted(hunt.candidates, key=lambda each: -each.value):
        new = {year for link, year in each.sight.own if year and link.url not in known} - years
        apart = each is not best and each.foreign == best.foreign and each.precise
        if len(chosen) < MAX_LISTS and apart and new and each.sight.precision >= MIN_PRECISION:
            chosen.append(each)
            years |= new
    return tuple(_found_list(each, hunt) for each in chosen)


def _found_list(each: Candidate, hunt: Hunt, *, departments: bool = False) -> FoundList:
    mixed = not departments and (each.sight.others or (each.foreign and each.sight.departments))
    return FoundList(
        url=each.page.url,
        title=each.title,
        reports=each.sight.departments if departments else each.sight.own,
        way=each.way,
        trail=tuple(title for title in each.trail if title),
        cms=each.page.cms,
        next=each.page.next.url if each.page.next else None,
        match=_match(hunt, each) if mixed else None,
        render=each.render,
    )


_NO_DEPARTMENT = "(?:(?!局|厅|委员会|办公室|(?<![省市区县旗州盟])委).)*"


def _match(hunt: Hunt, each: Candidate) -> str | None:
    """An expression for the reports of one government on a list that holds those of many."""
    row = region(hunt.code) if hunt.code else None
    between = _NO_DEPARTMENT if each.sight.departments else ".*"
    return rf"{row.short}{between}(?:法治政府|依法行政).*(?:报告|情况)" if row else None


def _department_lists(hunt: Hunt) -> tuple[FoundList, ...]:
    found: dict[str, FoundList] = {}
    for each in sorted(hunt.departments, key=lambda each: -len(each.sight.departments)):
        found.setdefault(each.page.url, _found_list(each, hunt, departments=True))
    return tuple(found.values())[:MAX_DEPARTMENT_LISTS]


def _name(hunt: Hunt) -> str | None:
    """The government's full name; of districts with that of the city, as names of districts repeat."""
    row = region(hunt.code) if hunt.code else None
    if row is None:
        return hunt.owner
    around = region(row.parent) if row.parent and row.level == "county" else None
    above = around.name if around and not path(row.code).endswith(f"省{row.name}") else ""
    return f"{above}{row.name}人民政府"
