"""Recognise the pages of a scan with rapidocr. Runs in a child process; needs the extra `ocr`. Bytes in, `Seen` pages out.

Pages are drawn one at a time, at DPI. Red (seals, letterheads) is taken out before the engine sees a page, and the places
are turned upright by the slope of the lines.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import version
from statistics import median
from typing import Any

from crawler.errors import UnreadDocument
from crawler.extract.documents.ocr.record import Piece, Seen
from crawler.extract.documents.pdf.library import opened

DPI = 200
MAX_PIXELS = 40_000_000
"""Of a page: A2 at 200 dpi. A larger one is drawn smaller."""
MAX_SIDE = 3_000
"""Pixels of the longer side that the engine sees: A3 at 200 dpi."""
MAX_FRAMES = 500
"""Pages of one TIFF."""
PDF, IMAGE = "pdf", "image"
_POINTS = 72.0
_MAX_PROPORTION, _STRIP_PROPORTION = (
    2.5,
    1.4,
)  # height by width: of a page at most; of a piece of a longer picture
_INK = 128  # level below which a pixel is ink
_MIN_RED, _MIN_RED_EXCESS = (
    120,
    50,
)  # levels of a pixel of a seal: its red, and by how much that is above green and blue
_PAPER = 255
_MIN_SLOPE_LENGTH = 8.0  # heights of a line whose slope counts
_MAX_SLOPE = 0.12  # about 7 degrees; more is no scan that was laid in askew
_MIN_WIDTH_POINTS = 595.0  # an image without a stated resolution is taken for a page of A4


def reader() -> str:
    """Return engine and version, as `Report.reader` has it."""
    return f"rapidocr {version('rapidocr')}"


def count_pages(kind: str, body: bytes) -> int:
    """Return the number of pages of a PDF or an image. Raise UnreadDocument if it cannot be opened."""
    if kind == PDF:
        with opened(body, None) as (raw, document):
            return int(raw.FPDF_GetPageCount(document))
    return _frames(_image(body))


def recognise(kind: str, body: bytes, first: int, last: int) -> list[Seen]:
    """Return what the engine sees on the pages from `first` on, without `last`, counted from 0."""
    return [_seen(strip, scale) for page, scale in _drawn(kind, body, first, last) for strip in _strips(page)]


def _drawn(kind: str, body: bytes, first: int, last: int) -> Iterator[tuple[Any, float]]:
    """The pages as arrays of RGB, and the pixels of a point."""
    if kind == PDF:
        yield from _drawn_pdf(body, first, last)
        return
    image = _image(body)
    for number in range(first, min(last, _frames(image))):
        image.seek(number)
        yield _frame(image)


def _drawn_pdf(body: bytes, first: int, last: int) -> Iterator[tuple[Any, float]]:
    import pypdfium2

    document = pypdfium2.PdfDocument(body)
    try:
        for number in range(first, min(last, len(document))):
            page = document[number]
            width, height = page.get_size()
            scale = min(DPI / _POINTS, math.sqrt(MAX_PIXELS / max(1.0, width * height)))
            bitmap = page.render(scale=scale, rev_byteorder=True, draw_annots=False)
            array = bitmap.to_numpy()[:, :, :3].copy()
            bitmap.close()
            page.close()
            yield array, scale
    finally:
        document.close()


def _image(body: bytes) -> Any:
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        return Image.open(io.BytesIO(body), formats=("JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP"))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadDocument(
            None, "damaged", f"no image that can be read: {error}"[:200], format=IMAGE
        ) from None


def _frames(image: Any) -> int:
    return min(int(getattr(image, "n_frames", 1)), MAX_FRAMES)


def _frame(image: Any) -> tuple[Any, float]:
    """A frame as an array, upright as a camera noted it, and the pixels of a point: a page is as wide as A4 at least."""
    import numpy
    from PIL import Image, ImageOps

    try:
        page = ImageOps.exif_transpose(image)
        if page.mode in ("RGBA", "LA", "P"):
            page = page.convert("RGBA")
            page = Image.alpha_composite(Image.new("RGBA", page.size, "white"), page)
        page = page.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadDocument(
            None, "damaged", f"an image is cut or broken: {error}"[:200], format=IMAGE
        ) from None
    return numpy.asarray(page), max(page.width / _MIN_WIDTH_POINTS, 0.5)


def _strips(pixels: Any) -> Iterator[Any]:
    """A picture that is much longer than a page (长图) in pieces of about a page, cut where there is least ink."""
    height, width = pixels.shape[:2]
    if height <= _MAX_PROPORTION * width:
        yield pixels
        return
    step, reach = int(_STRIP_PROPORTION * width), width // 4
    top = 0
    while height - top > step + reach:
        window = pixels[top + step - reach : top + step + reach].min(axis=2) < _INK
        cut = top + step - reach + int(window.sum(axis=1).argmin())
        yield pixels[top:cut]
        top = cut
    yield pixels[top:]


def _seen(pixels: Any, scale: float) -> Seen:
    """What the engine sees on a page of `scale` pixels a point."""
    import numpy

    height, width = pixels.shape[:2]
    found = _engine()(numpy.ascontiguousarray(_without_red(pixels)[:, :, ::-1]), use_cls=False)
    boxes = [] if found.boxes is None else [[(float(x), float(y)) for x, y in box] for box in found.boxes]
    turn = _slope(boxes)
    pieces = [
        _piece(text, [_turned(point, turn, width, height) for point in box], float(score), scale)
        for box, text, score in zip(boxes, found.txts or (), found.scores or (), strict=True)
    ]
    return Seen(round(width / scale, 1), round(height / scale, 1), [each for each in pieces if each.text])


def _without_red(pixels: Any) -> Any:
    """A page with paper in the place of red. Black text under a seal is dark there too, and stays."""
    red, green, blue = (pixels[:, :, i].astype("int16") for i in range(3))
    is_red = (red >= _MIN_RED) & (red - green >= _MIN_RED_EXCESS) & (red - blue >= _MIN_RED_EXCESS)
    cleaned = pixels.copy()
    cleaned[is_red] = _PAPER
    return cleaned


def _slope(boxes: Sequence[Sequence[tuple[float, float]]]) -> float:
    """The slope of the lines of a page: that of the upper edges of long boxes."""
    slopes = []
    for (left, top), (right, top_right), _, (_, bottom) in boxes:
        if right - left >= _MIN_SLOPE_LENGTH * max(1.0, bottom - top):
            slopes.append((top_right - top) / (right - left))
    found = median(slopes) if slopes else 0.0
    return found if abs(found) <= _MAX_SLOPE else 0.0


def _turned(point: tuple[float, float], slope: float, width: int, height: int) -> tuple[float, float]:
    """A place after the page is turned about its middle, so that its lines are level."""
    x, y = point[0] - width / 2, point[1] - height / 2
    length = math.hypot(1.0, slope)
    return (x + slope * y) / length + width / 2, (y - slope * x) / length + height / 2


def _piece(text: str, box: Sequence[tuple[float, float]], score: float, scale: float) -> Piece:
    """A line of text with its box in points: the means of its edges, so that a slope left over does not make it higher."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = box
    edges = ((x0 + x3) / 2, (y0 + y1) / 2, (x1 + x2) / 2, (y2 + y3) / 2)
    left, top, right, bottom = (round(max(0.0, edge / scale), 1) for edge in edges)
    return Piece(
        text.strip(), left, top, max(left, right), max(top, bottom), round(min(1.0, max(0.0, score)), 3)
    )


@cache
def _engine() -> Any:
    """The engine, with the models that are in its package, on one thread: the same page gives the same text."""
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.max_side_len": MAX_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
