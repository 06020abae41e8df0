"""The table of commands. A new command is one line here, and a function with a docstring in the module that the line names.

`fazhi --help` prints the table and imports no command. `help` is the first sentence of the function's docstring;
tests/cli/test_table.py compares the two.
"""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """One command: its name, the function that does it as `module:function`, and what it does, in one sentence."""

    name: str
    function: str
    help: str


class Group(NamedTuple):
    """A command with commands of its own, such as `fazhi source list`.

    `function`: what the group does when none of its commands is named; without, its help is printed.
    """

    name: str
    commands: tuple[Command, ...]
    help: str
    function: str | None = None


class Section(NamedTuple):
    """Commands under one heading of `fazhi --help`."""

    heading: str
    commands: tuple[Command | Group, ...]


SOURCE = Group(
    "source",
    (
        Command("list", "crawler.cli.sources:list_", "List the sites of sources.yaml, disabled ones too; or, with --portals, the divisions and their portals."),
        Command("check", "crawler.cli.contributing.checking:check", "Visit sites and show what their entries find; nothing is stored."),
        Command("add", "crawler.cli.adding:add", "Read a list page or a report, show what is recognised, and add an entry to sources.yaml."),
        Command("find", "crawler.cli.finding.command:find", "Find the lists of reports of governments, from the home pages of their portals."),
        Command("fmt", "crawler.cli.contributing.formatting:fmt", "Put the keys and entries of sources.yaml in order: keys as in the documentation, entries by region code."),
        Command("init", "crawler.cli.sources:init", "Write a new sources.yaml: a copy of the one that fazhi comes with, or an empty one."),
    ),
    "Show, test and write the entries of sources.yaml.",
)  # fmt: skip

FIXTURE = Group(
    "fixture",
    (
        Command("record", "crawler.cli.fixtures:record", "Crawl one site; save every exchange, without cookies and other personal headers, and the expected result."),
        Command("check", "crawler.cli.fixtures:check", "Replay saved sites and show differences from the expected result."),
    ),
    "Save a site's pages for offline tests; replay and compare.",
)  # fmt: skip

CMS = Group(
    "cms",
    (Command("explain", "crawler.cli.contributing.cms:explain_command", "Show the marks, pager, totals and links of a page, which preset takes it, and why the others do not."),),
    "Help to add a content management system (CMS).",
)  # fmt: skip

ANCHOR = Group(
    "anchor",
    (Command("init", "crawler.cli.anchoring:init", "Make a key, or take one that exists, and enter its public key in the archive."),),
    "Sign the head of the archive and keep the signature in it, with a time stamp of each authority in `defaults:`.",
    "crawler.cli.anchoring:anchor",
)  # fmt: skip

SECTIONS = (
    Section("Collect", (
        Command("crawl", "crawler.cli.crawling:crawl", "Visit sites, find their reports, and archive every new text as a dated version."),
        Command("import", "crawler.cli.importing:import_", "Import text documents (such as seeds/), saved pages, WARC, ARC and WACZ files into the archive."),
        Command("backfill", "crawler.cli.backfilling.command:backfill", "Bring in reports that public web archives have kept: old versions, and pages that are gone."),
        Command("ocr", "crawler.cli.recognition.command:ocr", "Read reports that are scans (`needs OCR`) by optical character recognition, and those that an earlier engine read."),
        Command("extract", "crawler.cli.reading:extract", "Extract the report from a page and print its text."),
    )),
    Section("Read the archive", (
        Command("reports", "crawler.cli.questions.reports:reports", "List the archived reports, each in its latest version."),
        Command("show", "crawler.cli.questions.show:show", "Print one report: its text on stdout; its dates, pages, versions and evidence on stderr."),
        Command("search", "crawler.cli.questions.search:search", "Find archived texts by words in their titles and bodies, the best first."),
        Command("cite", "crawler.cli.questions.cite:cite", "Print citations of archived texts: title, organ, date, address, capture, digest, WARC record, head of the chain."),
        Command("diff", "crawler.cli.questions.diff:diff", "Show what differs between two texts: paragraphs, and characters within them."),
        Command("changes", "crawler.cli.questions.changes:changes", "Show what has changed, what matters most first: new, revised, missing, gone, back, moved, shorter and overdue reports."),
        Command("coverage", "crawler.cli.questions.coverage:coverage_command", "Show who has published the report of which year, on time or late, who is overdue, and what that rests on."),
        Command("indicators", "crawler.cli.questions.indicators:indicators", "Print the figures in the reports: cases, rates, documents … with the words they stand in."),
        Command("export", "crawler.cli.questions.export:export", "Write a delivery: DIR/artifacts/VERSION with tables, descriptor and changes since the one before."),
    )),
    Section("Show the archive to others", (
        Command("serve", "crawler.cli.viewing.serve:serve_command", "Serve a read-only site over the archive: pages for browsers, feeds, data for scripts, archived pages by time."),
        Command("site", "crawler.cli.viewing.site:site", "Write the pages of the viewer as static files, for GitHub Pages and the like, or to be read from a disk."),
        Command("notify", "crawler.cli.viewing.notify:notify_command", "Tell receivers what has changed, by mail, webhook or chat, as rules in sources.yaml say: each change once."),
    )),
    Section("Keep the archive", (
        Command("status", "crawler.cli.questions.status:status", "Show how the last run ended, which sources fail, what is due, what is held, and what wants attention."),
        Command("verify", "crawler.cli.evidence:verify", "Check manifest, WARC files, catalogue, text files and anchors against each other; print every fault."),
        Command("rebuild", "crawler.cli.evidence:rebuild", "Recreate the catalogue, the text files and the indexes from the WARC files alone."),
        Command("merge", "crawler.cli.evidence:merge", "Add another archive to this one: copy its WARC files unchanged, and catalogue what is new in them."),
        Command("pack", "crawler.cli.evidence:pack", "Put the small WARC files of finished months one behind the other into one file each, unchanged."),
        ANCHOR,
    )),
    Section("Many machines", (
        Command("enqueue", "crawler.cli.spreading.enqueue:enqueue", "Queue visits for the workers: of all sources, of some, or of those that are due."),
        Command("worker", "crawler.cli.spreading.worker:worker", "Take visits from the queue, visit the sites, and deliver what they gave as segments."),
        Command("enter", "crawler.cli.spreading.enter:enter", "Enter the segments of the workers into the archive, and tell what is new."),
        Command("queue", "crawler.cli.spreading.queue:queue_command", "Show what waits, runs and has failed in the queue, and which servers are held."),
    )),
    Section("Set up", (
        SOURCE,
        FIXTURE,
        CMS,
        Command("completion", "crawler.cli.program.completion:completion", "Print the script with which a shell completes commands, options and ids."),
    )),
)  # fmt: skip
"""All commands, in the order of `fazhi --help`."""
