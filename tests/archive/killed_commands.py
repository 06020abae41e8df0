"""Commands are killed at random moments; then they are repeated, and all that was promised must be there.

`python -m tests.archive.killed_commands ROUNDS SEED` kills each of the commands of `write_failures`, and a live crawl of the
loopback web, ROUNDS times (part of `make bench-crash`). `crashing` kills writers that use the library.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from crawler.archive import rebuild
from crawler.fetch.client import utc_now
from tests.archive.held import dump, faults
from tests.archive.write_failures import SCENARIOS, Sweep, acknowledged, ignore, outcomes, texts
from tests.crawl.test_crawl import command
from tests.site import Web

MAX_LIVE_SECONDS = 60


def kill_scenario(sweep: Sweep, seconds: float, chance: random.Random) -> str:
    """Kill a scenario's command after a random time, and check what it left. `seconds`: how long it takes."""
    sweep.copy()
    printed = sweep.work / "printed"
    process = os.fork()
    if not process:
        _become_command(sweep, printed)
    time.sleep(chance.uniform(0, seconds * 1.05))
    os.kill(process, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    out = printed.read_text("utf-8") if printed.exists() else ""
    lines = out[: out.rfind("\n") + 1]
    sweep.repeat(f"{sweep.scenario.words[0]} killed", lines, thorough=True)
    return "killed" if code == -signal.SIGKILL else "ended"


def _become_command(sweep: Sweep, printed: Path) -> None:
    """Run the command in this forked process, and end it."""
    try:
        with printed.open("w", encoding="utf-8", buffering=1) as out:
            sweep.run(out)
    finally:
        os._exit(0)


def kill_live(web: Web, folder: Path, seconds: float, chance: random.Random) -> tuple[str, float]:
    """Kill a live crawl of an archive after a random time, crawl again, and check what is there then.

    `seconds`: how long a crawl takes. Returns how the first one ended, and how long the second one took.
    """
    archive, printed = folder / "archive", folder / "printed"
    before = texts(archive)
    words = command(web, folder, "crawl", "--json", "--full", "--archive", str(archive))
    with printed.open("wb") as out, subprocess.Popen(words, stdout=out, stderr=subprocess.DEVNULL) as process:
        time.sleep(chance.uniform(0.3, seconds * 1.05))
        process.kill()
    text = printed.read_text("utf-8", "replace")
    begin = time.monotonic()
    again = subprocess.run(words, capture_output=True, text=True, timeout=MAX_LIVE_SECONDS)
    took = time.monotonic() - begin
    assert again.returncode in (0, 1), again.stderr
    assert (found := faults(archive)) == [], found[:3]
    lost = acknowledged(text[: text.rfind("\n") + 1]) - outcomes(archive)
    assert not lost, f"reported and lost: {lost}"
    assert texts(archive) >= before
    return ("killed" if process.returncode == -signal.SIGKILL else "ended"), took


def kill_lives(rounds: int, chance: random.Random) -> Counter[str]:
    """Kill live crawls of one archive, whose pages change meanwhile. At the end a rebuild must give the same rows."""
    with Web() as web, TemporaryDirectory() as name, patch.dict(os.environ, SSL_CERT_FILE=str(web.ca_file)):
        folder = Path(name)
        begin = time.monotonic()
        words = command(web, folder, "crawl", "--json", "--archive", str(folder / "archive"))
        subprocess.run(words, check=True, capture_output=True, timeout=MAX_LIVE_SECONDS)
        seconds = time.monotonic() - begin
        ends: Counter[str] = Counter()
        for number in range(rounds):
            document = chance.choice(web.government("wuhan").documents)
            web.edit(document.url, "工作", f"工作{number}")
            how, seconds = kill_live(web, folder, seconds, chance)
            ends[how] += 1
        held = dump(folder / "archive")
        rebuild(folder / "archive", clock=utc_now, notify=ignore)
        assert dump(folder / "archive") == held
        return ends


def kill_scenarios(name: str, rounds: int, chance: random.Random) -> Counter[str]:
    """Kill the command of a scenario, each time on a fresh copy of its archive."""
    with TemporaryDirectory() as folder:
        sweep = Sweep.of(name, Path(folder))
        sweep.copy()
        begin = time.monotonic()
        sweep.run()
        seconds = time.monotonic() - begin
        return Counter(kill_scenario(sweep, seconds, chance) for _ in range(rounds))


def main(rounds: int, seed: int) -> None:
    """Kill every command, and print how many were killed and how many had ended before."""
    for name in SCENARIOS:
        print(f"{name}: {dict(kill_scenarios(name, rounds, random.Random(seed)))}", flush=True)
    print(f"live crawl: {dict(kill_lives(rounds, random.Random(seed)))}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
