"""Walk the objects that are drawn on a page of OFD: layers, blocks, composite graphics, the page's templates."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from crawler.extract.documents.layout import Page, Rule, Run
from crawler.extract.documents.ofd import package
from crawler.extract.documents.ofd.matrix import Matrix, matrix, numbers
from crawler.extract.documents.ofd.rules import rules_of
from crawler.extract.documents.ofd.text_objects import runs_of
from crawler.extract.documents.xml import local_name

_HOLDERS = ("Content", "Layer", "PageBlock")
_MAX_GRAPHIC_DEPTH = 8  # of composite graphics in composite graphics
_MAX_OBJECTS = 500_000  # drawn in a document. A page of text has 100 to 2,000
_MAX_CHARACTERS = 2_000_000  # of a document. The longest report has about 60,000
_MAX_RULES = 2_000  # of a page; more are a drawing
_MIN_PAGE_CHARACTERS = 20  # of a page that is read; scans with a stamp or a date have fewer
_MIN_OUTLINES = 30  # path objects of a page that may be characters drawn as outlines
_MIN_COVERED = 0.2  # share of a page that a scan covers; stamps and emblems cover less
_SAME_PLACE = 0.5  # mm; the same text drawn so near is drawn twice, to look bold


class Drawing:
    """The pages of a document as drawn. The number of objects is bounded over all pages."""

    def __init__(self, document: package.Document) -> None:
        self._document = document
        self._objects = self._characters = 0
        self.scans: list[int] = []  # numbers of pages, from 0, that are pictures or outlines without text

    def pages(self) -> Iterator[Page]:
        """Return the pages: runs of text, and the rules of tables."""
        for number, page in enumerate(self._document.pages()):
            runs: dict[tuple[str, int, int], Run] = {}
            rules: list[Rule] = []
            outlines, covered = 0, 0.0
            for element, place in self._drawn(page.root):
                if local_name(element) == "TextObject":
                    for run in runs_of(element, place):
                        key = (run.text, round(run.left / _SAME_PLACE), round(run.top / _SAME_PLACE))
                        runs.setdefault(key, run)
                        self._count_characters(len(run.text))
                elif local_name(element) == "ImageObject":
                    covered += _area(element, place)
                else:
                    outlines += 1
                    rules += rules_of(element, place) if len(rules) < _MAX_RULES else ()
            is_picture = outlines >= _MIN_OUTLINES or covered >= _MIN_COVERED * page.size[0] * page.size[1]
            if is_picture and sum(len(run.text) for run in runs.values()) < _MIN_PAGE_CHARACTERS:
                self.scans.append(number)
            yield Page(width=page.size[0], height=page.size[1], runs=list(runs.values()), rules=rules)

    def _count_characters(self, count: int) -> None:
        self._characters += count
        if self._characters > _MAX_CHARACTERS:
            reason = f"more than {_MAX_CHARACTERS} characters are drawn"
            raise self._document.package.origin.fault("too_large", reason)

    def _drawn(self, root: Element) -> Iterator[tuple[Element, Matrix]]:
        """The text, path and image objects of a page and its templates, in the order of drawing."""
        for each in root:
            if local_name(each) == "Template":
                template = self._document.template(each.get("TemplateID"))
                if template is not None:
                    yield from self._objects_of(template, Matrix(), 0)
        yield from self._objects_of(root, Matrix(), 0)

    def _objects_of(self, holder: Element, place: Matrix, depth: int) -> Iterator[tuple[Element, Matrix]]:
        for each in holder:
            self._objects += 1
            if self._objects > _MAX_OBJECTS:
                origin = self._document.package.origin
                raise origin.fault("too_large", f"more than {_MAX_OBJECTS} objects are drawn")
            name = local_name(each)
            if name in ("TextObject", "PathObject", "ImageObject"):
                yield each, place
            elif name in _HOLDERS:
                yield from self._objects_of(each, place, depth)
            elif name == "CompositeObject" and depth < _MAX_GRAPHIC_DEPTH:
                graphic = self._document.graphic(each.get("ResourceID"))
                if graphic is not None:
                    yield from self._objects_of(graphic, _place_of(each, place), depth + 1)


def _area(element: Element, place: Matrix) -> float:
    """The area of an image on the page."""
    box = numbers(element.get("Boundary"), 4)
    return abs(box[2] * box[3] * (place.a * place.d - place.b * place.c)) if len(box) == 4 else 0.0


def _place_of(element: Element, outer: Matrix) -> Matrix:
    box = numbers(element.get("Boundary"), 2)
    return (
        matrix(element.get("CTM")).then(Matrix(e=box[0], f=box[1]) if len(box) == 2 else Matrix()).then(outer)
    )
