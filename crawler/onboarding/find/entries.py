"""Make entries of sources.yaml of what was found, with a note that says how and when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from crawler.discover.portal.columns import names_departments
from crawler.field.organs import complete, organ, organ_in
from crawler.field.regions import begins_with_division, path, region
from crawler.model import Link
from crawler.onboarding.add import new_id
from crawler.onboarding.find.model import FindResult, FoundList

FindEntry = dict[str, str | list[str] | bool]

MAX_TRAIL = 6

_WAYS = {
    "entry": "a known page of the portal",
    "navigation": "the portal's navigation",
    "menus": "a menu in the portal's scripts",
    "sitemap": "the site map",
    "search": "the portal's own search",
    "report": "a report that the portal shows",
    "parent": "the portal of the government above",
    "render": "the portal as a browser draws it",
    "departments": "the 司法局",
}


def entries_of(result: FindResult, taken: Collection[str], *, live: bool = True) -> list[FindEntry]:
    """Return the entries for a result: one for the government, and one for each list of departments.

    `taken`: ids that are used. `live`: the pages came from the network, so the day counts as seen to work.
    """
    ids = set(taken)
    entries: list[FindEntry] = []
    if (result.lists or result.pages) and result.name and result.code:
        entries.append(_government(result, ids, live=live))
    for found in result.departments:
        if result.name and result.code:
            entries.append(_departments(result, found, ids, live=live))
    return entries


def _government(result: FindResult, ids: set[str], *, live: bool) -> FindEntry:
    entry: FindEntry = {
        "id": _id(result, ids),
        "name": result.name or "",
        "region": result.code or "",
    }
    if result.lists:
        entry["lists"] = [found.url for found in result.lists]
    else:
        entry["pages"] = [link.url for link, _ in result.pages]
    if match := next((found.match for found in result.lists if found.match), None):
        entry["match"] = match
    return _ended(entry, result, result.lists, result.reports, live=live)


def _departments(result: FindResult, found: FoundList, ids: set[str], *, live: bool) -> FindEntry:
    entry: FindEntry = {
        "id": _id(result, ids, "departments"),
        "name": _authors(result, found),
        "region": result.code or "",
        "lists": [found.url],
    }
    return _ended(entry, result, (found,), found.reports, live=live)


def _authors(result: FindResult, found: FoundList) -> str:
    """Return whose reports a list holds: one department's by its name, or those of all departments."""
    place, code = (result.name or "").removesuffix("人民政府"), result.code or ""
    named = {organ_in(link.title) for link, _ in found.reports} - {None}
    if not named and found.way == "departments" and found.trail:
        named = {organ(found.trail[0])} - {None}
    names = {complete(each[0], code) for each in named if each}
    if len(names) != 1 or names_departments(found.title):
        return f"{place}各部门"
    name = names.pop()
    return name if begins_with_division(name) else f"{place}{name}"


def _ended(
    entry: FindEntry,
    result: FindResult,
    lists: Sequence[FoundList],
    reports: Sequence[tuple[Link, int | None]],
    *,
    live: bool,
) -> FindEntry:
    if any(found.render for found in lists):
        entry["render"] = True
    if live and result.checked:
        entry["seen"] = result.day
    entry["note"] = note(result, lists, reports)
    return entry


def note(result: FindResult, lists: Sequence[FoundList], reports: Sequence[tuple[Link, int | None]]) -> str:
    """Return the sentence that says how an entry was found, with what, and on which day."""
    years = sorted({year for _, year in reports if year})
    span = f" ({years[0]}-{years[-1]})" if len(years) > 1 else f" ({years[0]})" if years else ""
    number = f"{len(reports)} report{'s' if len(reports) != 1 else ''}{span}"
    text = f"Found {result.day} from {result.target.home} by `fazhi source find`"
    if lists:
        first = lists[0]
        way = " > ".join(first.trail[-MAX_TRAIL:])
        text += f", by {_WAYS.get(first.way, first.way)}" + (f" ({way})" if way else "")
        text += f": {number} on the list, system {first.cms}."
    else:
        text += f": {number}; the list that has them is not known."
    if not result.checked:
        text += " No report was read."
    return "".join(each if each.isprintable() else " " for each in text)


def _id(result: FindResult, ids: set[str], suffix: str = "") -> str:
    """Return a new id, made from the host of the portal."""
    host = urlsplit(result.target.home).hostname or "site"
    base = new_id(f"http://{host}/", [], None)
    wanted = f"{base}-{suffix}" if suffix else base
    code = result.code or ""
    options = (
        wanted,
        f"{base}-{code}" + (f"-{suffix}" if suffix else ""),
        *(f"{wanted}-{n}" for n in range(2, 10_000)),
    )
    found = next(each for each in options if each not in ids)
    ids.add(found)
    return found


def division(code: str | None) -> str:
    """Return the full name of a division; empty if there is none."""
    return path(code) if code and region(code) else ""
