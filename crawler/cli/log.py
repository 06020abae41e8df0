"""`--log FILE`: every event of a crawl as one JSON object a line, for programs and for grep.

The standard library's logging does it with the formatter below; a structured-logging library would be one dependency
for the same twenty lines.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path

from crawler.errors import ConfigError

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
        return json.dumps(line, ensure_ascii=False, default=str)


@contextmanager
def log_to(path: Path | None) -> Iterator[None]:
    """Append events to a file, opened anew when logrotate has moved it. Raises ConfigError when it cannot be written."""
    if path is None:
        yield
        return
    try:
        handler = WatchedFileHandler(path, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror or error}") from error
    handler.setFormatter(JsonLines())
    ours = logging.getLogger("crawler")
    level = ours.level
    ours.addHandler(handler)
    ours.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        ours.setLevel(level)
        ours.removeHandler(handler)
        handler.close()
