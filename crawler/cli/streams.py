"""stdout and stderr as every command needs them: whatever becomes of them, the command does its work to the end.

What cannot be written (a full device, a reader of a pipe that has left) is told in one line and makes exit code 1. A
character that the terminal's encoding lacks is written as its escape, and so is one that could control the terminal.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from typing import Any, TextIO

from crawler.field.text import visible

STDOUT, STDERR = 1, 2
NOT_WRITTEN = 1
"""Exit code of a command that did all else it had to."""


class _Outlet(io.RawIOBase):
    """A file descriptor that keeps its first failure; what comes after that is thrown away."""

    def __init__(self, descriptor: int, *, closed: bool) -> None:
        self.failure = OSError(errno.EBADF, "it is closed") if closed else None
        self.lost = False
        self._descriptor = descriptor

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, data: Any) -> int:
        while self.failure is None:
            try:
                return os.write(self._descriptor, data)
            except (
                BlockingIOError
            ):  # another process made the terminal or pipe that we share with it non-blocking
                select.select([], [self._descriptor], [])
            except OSError as error:
                self.failure = error
        self.lost = True
        return len(data)


class Stream(io.TextIOWrapper):
    """A standard stream on which nothing raises, and on which control characters are written as their escapes."""

    def __init__(self, descriptor: int, standard: TextIO | None) -> None:
        self.was_closed = standard is None
        self._outlet = _Outlet(descriptor, closed=self.was_closed)
        super().__init__(
            io.BufferedWriter(self._outlet),
            encoding=standard.encoding if standard else "utf-8",
            errors="backslashreplace",
            newline="\n",
            line_buffering=descriptor == STDERR or self._outlet.isatty(),
            write_through=bool(getattr(standard, "write_through", False)),
        )

    def write(self, text: str) -> int:
        """Write text, control characters but newline and tab as their escapes."""
        super().write(visible(text))
        return len(text)

    def write_sequences(self, text: str) -> int:
        """Write what a console made, with its colours and movements."""
        return super().write(text)

    @property
    def lost(self) -> str | None:
        """Why not everything could be written; None where it was."""
        self.flush()
        if self._outlet.failure is None or not self._outlet.lost:
            return None
        return self._outlet.failure.strerror or str(self._outlet.failure)


class Sequences:
    """A stream as a console wants it, which writes control sequences of its own."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.encoding = stream.encoding
        self.write = stream.write_sequences
        self.flush = stream.flush
        self.isatty = stream.isatty
        self.fileno = stream.fileno


def in_utf8() -> None:
    """Begin this process again in Python's UTF-8 mode where the locale has another encoding; stdout and stderr keep theirs.

    File names in an archive are UTF-8 whatever the locale of the run that writes them. In the C locale Chinese ones
    could not be written at all.
    """
    if sys.getfilesystemencoding() == "utf-8" or os.environ.get("PYTHONUTF8") == "1":
        return
    spoken = next((stream.encoding for stream in (sys.stdout, sys.stderr) if stream is not None), "utf-8")
    environment = {"PYTHONIOENCODING": spoken} | os.environ | {"PYTHONUTF8": "1"}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def prepare() -> None:
    """Put streams that cannot fail in the place of stdout and stderr, unless somebody else took them already.

    A descriptor that was closed is opened on /dev/null, else the next file to be opened would be stdout.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gives the lowest number that is free: this one
    if sys.stdout is sys.__stdout__:
        sys.stdout = Stream(STDOUT, sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = Stream(STDERR, sys.stderr)


def finish(code: int) -> int:
    """Write out what is left, say in one line if stdout took less than it should. Returns the exit code.

    A caller that closes stdout wants no output, so that this is no failure.
    """
    out, err = sys.stdout, sys.stderr
    if isinstance(out, Stream) and (why := out.lost):
        print(f"standard output: {why}; what was printed there is lost, what was archived is kept", file=err)
        code = code or (0 if out.was_closed else NOT_WRITTEN)
    if isinstance(err, Stream):
        err.flush()
    return code
