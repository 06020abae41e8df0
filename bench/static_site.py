"""Compare the time that `fazhi site` takes with the time that its pages take to be served. `make bench-site`.

Processor time of two processes over the same made archive: one writes the site, the other answers a request for each of its
files, one after the other, over loopback. A second run of the site, which writes nothing, is told beside it.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.web import serving
from bench.web_archive import make
from crawler.archive import Reader

MOST_OF_SERVING = 2.0
REPORTS_PER_DIVISION = 10  # one a year: a division without a report would have pages of its own all the same


def main() -> int:
    """Make the archive, measure, print. Return 1 if the limit is not kept."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reports", type=int, default=1000)
    options.add_argument("--keep", type=Path, help="make the archive in this folder, or use the one there")
    chosen = options.parse_args()
    with TemporaryDirectory(prefix="fazhi-site-") as folder:
        archive, site = chosen.keep or Path(folder) / "archive", Path(folder) / "site"
        make(archive, chosen.reports, divisions=max(1, chosen.reports // REPORTS_PER_DIVISION))
        with Reader.read(archive) as reader:
            number = sum(1 for _ in reader.iter_reports())
        written = write(archive, site)
        again = write(archive, site)
        paths = served_paths(site)
        with serving(archive) as server:
            served = server.taken(paths)
    ratio = written / served
    print(
        f"{number} reports, {len(paths)} pages and data: written in {written:.1f} s, served in {served:.1f} s"
    )
    print(f"again, with nothing changed: {again:.1f} s")
    print(
        f"site / serving its pages: {ratio:.2f} (<= {MOST_OF_SERVING}){'' if ratio <= MOST_OF_SERVING else '  NOT KEPT'}"
    )
    return int(ratio > MOST_OF_SERVING)


def write(archive: Path, site: Path) -> float:
    """Write the site; return the processor time of the process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "crawler", "site", str(site), "--archive", str(archive)],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def served_paths(site: Path) -> list[str]:
    """Return what the server is asked for: the same page or data as each file, as far as the two have the same address."""
    found = []
    for file in sorted(site.rglob("*")):
        name = file.relative_to(site).as_posix()
        if not file.is_file() or name.startswith((".", "static/", "search/", "404.")):
            continue
        english, name = name.startswith("en/"), name.removeprefix("en/")
        folder = name.split("/")[0]
        if folder in ("coverage", "diff") or "/part-" in name:
            name = _address(name)
        path = f"/{name.removesuffix('.html').removesuffix('index')}"
        if english:
            path += "&lang=en" if "?" in path else "?lang=en"
        found.append(path)
    return found


def _address(name: str) -> str:
    """Return the served address of a file whose name has a parameter of the page in it."""
    stem, _, ending = name.rpartition(".")
    ending = "" if ending == "html" else f".{ending}"
    match stem.split("/"):
        case ["diff", report, versions]:
            old, _, new = versions.partition("-")
            return f"diff/{report}:{old}..{report}:{new}{ending}"
        case ["coverage", "map", year]:
            return f"coverage{ending}?map_year={year}"
        case ["coverage", year, status]:
            return f"coverage{ending}?year={year}&status={status}"
        case ["coverage", region]:
            return f"coverage{ending}?region={region}"
    return f"{stem.partition('/part-')[0]}{ending}"


if __name__ == "__main__":
    sys.exit(main())
