"""Damage as it comes in the wild and worse: each mutation takes a page's bytes and gives other bytes. No judgement.

Every choice is the random generator's, so that a seed gives the same mutants for ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

Mutation = Callable[[bytes, Random, Sequence[bytes]], bytes]
"""Page, generator, and all pages, of which a mutation may take pieces."""

MOST_MUTATIONS = 3  # of one page
_DEEP = (100, 20_000)  # elements inside each other
_MANY = (100, 20_000)  # attributes of one tag
_LONGEST = 400_000  # bytes of a piece that is repeated
_TAG = re.compile(rb"<[a-zA-Z][^<>]*>")
_END_TAG = re.compile(rb"</[a-zA-Z][^<>]*>")
_ENTITY = re.compile(rb"&#?\w{1,8};")
_CHARSET = re.compile(rb"(charset\s*=\s*[\"']?)[\w-]+", re.I)
_BROKEN_ENTITIES = (
    b"&",
    b"&#",
    b"&#x;",
    b"&#xD800;",
    b"&#1114112;",
    b"&#0;",
    b"&nbsp",
    b"&amp;amp;amp;",
    b"&lt",
    b"&#x1F;",
)
_CHARSETS = (
    b"utf-8",
    b"gb2312",
    b"gbk",
    b"big5",
    b"utf-16",
    b"utf-7",
    b"shift_jis",
    b"iso-8859-1",
    b"idna",
    b"hex",
    b"none",
)
_CODECS = ("gb18030", "big5hkscs", "utf-8", "utf-16-le", "utf-16-be", "shift_jis")
_NESTABLE = (
    b"div",
    b"span",
    b"table",
    b"a",
    b"b",
    b"font",
    b"p",
    b"ul",
    b"select",
    b"pre",
    b"template",
    b"svg",
    b"form",
    b"h1",
    b"noscript",
)
_ATTRIBUTES = (b' class="a"', b" id=x%d", b" a%d=1", b' style="display:none"', b" href='", b' x="<', b" =")
_LONE_SURROGATES = (b"\x00\xd8", b"\xff\xdf", b"\xd8\x00", b"\xdc\x00")


def flip(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Some bytes are others."""
    out = bytearray(page)
    for _ in range(random.randint(1, 200)):
        out[random.randrange(len(out))] = random.randrange(256)
    return bytes(out)


def cut(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """The transfer broke off, anywhere."""
    return page[: random.randrange(1, len(page) + 1)]


def lose(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """A piece is missing, the head perhaps."""
    begin, end = _piece(page, random)
    return page[:begin] + page[end:]


def repeat(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """A piece stands there again and again."""
    begin, end = _piece(page, random)
    times = min(random.randint(2, 50), max(_LONGEST // (end - begin), 2))
    return page[:begin] + page[begin:end] * times + page[end:]


def splice(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """A piece of another page, in whatever encoding, stands in this one."""
    other = random.choice(pages)
    begin, end = _piece(other, random)
    at = random.randrange(len(page) + 1)
    return page[:at] + other[begin:end] + page[at:]


def nest(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """A tag inside itself, thousands of times."""
    name = random.choice(_NESTABLE)
    deep = random.randint(*_DEEP)
    opening = b"<" + name + random.choice((b">", b" class=content>", b"><p>"))
    closing = (b"</" + name + b">") * random.choice((0, 1, deep))
    at = _at(page, _TAG, random)
    return page[:at] + opening * deep + page[at:] + closing


def double_tags(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Each of some tags twice or many times in a row."""
    times = random.choice((2, 2, 3, 30))
    return _some(_TAG, page, random, lambda tag: tag * times)


def attributes(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """A tag with thousands of attributes, the same one or all different, closed or not."""
    form = random.choice(_ATTRIBUTES)
    many = b"".join(form.replace(b"%d", b"%d" % i) for i in range(random.randint(*_MANY)))
    at = _at(page, _TAG, random)
    return page[:at] + b"<div" + many + random.choice((b">", b"")) + page[at:]


def entities(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Entities cut short, out of range, escaped twice."""
    broken = _some(_ENTITY, page, random, lambda _: random.choice(_BROKEN_ENTITIES))
    at = random.randrange(len(broken) + 1)
    return broken[:at] + random.choice(_BROKEN_ENTITIES) * random.randint(1, 500) + broken[at:]


def encodings(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """From somewhere on the page is in another encoding, or all of it."""
    at = random.choice((0, random.randrange(len(page))))
    text = page[at:].decode("utf-8", "replace")
    return page[:at] + text.encode(random.choice(_CODECS), "replace")


def declaration(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """The page says that it is in another encoding."""
    charset = random.choice(_CHARSETS)
    changed = _CHARSET.sub(lambda found: found[1] + charset, page)
    return changed if changed != page else b"<meta charset=" + charset + b">" + page


def nulls(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """NUL bytes and other control characters in between."""
    out = bytearray(page)
    for _ in range(random.randint(1, 300)):
        at = random.randrange(len(out) + 1)
        out[at:at] = bytes((random.choice((0, 0, 0, 1, 2, 8, 11, 30, 127)),)) * random.randint(1, 5)
    return bytes(out)


def surrogates(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """UTF-16, marked or not, with halves of surrogate pairs and perhaps an odd byte."""
    big = random.random() < 0.5
    text = page.decode("utf-8", "replace").encode("utf-16-be" if big else "utf-16-le")
    out = bytearray(text)
    for _ in range(random.randint(1, 50)):
        at = 2 * random.randrange(len(out) // 2 + 1)
        out[at:at] = random.choice(_LONE_SURROGATES)
    mark = random.choice((b"\xfe\xff" if big else b"\xff\xfe", b"\xff\xfe", b""))
    return mark + bytes(out[: len(out) - random.choice((0, 0, 1))])


def unclose(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """End tags are missing."""
    return _some(_END_TAG, page, random, lambda _: b"")


def one_line(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """No line breaks, no tags from somewhere on: one gigantic line."""
    at = random.randrange(len(page))
    line = _TAG.sub(b"", _END_TAG.sub(b"", page[at:])).replace(b"\n", b"").replace(b"\r", b"")
    times = min(random.randint(1, 40), max(_LONGEST // max(len(line), 1), 1))
    return page[:at].replace(b"\n", b" ") + line * times


MUTATIONS: dict[str, Mutation] = {
    mutation.__name__: mutation
    for mutation in (
        flip, cut, lose, repeat, splice, nest, double_tags, attributes, entities, encodings, declaration, nulls,
        surrogates, unclose, one_line,
    )
}  # fmt: skip


class Mutant(NamedTuple):
    """A damaged page and how it came about."""

    html: bytes
    page: int  # place of the page that it was made of
    mutations: tuple[str, ...]


def mutant(seed: int, number: int, pages: Sequence[bytes]) -> Mutant:
    """The mutant of that number, the same for the same arguments. `pages` and each of them must not be empty."""
    random = Random(f"{seed}:{number}")
    page = random.randrange(len(pages))
    html = pages[page]
    names = tuple(random.choice(list(MUTATIONS)) for _ in range(random.randint(1, MOST_MUTATIONS)))
    for name in names:
        html = MUTATIONS[name](html, random, pages) or b"\n"
    return Mutant(html, page, names)


def _piece(page: bytes, random: Random) -> tuple[int, int]:
    """Begin and end of a piece that is not empty: small ones are as likely as large ones."""
    size = min(int(2 ** random.uniform(0, len(page).bit_length())), len(page))
    begin = random.randrange(len(page) - size + 1)
    return begin, begin + size


def _at(page: bytes, pattern: re.Pattern[bytes], random: Random) -> int:
    """Where some match begins; anywhere when there is none."""
    places = [found.start() for found in pattern.finditer(page)]
    return random.choice(places) if places else random.randrange(len(page) + 1)


def _some(pattern: re.Pattern[bytes], page: bytes, random: Random, change: Callable[[bytes], bytes]) -> bytes:
    """Matches changed, each with a likelihood that is drawn once a page."""
    share = random.choice((0.01, 0.1, 0.5, 1.0))
    return pattern.sub(lambda found: change(found[0]) if random.random() < share else found[0], page)
