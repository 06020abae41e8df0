"""The folder of a static site: one writer at a time, unchanged files left alone, only files of its own replaced and removed.

New files are made in `.fazhi-site/new/`. When all are there, `plan.json` says what is to be done: they are renamed into their
places, files that the site no longer has are removed, and `manifest.json` lists what is the site's. A kill before the plan
leaves the site as it was; after a kill behind it, the next run first carries the plan out.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler.errors import ArchiveLocked, ConfigError
from crawler.regular_files import read_regular

OURS = ".fazhi-site"
FORMAT = "fazhi-site/1"
NO_JEKYLL = ".nojekyll"
"""Tells GitHub Pages to hand out the files as they are."""
_NAME = re.compile(r"(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*[A-Za-z0-9_~-][A-Za-z0-9._~-]*")
_DIGEST = re.compile("[0-9a-f]{64}")
_MAX_MANIFEST_BYTES = 256 << 20
_NOT_FOREIGN = frozenset((OURS, ".git"))


@dataclass(frozen=True, slots=True)
class Counts:
    """What a run did to the files of a site. `kept`: files that it no longer has, but somebody has changed since."""

    files: int
    written: int
    removed: int
    kept: tuple[str, ...]


class SiteFolder:
    """A folder of a static site, locked for this process. Made by `open_folder`."""

    def __init__(self, path: Path, known: Mapping[str, str]) -> None:
        self.path = path
        self._known = dict(known)
        self._made: dict[str, str] = {}
        self._changed: list[str] = []
        self._ours = path / OURS
        self._new = self._ours / "new"

    def begin(self) -> None:
        """Forget what was added; what a killed run left is removed."""
        shutil.rmtree(self._new, ignore_errors=True)
        self._made, self._changed = {}, []

    def add(self, name: str, content: bytes) -> None:
        """Add a file of the site. If it is there already with this content, it stays as it is."""
        assert name == NO_JEKYLL or _NAME.fullmatch(name), name
        self._made[name] = hashlib.sha256(content).hexdigest()
        if self._has(name, content):
            return
        place = self._new / name
        try:
            place.write_bytes(content)
        except FileNotFoundError:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        self._changed.append(name)

    def _has(self, name: str, content: bytes) -> bool:
        try:
            return (
                name in self._known
                and self._place(name).stat().st_size == len(content)
                and self._place(name).read_bytes() == content
            )
        except FileNotFoundError:
            return False

    def _place(self, name: str) -> Path:
        """Return where a file stands. Raises ConfigError if a link or a file of others is in the way."""
        place = self.path
        *folders, last = name.split("/")
        for each in folders:
            place /= each
            if place.is_symlink() or (place.exists() and not place.is_dir()):
                raise ConfigError(f"{place}: is no folder, but the site needs one there; remove it")
        place /= last
        if place.is_symlink() or place.is_dir():
            raise ConfigError(f"{place}: is no file, but the site needs one there; remove it")
        return place

    def publish(self) -> Counts:
        """Put the new files in their places, and remove those of an earlier run that the site no longer has.

        Raises ConfigError, before anything is changed, if a file that no run has written is in the place of one.
        """
        for name in self._changed:
            if name not in self._known and self._place(name).exists():
                raise ConfigError(
                    f"{self.path / name}: exists, and `fazhi site` has not written it; remove it, or give another folder"
                )
        stale = {name: digest for name, digest in self._known.items() if name not in self._made}
        if self._changed or stale or self._known != self._made:
            os.sync()
            _write_json(self._ours / "plan.json", {"format": FORMAT, "files": self._made, "stale": stale})
        removed, kept = self.carry_out(self._made, stale)
        return Counts(len(self._made), len(self._changed), removed, tuple(kept))

    def carry_out(self, files: Mapping[str, str], stale: Mapping[str, str]) -> tuple[int, list[str]]:
        """Do what a plan says; a second time it does what is left. Return the number of removed files, and those kept."""
        for where, _, names in os.walk(self._new):
            for name in names:
                source = Path(where, name)
                place = self._place(source.relative_to(self._new).as_posix())
                place.parent.mkdir(parents=True, exist_ok=True)
                source.replace(place)
        removed, kept = 0, []
        for name, digest in stale.items():
            place = self._place(name)
            try:
                if hashlib.sha256(place.read_bytes()).hexdigest() != digest:
                    kept.append(name)
                    continue
                place.unlink()
            except FileNotFoundError:
                continue
            removed += 1
            _remove_empty(place.parent, self.path)
        if dict(files) != self._known or not (self._ours / "manifest.json").exists():
            _write_json(
                self._ours / "manifest.json", {"format": FORMAT, "files": dict(sorted(files.items()))}
            )
        self._known = dict(files)
        (self._ours / "plan.json").unlink(missing_ok=True)
        shutil.rmtree(self._new, ignore_errors=True)
        return removed, kept

    def discard(self) -> None:
        """Remove what is not published."""
        shutil.rmtree(self._new, ignore_errors=True)


@contextmanager
def open_folder(path: Path, archive: Path) -> Iterator[SiteFolder]:
    """Open a folder for a site; make it if it is missing; finish what a killed run had begun to put in its place.

    Raises ConfigError for a folder within the archive or around it, for one that has files and is no site of ours, and for a
    faulty manifest; ArchiveLocked if another run writes to it.
    """
    place, source = path.resolve(), archive.resolve()
    if place.is_relative_to(source) or source.is_relative_to(place):
        raise ConfigError(f"{path}: is within the archive {archive}, or around it; give a folder of its own")
    if path.exists() and not path.is_dir():
        raise ConfigError(f"{path}: is a file; give a folder for the site")
    ours = path / OURS
    is_ours = any((ours / name).exists() for name in ("manifest.json", "plan.json"))
    there = {each.name for each in path.iterdir()} if path.is_dir() else set()
    if not is_ours and (foreign := sorted(there - _NOT_FOREIGN)):
        raise ConfigError(
            f"{path}: has {foreign[0]}, and no site that `fazhi site` has written; give a new folder, or an empty one"
        )
    if ours.is_symlink():
        raise ConfigError(f"{ours}: is a link; remove it")
    ours.mkdir(parents=True, exist_ok=True)
    with (ours / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArchiveLocked(f"{path}: another `fazhi site` writes to it") from None
        folder = SiteFolder(path, _listed(ours / "manifest.json").get("files", {}))
        if plan := _listed(ours / "plan.json"):
            folder.carry_out(plan["files"], plan["stale"])
        yield folder


def _listed(file: Path) -> dict[str, dict[str, str]]:
    """Return the names and digests that a manifest or plan has; none if there is no file. Raises ConfigError for a faulty one."""
    if not file.exists():
        return {}
    try:
        value = json.loads(read_regular(file, _MAX_MANIFEST_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{file}: cannot be read ({error}); give another folder") from error
    lists = (
        {name: each for name, each in value.items() if name in ("files", "stale")}
        if isinstance(value, dict) and value.get("format") == FORMAT
        else {}
    )
    wanted = {"files", "stale"} if file.name == "plan.json" else {"files"}
    if set(lists) != wanted or not all(map(_is_list, lists.values())):
        raise ConfigError(f"{file}: is no list of files of this program; give another folder")
    return lists


def _is_list(value: object) -> bool:
    return isinstance(value, dict) and all(
        (name == NO_JEKYLL or _NAME.fullmatch(name)) and isinstance(digest, str) and _DIGEST.fullmatch(digest)
        for name, digest in value.items()
    )


def _write_json(file: Path, value: object) -> None:
    part = file.with_suffix(".part")
    with part.open("w", encoding="utf-8") as out:
        json.dump(value, out, indent=0)
        out.write("\n")
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)


def _remove_empty(folder: Path, top: Path) -> None:
    """Remove a folder and those above it, as long as they are empty."""
    while folder != top:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent
