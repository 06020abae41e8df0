"""Decide what each portal is: whose, in which system, what it has, and how one gets there. Thirty portals are a block.

Every block has the same cards in another order and with other systems, so that any number of blocks is a fair sample.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from crawler.field import regions
from tests.site.pick import Picker
from tests.site.portals.model import Kind
from tests.site.portals.words import CHAINS, UNNAMED_CHAIN, Chain

BLOCK, MAX_BLOCKS = 30, 20
FAMILIES = ("trs", "jcms", "vsb", "ucap", "epoint", "trs_paper", "tables", "gkmlpt")
"""Names of tests.site.templates: the systems that the lists are made with."""

STYLES = (
    "static", "mega", "tabs", "images", "onclick", "map", "select", "script_array", "document_write", "loaded_js", "loaded_json",
    "gate", "english_gate", "frames", "iframe", "meta_refresh", "script_redirect", "to_https",
)  # fmt: skip
"""How a home page leads on: kinds of menus, and pages that stand before the home page."""

TWO_LEVELS = frozenset({"mega", "script_array", "loaded_json", "document_write"})
"""Styles whose menu shows the columns below each section too."""

GATES = frozenset({"gate", "english_gate"})
"""Styles in which the home page is one click away from the portal's address."""

SEARCHES = {"trs": "igs", "jcms": "jsearch", "ucap": "irs", "epoint": "fulltext", "trs_paper": "ssp"}
"""The search system of a family; others have none."""

_HUB_MENUS = ("static",) * 14 + ("ztree", "iframe", "loaded_json", "onclick", "select", "tabs")
SPELLED = ("trs", "vsb", "ucap", "trs_paper", "tables")
"""Families that have the initials of names in their addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a portal is to be."""

    number: int
    seed: int
    card: str  # chain, sitemap, search, entry, section, shared, column, nothing, challenged, unreachable
    family: str
    style: str
    region: regions.Region
    chain: Chain
    city: int | None = None  # number of the portal above, which has this one's list

    @property
    def kind(self) -> Kind:
        """What the portal has."""
        match self.card:
            case "column" | "nothing" | "challenged" | "unreachable":
                return self.card
        return "list"

    def picker(self, *key: object) -> Picker:
        """Return the choices of this portal for one purpose."""
        return Picker("portal", self.seed, self.number, *key)

    @property
    def linked(self) -> bool:
        """Whether links lead from the home page to the list."""
        return self.card not in ("sitemap", "search", "entry", "nothing", "challenged", "unreachable")

    @property
    def hub_menus(self) -> list[str]:
        """How each hub of the way shows what is below it."""
        picker = self.picker("hubs")
        return [picker.one(_HUB_MENUS) for _ in self.chain]


def plan(number: int, seed: int) -> tuple[Recipe, ...]:
    """Return the recipes of so many portals (a multiple of a block is a fair sample); ValueError for more than 600."""
    if number > MAX_BLOCKS * BLOCK:
        raise ValueError(f"at most {MAX_BLOCKS * BLOCK} portals, not {number}")
    recipes: list[Recipe] = []
    for block in range(-(-number // BLOCK)):
        recipes += _block(block, seed)
    return tuple(recipes[:number])


def _cards(block: int) -> list[tuple[str, str]]:
    """Return the cards of a block, each with its style: the city and its two districts first."""
    chains = [("chain", style) for style in STYLES]
    if block % 5 == 4:  # one portal in a hundred has https alone
        chains = [(card, "https_only" if style == "to_https" else style) for card, style in chains]
    beside = ("static", "mega", "script_array", "tabs", "loaded_js", "document_write")
    others = [
        ("section" if block % 2 else "shared", "static"),
        ("shared" if block % 2 else "section", beside[block % len(beside)]),
        ("sitemap", "static"),
        ("search", "static"),
        ("search", "shell"),
        ("entry", "shell"),
        ("column", beside[block % len(beside)]),
        ("column", beside[(block + 2) % len(beside)]),
        ("nothing", beside[(block + 1) % len(beside)]),
        ("nothing", beside[(block + 3) % len(beside)]),
        ("challenged", ("status_412", "status_521", "status_468")[block % 3]),
        ("unreachable", "silence"),
    ]
    return [*chains, *others]


def _block(block: int, seed: int) -> Iterator[Recipe]:
    picker = Picker("block", seed, block)
    cards = picker.some(_cards(block), BLOCK)
    city, counties = _cities(seed)[block]
    districts = picker.some(counties, 2)
    numbers = range(block * BLOCK, (block + 1) * BLOCK)
    host = next(
        n for n, (card, style) in zip(numbers, cards, strict=True) if (card, style) == ("chain", "static")
    )
    searches = iter(picker.some(list(SEARCHES), len(SEARCHES)))
    turn, strangers = picker.between(0, 7), iter(_strangers(seed)[block * BLOCK : (block + 1) * BLOCK])
    for place, (number, (card, style)) in enumerate(zip(numbers, cards, strict=True)):
        family = FAMILIES[(turn + place) % len(FAMILIES)]
        recipe = Recipe(
            number=number, seed=seed, card=card, family=family, style=style, region=next(strangers), chain=()
        )
        if number == host:
            # the catalogue of gkmlpt has one list a host, and this host has its districts' lists too
            recipe = replace(recipe, region=city, family="trs" if family == "gkmlpt" else family)
        if card in ("section", "shared"):
            recipe = replace(recipe, region=districts.pop(), city=host)
        if card == "search":
            recipe = replace(recipe, family=next(searches))
        if card == "sitemap" and family not in SPELLED:
            recipe = replace(recipe, family=SPELLED[block % len(SPELLED)])
        yield replace(recipe, chain=_chain(recipe))


def _chain(recipe: Recipe) -> Chain:
    """Choose a way of three to six clicks, those of gates and menus of two levels counted."""
    picker = recipe.picker("chain")
    shift = (recipe.style in GATES) - (recipe.style in TWO_LEVELS)
    if recipe.card == "nothing":
        return picker.one(CHAINS[6])[:3]
    if shift <= 0 and recipe.card == "chain" and picker.between(0, 19) == 0:
        return UNNAMED_CHAIN
    # most lists are three to five clicks away
    clicks = picker.one((3, 3, 4, 4, 4, 5, 5, 6))
    return picker.one(CHAINS[min(max(clicks - shift, 3), 6 - max(shift, 0))])


@cache
def _cities(seed: int) -> list[tuple[regions.Region, list[regions.Region]]]:
    """Return a city for each block, and the districts of each."""
    counties: dict[str, list[regions.Region]] = {}
    for row in _rows():
        if row.level == "county" and row.parent:
            counties.setdefault(row.parent, []).append(row)
    cities = [row for row in _rows() if row.level == "city" and len(counties.get(row.code, ())) >= 4]
    return [(city, counties[city.code]) for city in Picker("city", seed).some(cities, MAX_BLOCKS)]


@cache
def _strangers(seed: int) -> list[regions.Region]:
    """Return the other divisions in a chosen order, those of the blocks' cities left out."""
    kept = {row.code for city, districts in _cities(seed) for row in (city, *districts)}
    rows = [row for row in _rows() if row.code not in kept]
    return Picker("strangers", seed).some(rows, MAX_BLOCKS * BLOCK)


@cache
def _rows() -> tuple[regions.Region, ...]:
    """Return the divisions in use."""
    lines = Path(regions.__file__).with_name("regions.tsv").read_text("utf-8").splitlines()
    codes = [line.partition("\t")[0] for line in lines if line and not line.startswith("#")]
    rows = (regions.region(code) for code in dict.fromkeys(codes))
    return tuple(row for row in rows if row is not None and row.until is None)
