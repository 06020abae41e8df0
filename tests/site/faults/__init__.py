"""Servers on loopback that do what old and odd servers do, one fault a host, and what a crawl must make of each."""

from __future__ import annotations

from tests.site.faults.fault import Fault
from tests.site.faults.site import FaultSite
from tests.site.faults.table import FAULTS

__all__ = ["FAULTS", "Fault", "FaultSite"]
