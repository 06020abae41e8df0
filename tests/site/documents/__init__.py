"""The five seed documents with their expected title, metadata and body, as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from tests.site.model import GOLD_KEYS, Document


def seed(number: int, url: str, *, author: str | None = None) -> Document:
    """Return the seed document with a number, published at an address."""
    (path,) = Path(__file__).parent.glob(f"{number:03}_*.json")
    gold = json.loads(path.read_text("utf-8"))
    return Document(url=url, author=author, **{key: gold[key] for key in GOLD_KEYS})
