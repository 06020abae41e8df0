"""The commands at work: three workers over PostgreSQL and S3 make the archive that one machine makes of the same web."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.archive.held import query
from tests.site import Web
from tests.site.__main__ import sources_of
from tests.spread.servers import Postgres

_SAME = (
    "SELECT report_id, number, title, text_sha256, url, text_file, published, origin FROM versions",
    "SELECT url_key, report_id, state, own, site_id, text_sha256 FROM pages",
    "SELECT site_id, state, found, left_over, requests FROM visits",
    "SELECT site_id, ending, url, report_id, version FROM outcomes",
    "SELECT url_key, status, record_type, payload_sha256 FROM captures",
)


class Machines:
    """Runs commands as on machines of their own."""

    def __init__(self, web: Web, folder: Path, queue: str, segments: str) -> None:
        self.folder = folder
        self.connect = [word for entry in web.connect_to for word in ("--connect-to", entry)]
        self.environment = os.environ | {"FAZHI_QUEUE": queue, "FAZHI_SEGMENTS": segments, "FAZHI_LANG": "en"}
        (folder / "sources.yaml").write_text(sources_of(web), "utf-8")

    def keep_only(self, name: str) -> None:
        """Leave one source in sources.yaml: workers plan what is due by themselves."""
        path = self.folder / "sources.yaml"
        head, *entries = path.read_text("utf-8").split("  - id: ")
        path.write_text(
            head + "".join(f"  - id: {each}" for each in entries if each.startswith(f"{name}\n")), "utf-8"
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        connect = self.connect if words[0] in ("crawl", "worker") else []
        return subprocess.Popen(
            [sys.executable, "-m", "crawler", *words, *connect],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> tuple[int, str, str]:
        process = self.start(*words)
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err

    def queue(self) -> dict[str, Any]:
        code, out, err = self.run("queue", "--json")
        assert code == 0, err
        found: dict[str, Any] = json.loads(out)
        assert found["due"] is None
        return found

    def rows(self, archive: str) -> list[list[tuple[object, ...]]]:
        return [sorted(query(self.folder / archive, sql), key=str) for sql in _SAME]


@pytest.fixture
def machines(web: Web, tmp_path: Path, database: str, bucket: str) -> Machines:
    return Machines(web, tmp_path, database, f"s3://{bucket}/segments")


def test_three_workers_make_the_archive_that_one_machine_makes(machines: Machines) -> None:
    code, _, err = machines.run("crawl", "--archive", "one")
    assert code == 0, err
    assert machines.run("queue")[:2] == (0, "")  # it has no tables yet
    assert machines.run("queue", "--due")[1] == "due and not queued: 7 visits, of 7 sources\n"
    assert machines.run("enqueue", "--due")[1] == "7 visits queued, of 7 sources\n"
    assert machines.run("enqueue")[1] == "0 visits queued, of 0 sources\n"  # each server is queued once
    workers = [
        machines.start("worker", "--once", "--json", "--sites-at-once", "3", "--scratch", f"scratch-{n}")
        for n in range(3)
    ]
    visited = []
    for worker in workers:
        out, err = worker.communicate(timeout=300)
        assert worker.returncode == 0, err
        visited += [json.loads(line) for line in out.splitlines()]
    assert sorted(each["sites"][0] for each in visited) == sorted(
        ["wuhan", "wuwei", "huangshigang", "xuchang", "changchun", "tianshui", "jinghai"]
    )
    assert {each["state"] for each in visited} == {"complete"}
    waiting = machines.queue()
    assert waiting["counts"] == {"enter": {"todo": 7}, "visit": {"succeeded": 7}}
    assert waiting["leases"] == []
    assert machines.run("enqueue")[1] == "0 visits queued, of 0 sources\n"  # nor before it is entered
    code, out, err = machines.run("enter", "--once", "--json")
    assert code == 0, err
    assert sum(json.loads(line)["news"] == "new" for line in out.splitlines()) == 23
    assert machines.rows("archive") == machines.rows("one")
    assert machines.run("verify", "--deep")[0] == 0
    assert machines.run("enqueue", "--due")[1] == "0 visits queued, of 0 sources\n"  # a day has not passed
    assert machines.run("queue", "--due")[1].startswith("due and not queued: 0 visits, of 0 sources\n")
    assert machines.queue()["counts"] == {"enter": {"succeeded": 7}, "visit": {"succeeded": 7}}


def test_the_catalogue_may_be_in_postgresql(machines: Machines, postgres_server: Postgres) -> None:
    machines.keep_only("wuhan")
    assert machines.run("crawl", "--archive", "one")[0] == 0
    on_sqlite = json.loads(machines.run("reports", "--json", "--archive", "one")[1])
    url = postgres_server.new_database()
    machines.environment["FAZHI_DATABASE"] = url.replace("postgresql://", "postgresql+psycopg://", 1).replace(
        "postgres:@", "postgres@"
    )
    for words in (("enqueue", "--due"), ("worker", "--once"), ("enter", "--once"), ("verify", "--deep")):
        code, _, err = machines.run(*words)
        assert code == 0, (words, err)
    assert not (machines.folder / "archive" / "catalogue.db").exists()
    found = json.loads(machines.run("reports", "--json")[1])
    same = ("id", "title", "url", "version", "text_sha256", "text_file", "versions", "state", "site")
    assert [{key: each[key] for key in same} for each in found] == [
        {key: each[key] for key in same} for each in on_sqlite
    ]
    assert len(found) == 4
    assert machines.run("enqueue", "--due")[1].startswith("0 visits")  # the planner reads it too
    postgres_server.drop(url)


def test_the_archive_may_be_in_a_bucket(
    machines: Machines, web: Web, bucket: str, tmp_path: Path, postgres_server: Postgres
) -> None:
    """A second visit reads what the first one has archived, such as documents, from the bucket; also from packs."""
    machines.keep_only("xuchang")
    url = postgres_server.new_database()
    machines.environment |= {
        "FAZHI_ARCHIVE": f"s3://{bucket}/archive",
        "FAZHI_DATABASE": url.replace("postgresql://", "postgresql+psycopg://", 1),
    }
    for number in range(3):
        machines.environment["XDG_STATE_HOME"] = str(tmp_path / "enterer")
        assert machines.run("enqueue")[1] == "1 visit queued, of 1 source\n"
        machines.environment["XDG_STATE_HOME"] = str(tmp_path / f"worker-{number}")
        code, out, err = machines.run("worker", "--once", "--json")
        assert code == 0, err
        assert json.loads(out)["state"] == "complete", err
        machines.environment["XDG_STATE_HOME"] = str(tmp_path / "enterer")
        code, out, err = machines.run("enter", "--once", "--json")
        assert code == 0, err
        endings = [json.loads(line)["ending"] for line in out.splitlines()]
        assert endings.count("new" if number == 0 else "unchanged") == 3
        if number == 1:
            assert machines.run("pack", "--this-month")[0] == 0
    assert machines.queue()["counts"] == {"enter": {"succeeded": 3}, "visit": {"succeeded": 3}}
    code, out, err = machines.run("verify", "--deep")
    assert code == 0, out + err
    postgres_server.drop(url)


def test_the_enterer_anchors_what_it_has_entered_when_it_ends(machines: Machines, tmp_path: Path) -> None:
    machines.keep_only("wuhan")
    sources = machines.folder / "sources.yaml"
    key = json.dumps(str(tmp_path / "anchor.key"))
    sources.write_text(
        sources.read_text("utf-8").replace("{delay: 0}", f"{{delay: 0, anchor: true, anchor_key: {key}}}"),
        "utf-8",
    )
    assert machines.run("enqueue")[0] == 0
    assert machines.run("worker", "--once")[0] == 0
    code, _, err = machines.run("enter", "--once")
    assert code == 1  # there is no key yet, and nothing of what was entered is lost
    assert "not anchored: " in err
    assert len(json.loads(machines.run("reports", "--json")[1])) == 4
    assert machines.run("anchor", "init")[0] == 0
    assert machines.run("enqueue")[0] == 0
    assert machines.run("worker", "--once")[0] == 0
    code, _, err = machines.run("enter", "--max-time", "3")
    assert code == 0, err
    anchors = [path for path in (machines.folder / "archive" / "anchors").iterdir() if path.name != "keys"]
    assert len(anchors) == 1
    code, out, err = machines.run("verify", "--deep")
    assert code == 0, out + err
    assert "1 anchor" in out + err
    assert machines.run("enter", "--once")[0] == 0  # nothing is entered, and nothing is anchored
    assert len(list((machines.folder / "archive" / "anchors").iterdir())) == 2


def test_a_document_that_a_worker_cannot_read_from_the_archive_is_fetched_again(
    machines: Machines, postgres_server: Postgres
) -> None:
    machines.keep_only("xuchang")
    url = postgres_server.new_database()
    machines.environment["FAZHI_DATABASE"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    assert machines.run("crawl")[0] == 0
    warcs = machines.folder / "archive" / "warc"
    warcs.rename(machines.folder / "away")
    warcs.mkdir()
    assert machines.run("enqueue")[0] == 0
    code, out, err = machines.run("worker", "--once", "--json")
    assert code == 0, err
    assert json.loads(out)["state"] == "complete", err
    warcs.rmdir()
    (machines.folder / "away").rename(warcs)
    assert machines.run("enter", "--once")[0] == 0
    assert machines.run("verify", "--deep")[0] == 0
    postgres_server.drop(url)


def test_a_worker_that_is_told_to_end_hands_its_visit_back(machines: Machines, web: Web) -> None:
    machines.keep_only("wuhan")
    web.slow("www.wuhan.gov.cn", 0.5)
    machines.run("enqueue")
    worker = machines.start("worker", "--json")
    while len(web.requests) < 4:
        time.sleep(0.05)
    worker.send_signal(signal.SIGTERM)
    out, err = worker.communicate(timeout=60)
    assert worker.returncode == 0, err
    (visited,) = map(json.loads, out.splitlines())
    assert visited["state"] == "left"
    asked = len(web.requests)
    machines.run("enter", "--once")
    assert machines.run("enqueue", "--due")[1].startswith("1 visit queued")  # unfinished: due at once
    code, _, err = machines.run("worker", "--once")
    assert code == 0, err
    machines.run("enter", "--once")
    assert machines.run("verify", "--deep")[0] == 0
    states = query(
        machines.folder / "archive", "SELECT state FROM visits WHERE site_id = 'wuhan' ORDER BY id"
    )
    assert states == [("left",), ("complete",)]
    pages = [
        request.url for request in web.requests if "wuhan" in request.url and "robots" not in request.url
    ]
    assert len(pages) == len(set(pages)), asked  # what the first worker had read is not asked for again


def test_what_a_killed_worker_left_is_delivered_and_its_visit_made_anew(machines: Machines, web: Web) -> None:
    machines.keep_only("wuhan")
    web.slow("www.wuhan.gov.cn", 0.5)
    machines.run("enqueue")
    worker = machines.start("worker")
    while len(web.requests) < 5:
        time.sleep(0.05)
    worker.kill()
    worker.communicate()
    assert machines.queue()["counts"]["visit"] == {"doing": 1}  # nobody knows yet
    follower = machines.start("worker")
    deadline = time.monotonic() + 150
    while machines.queue()["counts"].get("enter", {}).get("todo", 0) < 2 and time.monotonic() < deadline:
        time.sleep(1)
    follower.send_signal(signal.SIGTERM)
    _, err = follower.communicate(timeout=60)
    assert follower.returncode == 0, err
    assert "www.wuhan.gov.cn: its worker has given no sign of life; it is planned anew" in err
    assert machines.run("enter", "--once")[0] == 0
    found = query(machines.folder / "archive", "SELECT count(*), count(DISTINCT report_id) FROM versions"
                  " WHERE report_id LIKE '420100%'")  # fmt: skip
    assert found == [(4, 4)]
    assert machines.run("verify", "--deep")[0] == 0


def test_a_password_is_refused_on_the_command_line_and_never_shown(machines: Machines) -> None:
    for url in (
        "postgresql://fazhi:s3cr3t@127.0.0.1:1/fazhi",
        "host=127.0.0.1 port=1 user=fazhi password=s3cr3t dbname=fazhi",
    ):
        code, out, err = machines.run("queue", "--queue", url)
        assert code == 2
        assert "s3cr3t" not in out + err
        assert "PGPASSWORD" in err
    machines.environment |= {"PGPASSWORD": "s3cr3t", "FAZHI_QUEUE": "postgresql://fazhi@127.0.0.1:1/fazhi"}
    for command in (("queue",), ("worker", "--once"), ("enter", "--once"), ("enqueue",)):
        code, out, err = machines.run(*command)
        assert code == 1, (command, err)
        assert "postgresql://127.0.0.1:1/fazhi: the queue's database cannot be used" in err
        assert "s3cr3t" not in out + err


def test_without_a_queue_the_error_says_what_to_name(machines: Machines) -> None:
    del machines.environment["FAZHI_QUEUE"]
    code, _, err = machines.run("queue")
    assert code == 2
    assert "FAZHI_QUEUE" in err
