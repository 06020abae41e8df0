"""Serve portals until Ctrl-C: `python -m tests.site.portals [NUMBER] [--seed N] [--table FILE] [--seconds N]`.

With `--region 湖北省 --level city`, invented portals under the real names of these divisions, so that
`fazhi source find 湖北省 --level city --dry-run` with the host map that is printed searches them instead of the real ones.
"""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from crawler.address import host_of
from crawler.field.portals import portal
from crawler.field.region_names import below, the_level, the_region
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
    parser.add_argument(
        "--region", metavar="REGION", help="the divisions in this one, by their real host names"
    )
    parser.add_argument("--level", help="with --region: province, city or county")
    words = parser.parse_args()
    with PortalWeb(words.number, seed=words.seed, codes=_codes(words.region, words.level)) as web:
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


def _codes(name: str | None, level: str | None) -> list[str]:
    """Return the codes of the divisions whose portal is known, one a host."""
    if name is None:
        return []
    rows = below(the_region(name).code, the_level(level) if level else None)
    by_host = {host_of(found.home): row.code for row in rows if (found := portal(row.code))}
    return sorted(by_host.values())


if __name__ == "__main__":
    main()
