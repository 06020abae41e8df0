"""Serve portals until Ctrl-C: `python -m tests.site.portals [NUMBER] [--seed N] [--table FILE] [--seconds N]`."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from tests.site.portals import BLOCK, PortalWeb


def main() -> None:
    """Write the table of the portals, print the host map in curl's form and the certificate authority's file, then serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.site.portals", description=__doc__)
    parser.add_argument("number", nargs="?", type=int, default=BLOCK, help="of portals")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--table", type=Path, metavar="FILE", help="for code, name, portal, entry and access of each"
    )
    parser.add_argument("--seconds", type=float, metavar="N", help="stop by itself after so many seconds")
    words = parser.parse_args()
    with PortalWeb(words.number, seed=words.seed) as web:
        rows = ("\t".join((p.code, p.name, p.home, p.entry or "", p.access)) for p in web.portals)
        if words.table:
            words.table.write_text("\n".join(rows) + "\n", "utf-8")
        for name, (address, port) in web.hosts.items():
            print(f"--connect-to {name}:{address}:{port}")
        print(f"--cacert {web.ca_file}", flush=True)
        try:
            threading.Event().wait(words.seconds)
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
