"""Print docs/faults.md: `python -m tests.site.faults`."""

from __future__ import annotations

from tests.site.faults.table import page

if __name__ == "__main__":
    print(page(), end="")
