"""Read fields (MS-DOC, section 2.8.25): of `begin instruction separator result end` only the result is text."""

from __future__ import annotations

import re

from crawler.extract.documents.numbering import format_number

BEGIN, SEPARATOR, END = "\x13", "\x14", "\x15"
FIELD_MARKS = re.compile("([\x13-\x15])")
_DISCARDED = ("TOC", "INDEX", "PAGE", "NUMPAGES", "SECTIONPAGES")
"""Fields whose result is no text of the report: its table of contents, page numbers."""
_MAX_INSTRUCTION_LENGTH = 200  # characters; EQ fields that hold text are short
_MAX_DEPTH = 100
_ENCLOSED = re.compile(r"\\o\\a[cd](?:\\s\\up\d{1,2})?\((.{0,100})\)")


class _Field:
    __slots__ = ("instruction", "is_result")

    def __init__(self) -> None:
        self.instruction = ""
        self.is_result = False

    @property
    def is_discarded(self) -> bool:
        return self.instruction.split(maxsplit=1)[:1] in [[name] for name in _DISCARDED]


class Fields:
    """The fields that are open while a text is read. They may go on over paragraphs."""

    def __init__(self) -> None:
        self._open: list[_Field] = []

    @property
    def is_discarding(self) -> bool:
        """Whether the text read now is an instruction, or the result of a field that is no text of the report."""
        return any(not each.is_result or each.is_discarded for each in self._open)

    def text(self, part: str) -> str:
        """Return what a reader sees of the next part of the text."""
        if not self._open and BEGIN not in part:
            return part.replace(SEPARATOR, "").replace(END, "")
        return "".join(self._step(each) for each in FIELD_MARKS.split(part))

    def _step(self, part: str) -> str:
        if part == BEGIN:
            if len(self._open) < _MAX_DEPTH:
                self._open.append(_Field())
        elif part == SEPARATOR:
            if self._open:
                self._open[-1].is_result = True
        elif part == END:
            if self._open:
                return self._end(self._open.pop())
        elif not self.is_discarding:
            return part
        elif not self._open[-1].is_result:
            ended = self._open[-1]
            ended.instruction = (ended.instruction + part)[:_MAX_INSTRUCTION_LENGTH]
        return ""

    def _end(self, field: _Field) -> str:
        """The text of a field without a result: a formula that draws characters over each other, such as ① of ○ and 1."""
        if field.is_result or self.is_discarding:
            return ""
        name, _, rest = field.instruction.strip().partition(" ")
        found = _ENCLOSED.search("".join(rest.split())) if name.upper() == "EQ" else None
        if not found:
            return ""
        parts = [part.strip("()") for part in re.split("[,，;]", found[1])]
        signs = [part for part in parts if part and part not in "○〇◯□"]
        text = "".join(signs)
        return (
            format_number(int(text), "decimalEnclosedCircle") if text.isdecimal() and len(text) < 3 else text
        )
