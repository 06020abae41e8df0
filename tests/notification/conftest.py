"""An archive that grows by runs, and a sender that only writes down what it is given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive import Archive, Reader
from crawler.model import NotifyRule
from crawler.notification.job import Sent, notify
from crawler.notification.message import Message
from crawler.notification.receivers import Receiver
from crawler.notification.sending import NotSent
from crawler.notification.state import State
from tests.conftest import BODY, URL, Clock, a_report
from tests.web.conftest import PAGE, keep, with_body

RULE = NotifyRule(id="all", to=("$HOOK",))


class Written:
    """A sender. `fail`: receivers that take nothing; `die`: those after whose message the process ends."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.fail: set[str] = set()
        self.die: set[str] = set()

    def send(self, receiver: Receiver, message: Message) -> None:
        if receiver.id in self.fail:
            raise NotSent("down")
        self.sent.append((receiver.id, message))
        if receiver.id in self.die:
            raise KeyboardInterrupt

    def keys(self) -> list[list[str]]:
        """Kinds and versions of the changes of each message."""
        return [[key.partition(":")[0] for key in message.keys] for _, message in self.sent]


class Story:
    """An archive, to which each step adds a run, and what `fazhi notify` does after it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self.clock, self.sender = folder, clock, Written()
        self.state = folder.parent / "notify.json"

    def run(self, *does: Callable[[Archive], object]) -> None:
        """Let a run do something, an hour after the one before."""
        self.clock.forward(hours=1)
        with Archive.create(self.folder, clock=self.clock, command="crawl", notify=lambda _: None) as archive:
            for each in does:
                each(archive)

    def report(self, body: str = BODY, *, year: int = 2022, number: int = 0) -> Callable[[Archive], object]:
        """What stores a report."""
        page = PAGE + f"<!-- {body[-20:]} -->".encode()
        url = URL.replace("2170174", f"217017{number + 4}")
        return lambda archive: keep(archive, self.clock, url, with_body(a_report(year=year), body), page)

    def tell(self, *rules: NotifyRule, since: object = None, dry: bool = False) -> list[Sent]:
        """Do what the command does."""
        self.clock.forward(minutes=1)
        with Reader.read(self.folder, notify=lambda _: None) as reader:
            sender = None if dry else self.sender
            asked = {"now": self.clock.now, "since": since}
            if dry:
                return list(notify(reader, rules or (RULE,), State(self.state), sender, **asked))
            with State(self.state) as state:
                return list(notify(reader, rules or (RULE,), state, sender, **asked))


@pytest.fixture
def story(folder: Path, clock: Clock) -> Story:
    return Story(folder, clock)
