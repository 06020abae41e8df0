"""The table of all faults, and docs/faults.md, which is made from it."""

from __future__ import annotations

from tests.site.faults import doors, locks, moves, parts, refusals, transport
from tests.site.faults.fault import Fault

CHAPTERS = (
    ("Answers that are not the page", refusals.ROWS),
    ("Connections, heads and bodies", transport.ROWS),
    ("Parts of a page, and content codings", parts.ROWS),
    ("Redirects and cookies", moves.ROWS),
    ("TLS", locks.ROWS),
    ("Addresses and robots.txt", doors.ROWS),
)
FAULTS: tuple[Fault, ...] = tuple(fault for _, rows in CHAPTERS for fault in rows)

_HEAD = """# Faults

What old and odd servers do, and how the crawl's visit ends. Made from the table of tests (`make faults`): each row is a
server on loopback in `tests/site/faults/`, over real sockets and real TLS, that a crawl visits along with the others.
An ending of `new` means that the report was archived all the same; no other ending ever archives a page as a report.

Not served there, for want of a server that can: a whole session with a server that has no secure renegotiation (the
start of its handshake is), SSL 3.0 and RC4 (which this OpenSSL has no more), and a host that swallows packets (its
time-out is that of a handshake that hangs).
"""


def page() -> str:
    """docs/faults.md."""
    text = [_HEAD]
    for title, rows in CHAPTERS:
        text.append(
            f"\n## {title}\n\n| fault | the server | ends as | asked | since |\n|---|---|---|---|---|\n"
        )
        text += [_row(fault) for fault in rows]
    return "".join(text)


def _row(fault: Fault) -> str:
    asked = "" if fault.asked is None else str(fault.asked)
    return f"| {fault.name} | {fault.does} | {fault.ending} | {asked} | {fault.since} |\n"
