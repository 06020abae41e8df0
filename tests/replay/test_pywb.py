"""An archive replayed by pywb, run for real on loopback over our WARC files and our index: `make test-replay`.

Pywb is GPL: it runs as a tool in a process and an environment of its own, and nothing here imports it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.warc import read_captures
from tests.archive.held import crawl_saved
from tests.conftest import Clock, a_capture

WAYBACK = os.environ["FAZHI_WAYBACK"]
"""Pywb's `wayback`, as `make test-replay` has installed it."""

GBK = "法治政府建设情况报告".encode("gbk")


@pytest.fixture
def archived(tmp_path: Path) -> Path:
    """Two crawls of the saved pages, the second unchanged; a page in GBK with GBK in its header."""
    folder, clock = tmp_path / "archive", Clock()
    for _ in range(2):
        clock.forward(days=1)
        with Archive.create(folder, clock=clock) as archive:
            crawl_saved(archive, clock, "wuhan", "xuchang")
            page = a_capture(
                "http://gbk.gov.cn/a.html", b"<p>" + GBK + b"</p>", at=clock(), X_Title=GBK.decode("latin-1")
            )
            archive.record(page)
    return folder


@contextmanager
def replaying(folder: Path, place: Path) -> Iterator[str]:
    """Pywb on a free port of loopback; its address."""
    place.mkdir()
    index = b"".join(
        sorted(b"".join(p.read_bytes() for p in folder.glob("warc/*/*.cdxj")).splitlines(keepends=True))
    )
    (place / "index.cdxj").write_bytes(index)
    warcs = {path.parent for path in folder.glob("warc/*/*.warc.gz")}
    config = ["collections:", "  fazhi:", f"    index_paths: {place / 'index.cdxj'}", "    archive_paths:"]
    (place / "config.yaml").write_text(
        "\n".join([*config, *(f"      - {warc}/" for warc in warcs)]) + "\n", "utf-8"
    )
    with serving(place) as base:
        yield base


@contextmanager
def serving(place: Path) -> Iterator[str]:
    """Pywb on a free port of loopback with the collection `fazhi` of a folder; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [WAYBACK, "--bind", "127.0.0.1", "--port", str(port)]
    with (
        (place / "log").open("wb") as log,
        subprocess.Popen(words, cwd=place, stdout=log, stderr=log) as process,
    ):
        try:
            base = f"http://127.0.0.1:{port}/fazhi"
            _until_up(f"http://127.0.0.1:{port}/", process)
            yield base
        finally:
            process.terminate()


def _until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "pywb has ended"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.1)
    raise AssertionError("pywb does not answer")


def test_every_page_is_replayed_byte_for_byte(archived: Path, tmp_path: Path) -> None:
    captures = [c for warc in sorted(archived.glob("warc/*/*.gz")) for c in read_captures(warc)]
    assert len(captures) > 10
    with replaying(archived, tmp_path / "pywb") as base:
        for capture in captures:
            if capture.status != 200 or capture.method != "GET":
                continue
            # id_: as archived, nothing rewritten
            with urllib.request.urlopen(
                f"{base}/{capture.fetched_at:%Y%m%d%H%M%S}id_/{capture.url}", timeout=20
            ) as got:
                assert got.read() == capture.payload, capture.url


def test_a_revisit_is_replayed_with_the_payload_it_refers_to(archived: Path, tmp_path: Path) -> None:
    with replaying(archived, tmp_path / "pywb") as base:
        for day in ("20261126030000", "20261127030000"):
            with urllib.request.urlopen(f"{base}/{day}id_/http://gbk.gov.cn/a.html", timeout=20) as got:
                assert got.read() == b"<p>" + GBK + b"</p>"
                assert got.headers["Memento-Datetime"][5:16] == f"{day[6:8]} Nov 2026"
