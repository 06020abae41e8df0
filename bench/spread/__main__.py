"""Run the benchmarks of many machines: `python -m bench.spread [--strikes N --hosts N --seed N] [chaos costs scale]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.spread.servers import object_store, postgres


def main() -> int:
    """Run what is named, by default all; return the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("what", nargs="*", default=["chaos", "costs", "scale"])
    options.add_argument("--strikes", type=int, default=50, help="of each kind")
    options.add_argument("--hosts", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    well = True
    with postgres() as database, object_store() as store, tempfile.TemporaryDirectory() as folder:
        if "chaos" in given.what:
            from bench.spread.chaos import run_chaos

            well &= run_chaos(
                database, store, Path(folder), hosts=given.hosts, strikes=given.strikes, seed=given.seed
            )
        if "costs" in given.what:
            from bench.spread.costs import run_costs

            well &= run_costs(database)
        if "scale" in given.what:
            from bench.spread.scale import run_scale

            well &= run_scale(database, Path(folder))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
