"""JSON: one object. Lists stand under `rows`, `next_url` leads to the next ones; errors are of RFC 9457."""

from __future__ import annotations

import json
from datetime import date, datetime
from enum import Enum
from http import HTTPStatus
from typing import Any

from crawler.field.text import json_escaped
from crawler.field.times import iso
from crawler.web.answer import Answer

PROBLEM = "application/problem+json"


def write_json(answer: Answer) -> str:
    """Return an answer as JSON."""
    assert answer.data is not None
    value = dict(answer.data())
    if "rows" in value:
        value["next_url"] = answer.next_url
    return dump(value)


def dump(value: Any) -> str:
    """Return a value as JSON, Chinese as it is, times in UTC, what is no text of Unicode escaped."""
    return json_escaped(json.dumps(value, ensure_ascii=False, default=_plain)) + "\n"


def problem_value(status: HTTPStatus, detail: str) -> dict[str, Any]:
    """Return an error as a value for JSON (RFC 9457, section 3): the one shape that all errors have."""
    return {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no form in JSON")
