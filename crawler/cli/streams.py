"""Replacements for stdout and stderr that never raise, so that a failed write does not stop a command.

Output that could not be written (full disk, broken pipe) is reported in one line at the end, with exit code 1.
Characters that the terminal's encoding lacks, and those that could control the terminal, are written as escapes.
"""

from __future__ import annotations

import errno
import io
import os
import select
import signal
import sys
from typing import Any, TextIO

from crawler.field.text import visible
from crawler.language import translate

STDOUT, STDERR = 1, 2
EXIT_OUTPUT_LOST = 1
"""Exit code of a command that did its work but could not write all of its output."""


class _RawOutput(io.RawIOBase):
    """Writes to a file descriptor until the first failure, keeps that failure, and discards what comes later."""

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
    """A standard stream that never raises, and that writes control characters as escapes."""

    def __init__(self, descriptor: int, standard: TextIO | None) -> None:
        self.was_closed = standard is None
        self._raw = _RawOutput(descriptor, closed=self.was_closed)
        super().__init__(
            io.BufferedWriter(self._raw),
            encoding=standard.encoding if standard else "utf-8",
            errors="backslashreplace",
            newline="\n",
            line_buffering=descriptor == STDERR or self._raw.isatty(),
            write_through=bool(getattr(standard, "write_through", False)),
        )

    def write(self, text: str) -> int:
        """Write text; control characters other than newline and tab are escaped."""
        super().write(visible(text))
        return len(text)

    def write_sequences(self, text: str) -> int:
        """Write the output of a rich console, with its control sequences for colour and cursor."""
        return super().write(text)

    @property
    def lost(self) -> str | None:
        """The reason why some output could not be written; None if all was written."""
        self.flush()
        if self._raw.failure is None or not self._raw.lost:
            return None
        return self._raw.failure.strerror or str(self._raw.failure)


class ConsoleFile:
    """A file for a rich console on a Stream: the console's control sequences are not escaped."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.encoding = stream.encoding
        self.write = stream.write_sequences
        self.flush = stream.flush
        self.isatty = stream.isatty
        self.fileno = stream.fileno


def restart_in_utf8_mode() -> None:
    """Start this process again in Python's UTF-8 mode if the locale has another encoding; stdout and stderr keep theirs.

    File names in an archive are UTF-8, whatever the locale. In the C locale, Chinese ones could not be written at all.
    """
    if sys.getfilesystemencoding() == "utf-8" or os.environ.get("PYTHONUTF8") == "1":
        return
    encoding = next((stream.encoding for stream in (sys.stdout, sys.stderr) if stream is not None), "utf-8")
    environment = {"PYTHONIOENCODING": encoding} | os.environ | {"PYTHONUTF8": "1"}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def install() -> None:
    """Replace stdout and stderr by Streams, unless something else has replaced them already.

    A closed descriptor is opened on /dev/null. Otherwise the next file to be opened would become stdout.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
    if sys.stdout is sys.__stdout__:
        sys.stdout = Stream(STDOUT, sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = Stream(STDERR, sys.stderr)


def tell_of_sigterm() -> None:
    """Let SIGTERM end the process at once, as it does by default, but with a line that says so.

    `crawl`, `source find` and `serve` set handlers of their own when they have begun, and end in order.
    """
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return  # ignored by who started this process

    def end(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        # not by print, which this signal may have interrupted
        os.write(STDERR, f"{translate('SIGTERM: ended; what was stored is kept')}\n".encode())
        os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, end)


def finish(code: int) -> int:
    """Flush both streams, report lost output in one line, and return the exit code.

    A caller that closed stdout wants no output; that is no failure.
    """
    out, err = sys.stdout, sys.stderr
    if isinstance(out, Stream) and (why := out.lost):
        lost = f"standard output: {why}; some output is lost, the archive is not affected"
        print(translate(lost), file=err)
        code = code or (0 if out.was_closed else EXIT_OUTPUT_LOST)
    if isinstance(err, Stream):
        err.flush()
    return code
