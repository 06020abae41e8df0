"""How many texts an answer has."""

from __future__ import annotations

DEFAULT_LIMIT = 20
MAX_LIMIT = 1000
