"""Anchor an archive: sign its head, have authorities stamp the time of it, keep both in the archive and in its chain.

`crawler.archive.anchors` has keys, statements, tokens and files; this room brings them together with the network.
`settings` says with which key and which authorities, `archive_key` enters a key, `sign` makes an anchor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.lazy import exports

if TYPE_CHECKING:
    from crawler.anchoring.archive_key import KeyEntered, init
    from crawler.anchoring.settings import AnchorSettings, default_key_path, known_key, load_roots
    from crawler.anchoring.sign import Anchored, anchor, anchor_after_crawl
else:
    __getattr__, __dir__ = exports(
        __name__,
        {
            ".archive_key": ("KeyEntered", "init"),
            ".settings": ("AnchorSettings", "default_key_path", "known_key", "load_roots"),
            ".sign": ("Anchored", "anchor", "anchor_after_crawl"),
        },
    )

__all__ = [
    "AnchorSettings",
    "Anchored",
    "KeyEntered",
    "anchor",
    "anchor_after_crawl",
    "default_key_path",
    "init",
    "known_key",
    "load_roots",
]
