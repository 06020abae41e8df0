"""The formats DOC and WPS: recognise them by the streams of a compound file, read them to `Material`."""

from __future__ import annotations

from crawler import __version__
from crawler.errors import UnreadDocument
from crawler.extract.documents.material import Format, Material
from crawler.extract.documents.ole.binary import (
    DamagedFile,
    OversizedFile,
    ProtectedFile,
    UnsupportedFile,
)
from crawler.extract.documents.ole.compound_file import SIGNATURE, CompoundFile
from crawler.extract.documents.ole.flow import Flow
from crawler.extract.documents.ole.information_block import read_information_block
from crawler.extract.documents.ole.properties import read_properties
from crawler.extract.documents.ole.story import Document
from crawler.extract.documents.origin import Origin
from crawler.extract.documents.word.properties import confirmed_title
from crawler.extract.page.lines import Line
from crawler.model import Headers

READER = f"fazhi-ole {__version__}"
_FAULTS: dict[type[ValueError], str] = {
    ProtectedFile: "encrypted",
    OversizedFile: "too_large",
    UnsupportedFile: "unsupported",
    DamagedFile: "damaged",
}
_MAIN = "worddocument"
_ENCRYPTED_PACKAGE = "encryptedpackage"
_WORKS = {"matost", "mn0", "contents"}
_PICTURES = ("\x01", "\x08")  # in the text, and floating over it
_MIN_PICTURE_CHARACTERS = (
    20  # for each picture, of a document that is no scan; a scan may have its title as text
)


def _kind(body: bytes) -> str | None:
    """The key of a compound file's format; None if it is no text document. A damaged file counts as a DOC."""
    if not body.startswith(SIGNATURE):
        return None
    try:
        file = CompoundFile(body)
    except (DamagedFile, OversizedFile):
        return "doc"
    if _MAIN in file.streams:
        return "wps" if read_properties(file).is_kingsoft else "doc"
    if _ENCRYPTED_PACKAGE in file.streams:
        return "doc"
    return "wps" if _WORKS & file.streams else None


def _read(body: bytes, key: str, url: str | None) -> Material:
    try:
        return _material(CompoundFile(body), key, url)
    except tuple(_FAULTS) as error:
        raise UnreadDocument(url, _FAULTS[type(error)], f"{key.upper()}: {error}", format=key) from error


def _material(file: CompoundFile, key: str, url: str | None) -> Material:
    main = file.stream(_MAIN)
    if main is None:
        _refuse(file)
    properties = read_properties(file)
    found = read_information_block(main or b"", file.stream("0Table"), file.stream("1Table"))
    document = Document(found)
    lines = Flow(document).lines()
    _check(document, lines, Origin(url, key), properties.pages)
    return Material(
        lines=lines,
        titles=(title,) if (title := confirmed_title(properties.title, lines)) else (),
        undecodable=document.characters.count("\ufffd"),
        reader=READER,
        pages=properties.pages,
    )


def _check(document: Document, lines: list[Line], origin: Origin, pages: int | None) -> None:
    """Raise UnreadDocument if the document has no text, or pictures with hardly any text: pages that were scanned."""
    pictures = sum(map(document.characters.count, _PICTURES))
    characters = sum(len(line.text) for line in lines)
    name = origin.format.upper()
    if characters < _MIN_PICTURE_CHARACTERS * pictures:
        reason = f"{name}: holds {pictures} pictures and {characters} characters"
        raise origin.fault("needs_ocr", reason, pages)
    if not lines:
        raise origin.fault("empty", f"{name}: holds no text", pages)


def _refuse(file: CompoundFile) -> None:
    """Raise the reason why a compound file without a stream WordDocument is not read."""
    if _ENCRYPTED_PACKAGE in file.streams:
        raise ProtectedFile("an Office document that is encrypted with a password")
    raise UnsupportedFile(
        "a file of Microsoft Works or of a WPS before 2003; save it as DOCX, or publish it as PDF"
    )


def _format(key: str) -> Format:
    def recognises(body: bytes, headers: Headers) -> bool:
        return _kind(body) == key

    def read(body: bytes, headers: Headers, url: str | None, hint: str | None) -> Material:
        return _read(body, key, url)

    return Format(recognises=recognises, read=read)


DOC, WPS = _format("doc"), _format("wps")
