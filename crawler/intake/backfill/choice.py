"""The kinds of archives, and the words that choose one: `wayback`, `cdx https://…`. A new kind is its file, and its line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from crawler.address import has_credentials, normal
from crawler.errors import ConfigError
from crawler.intake.backfill.archives.cdx import Cdx
from crawler.intake.backfill.archives.commoncrawl import BASE as COMMON_CRAWL
from crawler.intake.backfill.archives.commoncrawl import CommonCrawl
from crawler.intake.backfill.archives.memento import MementoArchive
from crawler.intake.backfill.archives.public_archive import PublicArchive
from crawler.intake.backfill.archives.wayback import BASE as WAYBACK
from crawler.intake.backfill.archives.wayback import Wayback

ARCHIVES: dict[str, Callable[[str, str], PublicArchive]] = {
    "wayback": lambda url, more: Wayback(url or WAYBACK, more),
    "commoncrawl": lambda url, more: CommonCrawl(url or COMMON_CRAWL, more),
    "cdx": Cdx,
    "memento": MementoArchive,
}
"""Kind of archive → its class, by its address and that of its WARC files; empty: those of the kind itself."""

DEFAULT = ("wayback", "commoncrawl")
"""Archives that are asked if none are named."""

_NEED_ADDRESS = ("cdx", "memento")


def archives_of(choices: Iterable[str]) -> list[PublicArchive]:
    """Return the archives that words choose, each `KIND [ADDRESS [ADDRESS OF WARC FILES]]`. Raises ConfigError."""
    return [_archive_of(choice) for choice in dict.fromkeys(choices)]


def _archive_of(choice: str) -> PublicArchive:
    kind, *addresses = choice.split() or [""]
    if kind not in ARCHIVES:
        raise ConfigError(f"--from {choice}: must begin with one of {', '.join(ARCHIVES)}")
    if len(addresses) > 2 or (kind in _NEED_ADDRESS and not addresses):
        form = f"{kind} ADDRESS" if kind in _NEED_ADDRESS else f"{kind} [ADDRESS]"
        raise ConfigError(f"--from {choice}: must be `{form}`, and perhaps the address of its WARC files")
    for address in addresses:
        if has_credentials(address):
            raise ConfigError(f"--from {kind}: an address must be without a user name or password")
        if not address.startswith(("http://", "https://")) or normal(address) is None:
            raise ConfigError(
                f"--from {choice}: {address} must be an address that starts with http:// or https://"
            )
    url, more = [*addresses, "", ""][:2]
    return ARCHIVES[kind](url, more)
