"""The five seed documents with their gold, as JSON: what counts as title, metadata and body of each."""

from __future__ import annotations

import json
from pathlib import Path

from tests.site.model import GOLD_KEYS, Document


def seed(number: int, url: str, *, author: str | None = None) -> Document:
    """The seed document of that number, published at an address."""
    (path,) = Path(__file__).parent.glob(f"{number:03}_*.json")
    gold = json.loads(path.read_text("utf-8"))
    return Document(url=url, author=author, **{key: gold[key] for key in GOLD_KEYS})
