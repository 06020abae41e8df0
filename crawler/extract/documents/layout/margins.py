"""Find what stands on the margins of pages: page numbers and running heads. Pages of rows in, the rows on margins out.

A row that recurs is a running head only if it is set apart from the text: lines of text recur too, with other numbers in them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from crawler.extract.documents.layout.page import Row
from crawler.field.text import chinese_number, fold

_OUTER_ROWS = 3  # of a page's top and of its bottom, which may be on the margin
_MIN_PAGES = 3  # on which a running head is repeated …
_MIN_SHARE = 0.3  # … and of all pages: left and right pages may have their own
_MAX_LENGTH = 60  # characters of a running head
_MIN_GAP = 1.25  # usual distances of two rows between a running head and the text
_SAME_SIZE = 0.06  # of a font size; that of a running head differs by more
_EDGES = (0.0, 2.0)  # font sizes from the left edge of a text at which its rows begin: none, or an indent
_NEAR_EDGE = 0.6  # font sizes
_MAX_NUMBER_LENGTH = 24  # characters of a page number
_DASHES = "-–—―─－一~·•\\s"
_NUMBER = re.compile(
    rf"[{_DASHES}]{{0,8}}(?:第|[Pp]age|[Pp]\.)?\s{{0,4}}([0-9]{{1,4}}|[〇零一二三四五六七八九十百]{{1,5}}|[ivxIVX]{{1,6}})"
    rf"\s{{0,4}}页?(?:[\s,/，、·|]{{0,4}}(?:of|共)?\s{{0,4}}[0-9〇零一二三四五六七八九十百]{{1,5}}\s{{0,4}}页?)?[{_DASHES}]{{0,8}}$"
)
_CERTAIN = re.compile(
    rf"[{_DASHES}]{{0,8}}第.{{1,8}}页|[{_DASHES}]{{1,8}}[0-9]|[Pp]age"
)  # — 3 —, 第3页: a page number in any document
_DIGITS = re.compile(r"[0-9]{1,9}|(?<=第)[〇零一二三四五六七八九十百]+(?=页)")


def margin_rows(pages: Sequence[list[Row]]) -> list[list[Row]]:
    """Return, for each page, its rows that are page numbers or running heads.

    Rows are from top to bottom, those in ruled tables left out.
    """
    dropped: list[set[int]] = [set() for _ in pages]
    repeated: set[tuple[int, int]] = set()
    pitch = _pitch(pages)
    for _ in range(_OUTER_ROWS):
        found = _outermost(pages, dropped)
        again = {*_repeated(pages, found, dropped, pitch)}
        marked = {*_numbers(pages, found), *again}
        repeated |= again
        for page, row in marked:
            dropped[page].add(row)
        if not marked:
            break
    if not any(len(gone) < len(page) for page, gone in zip(pages, dropped, strict=True)):
        for page, row in repeated:  # else nothing would be left
            dropped[page].discard(row)
    return [[page[i] for i in gone] for page, gone in zip(pages, dropped, strict=True)]


def _pitch(pages: Sequence[list[Row]]) -> float:
    """The usual distance of two rows of a page; 0 without any."""
    return median([below.middle - above.middle for page in pages for above, below in pairwise(page)] or [0.0])


def _outermost(pages: Sequence[list[Row]], dropped: Sequence[set[int]]) -> list[tuple[int, int, bool]]:
    """The first and the last row left on each page: page, row, whether it is the last."""
    found: list[tuple[int, int, bool]] = []
    for number, page in enumerate(pages):
        left = [i for i in range(len(page)) if i not in dropped[number]]
        if left:
            found += [(number, left[0], False), (number, left[-1], True)]
    return found


def _numbers(pages: Sequence[list[Row]], found: Sequence[tuple[int, int, bool]]) -> Iterator[tuple[int, int]]:
    """Rows that are page numbers: by their form, or because they count the pages."""
    offsets: Counter[tuple[int, bool]] = Counter()
    bare: list[tuple[int, int, int, bool]] = []
    for page, i, is_last in found:
        text = fold(pages[page][i].text).strip()
        match = _NUMBER.match(text) if len(text) <= _MAX_NUMBER_LENGTH else None
        if match is None:
            continue
        if _CERTAIN.match(text):
            yield page, i
        value = _value(match[1])
        if value is not None:
            offsets[value - page, is_last] += 1
            bare.append((page, i, value, is_last))
    for page, i, value, is_last in bare:
        if offsets[value - page, is_last] > 1 or (is_last and len(pages[page]) > 1 and value == page + 1):
            yield page, i


def _value(text: str) -> int | None:
    if text[0] in "ivxIVX":
        values = [{"i": 1, "v": 5, "x": 10}[char] for char in text.lower()]
        return sum(-value if value < max(values[i:]) else value for i, value in enumerate(values))
    return chinese_number(text)


def _repeated(
    pages: Sequence[list[Row]],
    found: Sequence[tuple[int, int, bool]],
    dropped: Sequence[set[int]],
    pitch: float,
) -> Iterator[tuple[int, int]]:
    """Rows set apart whose text stands at the same place of several pages, page numbers in it aside."""
    places: dict[tuple[str, bool], list[tuple[int, int]]] = {}
    for page, i, is_last in found:
        text = "".join(_DIGITS.sub("#", fold(pages[page][i].text)).split())
        if text.strip("#") and len(text) <= _MAX_LENGTH and text[-1] not in "。;":
            places.setdefault((text, is_last), []).append((page, i))
    for (_, is_last), same in places.items():
        same = _alike(pages, same)
        if not _are_apart(pages, same, dropped, -1 if is_last else 1, pitch):
            continue
        if len(same) >= max(_MIN_PAGES, _MIN_SHARE * len(pages)) or len(same) == len(pages) == 2:
            yield from same


def _alike(pages: Sequence[list[Row]], same: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of rows with one text that stand at one height, and whose numbers are the same or count the pages."""
    heights = Counter(_height(pages[page][i]) for page, i in same)
    ((height, _),) = heights.most_common(1)
    level = [(page, i) for page, i in same if abs(_height(pages[page][i]) - height) <= 1]
    numbers = {page: _numbers_in(pages[page][i].text) for page, i in level}
    first = min(numbers)
    return [
        (page, i)
        for page, i in level
        if all(
            number in (before, before + page - first)
            for number, before in zip(numbers[page], numbers[first], strict=True)
        )
    ]


def _are_apart(
    pages: Sequence[list[Row]],
    same: Sequence[tuple[int, int]],
    dropped: Sequence[set[int]],
    inwards: int,
    pitch: float,
) -> bool:
    """Whether rows with one text are set apart from the rows next to them, on most pages that have some.

    `inwards`: 1 for the first rows of pages, -1 for the last.
    """
    apart: list[bool] = []
    for page, i in same:
        beside = i + inwards
        while beside in dropped[page]:
            beside += inwards
        if 0 <= beside < len(pages[page]):
            apart.append(_is_apart(pages[page][i], pages[page][beside], pages[page], pitch))
    return 2 * sum(apart) > len(apart)


def _is_apart(row: Row, beside: Row, page: Sequence[Row], pitch: float) -> bool:
    """Whether a row is of another size than the text, stands off from it, or begins where no line of it does."""
    size = max(row.size, beside.size) or 1.0
    if abs(row.size - beside.size) > _SAME_SIZE * size:
        return True
    if abs(row.middle - beside.middle) > _MIN_GAP * pitch:
        return True
    left = min(each.left for each in page)
    return not any(abs((row.left - left) / size - edge) <= _NEAR_EDGE for edge in _EDGES)


def _height(row: Row) -> int:
    """The height of a row in font sizes."""
    return round(row.middle / (row.size or 1))


def _numbers_in(text: str) -> list[int]:
    return [chinese_number(found) or 0 for found in _DIGITS.findall(fold(text))]
