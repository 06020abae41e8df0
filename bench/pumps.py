"""Read pages of one piece of markup repeated, at n and 2n characters: `make bench-pumps`.

Every element of HTML, in several surroundings, through `extract` and `discover`. The figure is the ratio of the processor
times: about 2 where time is linear in the size, 4 where it is quadratic. Prints those that are over MAX_RATIO and take
long, and exits with 1 if there are any. The child that reads pages ends such a page after 3 seconds and 6 for each MB.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from crawler.discover import discover
from crawler.errors import ExtractError
from crawler.extract import extract

MAX_RATIO = 3.0
MIN_SECONDS = 0.5  # of the larger page; below, a quadratic part costs nothing at any size that counts
CHARACTERS = 150_000  # n

_HEAD = "<html><body><h1>某市人民政府2024年法治政府建设情况报告</h1>"
_ELEMENTS = [
    "a",
    "abbr",
    "acronym",
    "address",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "basefont",
    "bdi",
    "bdo",
    "bgsound",
    "big",
    "blink",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "i",
    "iframe",
    "image",
    "img",
    "input",
    "ins",
    "kbd",
    "keygen",
    "label",
    "legend",
    "li",
    "link",
    "listing",
    "main",
    "map",
    "mark",
    "marquee",
    "math",
    "menu",
    "meta",
    "meter",
    "nav",
    "nobr",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "param",
    "picture",
    "plaintext",
    "pre",
    "progress",
    "q",
    "rb",
    "rp",
    "rt",
    "rtc",
    "ruby",
    "s",
    "samp",
    "script",
    "search",
    "section",
    "select",
    "slot",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
    "xmp",
    "x",
    "x-a",
    "mi",
    "annotation-xml",
    "foreignobject",
    "desc",
]
_AROUND = ("{}", "{}x", "{}x</{name}>", "<p>{}x", "<li>{}", "<select>{}", "<option>{}", "<table>{}", "<table><td>{}",
           "<button>{}", "<form>{}</form>", "<svg>{}", "<template>{}", "<font a>{}", "<a>{}</a>", "</{name}>")  # fmt: skip
_OTHERS = {
    "attributes": "<p {}>", "quoted": "<p {}>", "comments": "<!--x-->", "open comments": "<!--", "CDATA": "<![CDATA[x]]>",
    "doctypes": "<!DOCTYPE html>", "entities": "&amp;", "half entities": "&am", "tags cut off": "<p a='", "ends": "</",
    "JSON": '{"title":"x","url":"/a.html"},', "open JSON": '[{"a":', "lines": "x\n", "spaces": " \u3000", "links": "<a href=a>x</a>",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Growth:
    """Processor times of one pump, in seconds."""

    name: str
    single: float
    double: float

    @property
    def ratio(self) -> float:
        """Of the page of 2n characters to the one of n."""
        return self.double / max(self.single, 1e-3)

    @property
    def grows(self) -> bool:
        """Whether the time grows faster than the page, and counts."""
        return self.ratio > MAX_RATIO and self.double > MIN_SECONDS


def pumps() -> dict[str, str]:
    """Return the piece of markup of each pump."""
    named = {around.format(f"<{name}>", name=name) for around in _AROUND for name in _ELEMENTS}
    return {piece: piece for piece in sorted(named)} | _OTHERS


def page(name: str, piece: str, characters: int) -> bytes:
    """Return a page of about so many characters of a pump."""
    number = characters // len(piece)
    if name == "attributes":
        return (_HEAD + piece.format(" ".join(f"a{i}=1" for i in range(characters // 6)))).encode()
    if name == "quoted":
        return (_HEAD + piece.format(" ".join(f'a{i}="<"' for i in range(characters // 8)))).encode()
    return (piece * number if "JSON" in name else _HEAD + piece * number).encode()


def growths(characters: int) -> Iterator[Growth]:
    """Measure each pump."""
    for name, piece in pumps().items():
        for work in ("extract", "discover"):
            single, double = (_seconds(work, page(name, piece, n)) for n in (characters, 2 * characters))
            yield Growth(f"{work} {name}", single, double)


def _seconds(work: str, body: bytes) -> float:
    begin = time.process_time()
    with suppress(ExtractError):
        if work == "extract":
            extract(body, (), "http://a.gov.cn/1.html")
        else:
            discover(body, (), "http://a.gov.cn/list.html")
    return time.process_time() - begin


def main() -> None:
    """Print the pumps whose time grows faster than their size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--characters", type=int, default=CHARACTERS, help=f"n ({CHARACTERS})")
    found = list(growths(parser.parse_args().characters))
    faults = [each for each in found if each.grows]
    for each in faults:
        print(f"{each.name:40} {each.single:6.2f} s {each.double:6.2f} s  ratio {each.ratio:.1f}")
    worst = max(found, key=lambda each: each.double)
    print(
        f"{len(found)} pumps, {len(faults)} grow faster than their size; slowest: {worst.name}, {worst.double:.2f} s"
    )
    raise SystemExit(1 if faults else 0)


if __name__ == "__main__":
    main()
