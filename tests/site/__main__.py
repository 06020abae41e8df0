"""Serve the government web until Ctrl-C: `python -m tests.site [--seconds N]`."""

from __future__ import annotations

import argparse
import threading

from tests.site import Web


def main() -> None:
    """Print the host map in curl's form and the file of the certificate authority, then serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.site", description=__doc__)
    parser.add_argument("--seconds", type=float, metavar="N", help="stop by itself after so many seconds")
    seconds = parser.parse_args().seconds
    with Web() as web:
        for line in web.connect_to:
            print(f"--connect-to {line}")
        print(f"--cacert {web.ca_file}", flush=True)
        try:
            threading.Event().wait(seconds)
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
