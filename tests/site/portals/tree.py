"""Grow the columns of a portal from its recipe: the sections of its menu, and the way to the list among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.site.banks import bank
from tests.site.pick import Picker
from tests.site.portals.model import Column, Fill
from tests.site.portals.plan import Recipe
from tests.site.portals.words import CHAINS, DEPARTMENTS, INITIALS, UNNAMED_CHAIN, Chain, siblings

GKMLPT_INDEX = "/gkmlpt/index"
_GKMLPT_LIST = GKMLPT_INDEX + "#505"
_NOT_OF_A_SECTION = ("法治政府建设", "法治宣传")  # names of the bank that only the way has
_SHARED_LIST = "各区县法治政府建设年度报告"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The columns of a portal."""

    sections: tuple[Column, ...]  # what the menu shows
    way: tuple[Column, ...]  # from a section to the list; empty if there is neither list nor column
    hidden: bool  # no menu shows the beginning of the way
    departments: Column | None = None

    def walk(self) -> Iterator[Column]:
        """Yield all columns, each once."""
        yield from {id(c): c for top in (*self.sections, *self.way[:1]) for c in top.walk()}.values()


class Addresses:
    """Addresses of columns in the manner of a system; no two are the same."""

    def __init__(self, family: str, base: str, picker: Picker) -> None:
        """Start with none; `base` is scheme and host."""
        self._family, self._base, self._picker = family, base, picker
        self._taken: set[str] = set()

    def of(self, name: str, parent: Column | None) -> str:
        """Return the address of a new column."""
        word = INITIALS.get(name) or "".join(
            self._picker.some("bcdfghjklmnpqrstwxyz", self._picker.between(3, 5))
        )
        for n in range(1000):
            url = self._base + self._path(word + (str(n) if n else ""), parent)
            if url not in self._taken:
                self._taken.add(url)
                return url
        raise ValueError(f"no address left for {name} below {parent and parent.url}")

    def _path(self, word: str, parent: Column | None) -> str:
        above = "/" + parent.url.split("/", 3)[3] if parent else "/"
        number = self._picker.between(1000, 49999)
        match self._family:
            case "jcms":
                return f"/col/col{number}/index.html"
            case "vsb":
                return f"{above.removesuffix('.htm') if parent else ''}/{word}.htm"
            case "epoint":
                folder = above.rpartition("/")[0]
                code = (
                    f"{folder.rpartition('/')[2]}{number % 80 + 1:03}"
                    if folder.count("/") > 1
                    else f"{number % 80 + 1:03}"
                )
                return f"{folder}/{code}/subpage.html" if parent else f"/{word}/subpage.html"
            case "trs_paper":
                return f"{above}{word}_{number}/"
        return f"{above.partition(GKMLPT_INDEX)[0] or '/'}{word}/"


def grow(recipe: Recipe, base: str) -> Tree:
    """Return the columns of a portal that has its own list, or none."""
    picker = recipe.picker("tree")
    addresses = Addresses(recipe.family, base, picker)
    hidden = recipe.card in ("sitemap", "search")
    chain = picker.one((CHAINS[3][3], CHAINS[4][1])) if hidden else recipe.chain
    way, departments = _way(recipe, chain, addresses, picker)
    sections = _sections(addresses, picker)
    if not hidden:
        sections = _joined(sections, way[0])
    if recipe.card == "nothing":
        way = ()
    return Tree(sections=tuple(sections), way=way, hidden=hidden, departments=departments)


def grow_above(recipe: Recipe, base: str, city: Recipe, city_base: str) -> Tree:
    """Return the columns of a district whose menu leads to the portal of its city, where its list is."""
    picker = recipe.picker("tree")
    sections = _sections(Addresses(recipe.family, base, picker), picker)
    addresses = Addresses(city.family, city_base, picker)
    root = Column(
        name=recipe.region.name, url=addresses.of(f"{recipe.region.name}{recipe.number}", None), fill="hub"
    )
    chain: Chain = CHAINS[4][1]
    if recipe.card == "shared":
        chain = (("政府信息公开",), ("法定主动公开内容",), ("法治政府建设", "依法行政"), (_SHARED_LIST,))
    way, departments = _way(recipe, chain, addresses, picker, root=root, family=city.family)
    return Tree(sections=tuple(_joined(sections, way[0])), way=way, hidden=False, departments=departments)


def _sections(addresses: Addresses, picker: Picker) -> list[Column]:
    """Return the sections that every portal has, with their columns."""
    made = []
    for name, columns in bank("furniture")["menu"].items():
        section = Column(name=name, url=addresses.of(name, None), fill="hub")
        section.trail = ((section.name, section.url),)
        known = siblings(name, of_rule=False) if name in ("政务公开", "专题专栏") else columns
        chosen = [
            c
            for c in picker.some(known, picker.between(8, 20))
            if c not in _NOT_OF_A_SECTION or name == "专题专栏"
        ]
        section.below = [_leaf(column, section, addresses) for column in chosen]
        made.append(section)
    return made


def _leaf(name: str, parent: Column, addresses: Addresses, fill: Fill = "near") -> Column:
    column = Column(name=name, url=addresses.of(name, parent), fill=fill)
    column.trail = (*parent.trail, (column.name, column.url))
    return column


def _joined(sections: list[Column], first: Column) -> list[Column]:
    """Put the first hub of the way into the menu: in the place of the section like it, or as one more."""
    like = {"政务公开": ("政务公开", "信息公开", "政务"), "专题专栏": ("专题专栏", "专题", "热点专题")}
    for place, section in enumerate(sections):
        if first.name in like.get(section.name, ()):
            return [*sections[:place], first, *sections[place + 1 :]]
    return [sections[0], first, *sections[1:]]


def _way(
    recipe: Recipe,
    chain: Chain,
    addresses: Addresses,
    picker: Picker,
    *,
    root: Column | None = None,
    family: str | None = None,
) -> tuple[tuple[Column, ...], Column | None]:
    """Return the columns from the first hub to the list, each with its siblings, and the departments' column."""
    family = family or recipe.family
    names = _names(chain, picker)
    way: list[Column] = []
    parent = root
    last_is_list = recipe.card != "nothing"
    for place, (name, menu) in enumerate(
        zip(names, recipe.hub_menus + ["static"] * len(names), strict=False)
    ):
        is_list = last_is_list and place == len(names) - 1
        column = Column(
            name=name, url=addresses.of(name, parent), fill=_fill(recipe, chain, picker) if is_list else "hub"
        )
        column.menu = menu
        column.trail = (*(way[-1].trail if way else ()), (column.name, column.url))
        if way:
            _insert(way[-1], column, addresses, picker, of_rule=last_is_list)
        way.append(column)
        parent = column
    departments = None
    if recipe.kind == "list" and recipe.card != "search" and picker.between(0, 9) < 4:
        departments = _leaf(picker.one(DEPARTMENTS), way[-2], addresses, "departments")
        way[-2].below.insert(picker.between(0, len(way[-2].below)), departments)
    if family == "gkmlpt" and last_is_list:
        _move_to_gkmlpt(way, picker)
    if not last_is_list:
        way[-1].below = [_leaf(n, way[-1], addresses) for n in siblings(names[-1], of_rule=False)]
    return tuple(way), departments


def _names(chain: Chain, picker: Picker) -> list[str]:
    names: list[str] = []
    for variants in chain:
        names.append(picker.one([name for name in variants if name not in names] or list(variants)))
    return names


def _insert(hub: Column, column: Column, addresses: Addresses, picker: Picker, *, of_rule: bool) -> None:
    """Give a hub its other columns, and this one among them."""
    names = [name for name in siblings(hub.name, of_rule=of_rule) if name != column.name]
    chosen: Sequence[str] = picker.some(names, picker.between(5, 14))
    hub.below = [_leaf(name, hub, addresses) for name in chosen]
    hub.below.insert(picker.between(0, len(hub.below)), column)


def _fill(recipe: Recipe, chain: Chain, picker: Picker) -> Fill:
    if recipe.card == "column":
        return picker.one(("plans", "plans", "empty"))
    if recipe.card == "shared":
        return "districts"
    if chain is UNNAMED_CHAIN or picker.between(0, 9) < 3:
        return "mixed"
    return "reports"


def _move_to_gkmlpt(way: list[Column], picker: Picker) -> None:
    """Put the list into the catalogue that a script fills; at times its hub is the catalogue's own page, with its tree."""
    base = "/".join(way[-1].url.split("/", 3)[:3])
    way[-1].url = base + _GKMLPT_LIST
    if picker.between(0, 1):
        way[-2].url, way[-2].menu = base + GKMLPT_INDEX, "gkmlpt_tree"
    for place, column in enumerate(way):
        column.trail = (*(way[place - 1].trail if place else ()), (column.name, column.url))
