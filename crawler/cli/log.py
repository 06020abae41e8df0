"""`--log FILE`: every event of a crawl as one JSON object a line, for programs and for grep.

The standard library's logging does it with the formatter below; a structured-logging library would be one dependency
for the same twenty lines.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path

from crawler.errors import ConfigError
from crawler.field.text import json_escaped

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """`{"time", "level", "event", "site", "url", …}`: whatever was given as `extra` follows."""

    def format(self, record: logging.LogRecord) -> str:
        """One line without a newline."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": when.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "site": None,
            "url": None,
        }
        line |= {key: value for key, value in vars(record).items() if key not in _OWN}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json_escaped(json.dumps(line, ensure_ascii=False, default=str))


class LogFile(WatchedFileHandler):
    """Appends lines to a file, opened anew when logrotate has moved it. What it cannot write does not end a crawl."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", errors="backslashreplace")
        self.setFormatter(JsonLines())
        self.failure: str | None = None  # why lines are missing in it

    def emit(self, record: logging.LogRecord) -> None:
        """Write one event."""
        try:
            super().emit(record)
        except OSError as error:  # from opening it anew
            self.failure = self.failure or error.strerror

    def handleError(self, record: logging.LogRecord) -> None:
        """Keep why an event could not be written; called where it is handled."""
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        self.failure = self.failure or error.strerror

    def close(self) -> None:
        """Let go of the file; what is left in its buffer is written, or cannot be."""
        try:
            super().close()
        except OSError as error:
            self.failure = self.failure or error.strerror


@contextmanager
def log_to(path: Path | None) -> Iterator[LogFile | None]:
    """Append events to a file. Raises ConfigError when it cannot be opened."""
    if path is None:
        yield None
        return
    try:
        handler = LogFile(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror or error}") from error
    ours = logging.getLogger("crawler")
    level = ours.level
    ours.addHandler(handler)
    ours.setLevel(logging.DEBUG)
    try:
        yield handler
    finally:
        ours.setLevel(level)
        ours.removeHandler(handler)
        handler.close()
