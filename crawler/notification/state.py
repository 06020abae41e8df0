"""What `fazhi notify` remembers: for each receiver of each rule, which runs were looked at, what was told, what is to be sent.

A file in JSON, which is no evidence: without it every rule begins anew. A message stands in it before it is sent, and until
it has arrived. So after a kill the same message is sent again, with the same key, and none is lost.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from crawler import state_files
from crawler.errors import ConfigError
from crawler.notification.message import Message
from crawler.regular_files import read_regular

FORMAT = "fazhi notify 1"
NAME = "notify.json"
"""Name of the file in the archive's folder, unless `--state` names another one."""
REMEMBERED = timedelta(days=400)
"""For so long is known what was told. Only a change that is found again after it would be told twice."""
MAX_BYTES = 100 << 20


@dataclass(slots=True)
class Delivery:
    """What is known of one receiver of one rule."""

    since: str | None = None
    """Where the next look begins, if no run was looked at: a time; None: with the first run."""
    through: str | None = None
    """Start of the last run that was looked at as a whole; None: none yet."""
    told: dict[str, str] = field(default_factory=dict)
    """Keys of changes, with the day on which each was told."""
    pending: Message | None = None
    """What is to be sent before anything else."""

    def arrived(self, today: date) -> None:
        """Note that the pending message has arrived."""
        assert self.pending is not None
        self.told |= dict.fromkeys(self.pending.keys, today.isoformat())
        oldest = (today - REMEMBERED).isoformat()
        self.told = {key: day for key, day in self.told.items() if day >= oldest}
        self.pending = None

    def failed(self) -> None:
        """Note that the pending message has not arrived."""
        assert self.pending is not None
        self.pending = replace(self.pending, tries=self.pending.tries + 1)


class State:
    """The state file. Within `with` it is locked and may be saved; else it is only read."""

    def __init__(self, path: Path) -> None:
        """Read the file if there is one. Raises ConfigError for one that is not a state file."""
        self.path = path
        self._lock: BinaryIO | None = None
        self._deliveries: dict[str, dict[str, Delivery]] = {}
        self._read()

    def __enter__(self) -> Self:
        """Lock the file and read it again. Raises StateLocked, ConfigError."""
        self._lock = state_files.acquire(self.path, "sends")
        try:
            self._read()
        except ConfigError:
            self._lock.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            self._lock.close()

    def delivery(self, rule: str, receiver: str) -> Delivery | None:
        """Return what is known of a receiver of a rule; None if it is new."""
        return self._deliveries.get(rule, {}).get(receiver)

    def begin(self, rule: str, receiver: str, delivery: Delivery) -> None:
        """Enter a receiver of a rule."""
        self._deliveries.setdefault(rule, {})[receiver] = delivery

    def save(self) -> None:
        """Write the file, to the disk. Raises ConfigError if it cannot be written."""
        rules = {
            rule: {name: _plain(delivery) for name, delivery in sorted(receivers.items())}
            for rule, receivers in sorted(self._deliveries.items())
        }
        text = json.dumps({"format": FORMAT, "rules": rules}, ensure_ascii=False, indent=1)
        state_files.replace(self.path, text.encode("utf-8", "surrogatepass") + b"\n")

    def _read(self) -> None:
        try:
            content = read_regular(self.path, MAX_BYTES)
        except FileNotFoundError:
            self._deliveries = {}
            return
        except OSError as error:
            raise ConfigError(f"{self.path}: cannot be read: {error.strerror or error}") from error
        try:
            value = json.loads(content)
            if value["format"] != FORMAT:
                raise ValueError
            self._deliveries = {
                str(rule): {str(name): _delivery(each) for name, each in receivers.items()}
                for rule, receivers in value["rules"].items()
            }
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise ConfigError(
                f"{self.path}: is no state file of fazhi notify; move it away, and every rule begins anew"
            ) from None


def _plain(delivery: Delivery) -> dict[str, Any]:
    return asdict(delivery) | {"pending": delivery.pending and delivery.pending.json()}


def _delivery(value: Any) -> Delivery:
    for name in ("since", "through"):
        if value[name] is not None and datetime.fromisoformat(value[name]).tzinfo is None:
            raise ValueError(name)
    pending = value["pending"]
    return Delivery(
        since=value["since"],
        through=value["through"],
        told={str(key): date.fromisoformat(day).isoformat() for key, day in value["told"].items()},
        pending=None if pending is None else _message(pending),
    )


def _message(value: Any) -> Message:
    texts = {name: value[name] for name in ("key", "title", "text")}
    if not all(isinstance(each, str) for each in (*texts.values(), *value["keys"])):
        raise ValueError("message")
    return Message(
        **texts,
        changes=tuple(map(dict, value["changes"])),
        keys=tuple(value["keys"]),
        tries=int(value["tries"]),
    )
