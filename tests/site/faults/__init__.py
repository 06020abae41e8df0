"""Servers on loopback with faults of real servers, one fault for each host, and the expected outcome of a crawl.

`fault` is the row of the table, `table` has all rows. Rows by subject: `transport`, `parts`, `moves`, `refusals`, `locks`
(TLS), `doors` (addresses, robots.txt). `site` runs them, on `server`. docs/faults.md is made from the table.
"""

from __future__ import annotations

from tests.site.faults.fault import Fault
from tests.site.faults.site import FaultSite
from tests.site.faults.table import FAULTS

__all__ = ["FAULTS", "Fault", "FaultSite"]
