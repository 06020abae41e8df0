"""Look for what is new for each receiver of each rule, and send it.

The order that a kill cannot break: a message is written to the state file together with where the next look begins; it is
sent; the file is written again without it. A kill before the first write: the next run finds the same changes. Between the
two: the same message is sent again, with the same key. So each change arrives at least once, and a receiver that keeps the
keys drops the second one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.field.times import china_day
from crawler.model import ChangeKind, NotifyRule
from crawler.notification.message import Message, compose, sample
from crawler.notification.receivers import Receiver, receivers
from crawler.notification.selection import selected
from crawler.notification.sending import NotSent, Sender
from crawler.notification.state import Delivery, State
from crawler.questions.changes import Change, changes

if TYPE_CHECKING:
    from crawler.archive import Reader
    from crawler.archive.reader_queries.changes import RunSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a message. `arrived`: None if it was not to be sent. `why`: it has not arrived."""

    rule: NotifyRule
    receiver: Receiver
    message: Message
    arrived: bool | None
    why: str = ""


def notify(
    reader: Reader,
    rules: Sequence[NotifyRule],
    state: State,
    sender: Sender | None,
    *,
    now: datetime,
    since: datetime | None = None,
) -> Iterator[Sent]:
    """Send what is new, and yield each message with what became of it. A receiver that is new begins now, or with `since`.

    `sender`: None: nothing is sent, and nothing written. A receiver that does not take a message gets it first of all in
    the next run; the others are not held up. Raises ConfigError if the state file cannot be written, and what reading the
    archive raises.
    """
    news = _News(reader, now)
    for rule in rules:
        for receiver in receivers(rule):
            delivery = state.delivery(rule.id, receiver.id)
            if delivery is None:
                delivery = _beginning(news.own_runs, since)
                state.begin(rule.id, receiver.id, delivery)
                if sender is not None:
                    state.save()
            yield from _deliver(news, rule, receiver, delivery, state, sender)


def send_sample(rule: NotifyRule, identity: str, sender: Sender | None, now: datetime) -> Iterator[Sent]:
    """Send a test message to the receivers of a rule, and yield what became of each. Nothing is remembered."""
    for receiver in receivers(rule):
        message = sample(rule, receiver.id, identity, now.isoformat())
        yield _try(rule, receiver, message, sender)


def _deliver(
    news: _News, rule: NotifyRule, receiver: Receiver, delivery: Delivery, state: State, sender: Sender | None
) -> Iterator[Sent]:
    if delivery.pending is not None:
        sent = _send(rule, receiver, delivery, state, sender, news.now)
        yield sent
        if not sent.arrived:
            return
    found, through = news.of(rule, delivery)
    if found:
        delivery.pending = compose(rule, receiver.id, news.identity, found)
    if through != delivery.through or found:
        delivery.through = through
        if sender is not None:
            state.save()
    if found:
        yield _send(rule, receiver, delivery, state, sender, news.now)


def _send(
    rule: NotifyRule,
    receiver: Receiver,
    delivery: Delivery,
    state: State,
    sender: Sender | None,
    now: datetime,
) -> Sent:
    """Send the pending message of a delivery, and note what became of it."""
    assert delivery.pending is not None
    sent = _try(rule, receiver, delivery.pending, sender)
    if sent.arrived is None:
        return sent
    if sent.arrived:
        delivery.arrived(china_day(now))
    else:
        delivery.failed()
    state.save()
    return sent


def _try(rule: NotifyRule, receiver: Receiver, message: Message, sender: Sender | None) -> Sent:
    arrived, why = None, ""
    if sender is not None:
        try:
            sender.send(receiver, message)
            arrived = True
        except NotSent as error:
            arrived, why = False, str(error)
    return Sent(rule=rule, receiver=receiver, message=message, arrived=arrived, why=why)


def _beginning(runs: Sequence[RunSpan], since: datetime | None) -> Delivery:
    """Return a new delivery: what past runs found is not told, unless a time is given."""
    if since is not None:
        return Delivery(since=since.isoformat())
    over = [run for run, is_over in _over(runs) if is_over]
    return Delivery(through=_through(over))


def _through(over: Sequence[RunSpan]) -> str | None:
    """Return up to when runs were looked at, of those that are over; None if none is.

    A worker's run is entered after others that began later.
    """
    return max(run.known_from for run in over).isoformat() if over else None


def _over(runs: Sequence[RunSpan]) -> Iterator[tuple[RunSpan, bool]]:
    """Yield runs with whether nothing will come of them any more: they have ended, or were killed and another one began."""
    for number, run in enumerate(runs):
        yield run, run.finished_at is not None or number + 1 < len(runs)


class _News:
    """The changes of an archive, asked once for all that look from the same run on."""

    def __init__(self, reader: Reader, now: datetime) -> None:
        self.now = now
        self.identity = reader.identity()
        self.own_runs = [run for run in reader.runs() if not run.merged]
        self._reader = reader
        self._found: dict[int | datetime, tuple[Change, ...]] = {}

    def of(self, rule: NotifyRule, delivery: Delivery) -> tuple[list[Change], str | None]:
        """Return what is new for a rule and not told, and the run through which that is."""
        after = datetime.fromisoformat(delivery.through) if delivery.through else None
        unseen = [run for run in self.own_runs if after is None or run.known_from > after]
        if not unseen:
            return [], delivery.through
        begin: int | datetime = unseen[0].id
        if delivery.since is not None and after is None:
            begin = datetime.fromisoformat(delivery.since).astimezone(UTC)
        over = [run for run, is_over in _over(self.own_runs) if is_over and run in unseen]
        through = _through(over) or delivery.through
        fresh: dict[str, Change] = {}
        for change in selected(rule, self._all(begin), self._reader):
            if change.key not in delivery.told:
                fresh.setdefault(change.key, change)
        return list(fresh.values()), through

    def _all(self, begin: int | datetime) -> tuple[Change, ...]:
        if begin not in self._found:
            self._found[begin] = changes(
                self._reader, since=begin, today=china_day(self.now), kinds=frozenset(ChangeKind)
            ).changes
        return self._found[begin]
