"""Name the files in an archive's folder that no fazhi wrote, and those that a kill left behind."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from crawler.archive import CATALOGUE, MANIFEST, SEARCH_INDEX
from crawler.archive.format_readme import READMES, is_of_project
from crawler.archive.storage.bucket_path import bucket_of
from crawler.questions.verify.fault import Fault

_WARC = r"warc/[^/]+/[^/.][^/]*"
_KNOWN = re.compile(
    rf"README(?:\.zh-CN)?\.md|\.lock|{re.escape(MANIFEST)}|(?:{re.escape(CATALOGUE)}|{re.escape(SEARCH_INDEX)}|backfill\.db)(?:-wal|-shm)?"
    rf"|{_WARC}\.(?:cdxj|warc\.gz(?:\.open|\.acts|\.torn)?)"
    r"|text/[^/]+/[^/]+/[^/]+\.txt"
    r"|anchors/.+"
)
"""Paths of an archive's files, relative to its folder. What is in them is checked elsewhere."""

_LEFT_BEHIND = re.compile(
    rf"(?:{re.escape(CATALOGUE)}|{re.escape(SEARCH_INDEX)})\.new(?:-\w+)?|(?:.*/)?\.[^/]+\.part"
)
"""Files that are written under this name before they get their own. A kill leaves them; nothing reads them."""

_FOLDERS = ("warc", "text", "anchors")


def check_inventory(archive: Path, notify: Callable[[str], None]) -> Iterator[Fault]:
    """Yield a Fault for each file among the evidence and texts that is no part of an archive, and for a README.md that is changed.

    `notify` gets a message about what a kill left behind, and about other files and folders beside these.
    """
    for name in _files(archive):
        if name in READMES:
            if not is_of_project((archive / name).read_bytes()):
                yield Fault(place=name, what="is not the text that came with the project")
        elif _LEFT_BEHIND.fullmatch(name):
            notify(
                f"{_printable(name)}: not complete: a run is writing it, or a killed one left it; the next run completes or removes it"
            )
        elif not _KNOWN.fullmatch(name):
            if name.partition("/")[0] in _FOLDERS:
                yield Fault(place=_printable(name), what="is no file of an archive; keep it elsewhere")
            else:  # a log or a note beside the evidence deceives nobody
                notify(f"{_printable(name)}: is no file of an archive, and not verified")


def _files(archive: Path) -> Iterator[str]:
    """Yield the paths of all files, relative to the archive, sorted; of a folder of another name, only that."""
    if bucket := bucket_of(archive):
        yield from bucket.names("")
        return
    for entry in sorted(os.scandir(archive), key=lambda each: each.name):
        if entry.name not in _FOLDERS:
            yield entry.name
            continue
        for folder, folders, files in os.walk(entry.path):
            folders.sort()
            yield from (os.path.relpath(os.path.join(folder, file), archive) for file in sorted(files))


def _printable(name: str) -> str:
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in name)
