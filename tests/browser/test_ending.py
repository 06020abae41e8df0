"""However a crawl ends, its browser ends with it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.processes import descendants, ended
from tests.browser.site import BASE, ScriptSite

_WAIT = 30.0  # seconds


@pytest.fixture
def web() -> Iterator[ScriptSite]:
    with ScriptSite() as site:
        yield site


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_a_crawl(number: signal.Signals, web: ScriptSite, tmp_path: Path) -> None:
    sources = tmp_path / "sources.yaml"
    entry = f'id: a, name: 某市人民政府, region: "420100", delay: 0, render: true, pages: ["{BASE}/slow.html", "{BASE}/article.html?id=2022"]'
    sources.write_text(f"sources: [{{{entry}}}]", "utf-8")
    words = [sys.executable, "-m", "crawler", "crawl", "--sources", str(sources)]
    words += ["--archive", str(tmp_path / "archive")]
    words += [
        word for name, (to, port) in web.hosts.items() for word in ("--connect-to", f"{name}:{to}:{port}")
    ]
    with subprocess.Popen(
        words,
        env=os.environ | {"SSL_CERT_FILE": str(web.ca_file)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as crawl:
        assert web.asked_slow.wait(_WAIT)
        started = descendants(crawl.pid)
        assert any("chrom" in name for name in started.values())
        os.killpg(crawl.pid, number)  # as a terminal does: to the browser's driver as well
        web.closing.set()
        said, _ = crawl.communicate(timeout=_WAIT)
    assert [pid for pid in started if not ended(pid)] == []
    if number is not signal.SIGKILL:
        assert f"{number.name}: finishing 1 page in progress" in said
        assert re.search("(is|are) left; the next run continues with (it|them)", said)
        assert "never retrieved" not in said
        assert "Exception" not in said
