"""Open a storage by its place: a folder, or an address of an object store."""

from __future__ import annotations

from pathlib import Path

from crawler.archive.storage.folder_storage import FolderStorage
from crawler.archive.storage.interface import Storage
from crawler.archive.storage.location import parse_location
from crawler.archive.storage.object_storage import ObjectStorage


def open_storage(text: str) -> Storage:
    """Open what a text names, for reading and writing. Nothing is asked yet. Raises ConfigError, also without the extra `spread`."""
    found = parse_location(text)
    return FolderStorage(found) if isinstance(found, Path) else ObjectStorage(found)
