"""The statement of an anchor: which head, at which line of the manifest, when, by which key. It is signed and time-stamped."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

FORM = "fazhi anchor 1"
_KEYS = ("form", "head", "line", "at", "key")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_MAX_LINE = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the holder of a key states: at this time, the manifest had this head."""

    head: str
    line: int  # number of the head's line; 0 for the empty manifest
    at: str  # UTC, by the clock of the holder
    key: str  # fingerprint of the key

    def to_bytes(self) -> bytes:
        """Return the bytes that are signed: one line of JSON."""
        values = {"form": FORM, "head": self.head, "line": self.line, "at": self.at, "key": self.key}
        return json.dumps(values).encode("ascii") + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> Statement:
        """Parse a statement. Raises ValueError for bytes that `to_bytes` does not give."""
        try:
            values: Any = json.loads(data.decode("ascii"))
        except RecursionError as error:
            raise ValueError("too deep") from error
        if not isinstance(values, dict) or tuple(values) != _KEYS or values["form"] != FORM:
            raise ValueError("it has other keys")
        head, line, at, key = (values[name] for name in _KEYS[1:])
        if not all(isinstance(each, str) and _DIGEST.fullmatch(each) for each in (head, key)):
            raise ValueError("a digest is malformed")
        if not isinstance(line, int) or isinstance(line, bool) or not 0 <= line <= _MAX_LINE:
            raise ValueError("the line is no line number")
        if not isinstance(at, str) or not _TIME.fullmatch(at):
            raise ValueError("the time is malformed")
        statement = cls(head=head, line=line, at=at, key=key)
        if statement.to_bytes() != data:
            raise ValueError("it is spelled in another way")
        return statement
