"""The state file of a search: results of the portals that are done, and the pages read of those that are not.

A line is one JSON object. The file is written line by line, so a kill loses the last line at most. The pages of a portal
go when it is done; the file is then written anew where they take much of it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, TextIO

from crawler.errors import ConfigError
from crawler.onboarding.find.model import FindResult, Options, Result
from crawler.onboarding.find.pages import Answer
from crawler.onboarding.find.values import answer_json, answer_of, result_json, result_of
from crawler.regular_files import read_regular
from crawler.state_files import acquire

FORMAT = 1
MAX_FILE_BYTES = 512 * 1024 * 1024
MAX_LINE_CHARS = 8 * 1024 * 1024
MAX_STALE_BYTES = 16 * 1024 * 1024
"""Bytes of pages of portals that are done, from which the file is written anew."""

KEPT_DAYS = 30
"""Results and pages of more days ago are not used."""


@dataclass(slots=True)
class Begun:
    """A portal that an earlier run did not finish."""

    day: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: int = 0


class State:
    """The state file, open for the run. `results` are by the key of the target."""

    def __init__(self, path: Path, today: str) -> None:
        """Read the file if there is one. Raises ConfigError for one that is not a state file, with the line."""
        self.path = path
        self._today = today
        self.results: dict[str, tuple[str, FindResult]] = {}  # with the mark of the options
        self._begun: dict[tuple[str, str], Begun] = {}
        self._lock: BinaryIO | None = None
        self._file: TextIO | None = None
        self._stale = 0
        self._sizes: dict[str, int] = {}
        self._read()

    def __enter__(self) -> Self:
        """Lock the file and read it again: another search may have ended meanwhile. Raises StateLocked, ConfigError."""
        self._lock = acquire(self.path, "searches")
        self.results, self._begun = {}, {}
        try:
            self._read()
            self._rewrite()
        except ConfigError:
            self._lock.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in (self._file, self._lock):
            if file is not None:
                file.close()

    def result(self, key: str, options: Options) -> FindResult | None:
        """Return the result of an earlier run with the same options. Portals that gave no answer are asked again the next day."""
        mark, found = self.results.get(key, ("", None))
        if found is None or mark != options.mark:
            return None
        passing = found.result in (Result.CHALLENGED, Result.UNREACHABLE)
        return found if self._days_ago(found.day) < (1 if passing else KEPT_DAYS) else None

    def forget(self, keys: Iterable[str]) -> None:
        """Leave out what is known of portals, so that they are asked again."""
        gone = set(keys)
        self.results = {key: each for key, each in self.results.items() if key not in gone}
        self._begun = {key: each for key, each in self._begun.items() if key[0] not in gone}
        if self._file is not None:
            self._rewrite()

    def begun(self, key: str, options: Options) -> Begun:
        """Return what an earlier run read of a portal that it did not finish."""
        return self._begun.get((key, options.mark)) or Begun(self._today)

    def note_page(self, key: str, options: Options) -> Callable[[str, Answer, int], None]:
        """Return a function that notes each answer of a portal, with the number of requests so far."""

        def note(request: str, answer: Answer, asked: int) -> None:
            line = {
                "portal": key,
                "mark": options.mark,
                "day": self._today,
                "request": request,
                "asked": asked,
            }
            self._sizes[key] = self._sizes.get(key, 0) + self._write(line | answer_json(answer))

        return note

    def note_result(self, key: str, options: Options, result: FindResult) -> None:
        """Note that a portal is done."""
        self.results[key] = (options.mark, result)
        self._begun.pop((key, options.mark), None)
        self._write({"portal": key, "mark": options.mark, "result": result_json(result)})
        self._stale += self._sizes.pop(key, 0)
        if self._stale > MAX_STALE_BYTES and not self._sizes:
            self._rewrite()

    def _days_ago(self, day: str) -> int:
        try:
            return (date.fromisoformat(self._today) - date.fromisoformat(day)).days
        except (TypeError, ValueError):
            return KEPT_DAYS

    def _write(self, value: Mapping[str, Any]) -> int:
        assert self._file is not None
        line = json.dumps(value) + "\n"
        try:
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            raise ConfigError(f"{self.path}: cannot be written: {error.strerror or error}") from error
        return len(line)

    def _read(self) -> None:
        try:
            # a regular file only: it is replaced by a new one later, as a device must not be
            text = read_regular(self.path, MAX_FILE_BYTES).decode("utf-8")
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ConfigError(
                f"{self.path}: cannot be read as a state file: {reason}; name another with --state"
            ) from error
        lines = text.split("\n")
        torn = lines.pop()  # what a kill left of the last line
        for number, line in enumerate(lines, 1):
            try:
                self._take(json.loads(line[:MAX_LINE_CHARS]), first=number == 1)
            except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
                raise ConfigError(
                    f"{self.path}:{number}: not a line of a state file of `fazhi source find`; remove the file, or name another with --state"
                ) from error
        if not lines and torn:
            raise ConfigError(
                f"{self.path}:1: not a state file of `fazhi source find`; name another with --state"
            )

    def _take(self, value: dict[str, Any], *, first: bool) -> None:
        if first:
            if value["fazhi source find"] != FORMAT:
                raise ValueError("another format")
            return
        key, mark = str(value["portal"]), str(value["mark"])
        if "result" in value:
            self.results[key] = (mark, result_of(value["result"]))
            self._begun.pop((key, mark), None)
            return
        begun = self._begun.setdefault((key, mark), Begun(date.fromisoformat(value["day"]).isoformat()))
        if self._days_ago(begun.day) < KEPT_DAYS:
            begun.answers[str(value["request"])] = answer_of(value)
            begun.asked = int(value["asked"])

    def _rewrite(self) -> None:
        """Write the file anew, with the results and with the pages of portals that are not done."""
        if self._file is not None:
            self._file.close()
        self._sizes = {}
        scratch = self.path.with_name(f".{self.path.name}.new")
        try:
            self._file = scratch.open("w", encoding="utf-8")
            self._write({"fazhi source find": FORMAT})
            for key, (mark, result) in self.results.items():
                self._write({"portal": key, "mark": mark, "result": result_json(result)})
            for (key, mark), begun in self._begun.items():
                for request, answer in begun.answers.items():
                    line = {
                        "portal": key,
                        "mark": mark,
                        "day": begun.day,
                        "request": request,
                        "asked": begun.asked,
                    }
                    self._sizes[key] = self._sizes.get(key, 0) + self._write(line | answer_json(answer))
            os.replace(scratch, self.path)
        except OSError as error:
            raise ConfigError(f"{self.path}: cannot be written: {error.strerror or error}") from error
        self._stale = 0


class NoState:
    """A search that is not to go on after a kill: nothing is known, nothing is noted."""

    def result(self, key: str, options: Options) -> FindResult | None:
        """Return None."""
        return None

    def begun(self, key: str, options: Options) -> Begun:
        """Return that nothing was read."""
        return Begun("")

    def note_page(self, key: str, options: Options) -> Callable[[str, Answer, int], None]:
        """Return a function that notes nothing."""
        return lambda *_: None

    def note_result(self, key: str, options: Options, result: FindResult) -> None:
        """Note nothing."""
