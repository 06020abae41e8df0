"""An archive in a bucket. A folder stands for the object store here; tests/spread/store has the same on S3."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Archive, Reader, head, rebuild
from crawler.archive.evidence import run_warcs
from crawler.archive.storage.bucket import LOCK, Bucket, is_private
from crawler.archive.storage.bucket_path import BucketPath, path_of
from crawler.archive.storage.folder_storage import FolderStorage
from crawler.archive.storage.interface import Storage, Stored
from crawler.errors import ArchiveDamaged, ArchiveLocked, NoArchive
from crawler.model import SiteVisit, VisitState
from tests.archive.crashing import SITE, store_page, url_of
from tests.archive.held import faults


class Killed(BaseException):
    """The process is dead: nothing that it does afterwards reaches the storage."""


class Dying:
    """A storage whose process is killed at its n-th writing request, before the request arrives or after."""

    def __init__(self, storage: Storage, requests: int, *, arrives: bool) -> None:
        self.storage, self.left, self.arrives, self.dead = storage, requests, arrives, False

    @property
    def location(self) -> str:
        return self.storage.location

    def _write(self, request: Callable[[], Any]) -> Any:
        if self.dead:
            raise Killed
        self.left -= 1
        if self.left >= 0:
            return request()
        self.dead = True
        if self.arrives:
            request()
        raise Killed

    def _read(self) -> Storage:
        if self.dead:
            raise Killed
        return self.storage

    def stat(self, name: str) -> Stored | None:
        return self._read().stat(name)

    def list(self, prefix: str = "") -> Iterator[Stored]:
        return self._read().list(prefix)

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        return self._read().read(name, offset, length)

    def open_read(self, name: str) -> BufferedReader:
        return self._read().open_read(name)

    def put_new(self, name: str, data: bytes | Path) -> Stored:
        return self._write(lambda: self.storage.put_new(name, data))  # type: ignore[no-any-return]

    def put(self, name: str, data: bytes) -> Stored:
        return self._write(lambda: self.storage.put(name, data))  # type: ignore[no-any-return]

    def replace_if(self, name: str, data: bytes, stamp: str) -> Stored:
        return self._write(lambda: self.storage.replace_if(name, data, stamp))  # type: ignore[no-any-return]

    def remove(self, name: str) -> None:
        self._write(lambda: self.storage.remove(name))


class Machines:
    """Machines that share a bucket, each with a working folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.storage = FolderStorage(folder / "store")
        self.notices: list[str] = []
        self.runs = 0

    def copy(self, folder: Path) -> Machines:
        """Return copies of the bucket and of the machines, in another folder."""
        copied = Machines(shutil.copytree(self.folder, folder))
        copied.runs = self.runs
        return copied

    def now(self) -> datetime:
        """The time, some seconds later for each run: files are named by the second in which their run began."""
        return datetime.now(UTC) + timedelta(seconds=2 * self.runs)

    def path(self, machine: str, storage: Storage | None = None) -> BucketPath:
        return path_of(Bucket(storage or self.storage, self.folder / machine))

    def crawl(self, path: Path, *numbers: int, told: list[str] | None = None) -> None:
        """One run that stores a page for each number. `told`: gets the URL of each page that was stored."""
        self.runs += 1
        with Archive.create(path, clock=self.now, command="crawl", notify=self.notices.append) as archive:
            began = archive.started_at
            archive.begin_visit(SiteVisit(site_id=SITE.id, began_at=began))
            for number in numbers:
                store_page(archive, number, 0, self.now())
                if told is not None:
                    told.append(url_of(number))
            archive.end_visit(SiteVisit(site_id=SITE.id, began_at=began, state=VisitState.COMPLETE))

    def forget_lock(self) -> None:
        """What the time of a lease does: its holder is dead."""
        self.storage.remove(LOCK)


def urls(path: Path) -> set[str | None]:
    with Reader.read(path, notify=lambda _: None) as reader:
        return {report.url for report in reader.reports()}


@pytest.fixture
def machines(tmp_path: Path) -> Machines:
    return Machines(tmp_path)


def test_a_bucket_has_the_same_files_as_a_folder_and_the_machine_none_of_them(machines: Machines) -> None:
    machines.crawl(machines.path("one"), 0, 1)
    machines.crawl(machines.folder / "plain", 0, 1)  # type: ignore[arg-type]

    def names(folder: Path, *, evidence: bool) -> list[str]:
        files = [each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()]
        return sorted(name.partition("-2026")[0] for name in files if is_private(name) is not evidence)

    assert names(machines.folder / "store", evidence=True) == names(machines.folder / "plain", evidence=True)
    assert names(machines.folder / "one", evidence=True) == []
    assert {"catalogue.db", "search.db"} <= set(names(machines.folder / "one", evidence=False))


def test_a_bucket_that_is_copied_to_a_folder_is_an_archive(machines: Machines) -> None:
    machines.crawl(machines.path("one"), 0, 1)
    (machines.folder / "store" / LOCK).unlink()
    rebuild(machines.folder / "store", clock=machines.now, notify=machines.notices.append)
    assert faults(machines.folder / "store") == []
    assert urls(machines.folder / "store") == {url_of(0), url_of(1)}


def test_another_machine_reads_and_goes_on_with_what_the_first_has_put_there(machines: Machines) -> None:
    one, two = machines.path("one"), machines.path("two")
    machines.crawl(one, 0)
    assert urls(two) == {url_of(0)}
    machines.crawl(two, 0, 1)
    assert urls(one) == {url_of(0), url_of(1)}
    assert (
        any("lacks run 2" in notice for notice in machines.notices) is False
    )  # a reader tells its own notify
    machines.crawl(one, 2)
    for each in (one, two, machines.path("three")):
        assert urls(each) == {url_of(0), url_of(1), url_of(2)}
        assert faults(each) == []
    with Reader.read(two, notify=lambda _: None) as reader:
        assert [len(reader.history(report.id)) for report in reader.reports()] == [1, 1, 1]


@pytest.mark.parametrize(("arrives", "step"), [(False, 1), (True, 3)], ids=["before", "after"])
def test_a_kill_at_any_request_loses_nothing_that_was_stored(
    machines: Machines, arrives: bool, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run on the machine has all; a run on another one has what had been put, and the first adds its own later.

    The bucket is the same after request n has arrived as before request n + 1, so that of those every third will do.
    """
    monkeypatch.setattr(run_warcs, "MAX_WARC_BYTES", 3_000)
    begun = Machines(machines.folder / "begun")
    begun.crawl(begun.path("one"), 9)
    requests = 0
    while True:
        here = begun.copy(machines.folder / f"{requests}")
        told: list[str] = [url_of(9)]
        dying = Dying(here.storage, requests, arrives=arrives)
        try:
            here.crawl(here.path("one", dying), 0, 1, told=told)
        except Killed:
            pass
        else:
            break
        here.forget_lock()
        fresh = "two"
        if requests % 2:  # another machine goes on first
            here.crawl(here.path("two"), 5)
            assert faults(here.path("two")) == []
            told.append(url_of(5))
            fresh = "three"
        here.crawl(here.path("one"), 6)
        told.append(url_of(6))
        held = urls(here.path("one"))
        assert set(told) <= held <= {*told, url_of(0), url_of(1)}, requests
        for machine in sorted({"one", "two", fresh}):
            assert urls(here.path(machine)) == held, (requests, machine)
            assert faults(here.path(machine)) == [], (requests, machine)
        requests += step
    assert requests > 12


def test_two_writers_at_once_are_refused(machines: Machines) -> None:
    with (
        Archive.create(machines.path("one"), clock=machines.now, notify=machines.notices.append),
        pytest.raises(ArchiveLocked, match="held by process") as raised,
    ):
        machines.crawl(machines.path("two"), 0)
    assert raised.value.exit_code == 3
    machines.crawl(machines.path("two"), 0)


def test_a_writer_whose_lock_was_taken_over_writes_no_line_more(machines: Machines) -> None:
    one = machines.path("one")
    archive = Archive.create(one, clock=machines.now, notify=machines.notices.append)
    store_page(archive, 0, 0, machines.now())
    machines.forget_lock()
    machines.crawl(machines.path("two"), 1)
    store_page(archive, 2, 0, machines.now())
    with pytest.raises(ArchiveLocked):
        archive.close()
    assert "is not in manifest.jsonl" in {fault.what for fault in faults(machines.path("three"))}
    machines.crawl(one, 3)  # it enters what it had fetched
    assert urls(one) == {url_of(number) for number in (0, 1, 2, 3)}
    assert faults(one) == []


def test_a_bucket_without_an_archive_is_none(machines: Machines) -> None:
    with pytest.raises(NoArchive):
        Reader.read(machines.path("one"))


def test_what_is_changed_in_the_bucket_is_a_fault(machines: Machines) -> None:
    one = machines.path("one")
    machines.crawl(one, 0, 1)
    (warc,) = (machines.folder / "store").glob("warc/*/*.warc.gz")
    data = bytearray(warc.read_bytes())
    data[len(data) // 2] ^= 1
    warc.write_bytes(data)
    assert any("SHA-256" in fault.what for fault in faults(one))
    text = next((machines.folder / "store").glob("text/*/*/*.txt"))
    text.unlink()
    assert any("does not exist" in fault.what for fault in faults(one))


def test_a_rebuild_makes_what_is_derived_again(machines: Machines) -> None:
    one = machines.path("one")
    machines.crawl(one, 0, 1)
    before = head(one)
    for each in ("text/*/*/*.txt", "warc/*/*.cdxj"):
        for file in (machines.folder / "store").glob(each):
            file.unlink()
    (machines.folder / "one" / "catalogue.db").unlink()
    rebuilt = rebuild(one, clock=machines.now, notify=machines.notices.append)
    assert (rebuilt.reports, rebuilt.lost) == (2, ())
    assert faults(one) == []
    assert head(one) == before


def test_a_store_without_conditions_is_refused(machines: Machines) -> None:
    class Careless(Dying):
        def put_new(self, name: str, data: bytes | Path) -> Stored:
            assert isinstance(data, bytes)
            return self.storage.put(name, data)

    path = machines.path("one", Careless(machines.storage, 10_000, arrives=True))
    with pytest.raises(ArchiveDamaged, match="If-None-Match"):
        machines.crawl(path, 0)
    assert machines.storage.stat("manifest.jsonl") is None


def test_a_path_of_a_bucket_goes_to_another_process(machines: Machines) -> None:
    one = machines.path("one")
    machines.crawl(one, 0)
    (warc,) = (one / "warc").glob("*/*.warc.gz")
    again = pickle.loads(pickle.dumps(warc))
    assert (str(again), again.stat().st_size) == (str(warc), warc.stat().st_size)
    assert again.read_bytes() == warc.read_bytes()
