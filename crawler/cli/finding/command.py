"""`fazhi source find`: read the flags, choose the portals, search them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.options import ConnectToOption, JsonOption, ReplayOption, SourcesOption
from crawler.cli.output import message
from crawler.onboarding.limits import DEFAULT_BUDGET, DEFAULT_HOSTS_AT_ONCE, WAYS

if TYPE_CHECKING:
    from crawler.onboarding.find.model import Target


def find(
    regions: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REGION|URL]...",
            help="Divisions, by code or name (420100, 武汉市, 南京市鼓楼区), or addresses of portals.",
        ),
    ] = None,
    within: Annotated[
        list[str] | None,
        typer.Option(
            "--region", metavar="REGION", help="All divisions in this one, itself included. May be repeated."
        ),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option(
            "--level", help="Only divisions of this level, in those named: province, city or county."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All divisions whose portal is known.")] = False,
    sources: SourcesOption = Path("sources.yaml"),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be written; write no entry.")
    ] = False,
    departments: Annotated[
        bool,
        typer.Option(
            "--departments",
            help="Also lists of the reports of 司法局 and other organs, as entries of their own.",
        ),
    ] = False,
    configured_too: Annotated[
        bool,
        typer.Option(
            "--configured", help="Search governments too that have an entry. Theirs is not changed."
        ),
    ] = False,
    budget: Annotated[
        int,
        typer.Option(
            "--budget", min=1, max=10_000, help="Requests for one portal, robots.txt and redirects included."
        ),
    ] = DEFAULT_BUDGET,
    render: Annotated[
        bool,
        typer.Option("--render", help="As a last resort, have a browser draw the home page (make browser)."),
    ] = False,
    ways: Annotated[
        str | None,
        typer.Option(
            "--ways",
            metavar="WAY,…",
            help=f"Only these ways in, to see what each is worth: {', '.join(WAYS)}.",
        ),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state",
            metavar="FILE",
            help="What is known of portals searched before, and of a search that was ended; beside the sources.yaml if omitted.",
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Ask again where a result is known.")] = False,
    at_once: Annotated[
        int,
        typer.Option(
            "--at-once", min=1, max=500, help="Hosts at the same time; to each one request at a time."
        ),
    ] = DEFAULT_HOSTS_AT_ONCE,
    json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")] = False,
    replay: ReplayOption = None,
    connect_to: ConnectToOption = None,
) -> None:
    """Find the lists of reports of governments, from the home pages of their portals.

    Each portal ends as one of: found; column (a column by its name, no report in it); nothing; challenged (a script to
    solve); unreachable. Entries for what was found go into sources.d/PROVINCE.yaml beside the sources.yaml. A search that
    was ended goes on where it was when the same command is run again. With --json, a line for each portal.

    SIGTERM or SIGINT ends it in order: what was found so far is written and printed. Exit code 0 if all were found, 1 if some
    were not or the search was ended, 3 if another search uses the state file.

    Examples:
        fazhi source find 武汉市
        fazhi source find --region 湖北 --level city --dry-run
        fazhi source find https://www.wuhan.gov.cn/ --json

    Exit codes:
        0  all lists were found
        1  some were not, or the search was ended
        2  wrong use, or a faulty sources.yaml
        3  another search uses the state file
    """
    from crawler.cli.finding.searching import Search, state_path, ways_of
    from crawler.fetch import Replay, load_exchanges, parse_connect_to
    from crawler.field.region_names import the_level
    from crawler.field.regions import path as region_path
    from crawler.model import Site
    from crawler.onboarding.find.model import Options
    from crawler.onboarding.find.targets import targets_of
    from crawler.sources import load

    chosen_level = the_level(level) if level is not None else None
    targets, unknown = targets_of(
        regions or (), regions=within or (), level=chosen_level, everything=everything
    )
    if chosen_level is None and not quiet:
        _say_what_a_province_is(targets, regions or ())
    for row in unknown:
        message(f"{row.code} {region_path(row.code)}: its portal is not known; give its address")
    if not configured_too:
        targets = _without_configured(targets, sources, quiet=quiet)
    defaults = load(sources).defaults if sources.exists() else Site(id="", name="", region="")
    wanted = ways_of(ways, WAYS) or frozenset(WAYS) - {"render"}
    if render:
        wanted |= {"render"}
    search = Search(
        targets=targets,
        options=Options(budget=budget, ways=wanted, departments=departments, site=defaults),
        sources=sources,
        state=state or state_path(sources),
        dry_run=dry_run,
        json=json,
        quiet=quiet,
        replay=Replay(load_exchanges(replay)) if replay else None,
        connect_to=parse_connect_to(connect_to or ()),
        hosts_at_once=at_once,
        again=again,
    )
    code = search.run()
    raise typer.Exit(code or (1 if unknown else 0))


def _say_what_a_province_is(targets: tuple[Target, ...], words: Sequence[str]) -> None:
    """Say how the divisions in a province are searched, where the province alone was named."""
    from crawler.field.region_names import the_region

    named = {the_region(word).code for word in words if "://" not in word}
    for target in targets:
        if target.code in named and str(target.code).endswith("0000"):
            message(
                f"{target.name}: its own portal; for those in it, --level city or county, or --region {target.name}"
            )


def _without_configured(targets: tuple[Target, ...], sources: Path, *, quiet: bool) -> tuple[Target, ...]:
    """Leave out the governments that have an entry, and say so."""
    from crawler.onboarding.find.targets import configured, has_portal_only
    from crawler.sources import existing_sites, location_of

    known = configured(existing_sites(sources))
    left = []
    for target in targets:
        site = known.get(target.code or "")
        if site is None or has_portal_only(site):
            left.append(target)
        elif not quiet:
            place = location_of(sources, site.id)
            message(
                f"{site.region} {site.name}: configured already as {site.id} ({place}); --configured searches it"
            )
    return tuple(left)
