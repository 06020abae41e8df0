"""Count the requests of a backfill: 10,000 rows of 500 pages, killed on the way and gone on with.

`make bench-backfill`. Web archives on loopback (`tests/intake/backfill/web_archives.py`) hold 500 pages below one list, each captured
20 times with one to three payloads. `fazhi backfill` runs in a process of its own and is killed with SIGKILL a few times;
then it runs to its end. The least number of requests is one for each payload and one for each 5,000 rows of the index. Exit code 1 if it sends
more than 1.02 times as many, or anything twice after a kill but the one request that was under way then, or if the archive has a
fault.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.table import table
from crawler.archive import Archive
from crawler.intake.backfill.archives.wayback import ROWS_PER_ANSWER
from crawler.questions.verify import verify
from tests.intake.backfill.conftest import LIST, page
from tests.intake.backfill.web_archives import Kept, WebArchives, serving

PAGES, CAPTURES = 500, 20
KILLS = 4
MAX_RATIO = 1.02
_FIRST = datetime(2016, 1, 1, tzinfo=UTC)


def captures(seed: int = 1) -> list[Kept]:
    """Return the captures: each page's payloads follow one another in time, each captured several times."""
    chance = random.Random(seed)
    found = []
    for number in range(PAGES):
        url = f"{LIST}{2016 + number % 10}/t{number}.shtml"
        texts = [
            page(2015 + number % 10, f"第{number}页第{version}版") for version in range(chance.randint(1, 3))
        ]
        for capture in range(CAPTURES):
            at = _FIRST + timedelta(days=capture * 100, seconds=number)
            payload = texts[capture * len(texts) // CAPTURES]
            found.append(
                Kept(url=url, timestamp=f"{at:%Y%m%d%H%M%S}", payload=payload, repeats=capture % 3 == 2)
            )
    return found


def main() -> None:
    """Run it, print the figures, and exit with 1 if they are not met."""
    archives = WebArchives(captures=captures())
    payloads = len({(each.url, each.sha1) for each in archives.captures})
    rows = len(archives.captures)
    least = payloads + -(-rows // ROWS_PER_ANSWER)
    with serving(archives), TemporaryDirectory() as place:
        folder, sources = Path(place) / "archive", Path(place) / "sources.yaml"
        sources.write_text(
            f'sources:\n  - {{id: wuhan, name: 武汉市人民政府, region: "420100", lists: ["{LIST}"]}}\n',
            "utf-8",
        )
        words = [
            sys.executable, "-m", "crawler", "backfill", "wuhan", "--sources", str(sources), "--archive", str(folder),
            "--from", f"wayback {archives.base}", "--connect-to", archives.connect_to_words,
        ]  # fmt: skip
        began = time.monotonic()
        under_way = {_run_until(words, archives, least * kill // (KILLS + 1)) for kill in range(1, KILLS + 1)}
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - began
        faults = list(verify(folder, notify=lambda _: None))
        with Archive.read(folder) as reader:
            reports = len(reader.reports())
            versions = sum(len(list(reader.history(report.id or ""))) for report in reader.reports())
    requests = len(archives.asked)
    twice = [each for each in archives.repeated() if each not in under_way]
    print(
        table(
            ["", "found"],
            [
                ["rows of the index", f"{rows}"],
                ["pages, payloads", f"{PAGES}, {payloads}"],
                ["least number of requests", f"{least}"],
                ["requests", f"{requests} ({requests / least:.3f} × the least)"],
                ["kills", f"{KILLS}"],
                ["asked twice, but for the one under way at each kill", f"{len(twice)}"],
                ["reports, versions", f"{reports}, {versions}"],
                ["seconds", f"{seconds:.0f}"],
                ["faults of the archive", f"{len(faults)}"],
            ],
        )
    )
    for each in twice[:5]:
        print("asked twice:", *each)
    if done.returncode or faults or twice or requests > MAX_RATIO * least or versions != payloads:
        sys.exit(f"not met; the last run ended with {done.returncode}: {done.stderr[-500:]}")


def _run_until(words: list[str], archives: WebArchives, requests: int) -> tuple[str, str]:
    """Run the command, kill it when so many requests have come, and return the last one: its answer was on the way."""
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and len(archives.asked) < requests:
            time.sleep(0.01)
        process.kill()
        process.wait()
    return archives.asked[-1]


if __name__ == "__main__":
    main()
