"""Record tests/fixtures/ from the loopback web: `python -m tests.site.record`.

It records the seven governments, under their real host names and with their entries of sources.yaml; a list in each other
system; and each page of `troubles`. The latter two have their own entries in `source.yaml`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from crawler.fetch import Fetcher
from crawler.fetch.record import Sink
from crawler.model import Capture, Site
from crawler.onboarding.fixtures import ENTRY, found, record, save, site_of, write_expected
from crawler.sources import entry_lines, load_sites
from tests.site import Web
from tests.site.invented import invent
from tests.site.server import Answer, Request, Server
from tests.site.troubles import TROUBLES, respond

ROOT = Path(__file__).parent.parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
WHEN = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
FAMILIES = ("vsb", "ucap", "gkmlpt")
"""Systems whose lists are on no government of the loopback web."""

Hosts = Mapping[str, tuple[str, int]]


def main() -> None:
    """Crawl each site of the loopback web, and save every exchange."""
    _governments()
    _families()
    _troubles()


def _governments() -> None:
    entries = {site.id: site for site in load_sites(ROOT / "sources.yaml")}
    with Web() as web:
        os.environ["SSL_CERT_FILE"] = str(web.ca_file)
        for government in web.governments:
            _save(entries[government.id], web.hosts)


def _families() -> None:
    governments = tuple(invent(900 + n, system, pages=3, share=0.05) for n, system in enumerate(FAMILIES))
    with Web(governments) as web:
        for government in governments:
            entry = {
                "id": f"list-{government.template}",
                "name": government.name,
                "region": government.region,
            }
            _save(_own_entry(entry | {"lists": list(government.lists)}), web.hosts)


def _troubles() -> None:
    server = Server(_answer)
    server.start()
    try:
        for trouble in TROUBLES:
            entry = {key: value for key, value in trouble.site().items() if value}
            _save(_own_entry(entry, trouble.says), {f"{trouble.host}:80": ("127.0.0.1", server.port)})
    finally:
        server.stop()


def _answer(request: Request) -> Answer:
    return respond(request.host, request.path)


def _own_entry(entry: Mapping[str, str | list[str]], says: str = "") -> Site:
    """Write the entry into the folder of its fixture, and return the site."""
    folder = FIXTURES / str(entry["id"])
    folder.mkdir(parents=True, exist_ok=True)
    lines = [*([f"# {says}"] if says else []), "sources:", *("  " + line for line in entry_lines(entry))]
    (folder / ENTRY).write_text("\n".join(lines) + "\n", "utf-8")
    return site_of(folder, {})


def _save(site: Site, hosts: Hosts) -> None:
    """Crawl a site and save what it serves, without other hosts that its pages link to."""

    def fetcher_of(sink: Sink) -> Fetcher:
        return Fetcher(sink=sink, connect_to=dict(hosts), clock=lambda: WHEN, sleep=_at_once)

    folder = FIXTURES / site.id
    own = folder / ENTRY
    entry = own.read_text("utf-8") if own.is_file() else None
    captures = [capture for capture in asyncio.run(record(site, fetcher_of)) if _of(site, capture, hosts)]
    shutil.rmtree(folder, ignore_errors=True)
    number = save(captures, folder)
    if entry is not None:
        own.write_text(entry, "utf-8")
    facts = asyncio.run(found(site, folder))
    write_expected(facts, folder)
    print(f"{site.id}: {number} exchanges, {len(facts['reports'])} reports")
    for ending, url, detail in facts["outcomes"]:
        print(f"  {ending:10} {url} {detail}")


def _of(site: Site, capture: Capture, hosts: Hosts) -> bool:
    wanted = {urlsplit(url).hostname for url in (*site.lists, *site.pages)}
    host = urlsplit(capture.url).hostname or ""
    return host in wanted or (not wanted and f"{host}:80" in hosts)


async def _at_once(_: float) -> None:
    """Do not wait: the server is our own."""


if __name__ == "__main__":
    main()
