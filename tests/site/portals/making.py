"""Make portals and their sites from recipes: the home page in its style, the hubs, the lists, and the truth about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from crawler.field import regions
from tests.site.model import Government
from tests.site.pick import Picker
from tests.site.portals import menus, pages
from tests.site.portals.menus import SCRIPTED, Menu, show
from tests.site.portals.model import Column, Portal, Step
from tests.site.portals.plan import GATES, SEARCHES, TWO_LEVELS, Recipe, plan
from tests.site.portals.site import SUFFIX, Site
from tests.site.portals.tree import grow, grow_above
from tests.site.templates.gkmlpt import COLUMN as GKMLPT_NUMBER

_SYLLABLES = ("an", "bei", "chang", "de", "feng", "gu", "hai", "jin", "kang", "lin", "ming", "ning", "ping", "qing", "shan", "tai", "xin", "yang", "zhou")  # fmt: skip
ASKED = "法治政府建设情况报告"
"""What searches are asked for; a portal whose first page of results has no report of its own has no such way."""

_HTTPS = ("to_https", "https_only")
_GUESTS = (
    "法治动态",
    "法治宣传",
    "普法",
    "政策文件",
    "规范性文件",
)  # columns that pass on what others publish
_MENUS = frozenset(menus.MENUS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The portals, and what serves them: sites by host, the status that a firewall gives, hosts that do not answer."""

    portals: tuple[Portal, ...]
    sites: dict[str, Site]
    firewalls: dict[str, int]
    silent: frozenset[str]
    https: frozenset[str]  # hosts that have https, and send http there
    without_http: frozenset[str]  # hosts that have https alone


def make(number: int, seed: int) -> Made:
    """Return so many portals; the same number and seed give the same portals on every machine."""
    recipes = plan(number, seed)
    bases = {r.number: f"{'https' if r.style in _HTTPS else 'http'}://{_host(r)}" for r in recipes}
    sites = {r.number: Site(r.number, _government(r, bases[r.number]), search=_search(r)) for r in recipes}
    portals, builders = [], []
    for recipe in recipes:
        city = recipes[recipe.city] if recipe.city is not None and recipe.city < len(recipes) else None
        builders.append(_Builder(recipe, sites, bases, city))
        portals.append(builders[-1].build())
    return Made(
        portals=tuple(portals),
        sites={site.government.host: site for site in sites.values()},
        firewalls={_host(r): int(r.style[-3:]) for r in recipes if r.card == "challenged"},
        silent=frozenset(_host(r) for r in recipes if r.card == "unreachable"),
        https=frozenset(_host(r) for r in recipes if r.style in _HTTPS),
        without_http=frozenset(_host(r) for r in recipes if r.style == "https_only"),
    )


def _host(recipe: Recipe) -> str:
    picker = recipe.picker("host")
    return f"www.{picker.one(_SYLLABLES)}{picker.one(_SYLLABLES)}{recipe.number}.{SUFFIX}"


def _search(recipe: Recipe) -> str | None:
    """Return the search system: of those who need it always, of others often."""
    works = recipe.card == "search" or recipe.picker("search").between(0, 9) < 6
    return SEARCHES.get(recipe.family) if works else None


def _government(recipe: Recipe, base: str) -> Government:
    name = recipe.region.name
    return Government(
        id=f"portal-{recipe.seed}-{recipe.number}", name=f"{name}人民政府", place=name, region=recipe.region.code, base=base,
        template=recipe.family, code=f"{recipe.region.code}0001", record="某ICP备05000000号", columns=(), documents=(), news=(),
        encoding="gb18030" if recipe.family == "tables" else "utf-8", content_type="text/html",
    )  # fmt: skip


def _access(recipe: Recipe) -> str:
    """Return how a plain program gets the home page."""
    if recipe.card in ("challenged", "unreachable"):
        return "none"
    return "other-scheme" if recipe.style == "https_only" else "direct"


class _Builder:
    """Makes one portal."""

    def __init__(
        self, recipe: Recipe, sites: dict[int, Site], bases: dict[int, str], city: Recipe | None
    ) -> None:
        self.recipe, self.site, self.base = recipe, sites[recipe.number], bases[recipe.number]
        self.government, self.city = self.site.government, city
        self.host_of_list = sites[city.number] if city else self.site
        if city:
            self.tree = grow_above(recipe, self.base, city, bases[city.number])
        else:
            self.tree = grow(recipe, self.base)
        self.menu = self._menu(recipe.style, levels=1)
        self.home_url = self.base + "/"
        self.news = pages.news_of(self.government, recipe.picker("news")) if recipe.style != "shell" else []

    def build(self) -> Portal:
        """Add all pages to the sites, and return the truth."""
        recipe = self.recipe
        if recipe.card in ("challenged", "unreachable"):
            return self._portal(())
        self._invite()
        self._add_columns()
        self._add_home()
        self._add_beside()
        return self._portal(self._steps())

    def _menu(self, style: str, *, levels: int) -> Menu:
        way = style if style in _MENUS else "static"
        picker = self.recipe.picker("menu")
        return show(way, self.tree.sections, self.recipe.family, self.base, picker, levels=levels)

    def _add_columns(self) -> None:
        # templates call the first section 政务公开 and the last 专题专栏, whatever the portal calls them
        sections = self.tree.sections
        below = {c.name: c.url for section in sections for c in section.below if c.fill == "near"}
        self.site.menu = below | {"政务公开": sections[0].url, "专题专栏": sections[-1].url}
        self.site.menu |= {c.name: c.url for c in sections}
        above = {id(c) for top in self.tree.way[:1] for c in top.walk()} if self.city else set()
        for column in self.tree.walk():
            site = self.host_of_list if id(column) in above else self.site
            if column.fill == "hub":
                self._add_hub(column, site)
            elif site is self.site:
                site.add_list(column)
            else:
                site.add_list(column, place=self.recipe.region.name, districts=self._districts(column))

    def _invite(self) -> None:
        """Put a report of the province into a column of some portals, as a text passed on from above."""
        picker, province = self.recipe.picker("guest"), regions.path(self.recipe.region.code[:2] + "0000")
        columns = [c for c in self.tree.walk() if c.name in _GUESTS and c.fill == "near"]
        if columns and self.recipe.region.level != "province" and picker.between(0, 4) == 0:
            picker.one(columns).guest = province

    def _newest(self) -> list[tuple[str, str, date]]:
        """Return the newest report as an item of the home page's news, on some portals; otherwise nothing."""
        may = self.recipe.card == "chain" and self.recipe.picker("newest").between(0, 9) == 0
        documents = self.site.listed(self.tree.way[-1]).documents if may else ()
        return [("/" + d.url.split("/", 3)[3], d.title, date.fromisoformat(d.day)) for d in documents[:1]]

    def _districts(self, column: Column) -> tuple[str, ...]:
        return ("东山区", "南湖区", "西岭县") if column.fill == "districts" else ()

    def _add_hub(self, column: Column, site: Site) -> None:
        path = "/" + column.url.split("/", 3)[3]
        if column.menu == "gkmlpt_tree":
            # the list's own page is the same as its hub's
            site.add(path, partial(pages.gkmlpt_tree, site.government, column, GKMLPT_NUMBER))
            return
        picker = Picker("hub menu", column.url)
        below = show(column.menu, column.below, site.government.template, site.government.base, picker)
        site.add_files(below.files)
        menu = self.menu.html if site is self.site else ""
        news = self.news if column.menu == "static" and site is self.site else []
        site.add(path, partial(pages.hub, site.government, column, menu, below.html, news))

    def _add_home(self) -> None:
        recipe, site = self.recipe, self.site
        if recipe.style == "shell":
            site.add("/", partial(pages.shell, self.government, site.form))
            return
        picker = recipe.picker("home")
        menu = self._menu(recipe.style, levels=2 if recipe.style in TWO_LEVELS else 1)
        site.add_files(menu.files)
        panel, items = pages.panel(self.government) if recipe.style == "mega" else ("", [])
        menu = replace(menu, html=menu.html + panel)
        for path, title, day in (*self.news, *items):
            site.add(path, partial(pages.article, self.government, self.menu.html, title, day))
        topics = [
            column.name
            for section in self.tree.sections
            for column in section.below
            if section.name in ("专题专栏", "专题")
        ]
        topics = [name for name in topics if "法治" not in name and "依法" not in name]
        shown = "" if recipe.style == "frames" else menu.html
        page = partial(
            pages.home, self.government, shown, [*self._newest(), *self.news], topics, site.form, picker
        )
        self._add_doors(page, menu, picker)

    def _add_doors(self, page: partial[str], menu: Menu, picker: Picker) -> None:
        """Add the home page, behind what stands before it."""
        site, government = self.site, self.government
        target = picker.one(("/index.html", "/index.shtml", "/web/index.html", "/cn/index.html"))
        door: partial[str] | None = None
        match self.recipe.style:
            case "gate":
                door = partial(pages.gate, government, target, picker)
            case "english_gate":
                door = partial(pages.english_gate, government, target)
            case "meta_refresh":
                door = partial(pages.meta_refresh, government, target)
            case "script_redirect":
                door = partial(pages.script_redirect, government, target, picker)
            case "frames":
                door, target = partial(pages.frameset, government), "/main.html"
                site.add("/top.html", partial(pages.frame, government, government.name, menu.html, ""))
        site.add(target if door else "/", page)
        if door:
            site.add("/", door)
        if self.recipe.style in GATES:
            self.home_url = self.base + target

    def _add_beside(self) -> None:
        """Add the English twin, the site map, sitemap.xml and robots.txt."""
        site, government = self.site, self.government
        site.add("/english/", partial(pages.english, government))
        mapped = self._mapped
        columns = (
            [*self.tree.sections, *(self.tree.way[:1] if self.tree.hidden else ())] if "map" in mapped else []
        )
        site.add("/wzdt/", partial(pages.site_map, government, self.menu.html, columns))
        own = [c for c in self.tree.walk() if c.url.startswith(self.base + "/")]
        if "xml" in mapped:
            site.add("/sitemap.xml", partial(pages.sitemap, own), "application/xml")
        elif "index" in mapped:
            site.add("/map/columns.xml", partial(pages.sitemap, own), "application/xml")
            site.add(
                "/map/index.xml",
                partial(pages.sitemap_index, f"{self.base}/map/columns.xml"),
                "application/xml",
            )
            site.robots = f"User-agent: *\nDisallow: /login/\nSitemap: {self.base}/map/index.xml\n"

    @property
    def _mapped(self) -> frozenset[str]:
        """Which maps the portal has: an HTML one, sitemap.xml, or an index that robots.txt names."""
        picker = self.recipe.picker("maps")
        if self.recipe.card == "sitemap":
            return frozenset({picker.one(("map", "xml", "xml", "index"))})
        if self.recipe.card in ("search", "entry"):
            return frozenset()
        return frozenset(
            name for name, often in (("map", 3), ("xml", 2), ("index", 1)) if picker.between(0, 9) < often
        )

    def _steps(self) -> tuple[Step, ...]:
        """Return the clicks from the portal's address to the list."""
        way, style = self.tree.way, self.recipe.style
        if not way or not self.recipe.linked:
            return ()
        steps = [Step(url=self.home_url, name="", menu=style)] if style in GATES else []
        shown = way[1:] if style in TWO_LEVELS else way
        first = style if style in _MENUS else "static"
        for place, column in enumerate(shown):
            above = way[way.index(column) - 1] if place else None
            steps.append(Step(url=column.url, name=column.name, menu=above.menu if above else first))
        return tuple(steps)

    def _ways(self, steps: tuple[Step, ...], entry: str | None) -> frozenset[str]:
        """Return the ways that lead to the list, each by itself."""
        recipe, way = self.recipe, self.tree.way
        if recipe.kind != "list":
            return frozenset()
        ways = set()
        if self.city:
            ways.add("parent")
        elif steps:
            ways.add("scripts" if any(s.menu in SCRIPTED | {"gkmlpt_tree"} for s in steps) else "links")
        spelled = recipe.family in ("trs", "vsb", "ucap", "trs_paper", "tables")
        if not self.city and ("map" in self._mapped or (self._mapped and spelled)):
            ways.add("sitemap")
        own = self.host_of_list.listed(way[-1]).articles
        if not self.city and any(d.year and d.url in own for d in self.site.search(ASKED)):
            ways.add("search")
        if entry and any(entry == column.url for column in way):
            ways.add("entry")
        return frozenset(ways)

    def _entry(self) -> str | None:
        """Return what the table of portals has: mostly a column of documents, at times a hub of the way, or nothing."""
        picker, way = self.recipe.picker("entry"), self.tree.way
        if self.recipe.card == "entry":
            return way[min(1, len(way) - 2)].url
        roll = picker.between(0, 99)
        if roll < 12:
            return None
        if way and self.recipe.linked and roll < 40:
            return way[min(picker.between(0, 1), len(way) - 2)].url
        documents = [c for c in self.tree.sections[0].below if c.fill == "near"]
        return picker.one(documents).url if documents else None

    def _portal(self, steps: tuple[Step, ...]) -> Portal:
        recipe, entry = self.recipe, self._entry()
        portal = Portal(
            code=recipe.region.code, name=recipe.region.name, home=f"http://{_host(recipe)}/", entry=entry,
            access=_access(recipe), family=recipe.family, style=recipe.style,
            kind=recipe.kind, steps=steps, ways=self._ways(steps, entry),
        )  # fmt: skip
        if recipe.kind != "list":
            return portal
        last, departments = self.tree.way[-1], self.tree.departments
        listed = self.host_of_list.listed(last)
        own = (d for d in listed.documents if d.year and recipe.region.name in d.title)
        lists, also = [last.url], [departments.url] if departments else []
        if "#" in last.url:
            lists.append(f"{listed.base}/gkmlpt/api/all/{GKMLPT_NUMBER}")
            also += [
                f"{listed.base}{GKMLPT_INDEX}",
                f"{listed.base}/gkmlpt/api/all/0",
            ]  # all columns together
        return replace(
            portal,
            lists=tuple(lists),
            also=tuple(also),
            reports={d.year: d.url for d in own if d.year},
        )
