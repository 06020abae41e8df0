"""The former place of `crawler.questions.verify`, for scripts that were written for version 0.1."""

from __future__ import annotations

from crawler.questions.verify import Fault, verify

__all__ = ["Fault", "verify"]
