"""`--log FILE`: write every event of a crawl as one JSON object a line, for programs and for grep.

The standard library's logging does it with the formatter below. A structured-logging library would be a dependency for
the same twenty lines.
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

_STANDARD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""Attributes that every LogRecord has; all others came as `extra`."""

logging.getLogger("crawler.cli").addHandler(logging.NullHandler())
"""Without `--log`, Python would print bare names of events on stderr."""


class JsonLines(logging.Formatter):
    """Formats an event as `{"time", "level", "event", "site", "url", …}`, followed by the keys given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line of JSON, without a newline."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": when.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "site": None,
            "url": None,
        }
        line |= {key: value for key, value in vars(record).items() if key not in _STANDARD_ATTRIBUTES}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json_escaped(json.dumps(line, ensure_ascii=False, default=str))


class LogFile(WatchedFileHandler):
    """Appends lines to a file, and opens it anew when logrotate has moved it. A failed write does not end the crawl."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", errors="backslashreplace")
        self.setFormatter(JsonLines())
        self.failure: str | None = None  # the first reason why lines are missing

    def emit(self, record: logging.LogRecord) -> None:
        """Write one event."""
        try:
            super().emit(record)
        except OSError as error:  # the file could not be opened anew
            self.failure = self.failure or error.strerror

    def handleError(self, record: logging.LogRecord) -> None:
        """Keep the reason why an event could not be written. logging calls it while the exception is handled."""
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        self.failure = self.failure or error.strerror

    def close(self) -> None:
        """Flush and close the file; a failure is kept, as in `emit`."""
        try:
            super().close()
        except OSError as error:
            self.failure = self.failure or error.strerror


@contextmanager
def log_to(path: Path | None) -> Iterator[LogFile | None]:
    """Append the events of the block to a file; do nothing if `path` is None. Raises ConfigError if it cannot be opened."""
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
