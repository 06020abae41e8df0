"""`rebuild --reextract --queue`: workers read the texts of an archive again, and the enterer enters what differs."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Archive
from crawler.extract import EXTRACTOR
from crawler.field.fingerprint import text_sha256
from crawler.model import Outcome, Report
from crawler.spread.queue.jobs import MAX_ATTEMPTS, Rereading, open_queue
from crawler.spread.queue.overview import overview
from tests.archive.held import crawl_saved, query
from tests.conftest import Clock
from tests.site import Web
from tests.spread.test_workers import Machines

_TEXTS = "SELECT report_id, number, text_sha256, text_file, body, former, extractor FROM versions ORDER BY id"


@pytest.fixture
def machines(web: Web, tmp_path: Path, database: str, bucket: str) -> Machines:
    return Machines(web, tmp_path, database, f"s3://{bucket}/segments")


@pytest.fixture
def archive(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive of two WARC files, whose texts lack their last paragraph: an earlier extractor missed it."""
    real = Archive.store

    def store(self: Archive, report: Report, *given: Any, **more: Any) -> Outcome:
        body = report.body.rpartition("\n")[0]
        earlier = replace(report, body=body, text_sha256=text_sha256(body), extractor="fazhi/earlier")
        return real(self, earlier, *given, **more)

    folder, clock = machines.folder / "archive", Clock()
    with monkeypatch.context() as patched:
        patched.setattr(Archive, "store", store)
        for site in ("wuhan", "xuchang"):
            with Archive.create(folder, clock=clock, notify=lambda _: None) as opened:
                crawl_saved(opened, clock, site)
            clock.forward(days=1)
    return folder


def test_workers_and_the_enterer_make_the_rows_of_one_machine(machines: Machines, archive: Path) -> None:
    shutil.copytree(archive, machines.folder / "one")
    code, out, err = machines.run("rebuild", "--reextract", "--archive", "one", "--json")
    assert code == 0, err
    changed = json.loads(out)["reextracted"]
    assert changed > 2
    queue = machines.environment["FAZHI_QUEUE"]
    code, out, err = machines.run("rebuild", "--reextract", "--queue", queue, "--json")
    assert code == 0, err
    assert json.loads(out)["reextracted"] == 0
    assert json.loads(out)["queued"] == 2
    assert machines.queue()["counts"] == {"reread": {"todo": 2}}
    workers = [machines.start("worker", "--once", "--scratch", f"scratch-{n}") for n in range(2)]
    for worker in workers:
        _, err = worker.communicate(timeout=300)
        assert worker.returncode == 0, err
    assert machines.queue()["counts"] == {"enter_readings": {"todo": 2}, "reread": {"succeeded": 2}}
    code, _, err = machines.run("enter", "--once")
    assert code == 0, err
    assert query(archive, _TEXTS) == query(machines.folder / "one", _TEXTS)
    assert machines.queue()["counts"] == {"enter_readings": {"succeeded": 2}, "reread": {"succeeded": 2}}
    assert machines.run("verify", "--deep")[0] == 0
    texts = query(archive, _TEXTS)
    assert machines.run("rebuild")[0] == 0  # the texts are in the acts
    assert query(archive, _TEXTS) == texts


def test_without_queue_the_variable_of_the_workers_decides_nothing(machines: Machines, archive: Path) -> None:
    code, out, err = machines.run("rebuild", "--reextract", "--json")
    assert code == 0, err
    assert json.loads(out)["reextracted"] > 0
    assert "queued" not in json.loads(out)


def test_a_queue_that_cannot_be_used_is_told_before_anything_is_rebuilt(
    machines: Machines, archive: Path
) -> None:
    (archive / "catalogue.db").unlink()
    code, _, err = machines.run("rebuild", "--queue", machines.environment["FAZHI_QUEUE"])
    assert code == 2
    assert "--reextract" in err
    away = "postgresql://fazhi@127.0.0.1:1/fazhi"
    code, _, err = machines.run("rebuild", "--reextract", "--queue", away)
    assert code == 1
    assert "the queue's database cannot be used" in err
    assert not (archive / "catalogue.db").exists()


async def test_a_file_at_which_workers_die_is_queued_anew_and_at_last_given_up(database: str) -> None:
    async with open_queue(database) as queue:
        assert await queue.defer_rereadings([Rereading(file="warc/a", extractor=EXTRACTOR)]) == 1
        assert await queue.defer_rereadings([Rereading(file="warc/a", extractor=EXTRACTOR)]) == 0
        manager, attempts = queue.app.job_manager, []
        while job := await manager.fetch_job(
            queues=["rereadings"], worker_id=await manager.register_worker()
        ):
            attempts.append(job.task_kwargs["attempt"])
            assert await queue.fail_stalled(0) == ["warc/a"]
        assert await queue.rereadings_left() == 0
    assert attempts == list(range(1, MAX_ATTEMPTS + 1))
    assert (await overview(database, most=9)).counts == {"reread": {"failed": MAX_ATTEMPTS}}
