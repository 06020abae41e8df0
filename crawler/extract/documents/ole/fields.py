"""Read fields (MS-DOC, section 2.8.25): of `begin instruction separator result end` only the result is text."""

from __future__ import annotations

import re

from crawler.extract.documents.ole.binary import DamagedFile, OversizedFile
from crawler.extract.documents.word.fields import MAX_CODE_CHARS, is_contents, text_of_code

BEGIN, SEPARATOR, END = "\x13", "\x14", "\x15"
FIELD_MARKS = re.compile("([\x13-\x15])")
_MAX_DEPTH = 100


class _Field:
    __slots__ = ("instruction", "is_result")

    def __init__(self) -> None:
        self.instruction = ""
        self.is_result = False

    @property
    def is_discarded(self) -> bool:
        return is_contents(self.instruction)


class Fields:
    """The fields that are open while a text is read. They may go on over paragraphs."""

    def __init__(self) -> None:
        self._open: list[_Field] = []

    @property
    def is_discarding(self) -> bool:
        """Whether the text read now is an instruction, or the result of a field that is no text of the report."""
        return any(not each.is_result or each.is_discarded for each in self._open)

    def check_end(self) -> None:
        """Raise DamagedFile if a field has no end: what follows its beginning would be taken for an instruction."""
        if self._open:
            raise DamagedFile("a field has no end")

    def text(self, part: str) -> str:
        """Return what a reader sees of the next part of the text."""
        if not self._open and BEGIN not in part:
            return part.replace(SEPARATOR, "").replace(END, "")
        return "".join(self._step(each) for each in FIELD_MARKS.split(part))

    def _step(self, part: str) -> str:
        if part == BEGIN:
            if len(self._open) == _MAX_DEPTH:
                raise OversizedFile(f"fields are nested more than {_MAX_DEPTH} deep")
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
            ended.instruction = (ended.instruction + part)[:MAX_CODE_CHARS]
        return ""

    def _end(self, field: _Field) -> str:
        """The text of a field without a result."""
        return "" if field.is_result or self.is_discarding else text_of_code(field.instruction.strip())
