"""Archives on S3 by the commands that people use: one machine and two, kills, faults, and what each message says."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawler.archive.storage.opening import open_storage

ROOT = Path(__file__).parents[3]
REPLAY = ROOT / "tests/fixtures/changchun"
SECRET = "a-secret-that-nobody-may-see"


class Machine:
    """A machine with a state folder of its own, and the commands of fazhi."""

    def __init__(self, folder: Path, archive: str) -> None:
        self.state, self.archive = folder, archive

    def start(self, *words: str, archive: str | None = None, **variables: str) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "XDG_STATE_HOME": str(self.state),
            "PYTHONPATH": str(ROOT),
            "LC_ALL": "C",
            **variables,
        }
        return subprocess.Popen(
            [sys.executable, "-m", "crawler", *words, "--archive", archive or self.archive],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment,
        )  # fmt: skip

    def run(
        self, *words: str, code: int = 0, archive: str | None = None, **variables: str
    ) -> tuple[str, str]:
        process = self.start(*words, archive=archive, **variables)
        out, err = process.communicate(timeout=300)
        assert process.returncode == code, (words, process.returncode, out[-2000:], err[-2000:])
        assert SECRET not in out + err
        return out, err

    def crawl(self) -> None:
        self.run("crawl", "--replay", str(REPLAY), "--quiet")

    def reports(self) -> dict[str, str]:
        out, _ = self.run("reports", "--json")
        return {each["id"]: each["text_sha256"] for each in json.loads(out)}


@pytest.fixture
def one(tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    return Machine(tmp_path / "one", f"s3://{bucket}/fazhi")


@pytest.fixture
def two(tmp_path: Path, one: Machine) -> Machine:
    return Machine(tmp_path / "two", one.archive)


def test_every_command_that_reads_works_on_a_bucket(one: Machine, two: Machine, tmp_path: Path) -> None:
    one.crawl()
    plain = Machine(tmp_path, str(tmp_path / "plain"))
    plain.crawl()
    held = one.reports()
    assert held == plain.reports() == two.reports()
    some = min(held)
    assert two.run("show", some)[0] == plain.run("show", some)[0]
    for words in (
        ["search", "法治"],
        ["changes"],
        ["coverage", "--year", "2022"],
        ["indicators"],
        ["cite", some],
        ["status", "--json"],
    ):
        assert two.run(*words)[0]
    for words in (["verify"], ["verify", "--deep"]):
        assert "no fault found" in "".join(two.run(*words))
    one.run("pack", "--this-month")
    one.crawl()
    one.run("pack", "--this-month")
    one.run("rebuild")
    assert one.reports() == two.reports() == held
    assert "no fault found" in "".join(two.run("verify", "--deep"))


def test_a_bucket_is_merged_from_and_into(one: Machine, two: Machine, bucket: str, tmp_path: Path) -> None:
    one.crawl()
    other = Machine(tmp_path, str(tmp_path / "other"))
    other.run("merge", one.archive)
    assert other.reports() == one.reports()
    back = Machine(tmp_path / "back", f"s3://{bucket}/back")
    back.run("merge", other.archive)
    back.run("merge", one.archive)
    assert back.reports() == one.reports()
    assert "no fault found" in "".join(back.run("verify"))


def test_deliveries_go_to_a_bucket(one: Machine, bucket: str) -> None:
    one.crawl()
    target = f"s3://{bucket}/deliveries"
    first, _ = one.run("export", target, "--format", "csv", "--format", "wacz")
    assert first.startswith(f"{target}/artifacts/")
    assert one.run("export", target, "--format", "csv", "--format", "wacz")[0] == first
    storage = open_storage(target)
    index = json.loads(storage.read("index.json"))
    assert [each["version"] for each in index["deliveries"]] == [first.strip().rpartition("/")[2]]
    assert {"versions.csv", "datapackage.json"} <= {each.name.rpartition("/")[2] for each in storage.list()}
    one.run("export", f"{one.archive}/inside", code=2)


def test_a_killed_crawl_is_gone_on_with_here_and_elsewhere(one: Machine, two: Machine) -> None:
    chance, storage = random.Random(7), open_storage(one.archive)
    for turn in range(4):
        process = one.start("crawl", "--replay", str(REPLAY), "--quiet", "--full")
        until = time.monotonic() + 60
        while storage.stat(".lock") is None and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(chance.uniform(0, 3))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        storage.remove(".lock")  # as if its minute had passed
        (two if turn % 2 else one).crawl()
    one.crawl()
    assert len(one.reports()) == 3
    assert one.reports() == two.reports()
    assert "no fault found" in "".join(one.run("verify", "--deep"))
    assert "no fault found" in "".join(two.run("verify", "--deep"))


def test_a_second_writer_is_refused_and_told_by_whom(one: Machine, two: Machine) -> None:
    one.crawl()
    storage = open_storage(one.archive)
    found = storage.stat(".lock")
    assert found is not None
    lock = json.loads(storage.read(".lock")) | {
        "released": False,
        "holder": "process 7 on elsewhere since today",
    }
    storage.replace_if(".lock", json.dumps(lock).encode(), found.stamp)
    _, err = two.run("crawl", "--replay", str(REPLAY), code=3)
    assert "held by process 7 on elsewhere since today" in err
    two.run("reports")


@pytest.mark.parametrize(
    ("archive", "variables", "code", "words"),
    [
        ("s3://no-such-bucket-anywhere/x", {}, 4, "no such bucket"),
        ("s3://KEY:a-secret-that-nobody-may-see@bucket/x", {}, 2, "an address holds no credentials"),
        ("ftp://host/x", {}, 2, "name a folder, or an address with s3://"),
        ("az://container/x", {}, 2, "Account must be specified"),
        ("", {"AWS_ENDPOINT_URL": "http://192.0.2.1:1", "AWS_ALLOW_HTTP": ""}, 4, "without encryption"),
    ],
)
def test_what_cannot_be_used_is_named_in_a_line(
    one: Machine, archive: str, variables: dict[str, str], code: int, words: str
) -> None:
    for command in (["crawl", "--replay", str(REPLAY)], ["reports"]):
        out, err = one.run(*command, code=code, archive=archive or None, **variables)
        assert words in err
        assert "Traceback" not in out + err


def test_help_names_no_secret_and_a_reader_puts_nothing(one: Machine, two: Machine) -> None:
    one.crawl()
    storage = open_storage(one.archive)
    before = [(each.name, each.stamp) for each in storage.list()]
    two.reports()
    two.run("verify")
    assert [(each.name, each.stamp) for each in storage.list()] == before
    for each in storage.list():
        assert SECRET.encode() not in storage.read(each.name)
