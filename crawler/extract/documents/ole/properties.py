"""Read what a compound file says of its document: title, program, pages (property sets; MS-OLEPS)."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.extract.documents.ole.binary import DamagedFile, cut, i32, u16, u32
from crawler.extract.documents.ole.compound_file import CompoundFile

_SUMMARY, _DOCUMENT_SUMMARY = "\x05SummaryInformation", "\x05DocumentSummaryInformation"
_CODE_PAGE, _TITLE, _PAGES, _PROGRAM = 1, 2, 14, 18
_NARROW_TEXT, _WIDE_TEXT = 0x1E, 0x1F
_INTEGERS = (0x02, 0x03)
_MAX_PROPERTIES, _MAX_TEXT_BYTES = 200, 2000
_CODECS = {936: "gb18030", 950: "big5hkscs", 54936: "gb18030", 65001: "utf-8", 1200: "utf-16-le"}
_MAX_PAGES = 100_000
_KINGSOFT = ("wps", "kingsoft", "金山")
_KINGSOFT_PROPERTY = "KSOProductBuildVer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """The properties of a document; None and empty where the file does not say."""

    title: str = ""
    program: str = ""  # that saved it
    pages: int | None = None
    is_kingsoft: bool = False


def read_properties(file: CompoundFile) -> Properties:
    """Return the properties of a document. Property sets that are damaged count as missing: the text does not need them."""
    try:
        values = _read_set(file.stream(_SUMMARY) or b"")
    except DamagedFile:
        values = {}
    title, pages = values.get(_TITLE), values.get(_PAGES)
    program = values.get(_PROGRAM)
    named = program if isinstance(program, str) else ""
    return Properties(
        title=title if isinstance(title, str) else "",
        program=named,
        pages=pages if isinstance(pages, int) and 0 < pages < _MAX_PAGES else None,
        is_kingsoft=named.lower().startswith(_KINGSOFT) or _has_kingsoft_mark(file),
    )


def _has_kingsoft_mark(file: CompoundFile) -> bool:
    """Whether a stream or a custom property is one that Kingsoft's programs write."""
    if any(name.startswith(("wps", "kso")) for name in file.streams | file.storages):
        return True
    try:
        names = file.stream(_DOCUMENT_SUMMARY) or b""
    except DamagedFile:
        return False
    return any(_KINGSOFT_PROPERTY.encode(name) in names for name in ("ascii", "utf-16-le"))


def _read_set(data: bytes) -> dict[int, str | int]:
    """The first section of a property set: texts and numbers by property."""
    if len(data) < 48:
        return {}
    start = u32(data, 44)
    count = min(u32(data, start + 4), _MAX_PROPERTIES)
    places = {u32(data, start + 8 + 8 * i): start + u32(data, start + 12 + 8 * i) for i in range(count)}
    codec = "gb18030"
    if _CODE_PAGE in places:
        codec = _CODECS.get(u16(data, places[_CODE_PAGE] + 4), "cp1252")
    found: dict[int, str | int] = {}
    for name in (_TITLE, _PAGES, _PROGRAM):
        if name in places and (value := _value(data, places[name], codec)) is not None:
            found[name] = value
    return found


def _value(data: bytes, at: int, codec: str) -> str | int | None:
    kind = u16(data, at)
    if kind in _INTEGERS:
        return i32(data, at + 4)
    if kind not in (_NARROW_TEXT, _WIDE_TEXT):
        return None
    length = u32(data, at + 4) * (2 if kind == _WIDE_TEXT else 1)
    if length > _MAX_TEXT_BYTES:
        return None
    text = cut(data, at + 8, length, "a property").decode(
        "utf-16-le" if kind == _WIDE_TEXT else codec, "replace"
    )
    return text.partition("\0")[0].strip()
