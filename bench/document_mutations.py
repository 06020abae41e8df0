"""Mutations of a document: damage to its bytes, to members of its container, to its XML, its numbers and its references.

All choices are made by the random generator, so a seed always gives the same mutants.
"""

from __future__ import annotations

import io
import itertools
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

Mutation = Callable[[bytes, Random, Sequence[bytes]], bytes]
MAX_MUTATIONS = 3  # of one document
_MAX_FLIPS = 40
_DEPTHS = (100, 100_000)
_BOMB_BYTES = 80_000_000
_NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"65535",
    b"65536",
    b"2147483647",
    b"4294967295",
    b"99999999999999999999",
    b"1e308",
    b"",
)
_NAMES = (
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\x",
    "a" * 60_000,
    "\x00",
    "word/document.xml",
    "OFD.xml",
    "[Content_Types].xml",
)
_REFERENCE = re.compile(rb"\d{1,6} 0 R")
_NUMBER = re.compile(rb"-?\d{1,9}")
_TAG = re.compile(rb"<[^<>]{1,400}>")
_STREAM = re.compile(rb"stream\r?\n(.{1,200000}?)\r?\nendstream", re.S)
_CONTROL = re.compile(rb"\\[a-z]{1,20}-?\d{0,9}")


class Mutant(NamedTuple):
    """A document after its mutations."""

    body: bytes
    of: int  # number of the document
    mutations: tuple[str, ...]


def mutant(seed: int, number: int, bodies: Sequence[bytes]) -> Mutant:
    """Return a mutant. The same seed, number and documents give the same one."""
    random = Random(f"documents {seed} {number}")
    of = number % len(bodies)
    body = bodies[of]
    names: list[str] = []
    for _ in range(random.randint(1, MAX_MUTATIONS)):
        change = random.choice(_MUTATIONS)
        body = change(body, random, bodies)
        names.append(change.__name__.strip("_"))
    return Mutant(body, of, tuple(names))


def _flip(body: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    found = bytearray(body)
    for _i in range(random.randint(1, _MAX_FLIPS) if found else 0):
        found[random.randrange(len(found))] ^= 1 << random.randrange(8)
    return bytes(found)


def _overwrite(body: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    at, length = random.randrange(len(body) + 1), random.choice((1, 2, 4, 8, 64, 512))
    return body[:at] + random.choice((b"\0", b"\xff", b"\x7f", b"\x80")) * length + body[at + length :]


def _truncate(body: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    return body[: random.randrange(len(body) + 1)]


def _behead(body: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    return body[:16] + body[random.randrange(len(body) + 1) :]


def _splice(body: bytes, random: Random, bodies: Sequence[bytes]) -> bytes:
    other = random.choice(bodies)
    start = random.randrange(len(other) + 1)
    piece = other[start : start + random.choice((16, 512, 20_000))]
    at = random.randrange(len(body) + 1)
    return body[:at] + piece + body[at + random.choice((0, len(piece))) :]


def _repeat(body: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    at = random.randrange(len(body) + 1)
    piece = body[at : at + random.choice((8, 512, 20_000))]
    return body[:at] + piece * random.choice((2, 20, 200)) + body[at:]


def _number(body: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    """Replace decimal numbers, as in PDF, RTF and XML."""
    return _replaced(body, random, _NUMBER, lambda _found: random.choice(_NUMBERS))


def _reference(body: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    """Point references of a PDF at other objects: cycles, missing ones, others."""
    return _replaced(body, random, _REFERENCE, lambda _found: b"%d 0 R" % random.randrange(1, 30))


def _control(body: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    """Exchange control words of RTF, or open groups without end."""
    words = _CONTROL.findall(body[:200_000]) or [b"\\par"]
    return _replaced(
        body,
        random,
        _CONTROL,
        lambda _found: random.choice((*words[:200], b"{" * 3000, b"}", b"\\bin9999999 ")),
    )


def _pdf_stream(body: bytes, random: Random, bodies: Sequence[bytes]) -> bytes:
    """Change what a packed stream of a PDF holds: operators, fonts, tables of characters."""

    def changed(found: re.Match[bytes]) -> bytes:
        try:
            data = zlib.decompress(found[1])
        except zlib.error:
            return found[0]
        inner = random.choice((_flip, _number, _repeat, _truncate, _splice))(data, random, bodies)
        return b"stream\n" + zlib.compress(inner[:2_000_000], 1) + b"\nendstream"

    return _replaced(body, random, _STREAM, changed)


def _replaced(
    body: bytes, random: Random, pattern: re.Pattern[bytes], by: Callable[[re.Match[bytes]], bytes]
) -> bytes:
    found = list(pattern.finditer(body))
    for match in sorted(
        random.sample(found, min(len(found), random.choice((1, 3, 20)))), key=lambda each: -each.start()
    ):
        body = body[: match.start()] + by(match) + body[match.end() :]
    return body


def _member(body: bytes, random: Random, bodies: Sequence[bytes]) -> bytes:
    """Change a member of a ZIP container, or its name, or pack a bomb beside it."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            members = [
                (each.filename, packed.read(each))
                for each in packed.infolist()[:200]
                if each.file_size < 5_000_000
            ]
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, zlib.error, EOFError, RuntimeError):
        return _flip(body, random, bodies)
    if not members:
        return body
    at = random.randrange(len(members))
    name, data = members[at]
    how = random.randrange(7)
    if how == 0:
        members.pop(at)
    elif how == 1:
        members.append((random.choice(_NAMES), data))
    elif how == 2:
        members[at] = (random.choice(_NAMES), data)
    elif how == 3:
        members[at] = (name, b" " * random.choice((1000, _BOMB_BYTES)))
    elif how == 4:
        members[at] = (name, random.choice(bodies))
    else:
        members[at] = (name, random.choice((_xml, _flip, _number, _truncate))(data, random, bodies))
    out = io.BytesIO()
    warnings.simplefilter("ignore", UserWarning)  # a name that is there twice is meant
    with zipfile.ZipFile(out, "w", random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as packed:
        for each, content in members:
            packed.writestr(zipfile.ZipInfo(each), content, compresslevel=1)
    return out.getvalue()


def _xml(body: bytes, random: Random, bodies: Sequence[bytes]) -> bytes:
    """Drop, exchange, repeat and nest tags of XML, or declare entities that name each other."""
    tags = list(_TAG.finditer(body[:400_000]))
    if not tags:
        return _flip(body, random, bodies)
    how, match = random.randrange(6), random.choice(tags)
    at, end = match.span()
    if how == 0:
        return body[:at] + body[end:]
    if how == 1:
        return body[:at] + random.choice(tags)[0] + body[end:]
    if how == 2:
        return body[:at] + match[0] * random.choice(_DEPTHS) + body[end:]
    if how == 3:
        names = [b"e%d" % number for number in range(30)]
        inner = b"".join(
            b'<!ENTITY %s "%s">' % (name, b"&%s;" % last * 10) for last, name in itertools.pairwise(names)
        )
        head = body.find(b"?>") + 2
        return (
            body[:head]
            + b'<!DOCTYPE x [<!ENTITY e0 "x">'
            + inner
            + b"]>"
            + body[head:at]
            + b"&e29;"
            + body[at:]
        )
    if how == 4:
        return body[:end] + b"<![CDATA[" + body[end:]
    return body[:at] + match[0][:-1] + b' a="1" a="2"' * 3 + b">" + body[end:]


_MUTATIONS: tuple[Mutation, ...] = (
    _flip, _flip, _overwrite, _truncate, _behead, _splice, _repeat, _number, _reference, _control, _pdf_stream, _member, _member, _member, _xml,
)  # fmt: skip
