"""Pages as rendered by a browser are archived beside the pages as served."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from crawler.archive import CATALOGUE, Archive, acts_in
from crawler.field.fingerprint import text_sha256
from crawler.model import Capture, Ending, Outcome, Rendering
from crawler.warc import Record, read_records
from tests.conftest import BODY, SITE, URL, Clock, a_capture, a_report

Opener = Callable[[], Archive]
SHELL = b"<div id=app></div><script src=app.js></script>"


def rendered(capture: Capture, clock: Clock, body: str = BODY) -> Rendering:
    dom = f"<div id=app>{body}</div>".encode()
    return Rendering(of=capture, dom=dom, rendered_at=clock(), browser="Browser 1", asked=2)


def visit(archive: Archive, clock: Clock, body: str = BODY) -> Outcome:
    capture = a_capture(payload=SHELL, at=clock())
    archive.record(capture)
    clock.forward(seconds=3)
    rendering = rendered(capture, clock, body)
    archive.record_rendered(rendering)
    return archive.store(a_report(body), rendering, SITE)


def records(folder: Path) -> list[Record]:
    return [record for path in sorted(folder.glob("warc/*/*.gz")) for record in read_records(path)]


def test_the_rendered_page_is_a_conversion_of_the_page_as_served(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    archive = opened()
    outcome = visit(archive, clock)
    archive.close()
    _, response, _, conversion, metadata, _ = records(folder)
    assert (conversion.kind, conversion.url) == ("conversion", URL)
    assert conversion.fields["warc-refers-to"] == response.place.record_id
    assert conversion.fields["content-type"] == "text/html; charset=utf-8"
    assert conversion.block.decode() == f"<div id=app>{BODY}</div>"
    assert (conversion.date - response.date).total_seconds() == 3
    (stored,) = acts_in(metadata)
    assert stored.about == conversion.place.record_id  # the record that the text was read from
    assert (outcome.ending, outcome.detail) == (Ending.NEW, "rendered by Browser 1, 2 further requests")


def test_a_shell_that_never_changes_does_not_hide_a_changed_text(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    archive = opened()
    visit(archive, clock)
    archive.close()
    archive = opened()
    changed = BODY + "\n又一段。"
    outcome = visit(archive, clock, changed)
    assert (outcome.ending, outcome.version) == (Ending.REVISED, 2)
    assert outcome.detail.startswith("text ")
    assert outcome.detail.endswith("; rendered by Browser 1, 2 further requests")
    archive.close()
    revisit = next(record for record in records(folder) if record.kind == "revisit")
    assert [r for r in records(folder) if r.kind == "conversion"][-1].fields[
        "warc-refers-to"
    ] == revisit.place.record_id
    (version,) = (v for v in Archive.read(folder).history(outcome.report_id or "") if v.number == 2)
    assert version.text_sha256 == text_sha256(changed)


def test_after_a_kill_rendered_pages_are_entered_too(opened: Opener, folder: Path, clock: Clock) -> None:
    archive = opened()
    visit(archive, clock)
    archive.close(finished=False)
    with sqlite3.connect(folder / CATALOGUE) as catalogue:
        for table in ("captures", "page_events", "pages", "versions", "reports", "outcomes", "warcs"):
            catalogue.execute(f"DELETE FROM {table}")
    catalogue.close()
    opened()
    with sqlite3.connect(folder / CATALOGUE) as catalogue:
        rows = catalogue.execute("SELECT record_type, status, method FROM captures ORDER BY id").fetchall()
    catalogue.close()
    assert rows == [("response", 200, "GET"), ("conversion", 0, "")]
