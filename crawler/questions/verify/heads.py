"""Check what a published head, or an older manifest, says about the chain of today.

A head is the digest of one line, and covers all lines up to it. An older manifest covers its own lines, and so also
shows which line was changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from crawler.archive import EMPTY_HEAD
from crawler.archive import MANIFEST as CHAIN
from crawler.archive.evidence.manifest import entries_of
from crawler.archive.evidence.manifest_lines import Entry, Kind
from crawler.errors import ConfigError
from crawler.questions.verify.chain import Chain, Harm, at
from crawler.questions.verify.fault import Fault

_HEAD = re.compile(r"[0-9a-f]{64}", re.I)
_MAX_NAMED = 3  # faults that a message names


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What a chain has beyond an older head."""

    head: str  # the older one
    line: int  # number of its line; 0 for the head of an empty manifest
    lines: int  # lines added since, of all kinds
    files: int
    runs: int  # that ended since
    anchors: int


@dataclass(frozen=True, slots=True)
class OlderChain:
    """What is known of an earlier state of the archive: its head and, from an older manifest, all its lines."""

    name: str  # as the user gave it
    head: str
    entries: tuple[Entry, ...] = ()

    @classmethod
    def parse(cls, value: str) -> OlderChain:
        """Parse the argument of `--since`: a head, or the path of an older manifest. Raises ConfigError."""
        if _HEAD.fullmatch(value.strip()):
            return cls(value, checked_head(value, "--since"))
        path = Path(value)
        try:
            with path.open("rb") as file:
                entries = tuple(entries_of(file))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ConfigError(
                f"--since {value}: must be a head (64 hex characters) or the path of an older {CHAIN} ({reason})"
            ) from error
        if not entries or all(entry.fault for entry in entries):
            raise ConfigError(f"--since {value}: holds no line of a {CHAIN}")
        return cls(value, entries[-1].sha256, entries)


def checked_head(value: str, option: str = "--head") -> str:
    """Return a head in lower case, without spaces around. Raises ConfigError if it is none."""
    if not _HEAD.fullmatch(value.strip()):
        raise ConfigError(
            f"{option} {value}: must be a head as `fazhi verify` prints it, 64 hex characters;"
            f" this has {len(value.strip())}"
        )
    return value.strip().lower()


def head_to_verify(value: str) -> str:
    """Return a head as `checked_head` does. Raises ConfigError also for that of an empty chain, which covers nothing."""
    head = checked_head(value)
    if head == EMPTY_HEAD:
        raise ConfigError(
            f"--head {value}: is the head of an archive before its first run, and covers nothing; give one that `fazhi verify` printed later"
        )
    return head


def head_faults(chain: Chain, head: str, harms: Sequence[Harm]) -> Iterator[Fault]:
    """Yield a fault if a head is not in the chain, or if what it covers was changed. `harms`: all faults of the chain."""
    digests = chain.digests
    if head in digests:
        line = digests.index(head)
        broken = [fault for number, fault in harms if number <= line]
        if broken:
            named = "; ".join(f"{fault.place} {fault.what}" for fault in broken[:_MAX_NAMED])
            more = f"; and {len(broken) - _MAX_NAMED} more" if len(broken) > _MAX_NAMED else ""
            yield Fault(
                place=f"{CHAIN}:{line}", what=f"what the head {head} covers was changed since: {named}{more}"
            )
    elif witness := _witness(chain, head):
        yield witness
    else:
        what = (
            f"the head {head} is not in this chain: no line has this digest. It is of another archive, or lines were cut"
            " off, or the chain was written anew"
        )
        yield Fault(place=CHAIN, what=what)


def _witness(chain: Chain, head: str) -> Fault | None:
    """Return a fault at the line that was changed, if another line still names its digest."""
    for entry in chain.entries:
        if entry.previous == head and head != EMPTY_HEAD:
            what = f"was changed since: the next line names the digest {head}, which it had"
            return Fault(place=f"{CHAIN}:{entry.number - 1}", what=what)
    for entry in chain.of(Kind.ANCHOR):
        if entry.facts["head"] == head:
            what = f"a line before it was changed since: this anchor is of the head {head}, which no line has"
            return at(entry, what)
    return None


def older_faults(chain: Chain, older: OlderChain, harms: Sequence[Harm]) -> Iterator[Fault]:
    """Yield a fault if the chain does more than add lines to an older one."""
    for now, then in zip_longest(chain.entries, older.entries):
        if then is None:
            break
        if now is None:
            what = f"has {len(chain.entries)} lines, and {older.name} has {len(older.entries)}: its end was cut off"
            yield Fault(place=CHAIN, what=what)
            return
        if now.sha256 != then.sha256:
            yield at(
                now, f"was changed since: {older.name} has another line {now.number}{_difference(now, then)}"
            )
            return
    yield from head_faults(chain, older.head, harms)


def _difference(now: Entry, then: Entry) -> str:
    """Return which facts of two lines differ, as the end of a message."""
    names = [f"`{name}`" for name in (now.facts | then.facts) if now.facts.get(name) != then.facts.get(name)]
    return f" (it differs in {', '.join(names)})" if names and now.kind == then.kind is not None else ""


def added_since(chain: Chain, older: OlderChain) -> Added | None:
    """Return what the chain has beyond an older head; None if it does not have that head."""
    if older.head not in chain.digests:
        return None
    line = chain.digests.index(older.head)
    kinds = [entry.kind for entry in chain.entries[line:]]
    return Added(
        head=older.head,
        line=line,
        lines=len(kinds),
        files=kinds.count(Kind.FILE),
        runs=kinds.count(Kind.END),
        anchors=kinds.count(Kind.ANCHOR),
    )
