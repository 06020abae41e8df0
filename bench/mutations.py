"""Mutations of a page, like real damage and worse: each takes a page's bytes and gives other bytes. `fuzz` extracts them.

All choices are made by the random generator, so a seed always gives the same mutants.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

Mutation = Callable[[bytes, Random, Sequence[bytes]], bytes]
"""Arguments: the page, the random generator, and all pages, from which a mutation may take pieces."""

MAX_MUTATIONS = 3  # of one page
_DEPTHS = (100, 20_000)  # nested elements
_ATTRIBUTE_COUNTS = (100, 20_000)  # attributes of one tag
_MAX_REPEATED_BYTES = 400_000  # length of a repeated piece
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
    """Change some bytes."""
    out = bytearray(page)
    for _ in range(random.randint(1, 200)):
        out[random.randrange(len(out))] = random.randrange(256)
    return bytes(out)


def cut(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Cut the page off at any byte, like a broken transfer."""
    return page[: random.randrange(1, len(page) + 1)]


def lose(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Remove a piece."""
    begin, end = _piece(page, random)
    return page[:begin] + page[end:]


def repeat(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Repeat a piece many times."""
    begin, end = _piece(page, random)
    times = min(random.randint(2, 50), max(_MAX_REPEATED_BYTES // (end - begin), 2))
    return page[:begin] + page[begin:end] * times + page[end:]


def splice(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Insert a piece of another page, in any encoding."""
    other = random.choice(pages)
    begin, end = _piece(other, random)
    at = random.randrange(len(page) + 1)
    return page[:at] + other[begin:end] + page[at:]


def nest(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Nest a tag in itself thousands of times."""
    name = random.choice(_NESTABLE)
    deep = random.randint(*_DEPTHS)
    opening = b"<" + name + random.choice((b">", b" class=content>", b"><p>"))
    closing = (b"</" + name + b">") * random.choice((0, 1, deep))
    at = _at(page, _TAG, random)
    return page[:at] + opening * deep + page[at:] + closing


def double_tags(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Repeat some tags in place, twice or many times."""
    times = random.choice((2, 2, 3, 30))
    return _some(_TAG, page, random, lambda tag: tag * times)


def attributes(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Give a tag thousands of attributes, equal or different, closed or not."""
    form = random.choice(_ATTRIBUTES)
    many = b"".join(form.replace(b"%d", b"%d" % i) for i in range(random.randint(*_ATTRIBUTE_COUNTS)))
    at = _at(page, _TAG, random)
    return page[:at] + b"<div" + many + random.choice((b">", b"")) + page[at:]


def entities(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Insert entities that are cut short, out of range, or escaped twice."""
    broken = _some(_ENTITY, page, random, lambda _: random.choice(_BROKEN_ENTITIES))
    at = random.randrange(len(broken) + 1)
    return broken[:at] + random.choice(_BROKEN_ENTITIES) * random.randint(1, 500) + broken[at:]


def encodings(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Encode the page differently, as a whole or from some byte on."""
    at = random.choice((0, random.randrange(len(page))))
    text = page[at:].decode("utf-8", "replace")
    return page[:at] + text.encode(random.choice(_CODECS), "replace")


def declaration(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Declare another encoding than the page has."""
    charset = random.choice(_CHARSETS)
    changed = _CHARSET.sub(lambda found: found[1] + charset, page)
    return changed if changed != page else b"<meta charset=" + charset + b">" + page


def nulls(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Insert NUL bytes and other control characters."""
    out = bytearray(page)
    for _ in range(random.randint(1, 300)):
        at = random.randrange(len(out) + 1)
        out[at:at] = bytes((random.choice((0, 0, 0, 1, 2, 8, 11, 30, 127)),)) * random.randint(1, 5)
    return bytes(out)


def surrogates(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Encode as UTF-16, with or without a BOM, with lone surrogates and perhaps an odd byte."""
    big = random.random() < 0.5
    text = page.decode("utf-8", "replace").encode("utf-16-be" if big else "utf-16-le")
    out = bytearray(text)
    for _ in range(random.randint(1, 50)):
        at = 2 * random.randrange(len(out) // 2 + 1)
        out[at:at] = random.choice(_LONE_SURROGATES)
    mark = random.choice((b"\xfe\xff" if big else b"\xff\xfe", b"\xff\xfe", b""))
    return mark + bytes(out[: len(out) - random.choice((0, 0, 1))])


def unclose(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Remove end tags."""
    return _some(_END_TAG, page, random, lambda _: b"")


def one_line(page: bytes, random: Random, pages: Sequence[bytes]) -> bytes:
    """Remove all line breaks, and the tags from some byte on: one very long line."""
    at = random.randrange(len(page))
    line = _TAG.sub(b"", _END_TAG.sub(b"", page[at:])).replace(b"\n", b"").replace(b"\r", b"")
    times = min(random.randint(1, 40), max(_MAX_REPEATED_BYTES // max(len(line), 1), 1))
    return page[:at].replace(b"\n", b" ") + line * times


MUTATIONS: dict[str, Mutation] = {
    mutation.__name__: mutation
    for mutation in (
        flip, cut, lose, repeat, splice, nest, double_tags, attributes, entities, encodings, declaration, nulls,
        surrogates, unclose, one_line,
    )
}  # fmt: skip


class Mutant(NamedTuple):
    """A mutated page, and how it was made."""

    html: bytes
    page: int  # index of the page that it was made from
    mutations: tuple[str, ...]


def mutant(seed: int, number: int, pages: Sequence[bytes]) -> Mutant:
    """Return the mutant with a number; the same arguments give the same mutant. No page may be empty."""
    random = Random(f"{seed}:{number}")
    page = random.randrange(len(pages))
    html = pages[page]
    names = tuple(random.choice(list(MUTATIONS)) for _ in range(random.randint(1, MAX_MUTATIONS)))
    for name in names:
        html = MUTATIONS[name](html, random, pages) or b"\n"
    return Mutant(html, page, names)


def _piece(page: bytes, random: Random) -> tuple[int, int]:
    """Return begin and end of a non-empty piece; small pieces are as likely as large ones."""
    size = min(int(2 ** random.uniform(0, len(page).bit_length())), len(page))
    begin = random.randrange(len(page) - size + 1)
    return begin, begin + size


def _at(page: bytes, pattern: re.Pattern[bytes], random: Random) -> int:
    """Return the begin of a random match, or a random position if there is none."""
    places = [found.start() for found in pattern.finditer(page)]
    return random.choice(places) if places else random.randrange(len(page) + 1)


def _some(pattern: re.Pattern[bytes], page: bytes, random: Random, change: Callable[[bytes], bytes]) -> bytes:
    """Change matches, each with a probability that is drawn once for the page."""
    share = random.choice((0.01, 0.1, 0.5, 1.0))
    return pattern.sub(lambda found: change(found[0]) if random.random() < share else found[0], page)
