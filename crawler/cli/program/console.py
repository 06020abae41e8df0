"""The rich console that prints text of pages. It is a module of its own, because rich is slow to import."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO, cast

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from crawler.cli.streams import ConsoleFile, Stream
from crawler.field.text import visible

NO_TERMINAL_WIDTH_COLUMNS = 200
"""Width of tables where there is no terminal; rich would wrap them at 80."""


class PlainConsole(Console):
    """A rich console for untrusted text: no markup is interpreted, and control characters are escaped.

    Without a terminal, lines are not wrapped.
    """

    def __init__(self, file: TextIO) -> None:
        super().__init__(
            file=cast(TextIO, ConsoleFile(file)) if isinstance(file, Stream) else file,
            markup=False,
            emoji=False,
            highlight=False,
            soft_wrap=True,
            width=None if file.isatty() else NO_TERMINAL_WIDTH_COLUMNS,
        )

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Yield the segments to write; only the console's own control sequences stay as they are."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))
