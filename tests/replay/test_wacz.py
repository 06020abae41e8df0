"""A delivered WACZ replayed by pywb: `make test-replay`."""

from __future__ import annotations

import os
import subprocess
import urllib.request
from pathlib import Path

from crawler.archive import Archive, Reader
from crawler.questions.export import export
from tests.archive.held import crawl_saved
from tests.conftest import Clock
from tests.replay.test_pywb import WAYBACK, serving


def test_every_page_of_a_wacz_is_replayed_byte_for_byte(tmp_path: Path) -> None:
    folder, clock = tmp_path / "archive", Clock()
    with Archive.create(folder, clock=clock) as archive:
        crawl_saved(archive, clock, "wuhan", "xuchang")
    with Reader.read(folder) as reader:
        made = export(reader, tmp_path / "out", ["wacz"])
        captures = [reader.capture(report.id or "") for report in reader.iter_reports()]
    place = tmp_path / "pywb"
    place.mkdir()
    manager = [os.fspath(Path(WAYBACK).with_name("wb-manager"))]
    subprocess.run([*manager, "init", "fazhi"], cwd=place, check=True, capture_output=True)
    add = [*manager, "add", "--unpack-wacz", "fazhi", os.fspath(made.path / "fazhi-00001.wacz")]
    subprocess.run(add, cwd=place, check=True, capture_output=True)
    assert len(captures) > 3
    with serving(place) as base:
        for capture in captures:
            page = f"{base}/{capture.fetched_at:%Y%m%d%H%M%S}id_/{capture.url}"
            with urllib.request.urlopen(page, timeout=20) as got:
                assert got.read() == capture.payload, capture.url
