"""`fazhi cms explain`: how a page is read, as a list and as an article, and which CMS it is taken for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.cli.options import ConnectToOption, JsonOption, ReplayOption, SourcesOption
from crawler.cli.output import message, print_json, say
from crawler.errors import ConfigError
from crawler.language import translate

if TYPE_CHECKING:
    from crawler.discover.explain import Mark, PageExplanation, PresetReading, SeenLink, Way
    from crawler.fetch import Fetcher
    from crawler.model import Capture, Headers, Site

_MAX_PAGE_BYTES = 32 * 1024 * 1024
_NO_ADDRESS = "http://address-not-known.invalid/"
_MAX_OTHER_LINKS = 10
_MAX_MARK_CHARS = 60
_EXCHANGES = "exchanges.yaml"


def explain_command(
    place: Annotated[str, typer.Argument(metavar="PAGE", help="A saved page, or the address of one.")],
    url: Annotated[
        str | None,
        typer.Option(
            "--url",
            metavar="URL",
            help="Address of a saved page. Known without it for a file beside an exchanges.yaml of `fazhi fixture record`.",
        ),
    ] = None,
    sources: SourcesOption = Path("sources.yaml"),
    replay: ReplayOption = None,
    json: JsonOption = False,
    connect_to: ConnectToOption = None,
) -> None:
    """Show the marks, pager, totals and links of a page, which preset takes it, and why the others do not.

    An address is fetched with the settings of the entry for its host in sources.yaml, if there is one. Nothing is stored.

    Examples:
        fazhi cms explain https://www.wuhan.gov.cn/zwgk/fzzfj/
        fazhi cms explain tests/fixtures/wuwei/02-index.html
        fazhi cms explain page.html --url http://www.example.gov.cn/list/ --json

    Exit codes:
        0  the page was read
        1  the page could not be fetched or read
        2  wrong usage, or a file that cannot be read
    """
    from crawler.discover.explain import explain
    from crawler.reading.alone import read_alone

    if re.match(r"https?://", place):
        if url is not None:
            raise ConfigError("--url: is the address of a saved page, and PAGE is an address already")
        body, headers, address = _fetched(place, sources, replay, connect_to or [])
    else:
        body, headers, address = _saved(Path(place), url)
    found = read_alone(explain, body, headers, address)
    if json:
        print_json(_json(found))
        return
    for line in _lines(found):
        say(line)


def _fetched(
    url: str, sources: Path, replay: Path | None, connect_to: list[str]
) -> tuple[bytes, Headers, str]:
    """Return the body of the page at an address, its headers, and its address after redirects."""
    import asyncio

    from crawler.fetch import Fetcher, Replay, load_exchanges, parse_connect_to
    from crawler.fetch.client import NO_SITE
    from crawler.sources import site_for

    site = site_for(url, sources) if sources.exists() else NO_SITE
    fetching = Fetcher(
        sink=lambda _: None,
        replay=Replay(load_exchanges(replay)) if replay else None,
        connect_to=parse_connect_to(connect_to),
    )
    capture = asyncio.run(_capture(fetching, url, site))
    return capture.decoded(_MAX_PAGE_BYTES).body, capture.headers, capture.url


async def _capture(fetching: Fetcher, url: str, site: Site) -> Capture:
    async with fetching as fetcher:
        return await fetcher.get(url, site=site, max_bytes=_MAX_PAGE_BYTES)


def _saved(path: Path, url: str | None) -> tuple[bytes, Headers, str]:
    """Return a saved page, with its headers and address if it is one of a fixture."""
    from crawler.fetch import load_exchanges

    try:
        with path.open("rb") as file:
            body = file.read(_MAX_PAGE_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    if len(body) > _MAX_PAGE_BYTES:
        raise ConfigError(f"{path}: is over {_MAX_PAGE_BYTES} bytes; it is no page")
    if url is not None:
        return body, (), url
    if (path.parent / _EXCHANGES).is_file():
        exchange = next((each for each in load_exchanges(path.parent) if each.body == body), None)
        if exchange is not None:
            return body, exchange.headers, exchange.url
    message(
        f"{path}: its address is not known, so its links lead nowhere and marks in it do not count; give --url"
    )
    return body, (), _NO_ADDRESS


def _json(found: PageExplanation) -> dict[str, Any]:
    value = asdict(found)
    report = found.article
    value["article"] = (
        None
        if report is None
        else {
            "title": report.title,
            "published": report.published,
            "year": report.year,
            "kind": report.kind,
            "characters": len(report.body),
            "continues": report.continues,
            "pages": report.total,
        }
    )
    for preset in value["presets"]:
        preset["bodies"] = [{"selector": selector, "characters": size} for selector, size in preset["bodies"]]
    value["pager_signs"] = [{"line": line, "source": text} for line, text in value["pager_signs"]]
    return value


def _lines(found: PageExplanation) -> Iterator[str]:
    taken = next(each for each in found.presets if each.taken)
    form = "of an article" if found.is_article_address else "not of an article"
    yield f"{found.url}  (the form of the address is {form})"
    yield f"taken by: {taken.name}, {taken.maker}"
    yield ""
    yield "marks, in the order in which presets are tried"
    for preset in found.presets:
        yield from _preset_lines(preset)
    yield ""
    yield "pager"
    yield from _pager_lines(found, taken)
    yield ""
    yield from _link_lines(found)
    yield ""
    yield from _article_lines(found)


def _preset_lines(preset: PresetReading) -> Iterator[str]:
    yield f"  {'*' if preset.taken else ' '} {preset.name:9}{translate(preset.why)}"
    for mark in preset.marks:
        yield f"      {_place(mark)}: {_short(mark.text)}"


def _place(mark: Mark) -> str:
    where = "address" if mark.line is None else f"line {mark.line}"
    return where if mark.counts else f"{where}, does not count"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MAX_MARK_CHARS else f"{text[:_MAX_MARK_CHARS]}…"


def _pager_lines(found: PageExplanation, taken: PresetReading) -> Iterator[str]:
    if found.is_sitemap:
        yield "    a sitemap: it has no pages"
        return
    yield f"    next: {_leads(found.next)}"
    states = [
        f"{number} {what}"
        for number, what in ((found.stated_pages, "pages"), (found.stated_entries, "entries"))
        if number is not None
    ]
    yield f"    the page states: {', '.join(states) or 'no total'}"
    for way in taken.ways:
        yield f"    {way.rule:<18} {_leads(way)}"
    for preset in found.presets:
        for way in preset.ways:
            if not preset.taken and way.url and way.rule not in {each.rule for each in taken.ways}:
                yield f"    {way.rule:<18} {_leads(way)}  (a rule of {preset.name}: not tried)"
    for number, text in found.pager_signs:
        yield f"    line {number}: {text}"


def _leads(way: Way | None) -> str:
    if way is None or way.url is None:
        return "nothing"
    sends = f"  {way.sends}" if way.sends else ""
    return f"{way.method} {way.url}{sends}"


def _link_lines(found: PageExplanation) -> Iterator[str]:
    reports = [link for link in found.links if link.report]
    others = [link for link in found.links if not link.report]
    yield f"links: {len(found.links)}, of which {len(reports)} have the title of a report"
    if found.fault:
        yield f"    {found.fault}"
    for link in reports:
        yield f"  * {_link(link)}"
    for link in others[:_MAX_OTHER_LINKS]:
        yield f"    {_link(link)}  ({link.why})"
    if len(others) > _MAX_OTHER_LINKS:
        yield f"    and {len(others) - _MAX_OTHER_LINKS} more; --json has all"


def _link(link: SeenLink) -> str:
    return f"{link.date or 'no date':10}  {link.title or 'no title'}  {link.url}"


def _article_lines(found: PageExplanation) -> Iterator[str]:
    report = found.article
    if report is None:
        yield f"as an article: none: {found.no_article}"
        return
    yield f"as an article: {report.title or 'no title'}, {report.published or 'no date'}, {len(report.body)} characters"
    first = report.body.partition("\n")[0]
    yield f"    begins: {_short(first)}"
    if report.continues or report.total > 1:
        yield f"    of {report.total} pages or more; next: {report.continues or 'no link found'}"
    hints = [
        f"{selector} ({preset.name}, {size} characters)"
        for preset in found.presets
        for selector, size in preset.bodies
    ]
    yield f"    body hints that the page has: {', '.join(hints) or 'none'}"
