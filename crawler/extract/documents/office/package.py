"""Parts of an Office document by name and by relationship, whether it is a ZIP container or one XML file (Flat OPC)."""

from __future__ import annotations

import binascii
from posixpath import dirname, normpath
from xml.etree.ElementTree import Element

from crawler.extract.documents.office.names import PKG, R, with_usual_names, without_table_styles
from crawler.extract.documents.origin import Origin
from crawler.extract.documents.xml import parse_xml
from crawler.extract.documents.zip_members import Members

_MAIN_KIND = "officeDocument"
_USUAL_MAIN = "word/document.xml"
_NO_RELATIONS: dict[str, tuple[str, str]] = {}


class Package:
    """The parts of a document. `main`: name of the part with its text."""

    def __init__(self, source: Members | Element, origin: Origin) -> None:
        self.origin = origin
        self._members = source if isinstance(source, Members) else None
        self._flat = {} if isinstance(source, Members) else _flat_parts(source)
        kinds = self._relations("")
        self.main = next((target for kind, target in kinds.values() if kind == _MAIN_KIND), _USUAL_MAIN)
        self.relations = self._relations(self.main)

    def part(self, name: str) -> Element | None:
        """Return the root element of a part; None if the document has none of this name."""
        if self._members is None:
            held = self._flat.get(name)
            return None if held is None else next(iter(held), None)
        data = self._members.get(name)
        if data is None:
            return None
        return parse_xml(without_table_styles(with_usual_names(data)), self.origin, name)

    def related(self, kind: str) -> Element | None:
        """Return the part of the text with a kind of relationship, such as `styles`; None if there is none."""
        name = next((target for its, target in self.relations.values() if its == kind), None)
        return None if name is None else self.part(name)

    def target(self, relation: str) -> bytes | None:
        """Return the bytes of the part that a relationship of the text leads to, by its id; None if it is not inside."""
        name = self.relations.get(relation, ("", ""))[1]
        if not name:
            return None
        if self._members is not None:
            return self._members.get(name)
        held = self._flat.get(name)
        try:
            return None if held is None or not held.text else binascii.a2b_base64(held.text)
        except (binascii.Error, ValueError):
            return None

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationships of a part by id: the last word of their type, and the name of the part that they lead to."""
        folder = dirname(part)
        prefix = f"{folder}/" if folder else ""
        root = self.part(f"{prefix}_rels/{part.rpartition('/')[2]}.rels")
        if root is None:
            return _NO_RELATIONS
        found = {}
        for each in root:
            if each.get("TargetMode") != "External" and (target := each.get("Target")):
                name = target if target.startswith("/") else f"{prefix}{target}"
                found[each.get("Id", "")] = (
                    each.get("Type", "").rpartition("/")[2],
                    normpath(name.lstrip("/")),
                )
        return found


def _flat_parts(root: Element) -> dict[str, Element]:
    """The element that holds each part: `pkg:xmlData` or `pkg:binaryData`."""
    return {
        part.get(PKG + "name", "").lstrip("/"): held
        for part in root.iter(PKG + "part")
        for held in part
        if held.tag in (PKG + "xmlData", PKG + "binaryData")
    }


def relation_id(element: Element) -> str:
    """Return the `r:id` of an element."""
    return element.get(R + "id", "")
