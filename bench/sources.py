"""Measure the time to load sources.yaml, relative to the YAML parse of the same files: `python -m bench.sources`."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from crawler.sources import load_sites

ENTRIES, FILES, ROUNDS, MAX_RATIO = 3000, 30, 9, 2.0

ENTRY = """
  - id: site-{n}
    name: 第{n}市人民政府
    region: "420100"
    lists:
      - https://www.site-{n}.gov.cn/zwgk/fzzfj/
      - https://www.site-{n}.gov.cn/zwgk/tzgg/  # the older column
    delay: 2
    note: "Column derived from the folder of a seen report (2022)."
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path = written(Path(scratch))
        files = [path, *sorted(path.parent.glob("sources.d/*.yaml"))]
        bare, ours, ratios = [], [], []
        for _ in range(ROUNDS):  # in turns, so that other work of the machine slows both
            bare.append(seconds(lambda: [yaml.load(f.read_text("utf-8"), yaml.CSafeLoader) for f in files]))
            ours.append(seconds(lambda: load_sites(path)))
            ratios.append(ours[-1] / bare[-1])
        assert len(load_sites(path)) == ENTRIES
    ratio = statistics.median(ratios)
    print(f"{ENTRIES} entries in {len(files)} files")
    print(f"bare YAML parse  {statistics.median(bare):.3f} s")
    print(
        f"load_sites       {statistics.median(ours):.3f} s, {ratio:.2f} times as long (at most {MAX_RATIO})"
    )
    raise SystemExit(ratio > MAX_RATIO)


def written(folder: Path) -> Path:
    """Write a sources.yaml that includes its entries from files of a hundred each."""
    (folder / "sources.d").mkdir()
    for file in range(FILES):
        numbers = range(file * ENTRIES // FILES, (file + 1) * ENTRIES // FILES)
        text = "sources:" + "".join(ENTRY.format(n=n) for n in numbers)
        (folder / "sources.d" / f"{file:02}.yaml").write_text(text, "utf-8")
    path = folder / "sources.yaml"
    path.write_text("defaults: {delay: 1.0}\ninclude: sources.d/*.yaml\nsources: []\n", "utf-8")
    return path


def seconds(work: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
