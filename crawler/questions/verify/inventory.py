"""Name the files in an archive's folder that no fazhi wrote, and those that a kill left behind."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from crawler.archive import CATALOGUE, MANIFEST, SEARCH_INDEX
from crawler.questions.verify.fault import Fault

_WARC = r"warc/[^/]+/[^/.][^/]*"
_KNOWN = re.compile(
    rf"README\.md|\.lock|{re.escape(MANIFEST)}|(?:{re.escape(CATALOGUE)}|{re.escape(SEARCH_INDEX)})(?:-wal|-shm)?"
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

_READMES = frozenset({
    "9e3a603f8768ff9e0521ca28996989f4caecf065f37cf51f632259ea4e2afd50",
    "c8c516914eb738444dac841df4200060e4448b7d89d9c0d981e70cacf3e5c768",
    "ec36f2ccafa164c05fd052afdbb25b093145e59886ed01451ae9936d288d039f",
    "b897d54137412284de18ecbe43a3a71ca72f46cfaae782431a5194e3cdbcad7a",
    "6e550f706be409e47d259222a81807a0a89b7baaa2581259fd3d1738f6a978e8",
    "b8fa207d988084ed869b2a56486433e4369cda77075e6ca39efacc9f80436d11",
    "56c1be0c7bc43ac32d7b3a6e2b49f3b98fc9b2cb4b552bbd253696fc4b3a7a76",
    "5990c80dcccdf5fd0fd6f2e22ed4f15ffc0b12837adf86aa8224420101a49fba",
    "53c2f374b5bd6e2cfe266572598c00fd75bf598269cb990f520d2e1a2d63c099",
    "590b3712f15381eabae3753de79a9d8a0c4f0376f6be4bf722a2cb6d78ac5408",
    "db3c30532c39b872ae70fda31583d0e3c9511beb99fe116e55d40cf5aa3bae77",
    "b05fa5f492c447dcf105381fe105108329b3e7e2e85d28fc3909ca48d4d236ac",
    "30facd19e412cf7774dd4f3d73abec28a4f0254aa5b12312a7fb841fd2cbb6ff",
    "11d8c86ff9c5d36c967022a87b9a0e1ba6bc4edb721f2cd8dd90f165b26f5a10",
    "b307cc4598b78a25675697481d7a50de95df26784892622bd0187426c934646e",
    "ed1c494d3c42f01c1e2f7007a4008facc8ec3903890a593a3d21abd68232897a",
    "fa31d788b45ac51c751289f6211fe9abd9be5aef102c5a5080b8ce866432b593",
    "24657f4ac913a512c14bb224de4c99502df01ef7e8f25638e14569709c5a3c06",
    "379246c1c36fc3a20b31e43d744498cb6a8d9c927e5e52da0c043c9af47d75a7",
    "737563c2edfba35777c575678bbc2e96bc55d118860e44862436da7b0d40f493",
})  # fmt: skip
"""SHA-256 of every README.md that came with the project, the present one last. The file explains; it is no evidence."""


def check_inventory(archive: Path, notify: Callable[[str], None]) -> Iterator[Fault]:
    """Yield a Fault for each file among the evidence and texts that is no part of an archive, and for a README.md that is changed.

    `notify` gets a message about what a kill left behind, and about other files and folders beside these.
    """
    for name in _files(archive):
        if name == "README.md":
            if hashlib.sha256((archive / name).read_bytes()).hexdigest() not in _READMES:
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
    for entry in sorted(os.scandir(archive), key=lambda each: each.name):
        if entry.name not in _FOLDERS:
            yield entry.name
            continue
        for folder, folders, files in os.walk(entry.path):
            folders.sort()
            yield from (os.path.relpath(os.path.join(folder, file), archive) for file in sorted(files))


def _printable(name: str) -> str:
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in name)
