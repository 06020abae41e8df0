"""Read the report in a ZIP archive of documents. RAR and 7z archives are recognised and not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import PurePosixPath
from typing import NamedTuple

from crawler.errors import ExtractError, UnreadDocument
from crawler.extract.documents.material import Format, Material
from crawler.extract.documents.origin import Origin
from crawler.extract.documents.zip_members import MARK, Members
from crawler.field.titles import judge
from crawler.model import Headers

_KEY = "zip"
_EMPTY_MARK = b"PK\x05\x06"  # of an archive without members
_OTHER_ARCHIVES = ((b"Rar!\x1a\x07", "rar"), (b"7z\xbc\xaf\x27\x1c", "7z"))
MAX_DOCUMENTS = 20  # of an archive that are read
MAX_DEPTH = 1  # archives in an archive
_PACKAGE_MEMBERS = (
    "[Content_Types].xml",
    "META-INF/container.xml",
    "META-INF/manifest.xml",
    "mimetype",
    "OFD.xml",
)
"""Members by which a ZIP container is a document itself: OOXML, EPUB, JAR, OpenDocument, OFD."""
_HELPER_FOLDERS, _HELPER_FILES = ("__MACOSX",), (".", "~$", "Thumbs.db")
_TITLE_LINES = 10  # in which a document shows its title
_MAX_TITLE_CHARS = 120


class _Candidate(NamedTuple):
    """A document of an archive that was read."""

    material: Material
    is_report: bool
    length: int  # characters


def zip_format(formats: Mapping[str, Format]) -> Format:
    """Return the format of ZIP archives that hold documents of these formats. The mapping may be filled later."""

    def read(body: bytes, headers: Headers, url: str | None, hint: str | None) -> Material:
        return _read(body, formats, Origin(url, _KEY), 0)

    return Format(recognises=_recognises, read=read)


def _recognises(body: bytes, headers: Headers) -> bool:
    if body.startswith((_EMPTY_MARK, *(mark for mark, _ in _OTHER_ARCHIVES))):
        return True
    if not body.startswith(MARK):
        return False
    try:
        members = Members(body, Origin(None, _KEY))
    except UnreadDocument:
        return True
    return not any(members.find(name) for name in _PACKAGE_MEMBERS)


def _read(body: bytes, formats: Mapping[str, Format], origin: Origin, depth: int) -> Material:
    """Return the material of the report; if no document names one, of the longest.

    Raise UnreadDocument: that of a document which is named as the report, or else of the first one, if none could be read.
    """
    for mark, name in _OTHER_ARCHIVES:
        if body.startswith(mark):
            raise origin.fault(
                f"archive_{name.lower()}",
                f"a {name.upper()} archive, which cannot be read: unpack it and import its documents",
            )
    members = Members(body, origin)
    best: _Candidate | None = None
    fault: UnreadDocument | None = None
    for name in _documents(members):
        named = judge(PurePosixPath(name).stem).report
        try:
            candidate = _candidate(members.read(name), name, named, formats, origin, depth)
        except UnreadDocument as error:
            if named and not (best and best.is_report):
                raise
            fault = fault or error
            continue
        if candidate and (best is None or _rank(candidate) > _rank(best)):
            best = candidate
        if named and candidate:
            break
    if best:
        return best.material
    raise fault or origin.fault("empty", "the archive holds no document that can be read")


def _documents(members: Members) -> list[str]:
    """The names of the documents that are read: those that name a report first."""
    names = [name for name in members.names if not _is_helper(name)]
    names.sort(key=lambda name: not judge(PurePosixPath(name).stem).report)
    return names[:MAX_DOCUMENTS]


def _is_helper(name: str) -> bool:
    path = PurePosixPath(name)
    return path.parts[0] in _HELPER_FOLDERS or path.name.startswith(_HELPER_FILES)


def _rank(candidate: _Candidate) -> tuple[bool, int]:
    return candidate.is_report, candidate.length


def _candidate(
    body: bytes, name: str, named: bool, formats: Mapping[str, Format], origin: Origin, depth: int
) -> _Candidate | None:
    """A document that was read; None for another file, such as an image. An archive within is read one level deep."""
    for key, known in formats.items():
        if not known.recognises(body, ()):
            continue
        if key == _KEY:
            if depth >= MAX_DEPTH:
                return None
            material = _read(body, formats, origin, depth + 1)
        else:
            try:
                material = known.read(body, (), None, None)
            except UnreadDocument as error:
                raise origin.fault(error.fault, f"{name}: {error.reason}", error.pages) from error
            except ExtractError:  # a page without an article
                return None
            material = replace(material, reader=f"{key} in a ZIP archive, {material.reader or 'fazhi'}")
        titles = _titles(material)
        return _Candidate(
            material,
            named or any(judge(title).report for title in titles),
            sum(len(line.text) for line in material.lines),
        )
    return None


def _titles(material: Material) -> Iterator[str]:
    yield from material.titles
    short = [line.text for line in material.lines[:_TITLE_LINES] if len(line.text) <= _MAX_TITLE_CHARS]
    yield from short
    yield from map("".join, pairwise(short))
