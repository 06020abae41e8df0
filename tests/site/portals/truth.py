"""State what is true of a portal that was built: its list, its reports, the clicks to it, and the ways that lead there."""

from __future__ import annotations

from dataclasses import replace

from tests.site.portals.builder import Builder
from tests.site.portals.menus import MENUS, SCRIPTED
from tests.site.portals.model import Portal, Step
from tests.site.portals.plan import GATES, SPELLED, TWO_LEVELS, Recipe
from tests.site.portals.tree import GKMLPT_INDEX
from tests.site.templates.gkmlpt import COLUMN as GKMLPT_NUMBER

ASKED = "法治政府建设情况报告"
"""What searches are asked for; a portal whose first page of results has no report of its own has no such way."""


def _steps(built: Builder) -> tuple[Step, ...]:
    """Return the clicks from the portal's address to the list."""
    way, style = built.tree.way, built.recipe.style
    if not way or not built.recipe.linked:
        return ()
    steps = [Step(url=built.home_url, name="", menu=style)] if style in GATES else []
    shown = way[1:] if style in TWO_LEVELS else way
    first = style if style in MENUS else "static"
    for place, column in enumerate(shown):
        above = way[way.index(column) - 1] if place else None
        steps.append(Step(url=column.url, name=column.name, menu=above.menu if above else first))
    return tuple(steps)


def _ways(built: Builder, steps: tuple[Step, ...], entry: str | None) -> frozenset[str]:
    """Return the ways that lead to the list, each by itself."""
    recipe, way = built.recipe, built.tree.way
    if recipe.kind != "list":
        return frozenset()
    ways = set()
    if built.city:
        ways.add("parent")
    elif steps:
        ways.add("scripts" if any(s.menu in SCRIPTED | {"gkmlpt_tree"} for s in steps) else "links")
    if not built.city and ("map" in built.mapped or (built.mapped and recipe.family in SPELLED)):
        ways.add("sitemap")
    own = built.host_of_list.listed(way[-1]).articles
    if not built.city and any(d.year and d.url in own for d in built.site.search(ASKED)):
        ways.add("search")
    if entry and any(entry == column.url for column in way):
        ways.add("entry")
    return frozenset(ways)


def _entry(built: Builder) -> str | None:
    """Return what the table of portals has: mostly a column of documents, at times a hub of the way, or nothing."""
    picker, way = built.recipe.picker("entry"), built.tree.way
    if built.recipe.card == "entry":
        return way[min(1, len(way) - 2)].url
    roll = picker.between(0, 99)
    if roll < 12:
        return None
    if way and built.recipe.linked and roll < 40:
        return way[min(picker.between(0, 1), len(way) - 2)].url
    documents = [c for c in built.tree.sections[0].below if c.fill == "near"]
    return picker.one(documents).url if documents else None


def truth(built: Builder) -> Portal:
    """Return what is true of a portal whose pages have been added."""
    recipe, entry, steps = built.recipe, _entry(built), _steps(built)
    portal = Portal(
        code=recipe.region.code, name=recipe.region.name, home=f"http://{built.government.host}/", entry=entry,
        access=_access(recipe), family=recipe.family, style=recipe.style,
        kind=recipe.kind, steps=steps, ways=_ways(built, steps, entry),
    )  # fmt: skip
    if recipe.kind != "list":
        return portal
    last, departments = built.tree.way[-1], built.tree.departments
    listed = built.host_of_list.listed(last)
    own = (d for d in listed.documents if d.year and recipe.region.name in d.title)
    lists, also = [last.url], [departments.url] if departments else []
    if "#" in last.url:
        lists.append(f"{listed.base}/gkmlpt/api/all/{GKMLPT_NUMBER}")
        # all columns together
        also += [f"{listed.base}{GKMLPT_INDEX}", f"{listed.base}/gkmlpt/api/all/0"]
    return replace(
        portal,
        lists=tuple(lists),
        also=tuple(also),
        reports={d.year: d.url for d in own if d.year},
    )


def _access(recipe: Recipe) -> str:
    """Return how a plain program gets the home page."""
    if recipe.card in ("challenged", "unreachable"):
        return "none"
    return "other-scheme" if recipe.style == "https_only" else "direct"
