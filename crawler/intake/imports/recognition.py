"""Recognise what a file to import is: a web archive by its content, anything else by the ending of its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from crawler.intake.imports.files import MHTML, PAGES, import_page, import_text
from crawler.intake.imports.job import Read
from crawler.intake.imports.package import DESCRIPTOR, MULTI_WACZ
from crawler.intake.imports.wacz import ENDINGS, import_list, import_wacz
from crawler.intake.imports.warcs import import_warc
from crawler.intake.imports.zip_file import ZIP_MAGIC, BadZip, open_zip
from crawler.regular_files import open_regular
from crawler.warc.foreign import is_web_archive

READERS: Mapping[str, Read] = {
    ".txt": import_text,
    **dict.fromkeys((".pdf", ".docx", ".doc", ".wps", ".ofd", ".rtf", ".zip"), import_text),
    **dict.fromkeys((*PAGES, *MHTML), import_page),
    **dict.fromkeys(ENDINGS, import_warc),
    ".wacz": import_wacz,
}
"""Reader of a file that is no web archive by its content, by the ending of its name."""

UNREADABLE = {
    ".warc.bz2": "a bzip2-compressed WARC: `bunzip2` makes a plain one of it",
    ".warc.xz": "an xz-compressed WARC: `unxz` makes a plain one of it",
}
"""Files that hold pages but cannot be imported, by the ending of their names: what they are, and what to do."""

_MARKED = re.compile(r"(\.w?arc(?:\.gz|\.zst)?)\.(?:open|bad)$")
_FOLDER = "archive/"
_START_BYTES = 64 * 1024


def is_known(file: Path) -> bool:
    """Whether a file of a folder is imported, or told of if it cannot be: by its name, since folders may hold anything."""
    return bool(_ending(file, READERS) or _ending(file, UNREADABLE))


def why_unreadable(file: Path) -> str:
    """Return what a file of a known kind is that cannot be imported, and what to do; empty for any other."""
    return UNREADABLE.get(_ending(file, UNREADABLE), "")


def reader_of(file: Path) -> Read:
    """Return the reader of a file. One that cannot be opened has that of its name, which tells of it."""
    by_name = READERS.get(_ending(file, READERS), import_text)
    try:
        with open_regular(file) as opened:
            start = opened.read(_START_BYTES)
        if start.startswith(ZIP_MAGIC):
            return import_wacz if by_name is import_wacz or _is_wacz(file) else by_name
        if is_web_archive(file):
            return import_warc
    except OSError:
        return by_name
    if start.lstrip().startswith(b"{") and f'"{MULTI_WACZ}"'.encode() in start:
        return import_list
    return by_name


def _is_wacz(file: Path) -> bool:
    """Whether a ZIP file is a WACZ: it has a descriptor, and files in the folder of WARC files or none of a document's."""
    try:
        with open_zip(file) as members:
            names = members.names
    except BadZip:
        return False
    return DESCRIPTOR in names and any(name.startswith(_FOLDER) or name.endswith(".wacz") for name in names)


def _ending(file: Path, of: Iterable[str]) -> str:
    """Return the one of the given endings that the file's name has; empty if it has none of them.

    The mark of a web archive that its crawler has not closed, or had trouble with, does not count: `a.warc.gz.open`.
    """
    name = _MARKED.sub(r"\1", file.name.lower())
    return next((ending for ending in of if name.endswith(ending)), "")
