"""Names of elements and attributes of WordprocessingML, and the namespaces that are read as the usual one."""

from __future__ import annotations

from xml.etree.ElementTree import Element

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"

WORD_2003 = "http://schemas.microsoft.com/office/word/2003/wordml"
FLAT_OPC = "http://schemas.microsoft.com/office/2006/xmlPackage"
W, M, MC, R, V, PKG = (
    f"{{{uri}}}"
    for uri in (_MAIN, _MATH, _COMPATIBILITY, _RELATIONS, "urn:schemas-microsoft-com:vml", FLAT_OPC)
)
WX = "{http://schemas.microsoft.com/office/word/2003/auxHint}"
AML = "{http://schemas.microsoft.com/aml/2001/core}"
VAL = W + "val"

_SAME = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": _MAIN.encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": _RELATIONS.encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/math": _MATH.encode(),
    WORD_2003.encode(): _MAIN.encode(),
}
"""Namespaces of Strict OOXML and of Word 2003, whose elements have the same names."""
_TABLE_STYLE, _STYLE_END = b'<w:style w:type="table"', b"</w:style>"
_OFF = ("0", "false", "off")


def with_usual_names(data: bytes) -> bytes:
    """Return markup with the usual namespaces."""
    for other, usual in _SAME.items():
        if other in data:
            data = data.replace(other, usual)
    return data


def without_table_styles(data: bytes) -> bytes:
    """Return markup without the styles of tables, which say nothing of the text and are most of a usual part with styles."""
    kept, place = [], 0
    while (start := data.find(_TABLE_STYLE, place)) >= 0 and (end := data.find(_STYLE_END, start)) >= 0:
        kept.append(data[place:start])
        place = end + len(_STYLE_END)
    return b"".join((*kept, data[place:])) if kept else data


def is_on(element: Element | None) -> bool:
    """Whether a property is set, such as `<w:vanish/>`; `<w:vanish w:val="0"/>` is not."""
    return element is not None and element.get(VAL, "1") not in _OFF


def value(parent: Element | None, name: str) -> str | None:
    """Return the `w:val` of a child; None if there is none."""
    child = None if parent is None else parent.find(name)
    return None if child is None else child.get(VAL)


def whole_number(text: str | None, default: int = 0) -> int:
    """Return a number as documents write it, at most six digits; the default for anything else."""
    return int(text) if text and len(text) <= 6 and text.isascii() and text.isdigit() else default
