"""The files in `anchors/`: a folder for each anchor, and the public keys.

A folder is written under a hidden name, entered in the manifest, and then renamed. So a folder under its final name is
always in the manifest, and a hidden one that is in it is complete. What a killed process left, the next one finishes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Container, Mapping
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive.anchors.keys import public_pem
from crawler.archive.evidence import files
from crawler.archive.evidence.files import sync_folder, write_all
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.manifest_lines import Kind
from crawler.archive.storage.bucket import Bucket
from crawler.archive.storage.bucket_path import bucket_of
from crawler.regular_files import read_regular

FOLDER = "anchors"
KEYS = "anchors/keys"
STATEMENT = "statement.json"
SIGNATURE = "statement.sig"
TOKEN_SUFFIX = ".tsr"
CHAIN_SUFFIX = ".pem"
MAX_FILE_BYTES = 2_000_000
_PART = ".part"


def folder_name(at: datetime, head: str) -> str:
    """Return the name of an anchor's folder, relative to the archive."""
    return f"{FOLDER}/{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{head[:16]}"


def key_file(key: str) -> str:
    """Return the name of a public key's file, relative to the archive. `key`: its fingerprint."""
    return f"{KEYS}/{key[:16]}.pem"


def hidden(folder: Path) -> Path:
    """Return the name that an anchor's folder has until it is in the manifest."""
    return folder.with_name(f".{folder.name}{_PART}")


def on_disk(folder: Path) -> Path:
    """Return where an anchor's folder is: under its final name, or still hidden."""
    return folder if folder.exists() or not hidden(folder).is_dir() else hidden(folder)


def read_file(path: Path) -> bytes:
    """Return the bytes of a file in `anchors/`. Raises OSError if it cannot be read, ValueError if it is no file or too large."""
    if bucket_of(path) is not None:
        return read_regular(path, MAX_FILE_BYTES)
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("is no file")
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise ValueError(f"is over {MAX_FILE_BYTES} bytes")
    return data


def write_anchor(
    archive: Path, manifest: Manifest, name: str, head: str, contents: Mapping[str, bytes]
) -> None:
    """Write an anchor's folder and enter it in the manifest. The process must hold the archive's lock."""
    part = name if bucket_of(archive) else hidden(Path(name)).as_posix()  # a bucket has no folders to rename
    write_all(archive, {f"{part}/{file}": data for file, data in contents.items()}, durable=True)
    sync_folder(archive / FOLDER)
    manifest.add_anchor(
        name, head, {file: hashlib.sha256(data).hexdigest() for file, data in contents.items()}
    )
    if part != name:
        files.rename(archive, part, name)
    sync_folder(archive / FOLDER)


def write_public_key(archive: Path, key: str, public: str) -> None:
    """Write a public key as PEM."""
    write_all(archive, {key_file(key): public_pem(public)}, compare=True, durable=True)


def finish_pending(archive: Path, manifest: Manifest, notify: Callable[[str], None]) -> None:
    """Finish what a killed process left: rename a folder that is in the manifest, remove one that is not yet."""
    listed = {entry.facts["anchor"] for entry in manifest.anchors if entry.kind is Kind.ANCHOR}
    if bucket := bucket_of(archive):
        _remove_unlisted(bucket, listed, notify)
        return
    for part in sorted((archive / FOLDER).glob(f".*{_PART}")):
        if part.is_symlink() or not part.is_dir():
            continue
        folder = part.with_name(part.name.removeprefix(".").removesuffix(_PART))
        if folder.relative_to(archive).as_posix() in listed and not folder.exists():
            files.rename(
                archive, part.relative_to(archive).as_posix(), folder.relative_to(archive).as_posix()
            )
        else:
            shutil.rmtree(part)
            notify(f"{part.relative_to(archive)}: removed: a killed process left it before it was an anchor")
        sync_folder(folder.parent)


def _remove_unlisted(bucket: Bucket, listed: Container[str], notify: Callable[[str], None]) -> None:
    """Remove from a bucket the files of an anchor that the manifest does not list."""
    for name in list(bucket.names(FOLDER)):
        folder = name.rpartition("/")[0]
        if folder != KEYS and folder not in listed:
            bucket.remove(name)
            notify(f"{name}: removed: a killed process left it before it was an anchor")
