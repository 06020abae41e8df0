"""`fazhi notify`: tell receivers what has changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler import archive as archives
from crawler.cli.options import ArchiveOption, DatabaseOption, JsonOption, SourcesOption, the_start
from crawler.cli.output import message, print_json
from crawler.errors import ConfigError
from crawler.field.counting import counted
from crawler.field.text import visible
from crawler.field.times import utc_now
from crawler.notification.state import NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.archive import Reader
    from crawler.model import NotifyRule
    from crawler.notification.job import Sent


def notify_command(
    sources: SourcesOption = Path("sources.yaml"),
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    rules: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Rules from this file, instead of `notify:` in sources.yaml."),
    ] = None,
    receivers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file of apprise with the addresses that `tag:NAME` means."),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help=f"What was told is remembered here. Default: {NAME} in the archive."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="New rules and new receivers begin with this day, China time, instead of now.",
        ),
    ] = None,
    test: Annotated[
        str | None, typer.Option(metavar="RULE", help="Send one test message to the receivers of this rule.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be sent; send and remember nothing.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Tell receivers what has changed, by mail, webhook or chat, as rules in sources.yaml say: each change once.

    Needs the extra `notify`. Run it after a crawl. A receiver that fails gets its message in the next run. Every message
    has a key, in the text and in the header Idempotency-Key; after a kill a message may come twice, with the same key.
    Nothing is printed if there is nothing new.

    Examples:
        fazhi notify
        fazhi notify --dry-run --since 2026-11-01
        fazhi notify --test hubei

    Exit codes:
        0  done, also if nothing was new
        1  some receiver did not take its message
        2  wrong use, faulty rules, no archive, or the extra `notify` is not installed
        3  another `fazhi notify` is at work
        4  the archive is damaged, or a newer fazhi wrote it
    """
    from crawler.notification.job import notify, send_sample
    from crawler.notification.sending import Sender
    from crawler.notification.state import State

    chosen = _rules(rules or sources, test, alone=rules is not None)
    begin = the_start(since)
    sender = None if dry_run else Sender(os.environ, receivers)
    with archives.Reader.read(archive, database=database) as store:
        _warn_of_unknown_sites(store, chosen)
        memory = State(state or archive / NAME)
        if test is not None:
            sent = list(send_sample(chosen[0], store.identity(), sender, utc_now()))
        elif dry_run:
            sent = list(notify(store, chosen, memory, None, now=utc_now(), since=begin))
        else:
            with memory:
                sent = [
                    _tell(each) for each in notify(store, chosen, memory, sender, now=utc_now(), since=begin)
                ]
    _print(sent, json=json, dry_run=dry_run, test=test is not None)
    raise typer.Exit(1 if any(each.arrived is False for each in sent) else 0)


def _rules(file: Path, test: str | None, *, alone: bool) -> tuple[NotifyRule, ...]:
    """Return the rules, or the one to test."""
    from crawler.sources import load_rules

    found = load_rules(file, alone=alone)
    if not found:
        raise ConfigError(f"{file}: has no rules; write them under `notify:`, or name a file with --rules")
    if test is None:
        return found
    chosen = tuple(rule for rule in found if rule.id == test)
    if not chosen:
        names = ", ".join(rule.id for rule in found)
        raise ConfigError(f"--test {test}: {file} has no such rule; it has {names}")
    return chosen


def _warn_of_unknown_sites(store: Reader, rules: Sequence[NotifyRule]) -> None:
    for rule in rules:
        for site in rule.sites:
            if not store.knows_site(site):
                message(f"{rule.place}: no visit of {site} is in the archive yet; is the id right?")


def _tell(sent: Sent) -> Sent:
    """Print at once what became of a message: a kill may follow."""
    whom = f"{sent.rule.id}: {sent.receiver.shown}"
    if sent.arrived:
        number = counted(len(sent.message.keys), "change")
        message(f"{whom}: told of {number} (message {sent.message.key})")
    else:
        tries = counted(sent.message.tries + 1, "time")
        message(f"{sent.rule.place}: {whom}: not sent: {sent.why}; the next run tries again (tried {tries})")
    return sent


def _print(sent: Sequence[Sent], *, json: bool, dry_run: bool, test: bool) -> None:
    if json:
        print_json([_json(each) for each in sent])
    elif dry_run:
        for each in sent:
            print(
                f"{each.rule.id} -> {each.receiver.shown}\n{visible(each.message.title)}\n\n{visible(each.message.text)}\n"
            )
    elif test:
        for each in sent:
            whom = f"{each.rule.id}: {each.receiver.shown}"
            message(
                f"{whom}: a test message was sent"
                if each.arrived
                else f"{each.rule.place}: {whom}: not sent: {each.why}"
            )


def _json(sent: Sent) -> dict[str, Any]:
    return {
        "rule": sent.rule.id,
        "receiver": sent.receiver.shown,
        "key": sent.message.key,
        "arrived": sent.arrived,
        "why": sent.why or None,
        "total": len(sent.message.keys),
        "title": sent.message.title,
        "text": sent.message.text,
        "changes": list(sent.message.changes),
    }
