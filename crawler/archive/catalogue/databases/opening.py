"""Choose the database of an archive's catalogue."""

from __future__ import annotations

from pathlib import Path

from crawler.archive.catalogue.databases import address
from crawler.archive.catalogue.databases.base import Catalogue
from crawler.archive.catalogue.databases.sqlite import SqliteCatalogue
from crawler.archive.catalogue.engine import CATALOGUE


def open_catalogue(archive: Path, database: str | None = None) -> Catalogue:
    """Return the catalogue of an archive: in `database`, or else in the archive's folder. Nothing is opened yet.

    `database`: an address such as postgresql+psycopg://user@host/name or sqlite:///file. Raises ConfigError if it is none,
    CrawlerError if the extra `spread` is needed and missing.
    """
    place = default_place(archive) if database is None else address.parse(database)
    if isinstance(place, Path):
        return SqliteCatalogue(archive, place)
    # here, because it needs the extra `spread`
    from crawler.archive.catalogue.databases.postgresql import PostgresqlCatalogue

    return PostgresqlCatalogue(archive, place)


def default_place(archive: Path) -> Path | address.PostgresqlAddress:
    """Return where a catalogue is whose database nobody names."""
    return archive / CATALOGUE
