"""Draw docs/crawl.svg from a real run of `fazhi crawl --replay tests/fixtures` in a terminal: `make picture`."""

from __future__ import annotations

import io
import os
import pty
import re
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
WIDTH = 124
_REDRAW = re.compile(r"[\r\n]+|\x1b\[2K|\x1b\[1A|\x1b\[\?25[hl]")
"""Separates the drawings of the live line, each of which overwrites the one before."""
_SPINNER = re.compile("[\u2800-\u28ff]")
_FORMAT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="a crawl in a terminal">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono CJK SC", "Microsoft YaHei", monospace; font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""


def main() -> None:
    """Run the crawl in a pseudo-terminal, and export what is visible at its end."""
    with tempfile.TemporaryDirectory() as scratch:
        words = ["fazhi", "crawl", "--replay", "tests/fixtures", "--archive", f"{scratch}/archive"]
        seen = _in_terminal([str(ROOT / ".venv" / "bin" / words[0]), *words[1:]])
    text = "\n".join(piece for piece in _REDRAW.split(seen) if piece.strip() and not _SPINNER.search(piece))
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print("$ make demo", style="bold")
    console.print(Text.from_ansi(text.replace(f"{scratch}/archive", "demo-archive")))
    console.save_svg(
        str(ROOT / "docs" / "crawl.svg"), title="fazhi crawl", code_format=_FORMAT, unique_id="fazhi"
    )


def _in_terminal(words: list[str]) -> str:
    os.environ |= {"COLUMNS": str(WIDTH), "LINES": "60", "TERM": "xterm-256color"}
    chunks: list[bytes] = []

    def read(descriptor: int) -> bytes:
        chunk = os.read(descriptor, 65536)
        chunks.append(chunk)
        return chunk

    quiet = os.dup(1)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            pty.spawn(words, read)
        finally:
            os.dup2(quiet, 1)
    return b"".join(chunks).decode("utf-8", "replace")


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
