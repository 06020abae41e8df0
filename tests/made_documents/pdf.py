"""PDFs written object by object, in the ways of the software that makes 公文. The embedded font draws boxes: text is read without its shapes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.made_documents.box_font import box_font
from tests.made_documents.typeset import HEIGHT, WIDTH, Placed, Ruled, Sheet, Style, advance, typeset


class Coding(StrEnum):
    """How the characters of a text are coded in the file."""

    GBK = "GBK-EUC-H"  # and no ToUnicode
    UCS2 = "UniGB-UCS2-H"
    IDENTITY = "Identity-H"  # with a ToUnicode that is right
    HOLES = "holes"  # Identity-H, a ToUnicode without every tenth character
    WRONG = "wrong"  # Identity-H, a ToUnicode with a third of the characters wrong
    BARE = "bare"  # Identity-H without ToUnicode
    RADICALS = "radicals"  # a ToUnicode with radicals in the place of characters
    OUTLINES = "outlines"  # no text: each character is a path


_RADICALS = {"人": "⼈", "民": "⺠", "工": "⼯", "大": "⼤", "行": "⾏", "户": "⼾", "车": "⻋"}
_SHIFT = 7919  # a prime: code points from a wrong table are spread over the block


@dataclass(slots=True)
class Font:
    """A font of one file: codes are given out as characters come."""

    coding: Coding
    codes: dict[str, int]

    def encode(self, text: str) -> bytes:
        """Return the bytes of a text in a string of the file."""
        if self.coding is Coding.GBK:
            return text.encode("gbk", "replace")
        if self.coding is Coding.UCS2:
            return text.encode("utf-16-be")
        for char in text:
            self.codes.setdefault(char, len(self.codes) + 3)
        return b"".join(self.codes[char].to_bytes(2, "big") for char in text)

    def objects(self, first: int) -> list[bytes]:
        """Return the font's objects, the first of which has number `first`."""
        if self.coding in (Coding.GBK, Coding.UCS2):
            widths = b"[1 [%s] 814 [%s]]" % (b" ".join([b"500"] * 95), b" ".join([b"500"] * 95))
            return [
                b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/%s/DescendantFonts[%d 0 R]>>"
                % (self.coding.value.encode(), first + 1),
                b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/W%s/FontDescriptor %d 0 R"
                b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>" % (widths, first + 2),
                _DESCRIPTOR % b"STSong-Light",
            ]
        widths = b"".join(b"%d[%d]" % (code, advance(char) * 1000) for char, code in self.codes.items())
        to_unicode = b"" if self.coding is Coding.BARE else b"/ToUnicode %d 0 R" % (first + 3)
        return [
            b"<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+FangSong/Encoding/Identity-H/DescendantFonts[%d 0 R]%s>>"
            % (first + 1, to_unicode),
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont/ABCDEF+FangSong/DW 1000/W[%s]/FontDescriptor %d 0 R"
            b"/CIDToGIDMap %d 0 R/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>"
            % (widths, first + 2, first + 4),
            _DESCRIPTOR.replace(b">>", b"/FontFile2 %d 0 R>>" % (first + 5)) % b"ABCDEF+FangSong",
            stream(self._to_unicode()),
            stream(b"\0\1" * (len(self.codes) + 3)),
            stream(box_font()),
        ]

    def _to_unicode(self) -> bytes:
        lines = [
            b"<%04x> <%s>" % (code, target.encode("utf-16-be").hex().encode())
            for char, code in self.codes.items()
            if (target := self._target(char, code))
        ]
        blocks = [lines[i : i + 100] for i in range(0, len(lines), 100)]
        body = b"\n".join(
            b"%d beginbfchar\n%s\nendbfchar" % (len(block), b"\n".join(block)) for block in blocks
        )
        return (
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
            b"1 begincodespacerange <0000> <ffff> endcodespacerange\n" + body + b"\nendcmap end end"
        )

    def _target(self, char: str, code: int) -> str:
        if self.coding is Coding.HOLES and code % 10 == 0:
            return ""
        if self.coding is Coding.WRONG and code % 3 == 0 and "\u4e00" <= char <= "\u9fff":
            return chr(0x4E00 + (ord(char) - 0x4E00 + _SHIFT) % 0x5100)
        return _RADICALS.get(char, char) if self.coding is Coding.RADICALS else char


_SCAN = b"q 500 0 0 750 40 40 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q"
_DESCRIPTOR = (
    b"<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[0 -120 1000 880]/ItalicAngle 0/Ascent 880"
    b"/Descent -120/CapHeight 880/StemV 80>>"
)


def pdf(
    title: Sequence[str],
    paragraphs: Sequence[str],
    *,
    coding: Coding = Coding.IDENTITY,
    style: Style | None = None,
    extra: str = "",
    mode: int = 0,
    rotate: int = 0,
    info: str = "",
) -> bytes:
    """Return a PDF of a text. `extra`: operators drawn on every page, `mode`: text rendering (3: invisible)."""
    return pdf_of(
        typeset(title, paragraphs, style or Style()),
        coding=coding,
        extra=extra,
        mode=mode,
        rotate=rotate,
        info=info,
    )


def pdf_of(
    sheets: Sequence[Sheet],
    *,
    coding: Coding = Coding.IDENTITY,
    extra: str = "",
    mode: int = 0,
    rotate: int = 0,
    info: str = "",
) -> bytes:
    """Return a PDF of pages as they are set."""
    font = Font(coding, {})
    contents = [_content(sheet, font, extra, mode) for sheet in sheets]
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    fonts = [b""] * 6
    first_font = 3
    objects += fonts
    kids = []
    for content in contents:
        kids.append(len(objects) + 1)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Rotate %d/Resources<</Font<</F1 %d 0 R>>>>/Contents %d 0 R>>"
            % (WIDTH, HEIGHT, rotate, first_font, len(objects) + 2)
        )
        objects.append(stream(content))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (
        len(kids),
        b" ".join(b"%d 0 R" % kid for kid in kids),
    )
    made = font.objects(first_font)
    objects[2 : 2 + len(made)] = made
    objects = [each or b"null" for each in objects]
    if info:
        objects.append(b"<</Title<feff%s>>>" % info.encode("utf-16-be").hex().encode())
    return written(objects, info=len(objects) if info else 0)


def written(objects: Sequence[bytes], *, info: int = 0, trailer: bytes = b"") -> bytes:
    """Return a file of objects numbered from 1; the first one is the catalogue."""
    body = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    named = b"/Info %d 0 R" % info if info else b""
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R%s%s>>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, named, trailer, len(body))
    )


def stream(data: bytes) -> bytes:
    """Return a stream object, packed."""
    packed = zlib.compress(data)
    return b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)


def _content(sheet: Sheet, font: Font, extra: str, mode: int) -> bytes:
    draw: Callable[[Placed, Font, int], bytes] = _outlines if font.coding is Coding.OUTLINES else _text
    parts = [draw(text, font, mode) for text in sheet.texts]
    return b"\n".join([_SCAN if sheet.image else b"", *map(_rule, sheet.rules), *parts, _extra(extra, font)])


def _text(text: Placed, font: Font, mode: int) -> bytes:
    return b"BT %d Tr /F1 %.2f Tf %.4f Tc 1 0 0 1 %.2f %.2f Tm <%s> Tj ET" % (
        mode,
        text.size,
        text.spacing,
        text.x,
        HEIGHT - text.y,
        font.encode(text.text).hex().encode(),
    )


def _outlines(text: Placed, font: Font, mode: int) -> bytes:
    parts = []
    x = text.x
    for char in text.text:
        y, size = HEIGHT - text.y, advance(char) * text.size
        parts.append(
            b"%.2f %.2f m %.2f %.2f %.2f %.2f %.2f %.2f c %.2f %.2f l %.2f %.2f l %.2f %.2f l h f"
            % (x, y, x, y + 5, x + 5, y + size, x + size, y + size, x + size, y, x + 3, y + 2, x + 1, y + 1)
        )
        x += size
    return b"\n".join(parts)


def _rule(rule: Ruled) -> bytes:
    return b"0.5 w %.2f %.2f m %.2f %.2f l S" % (rule.x, HEIGHT - rule.y, rule.x_end, HEIGHT - rule.y_end)


def _extra(text: str, font: Font) -> bytes:
    """A watermark across the page, turned by 45 degrees."""
    if not text:
        return b""
    return (
        b"BT 0 Tr /F1 48 Tf 0.7071 0.7071 -0.7071 0.7071 120 200 Tm <%s> Tj ET"
        % font.encode(text).hex().encode()
    )
