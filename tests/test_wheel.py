"""What a wheel built from the tree brings, as someone meets it who installs it and has nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.sources import load_sites

ROOT = Path(__file__).parent.parent

Fazhi = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("fazhi-*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.fixture
def fazhi(unpacked: Path, tmp_path: Path) -> Fazhi:
    """Runs a command in an empty folder, with the code of the wheel."""
    environment = os.environ | {"PYTHONPATH": str(unpacked)}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "crawler", *words]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    return run


def test_a_wheel_brings_the_sources_their_schema_and_the_divisions(unpacked: Path) -> None:
    for inside, here in (
        ("crawler/sources/sources.yaml", "sources.yaml"),
        ("crawler/sources/sources.schema.json", "sources.schema.json"),
        ("crawler/field/regions.tsv", "crawler/field/regions.tsv"),
        ("crawler/field/portals.tsv", "crawler/field/portals.tsv"),
        ("crawler/field/portals-corrected.tsv", "crawler/field/portals-corrected.tsv"),
        ("crawler/language/zh_CN.po", "crawler/language/zh_CN.po"),
        ("crawler/py.typed", "crawler/py.typed"),
    ):
        assert (unpacked / inside).read_bytes() == (ROOT / here).read_bytes()
    assert not (unpacked / "tests").exists()


def test_a_wheel_names_every_python_that_the_tests_run_on(unpacked: Path) -> None:
    (metadata,) = unpacked.glob("*.dist-info/METADATA")
    text = metadata.read_text("utf-8")
    assert all(
        f"Classifier: Programming Language :: Python :: 3.{minor}\n" in text for minor in (11, 12, 13, 14)
    )


def test_in_an_empty_folder_one_line_says_how_to_begin(fazhi: Fazhi, tmp_path: Path) -> None:
    done = fazhi("crawl")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "write one with `fazhi source init`" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert fazhi("source", "init").returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sources.schema.json", "sources.yaml"]
    listed = fazhi("source", "list")
    assert (listed.returncode, listed.stdout.count("\n")) == (0, len(load_sites(ROOT / "sources.yaml")))
