"""`fazhi source add`: write an entry of sources.yaml from the address of a list page or of a report.

`crawler.onboarding.add` looks at the site, `crawler.sources.add` edits the file. This module checks whether the entry
is already there, builds it, and prints the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.cli.options import ConnectToOption, JsonOption, ReplayOption, SourcesOption, the_address
from crawler.cli.output import message, print_json
from crawler.errors import ConfigError
from crawler.field.counting import counted
from crawler.field.times import utc_now
from crawler.onboarding.limits import DEFAULT_LIST_PAGES

if TYPE_CHECKING:
    from crawler.fetch import ConnectTo, Replay
    from crawler.model import Link, Site
    from crawler.onboarding.add import Finding
    from crawler.onboarding.find.model import FindResult


def add(
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL", help="A list page of the site, one of its reports, or the home page of a portal."
        ),
    ],
    sources: SourcesOption = Path("sources.yaml"),
    id: Annotated[
        str | None, typer.Option("--id", help="Id of the entry; made from the host name if omitted.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name of the government.")] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="GB/T 2260 code of the government, six digits.")
    ] = None,
    pages: Annotated[
        int, typer.Option("--pages", min=1, help="Number of list pages to read.")
    ] = DEFAULT_LIST_PAGES,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the entry; write nothing.")] = False,
    json: JsonOption = False,
    replay: ReplayOption = None,
    connect_to: ConnectToOption = None,
) -> None:
    """Read a list page or a report, show what is recognised, and add an entry to sources.yaml.

    From the address of a portal's home page the list is searched, as `fazhi source find` does.

    Entries are kept in the order of their region codes. If the file does not exist, it is created.

    The entry is printed on stdout, what was found on stderr. Exit code 1 if too little was found for an entry.

    Examples:
        fazhi source add https://www.wuhan.gov.cn/zwgk/fzzfj/
        fazhi source add --dry-run https://www.wuhan.gov.cn/

    Exit codes:
        0  the entry is written, or is there already
        1  too little was found for an entry
        2  wrong use, or a faulty sources.yaml
    """
    import asyncio

    from crawler.fetch import Replay, load_exchanges, parse_connect_to
    from crawler.field.regions import region as region_known
    from crawler.model import Site
    from crawler.onboarding.add import new_id
    from crawler.sources import add_entry, entry_lines, existing_sites, is_identifier, load, location_of

    url = the_address(url)
    if region is not None and region_known(region) is None:
        raise ConfigError(f"--region {region}: no division has this code")
    sites = existing_sites(sources)
    if id is not None and not is_identifier(id):
        raise ConfigError(f"--id {id}: must be small letters, digits and hyphens, such as wuhan")
    if site := _site_with(sites, [url]):
        _exit_as_known(site, url, sources, json)
    saved = Replay(load_exchanges(replay)) if replay else None
    defaults = load(sources).defaults if sources.exists() else Site(id="", name="", region="")
    looking = _look(url, pages, saved, parse_connect_to(connect_to or ()), region=region, defaults=defaults)
    finding, found = asyncio.run(looking)
    finding = replace(finding, name=name or finding.name, region=region or finding.region)
    if site := _site_with(sites, (*finding.lists, *finding.pages)):
        _exit_as_known(site, url, sources, json)
    entry = _entry(finding, id or new_id(url, [s.id for s in sites], finding.region), live=saved is None)
    if found is not None and finding.ok:
        entry = _entry_of_portal(found, entry, live=saved is None)
    refusal = None if finding.ok else _refusal(finding)
    if refusal is None and id is None and (near := _site_on_same_host(sites, finding)):
        refusal = (
            f"{near.id} ({location_of(sources, near.id)}) has the same host and division: add the address to its"
            " `lists`, or give --id to make a separate entry"
        )
    written = refusal is None and not dry_run
    if written:
        add_entry(sources, entry)
    if json:
        print_json(_json(finding, entry if refusal is None else None, refusal, written=written))
    else:
        for line in _description(finding):
            message(line)
        if refusal is None:
            print("\n".join("  " + line for line in entry_lines(entry)))
            message(_result_line(sources, entry, written=written))
        else:
            message(f"nothing added: {refusal}")
    raise typer.Exit(0 if refusal is None else 1)


async def _look(
    url: str,
    pages: int,
    saved: Replay | None,
    mapping: ConnectTo,
    *,
    region: str | None,
    defaults: Site,
) -> tuple[Finding, FindResult | None]:
    """Look at an address; search the portal first if it is a home page. The result is that of the search, if it found a list."""
    from crawler.cli.finding.single import finding_of, search_one
    from crawler.fetch import Fetcher
    from crawler.onboarding.add import look
    from crawler.onboarding.find.model import Result
    from crawler.onboarding.find.targets import is_home
    from crawler.onboarding.limits import DEFAULT_BUDGET
    from crawler.reading.pages import PageProcess

    fetching = Fetcher(sink=lambda _: None, replay=saved, connect_to=mapping)
    async with fetching as fetcher, PageProcess() as page_process:
        if not is_home(url):
            return await look(url, fetcher, page_process, list_pages=pages, defaults=defaults), None
        message(f"{url}: a home page; its portal is searched, at most {DEFAULT_BUDGET} requests")
        result = await search_one(url, fetcher, page_process, region=region, defaults=defaults)
        found = finding_of(result)
        if result.result is Result.FOUND:
            return found, result
        if result.result in (
            Result.COLUMN,
            Result.NOTHING,
        ):  # the page may be a list itself, of a site that is one column
            as_list = await look(url, fetcher, page_process, list_pages=pages, defaults=defaults)
            return (as_list if as_list.reports else found), None
        return found, None


def _entry_of_portal(
    result: FindResult, entry: dict[str, str | list[str] | bool], *, live: bool
) -> dict[str, str | list[str] | bool]:
    """Return the entry that a search made, with the id, the name and the division of another one."""
    from crawler.onboarding.find.entries import entries_of

    named = {key: str(entry[key]) for key in ("id", "name", "region")}
    found = entries_of(replace(result, name=named["name"], code=named["region"]), (), live=live)
    return found[0] | named


def _site_with(sites: Sequence[Site], urls: Sequence[str]) -> Site | None:
    """Return the site that already has one of the addresses, as a list or as a report."""
    from crawler.address import canonical

    keys = set(map(canonical, urls))
    return next((s for s in sites if keys.intersection(map(canonical, (*s.lists, *s.pages)))), None)


def _site_on_same_host(sites: Sequence[Site], finding: Finding) -> Site | None:
    from crawler.address import host_port

    hosts = {host_port(url).rpartition(":")[0] for url in (*finding.lists, *finding.pages)}
    return next(
        (
            site
            for site in sites
            if site.region == finding.region
            and hosts.intersection(host_port(url).rpartition(":")[0] for url in (*site.lists, *site.pages))
        ),
        None,
    )


def _exit_as_known(site: Site, url: str, sources: Path, json: bool) -> None:
    """Print that the address is in sources.yaml already, and end the command with exit code 0."""
    from crawler.sources import location_of

    place = location_of(sources, site.id)
    if json:
        print_json({"url": url, "already": site.id, "place": place, "written": False})
    else:
        message(f"already in the file: {site.id} ({site.name}) at {place}")
    raise typer.Exit


def _entry(finding: Finding, id: str, *, live: bool) -> dict[str, str | list[str] | bool]:
    entry: dict[str, str | list[str] | bool] = {
        "id": id,
        "name": finding.name or "",
        "region": finding.region or "",
    }
    entry |= {key: list(urls) for key, urls in (("lists", finding.lists), ("pages", finding.pages)) if urls}
    if live:
        entry["seen"] = utc_now().date().isoformat()
    return entry | {"note": _note(finding, live=live)}


def _note(finding: Finding, *, live: bool) -> str:
    """Return the entry's `note`: what was found on the day it was written, for later readers."""
    from crawler.field.regions import region as region_known

    seen = "Seen" if live else "Seen on saved pages"
    if finding.lists:
        years = sorted({year for _, year in finding.reports if year})
        span = f" ({years[0]}-{years[-1]})" if len(years) > 1 else f" ({years[0]})" if years else ""
        note = f"{seen}: {counted(len(finding.reports), 'report')}{span} on the list, system {finding.cms}."
        note += f" The list was found from the report {finding.url}" if finding.report else ""
    else:
        note = f"{seen}: this report; the list that has it is not known."
    division = region_known(finding.region or "")
    old = division.until if division else None
    return note + (f" The code {finding.region} went out of use in {old}." if old else "")


def _description(finding: Finding) -> Iterator[str]:
    """Yield the lines that describe what was found, for people."""
    from crawler.field.regions import path as region_path

    where = dict(finding.where)
    kind = "a report" if finding.report else "a portal" if _is_portal(finding) else "a list"
    if finding.problem is None:
        yield f"{finding.url}: {kind}, system {finding.cms}"
    if finding.name:
        yield f"  name     {finding.name}" + _from(where.get("name"))
    if finding.region:
        yield f"  region   {finding.region} {region_path(finding.region)}" + _from(where.get("region"))
    for url in finding.lists:
        yield f"  list     {url}: {counted(finding.list_pages, 'page')} read, {counted(finding.links, 'link')}"
        yield f"  paging   {finding.paging or 'no further page found'}"
    for link, year in finding.reports:
        yield f"  report   {year or 'no year'}  {link.date or '':10}  {link.title}"


def _is_portal(finding: Finding) -> bool:
    from crawler.onboarding.find.targets import is_home

    return is_home(finding.url) and finding.url not in finding.lists


def _from(where: str | None) -> str:
    return f"  ({where})" if where else ""


def _refusal(finding: Finding) -> str:
    """Return why no entry can be made: what is missing, what was found, and what to try."""
    if finding.problem is None:
        missing = [f"--{key}" for key in ("name", "region") if not getattr(finding, key)]
        return f"the page does not name its government; give {' and '.join(missing)}"
    lines = [f"{finding.url}: {finding.problem}"]
    if finding.list_pages:
        lines[0] += (
            f" (system {finding.cms}, {counted(finding.list_pages, 'page')} read, {counted(finding.links, 'link')})"
        )
        lines += [f"  similar, not taken: {link.title} ({why})" for link, why in finding.near_misses]
        lines += [f"  try: fazhi source add {link.url}  ({link.title})" for link in finding.columns]
        if finding.links < 5:
            lines.append("  few links: if a script fills the list, give the address of the JSON it loads")
        if finding.paging:
            lines.append("  older entries are on later pages: try --pages 10")
        if not finding.columns:
            lines.append("  try the column 法治政府建设, often below 政务公开, or the address of one report")
    return "\n".join(lines)


def _result_line(sources: Path, entry: dict[str, Any], *, written: bool) -> str:
    from crawler.sources import location_of

    if not written:
        return f"not written (--dry-run); run without --dry-run to add it to {sources}"
    return f"added to {location_of(sources, entry['id'])}; to test it: fazhi source check {entry['id']}"


def _json(
    finding: Finding, entry: dict[str, Any] | None, refusal: str | None, *, written: bool
) -> dict[str, Any]:
    def link(link: Link) -> dict[str, Any]:
        return {"url": link.url, "title": link.title, "date": link.date}

    return {
        "url": finding.url,
        "kind": "report" if finding.report else "portal" if _is_portal(finding) else "list",
        "cms": finding.cms,
        "next": finding.paging,
        "name": finding.name,
        "region": finding.region,
        "where": dict(finding.where),
        "list_pages": finding.list_pages,
        "links": finding.links,
        "reports": [link(each) | {"year": year} for each, year in finding.reports],
        "near_misses": [link(each) | {"why": why} for each, why in finding.near_misses],
        "columns": [link(each) for each in finding.columns],
        "tried": list(finding.tried),
        "entry": entry,
        "problem": refusal,
        "written": written,
    }
