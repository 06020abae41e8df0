"""Scans: pages drawn with a font of the system as images, with noise, a red stamp and a slight turn; alone or as a PDF of images."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tests.made_documents.typeset import HEIGHT, WIDTH, Sheet

FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/usr/share/fonts/google-noto-serif-cjk-fonts/NotoSerifCJK-Regular.ttc",
)
"""Where Debian (fonts-noto-cjk, fonts-wqy-zenhei, fonts-arphic-uming) and Fedora have one."""
DPI = 200
_FACES = 2  # of NotoSerifCJK: JP, KR, SC …


def font_file() -> Path | None:
    """Return a file with Chinese characters; None if the system has none of FONTS."""
    return next((path for name in FONTS if (path := Path(name)).exists()), None)


def scan(
    sheet: Sheet, *, seed: int = 1, noise: int = 24, stamp: bool = False, turn: float = 0.0
) -> Image.Image:
    """Return a page as a scanner gives it. `noise`: levels of grey, `turn`: degrees."""
    file = font_file()
    assert file is not None, "no font with Chinese characters: apt-get install fonts-noto-cjk"
    scale = DPI / 72
    image = Image.new("RGB", (round(WIDTH * scale), round(HEIGHT * scale)), (250, 249, 246))
    draw = ImageDraw.Draw(image)
    for rule in sheet.rules:
        draw.line([scale * each for each in rule], fill=(30, 30, 30), width=2)
    for text in sheet.texts:
        font = ImageFont.truetype(file, round(text.size * scale), index=_FACES if "CJK" in file.name else 0)
        x = text.x * scale
        for char in text.text:  # one by one: their distance is that of the sheet
            draw.text((x, text.y * scale), char, font=font, fill=(25, 25, 28), anchor="ls")
            wide = 1.0 if ord(char) > 0x2000 else 0.5
            x += (wide * text.size + text.spacing) * scale
    if stamp:
        _stamp(image, file)
    if turn:
        image = image.rotate(turn, Image.Resampling.BICUBIC, fillcolor=(250, 249, 246))
    grain = Image.frombytes("L", image.size, random.Random(seed).randbytes(image.width * image.height))
    grain = grain.point([level * noise // 255 for level in range(256)])
    return Image.composite(Image.new("RGB", image.size, (128, 128, 128)), image, grain)


def _stamp(image: Image.Image, file: Path) -> None:
    """A red seal over the signature, half transparent."""
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    x, y, r = image.width * 0.68, image.height * 0.72, DPI * 0.8
    red = (214, 30, 30, 150)
    draw.ellipse((x - r, y - r, x + r, y + r), outline=red, width=9)
    star = ImageFont.truetype(file, round(r * 0.8))
    draw.text((x, y), "★", font=star, fill=red, anchor="mm")
    image.paste(Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB"))


def jpeg(image: Image.Image) -> bytes:
    """Return an image as a JPEG."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70, dpi=(DPI, DPI))
    return out.getvalue()


def pdf_of_images(images: Sequence[bytes]) -> bytes:
    """Return a PDF that has one JPEG a page, as scanners write it."""
    objects = [b"", b"<</Type/Catalog/Pages 2 0 R>>", b""]
    kids: list[int] = []
    for data in images:
        with Image.open(io.BytesIO(data)) as image:
            size = image.size
        first = len(objects)
        kids.append(first)
        content = b"q %d 0 0 %d 0 0 cm /I Do Q" % (WIDTH, HEIGHT)
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R/Resources<</XObject<</I %d 0 R>>>>>>"
            % (WIDTH, HEIGHT, first + 1, first + 2),
            b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode"
            b"/Length %d>>stream\n%s\nendstream" % (*size, len(data), data),
        ]
    objects[2] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (
        len(kids),
        b" ".join(b"%d 0 R" % kid for kid in kids),
    )
    out = bytearray(b"%PDF-1.5\n")
    places = []
    for number, body in enumerate(objects[1:], 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % len(objects)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects), start)
    return bytes(out)
