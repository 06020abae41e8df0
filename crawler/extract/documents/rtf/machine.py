"""Read the tokens of RTF one after the other: groups, destinations, text. What control words do is in `controls`."""

from __future__ import annotations

import struct
from collections.abc import Callable

from crawler.extract.documents.origin import Origin
from crawler.extract.documents.rtf import words
from crawler.extract.documents.rtf.charsets import chosen, codec_of_page
from crawler.extract.documents.rtf.flow import Flow
from crawler.extract.documents.rtf.groups import (
    CODE,
    FONTS,
    LABEL,
    NOTHING,
    SKIPPED,
    TEXT,
    TITLE,
    Field,
    Group,
)
from crawler.extract.documents.rtf.tokens import (
    BYTES,
    CLOSE,
    OPEN,
    RUN,
    SIGN,
    Token,
    tokens,
    unescaped,
    unicode_run,
)
from crawler.extract.documents.word.fields import is_contents, text_of_code
from crawler.extract.documents.word.paragraphs import with_gap

MAX_GROUPS = 1000  # in each other
_MAX_CODE_CHARS = 1000  # of a field's code, a label or a title
_USES = {
    b"fonttbl": FONTS, b"info": NOTHING, b"title": TITLE, b"upr": NOTHING, b"ud": TEXT, b"fldinst": CODE,
    **dict.fromkeys(words.LABELS, LABEL),
}  # fmt: skip
_LENGTHS_OF_SKIPPED = {1: frozenset((1, 4)), 2: frozenset((8,))}
"""Lengths of what stands for a character, as written, by the number of bytes to be skipped."""
_FROM_NOTHING = (b"ud", b"title")
"""Destinations that are read within one of which nothing is."""


class Machine:
    """What is read so far. `group`: the state within the innermost braces."""

    def __init__(self, origin: Origin, controls: dict[bytes, Control]) -> None:
        self.origin = origin
        self._controls = controls
        self.flow = Flow()
        self.group = Group(self.flow)
        self.outer: list[Group] = []
        self.codec = codec_of_page(None)
        self.fonts: dict[int, str | None] = {}
        self.pages: int | None = None
        self.title = ""
        self.label = ""
        self.undecodable = 0
        self.has_pictures = False
        self.font = 0  # that is being defined
        self.default_font: int | None = None
        self._bytes = bytearray()
        self.high = 0  # first half of a surrogate pair
        self.to_skip = 0
        self._is_fresh = False  # whether a destination's name may follow
        self._is_optional = False  # after \*

    def read(self, body: bytes) -> None:
        """Read a document to the end of its outermost group."""
        for token in tokens(body, self.origin):
            kind = token.kind
            if kind == BYTES:
                self._add_bytes(token.data)
                continue
            if self._bytes:
                self._flush()
            if kind == OPEN:
                self._open()
            elif kind == CLOSE:
                if not self._close():
                    return
            elif kind == RUN:
                self._unicode_run(token.data)
            elif self.group.use != SKIPPED:
                self._sign(token.data) if kind == SIGN else self._word(token)
        raise self.origin.fault(
            "damaged", f"it ends within {len(self.outer)} groups that are open: the file is cut"
        )

    def _open(self) -> None:
        if len(self.outer) >= MAX_GROUPS:
            raise self.origin.fault("too_large", f"its groups are nested more than {MAX_GROUPS} deep")
        self.outer.append(self.group)
        self.group = self.group.copy()
        self.to_skip = 0
        self._is_fresh, self._is_optional = True, False

    def _close(self) -> bool:
        """End a group. Return whether the document goes on."""
        ended, self.to_skip, self._is_fresh = self.group, 0, False
        if not self.outer:
            return False
        self.group = around = self.outer.pop()
        if ended.use == LABEL and around.use == TEXT and not ended.hidden:
            self._end_label(around.flow)
        if ended.flow is not around.flow and ended.use != SKIPPED:
            self._end_aside(ended, around)
        if (field := ended.field) is not None and field is not around.field and not field.has_result:
            self.say(text_of_code(field.code))
        return bool(self.outer)

    def _end_label(self, flow: Flow) -> None:
        text, self.label = self.label.strip(), ""
        if text and not (len(text) == 1 and text in words.BULLETS):
            flow.label = with_gap(text)

    def _end_aside(self, ended: Group, around: Group) -> None:
        text = ended.flow.finish()
        if around.hidden or around.use != TEXT:
            return
        is_first = ended.is_box and not around.flow.has_text
        (around.flow.before if is_first else around.flow.after).append(text)

    def _add_bytes(self, data: bytes) -> None:
        self._is_fresh = False
        if self.group.use == SKIPPED:
            return
        if self.to_skip:
            skipped = min(self.to_skip, len(data))
            self.to_skip -= skipped
            data = data[skipped:]
        self._bytes += data

    def _flush(self) -> None:
        group = self.group
        codec = chosen(self.fonts.get(group.font or 0), self.fonts.get(group.east or 0), self.codec)
        data = bytes(self._bytes)
        self._bytes.clear()
        self.high = 0  # a first half without its second
        text = data.decode("ascii") if data.isascii() else data.decode(codec, "replace")
        if (bad := text.count("\ufffd")) and group.use == TEXT:
            self.undecodable += bad
        self.say(text)

    def _unicode_run(self, run: bytes) -> None:
        """Read a run of Unicode characters: at once, if each has as many bytes for old programs as are to be skipped."""
        self._is_fresh = False
        if self.group.use == SKIPPED:
            return
        pairs = unicode_run(run)
        expected = _LENGTHS_OF_SKIPPED.get(self.group.skip)
        if expected and not self.high and expected.issuperset({len(each) for _, each in pairs}):
            units = struct.pack(f"<{len(pairs)}H", *[int(code) & 0xFFFF for code, _ in pairs])
            self.to_skip = 0
            self.say(units.decode("utf-16-le", "ignore"))
            return
        for code, fallback in pairs:
            if self._bytes:
                self._flush()
            self._controls[b"u"](self, int(code))
            self._add_bytes(unescaped(fallback))  # of which the last may be the first half of a character

    def say(self, text: str) -> None:
        """Add text to what the group's text is."""
        group = self.group
        if not text or group.hidden:
            return
        if group.use == TEXT:
            group.flow.text(text)
        elif group.use == CODE and group.field is not None:
            group.field.code = _added(group.field.code, text)
        elif group.use == LABEL:
            self.label = _added(self.label, text)
        elif group.use == TITLE:
            self.title = _added(self.title, text)

    def _sign(self, sign: bytes) -> None:
        if sign == b"*" and self._is_fresh:
            self._is_optional = True
            return
        self._is_fresh = False
        if sign in words.PARAGRAPH_SIGNS:
            self._end_paragraph(None)
        elif text := words.SIGNS.get(sign):
            if self.to_skip:
                self.to_skip -= 1
            else:
                self.say(text)

    def _word(self, token: Token) -> None:
        name, number = token.data, token.number
        if self._is_fresh:
            self._is_fresh = False
            if self._is_destination(name):
                return
        if text := words.CHARACTERS.get(name):
            if self.to_skip:
                self.to_skip -= 1
            else:
                self.say(text)
        elif name in words.PARAGRAPH_ENDS:
            self._end_paragraph(number)
        elif control := self._controls.get(name):
            control(self, number)

    def _is_destination(self, name: bytes) -> bool:
        group = self.group
        if name in words.SKIPPED:
            self.has_pictures = self.has_pictures or name == b"pict"
            group.use = SKIPPED
        elif (use := _USES.get(name)) is not None:
            if group.use != NOTHING or name in _FROM_NOTHING:
                group.use = use
        elif name in words.ASIDE:
            group.flow = Flow()
            group.depth = 0
            group.is_box = words.ASIDE[name] == "box"
        elif name == b"fldrslt" and group.field is not None:
            group.field.has_result = True
            if is_contents(group.field.code):
                group.use = SKIPPED
        elif name == b"field":
            group.field = Field()
        elif name == b"nesttableprops":
            group.in_nested = True
        elif self._is_optional and name not in words.ENTERED:
            group.use = SKIPPED
        else:
            return False
        return True

    def _end_paragraph(self, number: int | None) -> None:
        if self.group.use == TEXT and not self.group.hidden:
            self.group.flow.end_paragraph(self.group.depth)


Control = Callable[[Machine, int | None], None]
"""What a control word does with its number."""


def _added(text: str, more: str) -> str:
    return text if len(text) > _MAX_CODE_CHARS else text + more[:_MAX_CODE_CHARS]
