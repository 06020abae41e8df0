"""Import WACZ files: the WARC files in them, each checked against the digest that its package states.

A package of several WACZ files may be a ZIP file, or a list in JSON beside them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from pathlib import Path

from crawler.intake.imports.job import Job
from crawler.intake.imports.names import printable
from crawler.intake.imports.package import (
    DESCRIPTOR,
    DIGEST,
    MAX_DESCRIPTOR_BYTES,
    BadPackage,
    Listed,
    Package,
    parse_package,
    stated_digest,
)
from crawler.intake.imports.sources import WarcSource
from crawler.intake.imports.warcs import import_source
from crawler.intake.imports.zip_file import BadZip, ZipMembers, open_zip
from crawler.model import Ending, Outcome
from crawler.regular_files import open_regular, read_regular
from crawler.warc.foreign import is_web_archive

_FOLDER = "archive/"
"""Where the WARC files are."""
_ENDING = ".wacz"
ENDINGS = (".warc", ".warc.gz", ".warc.zst", ".arc", ".arc.gz")
"""Of the names of WARC and ARC files."""
_MAX_DEPTH = 1  # WACZ files in a WACZ file
_MAX_NAMED = 5  # files that a message names
_PIECE_BYTES = 1 << 20
_DEFAULT = "sha256"


def import_wacz(file: Path, job: Job) -> Iterator[Outcome]:
    """Import the WARC files in a WACZ file, and yield their outcomes. What cannot be trusted is refused, and told."""
    yield from _import(WarcSource.of(file), job, 0)


def _import(source: WarcSource, job: Job, depth: int) -> Iterator[Outcome]:
    try:
        with open_zip(source.path) as members:
            package = _package(members)
            yield from _missing(source, members, package, job)
            found = False
            for name in members.names:
                if name not in (DESCRIPTOR, DIGEST):
                    found |= yield from _member(source, members, name, package, job, depth)
            if not found:
                job.without_use.append((source, "the WACZ holds no WARC file that can be read"))
    except (BadZip, BadPackage) as error:
        yield job.page_not_stored(Ending.FAILED, source.url, f"not imported: {error}")
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        yield job.page_not_stored(Ending.FAILED, source.url, reason)


def _package(members: ZipMembers) -> Package:
    """Return what the package says. Raises BadPackage, also if its descriptor does not have its own digest; BadZip."""
    if DESCRIPTOR not in members.names:
        return Package(files={}, is_multi=False)
    data = members.read(DESCRIPTOR, MAX_DESCRIPTOR_BYTES)
    if DIGEST in members.names:
        stated = stated_digest(members.read(DIGEST, MAX_DESCRIPTOR_BYTES))
        if stated and hashlib.new(stated[0], data, usedforsecurity=False).digest() != stated[1]:
            raise BadPackage(f"{DESCRIPTOR} does not have the digest that {DIGEST} states")
    return parse_package(data)


def _missing(source: WarcSource, members: ZipMembers, package: Package, job: Job) -> Iterator[Outcome]:
    """Tell of the files that the package lists and does not have."""
    missing = [path for path in package.files if path not in members.names]
    elsewhere = [path for path in missing if _is_on_the_web(path)]
    if here := [path for path in missing if path not in elsewhere]:
        detail = f"files that {DESCRIPTOR} lists are missing: {_named(here)}"
        yield job.page_not_stored(Ending.FAILED, source.url, detail)
    if elsewhere:
        detail = f"files that {DESCRIPTOR} lists are on the web: {_named(elsewhere)}; fetch and import them yourself"
        yield job.page_not_stored(Ending.SKIPPED, source.url, detail)


def _is_on_the_web(path: str) -> bool:
    return path.lower().startswith(("http:", "https:"))


def _named(paths: list[str]) -> str:
    more = f" and {len(paths) - _MAX_NAMED} more" if len(paths) > _MAX_NAMED else ""
    return ", ".join(printable(path[:200]) for path in paths[:_MAX_NAMED]) + more


def _member(
    source: WarcSource, members: ZipMembers, name: str, package: Package, job: Job, depth: int
) -> Generator[Outcome, None, bool]:
    """Check a member against its digest, and import it if it is a WARC or WACZ file. Returns whether it is one."""
    listed = package.files.get(name)
    if listed is None and not name.startswith(_FOLDER) and not name.endswith(_ENDING):
        return False
    inner = source.member(Path(), name)
    algorithm = listed.digest[0] if listed and listed.digest else _DEFAULT
    try:
        with members.on_disk(name, algorithm) as (path, digest):
            if listed and listed.digest and listed.digest[1] != digest:
                detail = f"not imported: it does not have the digest that {DESCRIPTOR} states"
                yield job.page_not_stored(Ending.FAILED, inner.url, detail)
                return False
            inner = source.member(path, name)
            if is_web_archive(path) or name.lower().endswith(ENDINGS):
                yield from import_source(inner, job, unchecked=not (listed and listed.digest))
            elif name.endswith(_ENDING) and depth < _MAX_DEPTH:
                yield from _import(inner, job, depth + 1)
            else:
                return False
    except BadZip as error:
        yield job.page_not_stored(Ending.FAILED, inner.url, f"not imported: {error}")
        return False
    return True


def import_list(file: Path, job: Job) -> Iterator[Outcome]:
    """Import the WACZ files beside a list of them in JSON, each checked against the digest that the list states."""
    try:
        package = parse_package(read_regular(file, MAX_DESCRIPTOR_BYTES))
    except BadPackage as error:
        yield job.not_stored(Ending.FAILED, file, f"not imported: {error}")
        return
    except OSError as error:
        yield job.not_stored(Ending.FAILED, file, f"cannot be read: {error.strerror or error}")
        return
    for listed in package.files.values():
        path = file.parent / listed.path
        reason = _why_not(path, listed, file.parent)
        if reason:
            detail = f"{printable(listed.path[:200])}: not imported: {reason}"
            yield job.not_stored(Ending.FAILED, file, detail)
        else:
            yield from import_wacz(path, job)


def _why_not(path: Path, listed: Listed, folder: Path) -> str:
    """Return why a file of a list is not imported; empty if it is."""
    if _is_on_the_web(listed.path):
        return "it is on the web; fetch and import it yourself"
    if "\0" in listed.path or not path.resolve().is_relative_to(folder.resolve()):
        return "its path leads out of the folder of the list"
    algorithm, stated = listed.digest or (_DEFAULT, b"")
    digest = hashlib.new(algorithm, usedforsecurity=False)
    try:
        with open_regular(path) as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    return (
        "" if not stated or digest.digest() == stated else "it does not have the digest that the list states"
    )
