"""Make portals and their sites: a site for each recipe of the plan, filled by `builder`, and what `truth` says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from crawler.field.portals import portals
from crawler.field.regions import region
from tests.site.model import Government
from tests.site.portals.builder import Builder
from tests.site.portals.model import Portal
from tests.site.portals.plan import SEARCHES, Recipe, plan
from tests.site.portals.site import SUFFIX, Site
from tests.site.portals.truth import truth

_SYLLABLES = ("an", "bei", "chang", "de", "feng", "gu", "hai", "jin", "kang", "lin", "ming", "ning", "ping", "qing", "shan", "tai", "xin", "yang", "zhou")  # fmt: skip
_HTTPS = ("to_https", "https_only")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The portals, and what serves them: sites by host, the status that a firewall gives, hosts that do not answer."""

    portals: tuple[Portal, ...]
    sites: dict[str, Site]
    firewalls: dict[str, int]
    silent: frozenset[str]
    https: frozenset[str]  # hosts that have https, and send http there
    without_http: frozenset[str]  # hosts that have https alone


def make(number: int, seed: int, codes: Sequence[str] = ()) -> Made:
    """Return so many portals; the same number and seed give the same portals on every machine.

    `codes`: portals of these divisions instead, under the host names that the table has for them.
    """
    recipes = plan(len(codes) or number, seed)
    if codes:
        recipes = tuple(_of_division(r, code) for r, code in zip(recipes, codes, strict=True))
    hosts = {r.number: _real_host(r) if codes else _host(r) for r in recipes}
    bases = {r.number: f"{'https' if r.style in _HTTPS else 'http'}://{hosts[r.number]}" for r in recipes}
    kept = frozenset(hosts.values()) if codes else frozenset[str]()
    sites = {
        r.number: Site(r.number, _government(r, bases[r.number]), search=_search(r), kept=kept)
        for r in recipes
    }
    made = []
    for recipe in recipes:
        city = recipes[recipe.city] if recipe.city is not None and recipe.city < len(recipes) else None
        builder = Builder(recipe, sites, bases, city)
        builder.add_pages()
        made.append(truth(builder))
    return Made(
        portals=tuple(made),
        sites={site.government.host: site for site in sites.values()},
        firewalls={hosts[r.number]: int(r.style[-3:]) for r in recipes if r.card == "challenged"},
        silent=frozenset(hosts[r.number] for r in recipes if r.card == "unreachable"),
        https=frozenset(hosts[r.number] for r in recipes if r.style in _HTTPS),
        without_http=frozenset(hosts[r.number] for r in recipes if r.style == "https_only"),
    )


def _real_host(recipe: Recipe) -> str:
    return urlsplit(portals()[recipe.region.code].home).hostname or ""


def _of_division(recipe: Recipe, code: str) -> Recipe:
    """Give a recipe's portal to a division. One whose list is on another's portal gets a list of its own."""
    row = region(code)
    assert row is not None
    card = "chain" if recipe.city is not None else recipe.card
    return replace(recipe, region=row, card=card, city=None)


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
