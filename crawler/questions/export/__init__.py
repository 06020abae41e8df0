"""Hand the data on: versioned deliveries of an archive in six formats.

`export` makes a delivery. `tables/` has the tables (one module and a line each), `formats/` the formats (one module and a
line each); `target` keeps the folder, `delta` tells what changed between two deliveries, `package` describes one.
"""

from __future__ import annotations

from crawler.questions.export.delivery import Delivery, export
from crawler.questions.export.formats import FORMATS

__all__ = ["FORMATS", "Delivery", "export"]
