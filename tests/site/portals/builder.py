"""Build the pages of one portal: the home page in its style, hubs, lists, site maps, and what stands before and beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

from crawler.field import regions
from tests.site.pick import Picker
from tests.site.portals import pages
from tests.site.portals.menus import MENUS, Menu, show
from tests.site.portals.model import Column
from tests.site.portals.plan import GATES, TWO_LEVELS, Recipe
from tests.site.portals.site import Site
from tests.site.portals.tree import grow, grow_above
from tests.site.templates.gkmlpt import COLUMN as GKMLPT_NUMBER

_GUESTS = ("法治动态", "法治宣传", "普法", "政策文件", "规范性文件")
"""Columns that pass on what others publish."""


class Builder:
    """Makes the pages of one portal."""

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

    def add_pages(self) -> None:
        """Add all pages to the sites; none to a host that never shows one."""
        if self.recipe.card in ("challenged", "unreachable"):
            return
        self._invite()
        self._add_columns()
        self._add_home()
        self._add_beside()

    def _menu(self, style: str, *, levels: int) -> Menu:
        way = style if style in MENUS else "static"
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
        mapped = self.mapped
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
    def mapped(self) -> frozenset[str]:
        """Which maps the portal has: an HTML one, sitemap.xml, or an index that robots.txt names."""
        picker = self.recipe.picker("maps")
        if self.recipe.card == "sitemap":
            return frozenset({picker.one(("map", "xml", "xml", "index"))})
        if self.recipe.card in ("search", "entry"):
            return frozenset()
        return frozenset(
            name for name, often in (("map", 3), ("xml", 2), ("index", 1)) if picker.between(0, 9) < often
        )
