"""Serve the government web on 127.0.0.1 until Ctrl-C, and print a command that crawls it: `make site`.

Lines typed while it runs change its pages: `edit`, `remove`, `restore`; `help` explains them.
"""

from __future__ import annotations

import argparse
import os
import select
import shlex
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from tests.site.switches import HELP, Switches
from tests.site.web import Web

_ARCHIVE = "site-archive"
_FAZHI = Path(sys.executable).parent / "fazhi"


def main() -> None:
    """Start the web, print what a client needs, then carry out the lines of stdin until it is told to end."""
    parser = argparse.ArgumentParser(prog="python -m tests.site", description=__doc__)
    parser.add_argument("--seconds", type=float, metavar="N", help="stop by itself after so many seconds")
    parser.add_argument(
        "--options",
        action="store_true",
        help="print only the host map and the certificate's file, in curl's form",
    )
    words = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with Web() as web:
            print(_options(web) if words.options else _guide(web), flush=True)
            _serve(web, words.seconds)
    except KeyboardInterrupt:
        print("\nstopped", flush=True)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _options(web: Web) -> str:
    return "\n".join([*(f"--connect-to {entry}" for entry in web.connect_to), f"--cacert {web.ca_file}"])


def _guide(web: Web) -> str:
    """The text printed at the start: the command to paste, and the lines that change pages."""
    sources = web.ca_file.parent / "sources.yaml"
    sources.write_text(sources_of(web), "utf-8")
    command = [
        f"SSL_CERT_FILE={shlex.quote(str(web.ca_file))} {shlex.quote(str(_FAZHI))} crawl",
        f"--sources {shlex.quote(str(sources))}",
        f"--archive {_ARCHIVE}",
        *(f"--connect-to {entry}" for entry in web.connect_to),
    ]
    return "\n".join(
        (
            f"Serving {len(web.governments)} governments on 127.0.0.1. Paste this in another terminal:",
            "",
            " \\\n  ".join(command),
            "",
            f"It crawls them into {_ARCHIVE}/. `source check`, `source add URL` and other commands that connect take the",
            "same --connect-to options and SSL_CERT_FILE. Lines typed here change pages between two crawls:",
            HELP,
        )
    )


def sources_of(web: Web) -> str:
    """Return a sources.yaml with the web's governments. It asks for no delay, because nobody else uses these servers."""
    entries = (
        f'  - id: {g.id}\n    name: {g.name}\n    region: "{g.region}"\n    lists: [{", ".join(g.lists)}]\n'
        for g in web.governments
    )
    return "defaults: {delay: 0}\n\nsources:\n" + "\n".join(entries)


def _serve(web: Web, seconds: float | None) -> None:
    """Carry out lines of stdin until `quit` or the time is over. After the end of stdin only the time or a signal ends it."""
    switches = Switches(web)
    end = None if seconds is None else time.monotonic() + seconds
    pending, is_open = b"", True
    while (left := None if end is None else end - time.monotonic()) is None or left > 0:
        ready, _, _ = select.select([sys.stdin.fileno()] if is_open else [], [], [], left)
        if not ready:
            continue
        read = os.read(sys.stdin.fileno(), 65536)
        is_open = bool(read)
        *lines, pending = (pending + read).split(b"\n")
        for line in lines:
            text = line.decode("utf-8", "replace").strip()
            if text == "quit":
                return
            if text:
                print(switches.answer(text), flush=True)


if __name__ == "__main__":
    main()
