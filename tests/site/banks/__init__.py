"""Facts and phrases from which pages are generated, as JSON, read once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def bank(name: str) -> Any:
    """Return the content of `<name>.json` in this folder."""
    return json.loads((Path(__file__).parent / f"{name}.json").read_text("utf-8"))
