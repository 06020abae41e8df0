"""Rename the text files of archives that earlier versions wrote: their names had neither report nor number of the version.

`rename_before_upgrade` does it before a run upgrades the catalogue, `rename_texts` after a rebuild. Both may be killed at any
moment and repeated: a file has its earlier name or its new one, or for a moment both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from crawler.archive.catalogue.engine import read_revision
from crawler.archive.catalogue.models import VersionRow
from crawler.archive.catalogue.text_names import earlier_name, with_version
from crawler.archive.evidence import files

_FIRST_SCHEMA_WITH_NUMBERS = "0017"
_FIRST_SCHEMA_WITH_FORMER = "0003"


class Renamed(NamedTuple):
    """What was renamed. `shared`: new names whose text had one earlier name for several versions."""

    number: int
    shared: tuple[str, ...]


def rename_before_upgrade(archive: Path, engine: Engine, notify: Callable[[str], None]) -> Renamed:
    """Rename the text files of a catalogue of an earlier schema as the upgrade will name them. They are on disk then.

    Raises OSError, ArchiveTooNew, ArchiveDamaged.
    """
    with engine.begin() as connection:
        revision = read_revision(connection, archive)
        if revision is None or revision >= _FIRST_SCHEMA_WITH_NUMBERS:
            return Renamed(0, ())
        former = "former" if revision >= _FIRST_SCHEMA_WITH_FORMER else "'[]'"
        rows = connection.execute(
            text(
                f"SELECT report_id, number, text_file, {former} AS former FROM versions ORDER BY id"
            ).columns(former=VersionRow.__table__.c.former.type)
        ).all()
    names = [
        with_version(name, row.report_id, row.number)
        for row in rows
        for name in _names(row.text_file, row.former)
    ]
    done = rename_texts(archive, names, notify)
    if done.number:
        files.sync_all()  # a power cut must not leave the new names in the catalogue alone
    return done


def names_in(session: Session) -> list[str]:
    """Return the names of all text files of a catalogue, those of former texts too."""
    rows = session.execute(select(VersionRow.text_file, VersionRow.former).order_by(VersionRow.id))
    return [name for row in rows for name in _names(row.text_file, row.former)]


def _names(text_file: str, former: Iterable[dict[str, str | None]]) -> Iterator[str]:
    yield from filter(None, (text_file, *(each["text_file"] for each in former)))


def rename_texts(archive: Path, names: Iterable[str], notify: Callable[[str], None]) -> Renamed:
    """Give each text file that still has its earlier name the one in `names`. Raises OSError.

    Where several versions shared a file, each gets a copy. A file whose new name exists with the same bytes is removed;
    with other bytes it stays, and `fazhi verify` names it.
    """
    wanted: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for name in names:
        wanted[earlier_name(name)][name] = None
    number, shared = 0, list[str]()
    for path in sorted((archive / "text").glob("*/*/*.txt")):
        earlier = path.relative_to(archive).as_posix()
        new = [name for name in wanted.get(earlier, ()) if name != earlier]
        if not new or path.is_symlink():
            continue
        number += 1
        if len(new) == 1 and not (archive / new[0]).exists():
            files.rename(archive, earlier, new[0])
            continue
        shared += new if len(new) > 1 else ()
        _copy(archive, path, earlier, new)
    if number:
        notify(
            f"{archive}: {number} text files are renamed: their names have the report's id and the version's number now"
        )
    return Renamed(number, tuple(shared))


def _copy(archive: Path, path: Path, earlier: str, new: list[str]) -> None:
    data = path.read_bytes()
    files.write_all(archive, {name: data for name in new if not (archive / name).exists()}, durable=True)
    if any((archive / name).read_bytes() == data for name in new):
        files.remove(archive, earlier)
