"""`fazhi source add`: from an address to an entry of sources.yaml."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from crawler.address import canonical, host_port
from crawler.cli.options import ConnectToOption, JsonOption, ReplayOption, SourcesOption
from crawler.cli.output import print_json
from crawler.errors import ConfigError
from crawler.fetch import Fetcher, Replay, load_exchanges, parse_connect_to
from crawler.fetch.client import utc_now
from crawler.field.regions import path as region_path
from crawler.field.regions import region as region_known
from crawler.model import Link, Site
from crawler.onboarding.add import LIST_PAGES, Finding, look, new_id
from crawler.sources import add_entry, entry_lines, place_of, sites_before


def add(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="A list page of the site, or one of its reports.")
    ],
    sources: SourcesOption = Path("sources.yaml"),
    id: Annotated[
        str | None, typer.Option("--id", help="The entry's id, instead of one from the host.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="The government's name.")] = None,
    region: Annotated[str | None, typer.Option("--region", help="Its GB/T 2260 code, six digits.")] = None,
    pages: Annotated[int, typer.Option("--pages", min=1, help="Pages of the list to look at.")] = LIST_PAGES,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the entry, write nothing.")] = False,
    json: JsonOption = False,
    replay: ReplayOption = None,
    connect_to: ConnectToOption = None,
) -> None:
    """Look at a list page or a report, show what is recognised, and put an entry into sources.yaml.

    It goes among the others in the order of region codes; where there is no file, one is begun.

    The entry goes to stdout, what was seen to stderr. Exit code 1 when nothing was found, or not enough.
    """
    if region is not None and region_known(region) is None:
        raise ConfigError(f"--region {region}: no division has this code")
    sites = sites_before(sources)
    if site := _at(sites, [url]):
        _already(site, url, sources, json)
    saved = Replay(load_exchanges(replay)) if replay else None
    finding = asyncio.run(_look(url, pages, saved, parse_connect_to(connect_to or ())))
    finding = replace(finding, name=name or finding.name, region=region or finding.region)
    if site := _at(sites, (*finding.lists, *finding.pages)):
        _already(site, url, sources, json)
    entry = _entry(finding, id or new_id(url, [s.id for s in sites], finding.region), live=saved is None)
    refusal = None if finding.ok else _why_not(finding)
    if refusal is None and id is None and (near := _same_host(sites, finding)):
        refusal = (
            f"{near.id} ({place_of(sources, near.id)}) is of the same host and division: add the address to its"
            " `lists`, or give --id for an entry of its own"
        )
    written = refusal is None and not dry_run
    if written:
        add_entry(sources, entry)
    if json:
        print_json(_json(finding, entry if refusal is None else None, refusal, written=written))
    else:
        print("\n".join(_told(finding)), file=sys.stderr)
        if refusal is None:
            print("\n".join("  " + line for line in entry_lines(entry)))
            print(_ending(sources, entry, written=written), file=sys.stderr)
        else:
            print(f"nothing added: {refusal}", file=sys.stderr)
    raise typer.Exit(0 if refusal is None else 1)


async def _look(url: str, pages: int, saved: Replay | None, mapping: dict[str, tuple[str, int]]) -> Finding:
    async with Fetcher(sink=lambda _: None, replay=saved, connect_to=mapping) as fetcher:
        return await look(url, fetcher, list_pages=pages)


def _at(sites: Sequence[Site], urls: Sequence[str]) -> Site | None:
    """The site that visits one of the addresses already, as a list or as a report."""
    keys = set(map(canonical, urls))
    return next((s for s in sites if keys.intersection(map(canonical, (*s.lists, *s.pages)))), None)


def _same_host(sites: Sequence[Site], finding: Finding) -> Site | None:
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


def _already(site: Site, url: str, sources: Path, json: bool) -> None:
    place = place_of(sources, site.id)
    if json:
        print_json({"url": url, "already": site.id, "place": place, "written": False})
    else:
        print(f"already there: {site.id} ({site.name}) at {place}", file=sys.stderr)
    raise typer.Exit


def _entry(finding: Finding, id: str, *, live: bool) -> dict[str, str | list[str]]:
    entry: dict[str, str | list[str]] = {"id": id, "name": finding.name or "", "region": finding.region or ""}
    entry |= {key: list(urls) for key, urls in (("lists", finding.lists), ("pages", finding.pages)) if urls}
    if live:
        entry["seen"] = utc_now().date().isoformat()
    return entry | {"note": _note(finding, live=live)}


def _note(finding: Finding, *, live: bool) -> str:
    """What the entry rests on, for those who read it later."""
    seen = "Seen" if live else "Seen on saved pages"
    if finding.lists:
        years = sorted({year for _, year in finding.reports if year})
        span = f" ({years[0]}-{years[-1]})" if len(years) > 1 else f" ({years[0]})" if years else ""
        note = f"{seen}: {len(finding.reports)} reports{span} on the list, system {finding.cms}."
        note += f" The list was found from the report {finding.url}" if finding.report else ""
    else:
        note = f"{seen}: this report; the list that it stands on is not known."
    division = region_known(finding.region or "")
    old = division.until if division else None
    return note + (f" The code {finding.region} went out of use in {old}." if old else "")


def _told(finding: Finding) -> Iterator[str]:
    """What was seen, for people."""
    where = dict(finding.where)
    kind = "a report" if finding.report else "a list"
    if finding.problem is None:
        yield f"{finding.url}: {kind}, system {finding.cms}"
    if finding.name:
        yield f"  name     {finding.name}" + _from(where.get("name"))
    if finding.region:
        yield f"  region   {finding.region} {region_path(finding.region)}" + _from(where.get("region"))
    for url in finding.lists:
        yield f"  list     {url}: {finding.list_pages} pages looked at, {finding.links} links"
        yield f"  paging   {finding.paging or 'one page only, as it seems'}"
    for link, year in finding.reports:
        yield f"  report   {year or 'no year'}  {link.date or '':10}  {link.title}"


def _from(where: str | None) -> str:
    return f"  ({where})" if where else ""


def _why_not(finding: Finding) -> str:
    """What is missing, what was seen, and what to try."""
    if finding.problem is None:
        missing = [f"--{key}" for key in ("name", "region") if not getattr(finding, key)]
        return f"the page does not say whose it is; give {' and '.join(missing)}"
    lines = [f"{finding.url}: {finding.problem}"]
    if finding.list_pages:
        lines[0] += f" (system {finding.cms}, {finding.list_pages} pages looked at, {finding.links} links)"
        lines += [f"  came close: {link.title} ({why})" for link, why in finding.near_misses]
        lines += [f"  try: fazhi source add {link.url}  ({link.title})" for link in finding.columns]
        if finding.links < 5:
            lines.append("  hardly a link: is the list filled by script? Then give the address of its JSON")
        if finding.paging:
            lines.append("  older entries stand on later pages: try --pages 10")
        if not finding.columns:
            lines.append("  try the column 法治政府建设, often below 政务公开, or the address of one report")
    return "\n".join(lines)


def _ending(sources: Path, entry: dict[str, Any], *, written: bool) -> str:
    if not written:
        return f"not written (--dry-run); without it this is added to {sources}"
    return f"added to {place_of(sources, entry['id'])}; see what it finds: fazhi source check {entry['id']}"


def _json(
    finding: Finding, entry: dict[str, Any] | None, refusal: str | None, *, written: bool
) -> dict[str, Any]:
    def link(link: Link) -> dict[str, Any]:
        return {"url": link.url, "title": link.title, "date": link.date}

    return {
        "url": finding.url,
        "kind": "report" if finding.report else "list",
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
