"""Find the parts of an OFD container: its documents, their pages, templates and resources. Locations lead nowhere outside it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from crawler.extract.documents.ofd.matrix import numbers
from crawler.extract.documents.origin import Origin
from crawler.extract.documents.xml import local_name, parse_xml
from crawler.extract.documents.zip_members import Members

ROOT = "OFD.xml"
_ENCRYPTION = "Encryptions.xml"  # GM/T 0099-2020
MAX_PAGES = 500
"""Of all documents in a container. The longest report has about 60."""
MAX_DOCUMENTS = 50
_A4 = (210.0, 297.0)  # mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a document: its content, and where that stands in the container."""

    root: Element
    size: tuple[float, float]  # mm


@dataclass(slots=True)
class Document:
    """A document of a container. Templates and graphics are read when a page first uses them."""

    package: Package
    root: Element
    folder: str
    title: str
    _templates: dict[str, Element | None] = field(default_factory=dict)
    _graphics: dict[str, Element] | None = None

    def pages(self) -> Iterator[Page]:
        """Return the pages in order. A page that is missing is `damaged`: a part is never taken for the whole."""
        default = _box(_child(_child(self.root, "CommonData"), "PageArea")) or _A4
        for location in self.page_locations():
            root = self.package.read(location, self.folder)
            yield Page(root=root, size=_box(_child(root, "Area")) or default)

    def page_locations(self) -> list[str]:
        """Return where the pages are."""
        pages = _child(self.root, "Pages")
        return (
            [each.get("BaseLoc", "") for each in pages if local_name(each) == "Page"]
            if pages is not None
            else []
        )

    def template(self, name: str | None) -> Element | None:
        """Return the page template with an id; None for one that does not exist."""
        if name is None:
            return None
        if name not in self._templates:
            common = _child(self.root, "CommonData")
            found = next(
                (
                    each.get("BaseLoc")
                    for each in (common if common is not None else ())
                    if local_name(each) == "TemplatePage" and each.get("ID") == name
                ),
                None,
            )
            self._templates[name] = self.package.read(found, self.folder) if found else None
        return self._templates[name]

    def graphic(self, name: str | None) -> Element | None:
        """Return the content of a composite graphic with an id; None for one that does not exist."""
        if self._graphics is None:
            self._graphics = {}
            for resource in self._resources():
                for unit in resource.iter():
                    if local_name(unit) == "CompositeGraphicUnit":
                        self._graphics.setdefault(unit.get("ID", ""), unit)
        return self._graphics.get(name or "")

    def _resources(self) -> Iterator[Element]:
        common = _child(self.root, "CommonData")
        for each in common if common is not None else ():
            location = (each.text or "").strip()
            if local_name(each) in ("PublicRes", "DocumentRes") and location:
                yield self.package.read(location, self.folder)


class Package:
    """An OFD container. Raises UnreadDocument for what cannot be read."""

    def __init__(self, body: bytes, origin: Origin) -> None:
        self.origin = origin
        self._members = Members(body, origin)
        if self._members.find(_ENCRYPTION):
            raise origin.fault("encrypted", "the OFD container is encrypted")
        self._root = self.read(ROOT, "")

    def documents(self) -> list[Document]:
        """Return the documents in order."""
        bodies = [each for each in self._root if local_name(each) == "DocBody"]
        if len(bodies) > MAX_DOCUMENTS:
            raise self.origin.fault("too_large", f"{len(bodies)} documents; the limit is {MAX_DOCUMENTS}")
        found = [self._document(each) for each in bodies]
        if not found:
            raise self.origin.fault("damaged", f"{ROOT} names no document")
        if (pages := sum(len(each.page_locations()) for each in found)) > MAX_PAGES:
            raise self.origin.fault("too_large", f"{pages} pages; the limit is {MAX_PAGES}", pages)
        return found

    def read(self, location: str, folder: str) -> Element:
        """Return a part by its location, which begins at the container (/Doc_0/…) or at a folder.

        `..` leads no higher than the container. Some programs begin at the container without the slash.
        """
        name = self._find(location.strip(), folder)
        return parse_xml(self._members.read(name), self.origin, name)

    def _document(self, body: Element) -> Document:
        location = _text(_child(body, "DocRoot"))
        info = _child(body, "DocInfo")
        name = self._find(location, "")
        return Document(self, self.read(name, ""), posixpath.dirname(name), _text(_child(info, "Title")))

    def _find(self, location: str, folder: str) -> str:
        location = location.replace("\\", "/")
        for start in (folder, ""):
            name = posixpath.normpath(posixpath.join("/", start, location)).lstrip("/")
            if self._members.find(name):
                return name
        raise self.origin.fault("damaged", f"the OFD container has no part {location[:200]!r}")


def _child(element: Element | None, name: str) -> Element | None:
    return next((each for each in element if local_name(each) == name), None) if element is not None else None


def _text(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def _box(area: Element | None) -> tuple[float, float] | None:
    """Width and height of an area's page."""
    box = numbers(_text(_child(area, "PhysicalBox")), 4)
    return (box[2], box[3]) if len(box) == 4 and box[2] > 0 and box[3] > 0 else None
