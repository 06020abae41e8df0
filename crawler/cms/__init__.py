"""Everything known of content management systems, one file a system. `PRESETS` is ordered; generic comes last."""

from __future__ import annotations
