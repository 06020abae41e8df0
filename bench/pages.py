"""Load pages and their expected results (gold): a folder of html/<id>.html and gold/<id>.json, or the project's saved pages."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.fetch import load_exchanges

FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures"
GOVERNMENT, GENERAL = "government", "general"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """The expected fields of a page; None where they are not known."""

    body: str
    title: str | None = None
    date: str | None = None  # as a person wrote it; only the day is compared
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as served, and its gold."""

    id: str
    html: bytes
    gold: Gold
    kind: str = GENERAL  # from its gold; without it, government if the host is under gov.cn
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The pages of a run, and a description of their origin."""

    origin: str
    pages: tuple[Page, ...]

    def __str__(self) -> str:
        size = sum(len(page.html) for page in self.pages) / 1024
        addresses = sum(page.url is not None for page in self.pages)
        return (
            f"{len(self.pages)} pages ({self.origin}), {size:.0f} KB in all, {size / len(self.pages):.0f} KB a page"
            f" on average; the address is known of {addresses}"
        )


def add_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument for the folder of pages, the same for every benchmark."""
    parser.add_argument(
        "pages",
        nargs="?",
        type=Path,
        help="folder with html/<id>.html and gold/<id>.json; without it, the saved pages of tests/fixtures",
    )


def load(folder: Path | None) -> Pages:
    """Load the pages of a folder, or the project's own. Raises SystemExit if the folder has none."""
    if folder is None:
        return Pages(origin="the project's own, tests/fixtures", pages=tuple(saved_pages(FIXTURES)))
    pages = tuple(folder_pages(folder))
    if not pages:
        raise SystemExit(f"{folder}: expected html/<id>.html with gold/<id>.json, found none")
    return Pages(origin=str(folder), pages=pages)


def folder_pages(folder: Path) -> Iterable[Page]:
    """Yield the pages of a folder by id. Gold is {"body", "title"?, "date"?, "source"?, "kind"?, "host"?, "url"?}."""
    for path in sorted((folder / "gold").glob("*.json")):
        gold = json.loads(path.read_text("utf-8"))
        html = (folder / "html" / f"{path.stem}.html").read_bytes()
        yield _page(path.stem, html, gold, gold.get("url"))


def saved_pages(folder: Path) -> Iterable[Page]:
    """Yield the reports in `tests/fixtures`, with the documents that the loopback web made them from as gold."""
    from tests.site.governments import GOVERNMENTS  # imported here: it needs the test dependencies

    for government in GOVERNMENTS:
        exchanges = {exchange.url: exchange.body for exchange in load_exchanges(folder / government.id)}
        for document in government.documents:
            if html := exchanges.get(document.url):
                gold = document.gold | {"date": document.published, "kind": GOVERNMENT}
                name = urlsplit(document.url).path.rpartition("/")[2]
                yield _page(f"{government.id}/{name}", html, gold, document.url)


def _page(name: str, html: bytes, gold: dict[str, Any], url: str | None) -> Page:
    known = Gold(body=gold["body"], title=gold.get("title"), date=gold.get("date"), source=gold.get("source"))
    official = str(gold.get("host", "")).endswith(".gov.cn")
    kind = gold.get("kind") or (GOVERNMENT if official else GENERAL)
    return Page(id=name, html=html, gold=known, kind=kind, url=url)
