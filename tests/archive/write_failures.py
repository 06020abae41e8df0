"""Every operation of a command on the disk is made to fail in turn; then the command is repeated on a disk that works.

`python -m tests.archive.write_failures [SCENARIO …]` does it for all scenarios and failures (part of `make bench-crash`), and
prints how many operations of which kind failed, and how the command ended. A few of it is a test.
"""

from __future__ import annotations

import errno
import io
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from json import loads
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any
from unittest.mock import patch

from alembic import command as alembic

from crawler.archive import CATALOGUE, Archive, rebuild
from crawler.archive.catalogue.engine import migrations, sqlite_engine
from crawler.archive.catalogue.text_names import earlier_name
from crawler.archive.loading import reextraction
from crawler.cli import main
from crawler.fetch.client import utc_now
from crawler.field.fingerprint import text_sha256
from crawler.model import Report
from tests.archive.crashing import page, store_page
from tests.archive.failing import Disk, Failure, failing
from tests.archive.held import dump, faults, query

FULL = Failure(error=errno.ENOSPC, lasting=True)
FAILURES = (FULL, Failure(error=errno.EIO), replace(FULL, short=True), Failure(error=errno.EIO, short=True))
HOST = "http://www.jia.gov.cn"
PAGES = 2
_EXIT_CODES = (0, 1, 4)
_LEFTOVERS = (".part", ".new", ".open", ".acts")
_SOURCES = """\
sources:
  - {id: jia, name: 甲市人民政府, region: "420100", pages: [%s]}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A command, and the archive that it finds. `prepare` makes it in a folder, with all that the command reads."""

    words: tuple[str, ...]  # with {archive} and {base} for folders
    prepare: Callable[[Path], None]
    new_extractor: bool = False
    migrates: bool = False  # from a schema that lacked some of what a rebuild finds
    replaces: bool = False  # the catalogue, by a whole new one: until that is complete, the old one must stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def run(words: tuple[str, ...], base: Path, printed: IO[str] | None = None) -> Ended:
    """Run a command of `fazhi` in this process. `printed`: what it prints goes there, not into the result."""
    words = tuple(word.format(base=base, archive=base / "archive") for word in words)
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(printed or out), redirect_stderr(err), patch.object(sys, "argv", ["fazhi", *words]):
        try:
            main()
        except SystemExit as left:
            return Ended(code=int(left.code or 0), out=out.getvalue(), err=err.getvalue())
    raise AssertionError("main returns only by SystemExit")


# -- what there is before the command ---------------------------------------------------------------------


def crawl_words(pages: str, *more: str) -> tuple[str, ...]:
    sources, replay = "{base}/sources.yaml", f"{{base}}/{pages}"
    return ("crawl", "--json", "--sources", sources, "--replay", replay, "--archive", "{archive}", *more)


def save_pages(base: Path) -> None:
    """Save two pages for replays in `first`, and in `second` one of them edited and one gone."""
    for folder, edits in (("first", (0, 0)), ("second", (1, None))):
        (base / folder).mkdir(parents=True)
        lines = []
        for number, edit in enumerate(edits):
            (base / folder / f"{number}.html").write_bytes(b"gone" if edit is None else page(number, edit))
            status = 404 if edit is None else 200
            lines.append(f"- {{url: {HOST}/{number}.html, status: {status}, file: {number}.html}}\n")
        (base / folder / "exchanges.yaml").write_text("".join(lines), "utf-8")
    urls = ", ".join(f"{HOST}/{number}.html" for number in range(PAGES))
    (base / "sources.yaml").write_text(_SOURCES % urls, "utf-8")


def save_documents(base: Path) -> None:
    """Save documents to import."""
    (base / "documents").mkdir()
    for number in range(2):
        (base / "documents" / f"{number}.html").write_bytes(page(number + 5, 0))


def crawled(base: Path) -> None:
    """Make an archive of one crawl."""
    save_pages(base)
    save_documents(base)
    assert run(crawl_words("first"), base).code == 0


def crawled_twice(base: Path) -> None:
    """Make an archive with a changed page."""
    crawled(base)
    run(crawl_words("second"), base)


def killed(base: Path) -> None:
    """Make an archive whose last run was killed: with acts in its journal, a torn record and unwritten texts."""
    crawled(base)
    archive = Archive.create(base / "archive", clock=utc_now, notify=ignore, batch=2)
    for number in (10, 11, 12):
        store_page(archive, number, 0, datetime.now(UTC))
    archive.close(finished=False)
    (file,) = base.glob("archive/warc/*/*.open")
    file.write_bytes(file.read_bytes() + b"\x1f\x8b\x08torn")
    for text in base.glob("archive/text/*/*/*.txt"):
        if text.stat().st_mtime > (base / "archive" / "manifest.jsonl").stat().st_mtime:
            text.unlink()


def beside_another(base: Path) -> None:
    """Make an archive, and another one with other pages."""
    crawled(base)
    other = base / "other"
    with Archive.create(other, clock=utc_now, notify=ignore) as archive:
        for number in (20, 21):
            store_page(archive, number, 0, datetime.now(UTC))


_KEY = ("--key", "{base}/anchor.key", "--sources", "{base}/no.yaml")


def with_a_key(base: Path) -> None:
    """Make an archive that can be anchored."""
    crawled(base)
    (base / "no.yaml").write_text("sources: []\n", "utf-8")
    assert run(("anchor", "init", *_KEY, "--archive", "{archive}"), base).code == 0


def of_an_earlier_schema(base: Path) -> None:
    """Make an archive with a catalogue of the first schema that had all its tables."""
    crawled(base)
    engine = sqlite_engine(base / "archive" / CATALOGUE, writes=True)
    with engine.begin() as connection:
        alembic.downgrade(migrations(connection), "0003")
    engine.dispose()
    for path in base.glob("archive/text/*/*/*.txt"):
        path.replace(base / "archive" / earlier_name(path.relative_to(base / "archive").as_posix()))


def ignore(_: str) -> None:
    """Discard a notice."""


SCENARIOS: dict[str, Scenario] = {
    "first crawl": Scenario(words=crawl_words("first"), prepare=save_pages),
    "second crawl": Scenario(words=crawl_words("second"), prepare=crawled),
    "crawl after a kill": Scenario(words=crawl_words("second"), prepare=killed),
    "crawl that migrates": Scenario(words=crawl_words("second"), prepare=of_an_earlier_schema, migrates=True),
    "import": Scenario(
        words=("import", "{base}/documents", "--json", "--archive", "{archive}"), prepare=crawled
    ),
    "merge": Scenario(words=("merge", "{base}/other", "--archive", "{archive}"), prepare=beside_another),
    "rebuild": Scenario(words=("rebuild", "--archive", "{archive}"), prepare=crawled_twice, replaces=True),
    "rebuild --reextract": Scenario(
        words=("rebuild", "--reextract", "--archive", "{archive}"), prepare=crawled_twice, new_extractor=True
    ),
    "pack": Scenario(words=("pack", "--this-month", "--archive", "{archive}"), prepare=crawled_twice),
    "anchor": Scenario(words=("anchor", *_KEY, "--archive", "{archive}"), prepare=with_a_key),
}
"""Commands that write. A new one is added here."""


# -- the sweep --------------------------------------------------------------------------------------------


def later_extract(*given: Any, **more: Any) -> Report:
    """Extract as a later extractor would, which leaves out the last paragraph."""
    report = _EXTRACT(*given, **more)
    body = report.body.rpartition("\n")[0]
    return replace(report, body=body, text_sha256=text_sha256(body), extractor="fazhi/later")


_EXTRACT = reextraction.extract


@dataclass(slots=True)
class Sweep:
    """Fails the operations of one scenario in turn, each on a copy of the archive."""

    scenario: Scenario
    base: Path  # holds what the scenario prepared
    work: Path  # holds the copy
    right: frozenset[str] = frozenset()  # the texts after the command on a disk that works
    kinds: tuple[str, ...] = ()  # of the operations, in order

    @classmethod
    def of(cls, name: str, folder: Path) -> Sweep:
        """Prepare a scenario in a folder, and run its command once on a disk that works."""
        scenario = SCENARIOS[name]
        base = folder / "base"
        base.mkdir(parents=True)
        scenario.prepare(base)
        sweep = cls(scenario, base, folder / "work")
        ended, disk = sweep.attempt(0, FULL)
        assert ended.code in (0, 1), ended.err
        sweep.right, sweep.kinds = texts(sweep.archive), tuple(disk.seen)
        assert faults(sweep.archive, deep=not scenario.new_extractor) == []
        return sweep

    @property
    def archive(self) -> Path:
        """The copy."""
        return self.work / "archive"

    @property
    def operations(self) -> int:
        """Number of operations of the command on the disk."""
        return len(self.kinds)

    def last_of_kinds(self) -> dict[str, int]:
        """Return the number of the last operation of each kind."""
        return {kind: number for number, kind in enumerate(self.kinds, start=1)}

    def representatives(self) -> Iterator[int]:
        """Yield the numbers of all operations but of SQLite's writes in a row: of those the first, a middle and the last one.

        They write the pages of one transaction, which to the archive happened or did not.
        """
        number = 1
        for kind, run in groupby(self.kinds):
            length = len(list(run))
            inner = {0, length // 2, length - 1} if kind == "sqlite write" else range(length)
            yield from (number + each for each in sorted(inner))
            number += length

    def copy(self) -> None:
        """Make a fresh copy of what the scenario prepared."""
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.base, self.work)

    def attempt(self, number: int, failure: Failure) -> tuple[Ended, Disk]:
        """Run the command on a fresh copy; its operation of that number fails."""
        self.copy()
        with failing(self.archive, number, failure) as disk:
            return self.run(), disk

    def run(self, printed: IO[str] | None = None) -> Ended:
        """Run the command on the copy."""
        extract = later_extract if self.scenario.new_extractor else _EXTRACT
        with patch.object(reextraction, "extract", extract):
            return run(self.scenario.words, self.work, printed)

    def check(self, number: int, failure: Failure, *, thorough: bool = False) -> str:
        """Fail one operation, repeat the command, and return how it ended. Raises AssertionError if a promise is broken."""
        ended, disk = self.attempt(number, failure)
        what = f"operation {number} ({disk.failed}; {failure}), exit code {ended.code}: {ended.err!r}"
        assert disk.failed, what
        assert ended.code in _EXIT_CODES, what
        if ended.code == 4:
            line = ended.err.splitlines()[-1]
            named = (
                f"{self.archive}/",
                f"{self.archive}: its catalogue: ",
                f"{self.archive}: cannot be written: ",
            )
            assert line.startswith(named), what
            assert line.count(str(self.work)) == 1, what
        if ended.code != 4 or self.scenario.replaces:  # success is success; a failed rebuild changes nothing
            assert (found := faults(self.archive)) == [], f"{what}; at once {found[:3]}"
        self.repeat(what, ended.out, thorough=thorough)
        return f"exit code {ended.code}"

    def repeat(self, what: str, printed: str, *, thorough: bool) -> None:
        """Repeat the command on a disk that works. Raises AssertionError if something that was promised is not there."""
        before = (
            frozenset() if self.scenario.migrates else texts(self.base / "archive")
        )  # else they are renamed
        with failing(self.archive, 0, FULL):
            again = self.run()
        assert again.code in (0, 1), f"{what}; then {again.code}: {again.err}"
        found = faults(self.archive, deep=thorough and not self.scenario.new_extractor)
        assert found == [], f"{what}; then {found[:3]}"
        assert texts(self.archive) >= before | self.right, what
        lost = acknowledged(printed) - outcomes(self.archive)
        assert not lost, f"{what}; reported and lost: {lost}"
        left = [path.name for path in self.archive.rglob("*") if path.name.endswith(_LEFTOVERS)]
        assert not left, f"{what}; left: {left}"
        if thorough and not self.scenario.migrates:
            held = rows(self.archive)
            rebuild(self.archive, clock=utc_now, notify=ignore)
            assert rows(self.archive) == held, f"{what}; {sorted(held ^ rows(self.archive))[:4]}"

    def all(self, failure: Failure, step: int = 1, *, thorough: bool = False) -> Iterator[str]:
        """Check every operation, or every `step`th."""
        for number in range(1, self.operations + 1, step):
            yield self.check(number, failure, thorough=thorough)


def texts(archive: Path) -> frozenset[str]:
    """Return the text files of an archive, with their contents."""
    return frozenset(
        f"{path.relative_to(archive)}\n{path.read_text('utf-8')}" for path in archive.glob("text/*/*/*.txt")
    )


def rows(archive: Path) -> set[str]:
    """Return the rows of the catalogue. Its tables are told in other words if migrations made them."""
    return {line for line in dump(archive) if line.startswith("INSERT")}


def acknowledged(out: str) -> set[tuple[object, ...]]:
    """Return the outcomes that a command printed before it ended."""
    found = (loads(line) for line in out.splitlines() if line.startswith("{"))
    return {(each["url"], each["ending"], each["version"]) for each in found if "ending" in each}


def outcomes(archive: Path) -> set[tuple[object, ...]]:
    """Return the outcomes in the catalogue."""
    return set(query(archive, "SELECT url, ending, version FROM outcomes"))


if __name__ == "__main__":
    for name in sys.argv[1:] or SCENARIOS:
        with TemporaryDirectory() as folder:
            sweep = Sweep.of(name, Path(folder))
            for failure in FAILURES:
                ends = Counter(sweep.all(failure, thorough=True))
                print(f"{name}: {sweep.operations} operations, {failure}: {dict(ends)}", flush=True)
