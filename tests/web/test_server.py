"""A real server process: while the archive is written, replaced, damaged and removed; slow and many clients; signals; odd requests."""

from __future__ import annotations

import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from alembic import command as alembic
from selectolax.lexbor import LexborHTMLParser

from crawler.archive import CATALOGUE, Archive
from crawler.archive.catalogue.engine import migrations, sqlite_engine
from crawler.web import Settings
from crawler.web.serving import connections
from crawler.web.serving.server import MAX_CONNECTIONS
from tests.conftest import BODY, Clock, a_report
from tests.web.conftest import keep, with_body
from tests.web.process import ServeProcess, serving

Told = tuple[Path, dict[str, str], datetime]
HOST = b"Host: localhost\r\n"


@pytest.fixture
def archive(told: Told, tmp_path: Path) -> Path:
    """A copy of the archive with a story."""
    return Path(shutil.copytree(told[0], tmp_path / "archive"))


@pytest.fixture(scope="module")
def running(told: Told) -> ServeProcess:
    with serving(told[0]) as served:
        yield served  # type: ignore[misc]


def is_page(answer: httpx.Response, status: int) -> bool:
    """Whether an answer is a page of ours in HTML with a sentence in it."""
    tree = LexborHTMLParser(answer.text)
    sentence = tree.css_first("main p")
    return answer.status_code == status and sentence is not None and len(sentence.text().strip()) > 5


def wait_for_connection_end(connection: socket.socket, seconds: float) -> float:
    """Return after how many seconds a connection was closed by the other side."""
    began = time.monotonic()
    connection.settimeout(seconds)
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return time.monotonic() - began


def test_a_report_that_a_crawl_stores_is_shown_at_once(archive: Path, told: Told) -> None:
    clock = Clock()
    clock.now = told[2]
    with serving(archive) as served:
        assert len(served.client.get("/region/420000.json").json()["rows"]) == 3
        with Archive.create(archive, clock=clock, command="crawl") as writer:
            report = with_body(a_report(year=2020), BODY.replace("第", "又"))
            stored = keep(writer, clock, "https://www.wuhan.gov.cn/zwgk/fzzfj/t1.shtml", report)
            writer.flush()
            rows = served.client.get("/region/420000.json").json()["rows"]
            assert stored in {row["id"] for row in rows}
            assert served.client.get(f"/r/{stored}").status_code == 200
        assert len(served.client.get("/region/420000.json").json()["rows"]) == 4
        assert stored in served.client.get("/", headers={"Accept": "text/html"}).text


def test_a_rebuild_meanwhile_is_not_noticed(archive: Path, told: Told) -> None:
    statuses: list[int] = []
    over = threading.Event()
    with serving(archive) as served:

        def ask() -> None:
            with httpx.Client(base_url=served.url, trust_env=False, timeout=60) as client:
                while not over.is_set():
                    for path in ("/", f"/r/{told[1]['edited']}", "/search?q=群众", "/region/420000.csv"):
                        statuses.append(client.get(path).status_code)

        asker = threading.Thread(target=ask)
        asker.start()
        words = [sys.executable, "-m", "crawler", "rebuild", "--archive", str(archive)]
        rebuilt = subprocess.run(words, capture_output=True, text=True, check=False)
        over.set()
        asker.join()
        assert rebuilt.returncode == 0, rebuilt.stderr
        assert set(statuses) == {200}
        assert served.client.get(f"/r/{told[1]['edited']}").status_code == 200
        assert served.end() == (0, [])


def test_a_catalogue_that_is_gone_or_damaged_is_told_and_one_that_is_back_is_used(
    archive: Path, told: Told
) -> None:
    page = f"/r/{told[1]['edited']}"
    catalogue = archive / CATALOGUE
    with serving(archive) as served:
        assert served.client.get(page).status_code == 200
        whole = catalogue.read_bytes()
        catalogue.unlink()
        answer = served.client.get(page, headers={"Accept": "text/html", "Accept-Language": "en"})
        assert is_page(answer, 503)
        assert "cannot be read now" in answer.text
        assert str(archive) not in answer.text
        assert answer.headers["retry-after"]
        catalogue.write_bytes(b"SQLite format 3\0" + b"\x5a" * 4096)
        damaged = served.client.get(page, headers={"Accept": "application/json"})
        assert (damaged.status_code, damaged.headers["content-type"]) == (503, "application/problem+json")
        catalogue.write_bytes(whole)
        assert served.client.get(page).status_code == 200
        code, lines = served.end()
    assert code == 0
    assert len(lines) == 2
    assert all(line.startswith(f"{page}: 503: ") and str(archive) in line for line in lines)


def test_a_server_does_not_start_without_a_readable_archive(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    damaged = tmp_path / "damaged"
    shutil.copytree(archive, damaged)
    (damaged / CATALOGUE).write_bytes(b"no database" * 1000)
    for folder, code in ((tmp_path / "empty", 2), (damaged, 4)):
        words = [sys.executable, "-m", "crawler", "serve", "--archive", str(folder), "--port", "0"]
        ended = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        assert ended.returncode == code
        assert str(folder) in ended.stderr
        assert "Traceback" not in ended.stderr


def test_an_archive_of_an_earlier_schema_is_shown(archive: Path, told: Told) -> None:
    engine = sqlite_engine(archive / CATALOGUE, writes=True)
    with engine.begin() as connection:
        alembic.downgrade(migrations(connection), "0015")
    engine.dispose()
    with serving(archive) as served:
        for path in ("/", f"/r/{told[1]['edited']}", "/coverage", "/sources"):
            assert served.client.get(path).status_code == 200, path


def test_a_port_in_use_is_told_with_what_to_do(running: ServeProcess, told: Told) -> None:
    words = [sys.executable, "-m", "crawler", "serve", "--archive", str(told[0]), "--port", str(running.port)]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert f"127.0.0.1:{running.port}" in ended.stderr
    assert "--port" in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_what_was_asked_be_answered(told: Told, number: signal.Signals) -> None:
    with serving(told[0]) as served:
        statuses: list[int] = []

        def ask() -> None:
            with httpx.Client(base_url=served.url, trust_env=False, timeout=60) as client:
                statuses.append(client.get("/coverage").status_code)

        askers = [threading.Thread(target=ask) for _ in range(12)]
        for each in askers:
            each.start()
        while not statuses:
            time.sleep(0.001)
        served.process.send_signal(number)
        for each in askers:
            each.join()
        _, told_lines = served.process.communicate(timeout=60)
        assert served.process.returncode == 0
        assert told_lines == ""
        assert set(statuses) == {200}


def test_a_client_that_sends_slowly_loses_its_place(monkeypatch: pytest.MonkeyPatch, told: Told) -> None:
    from crawler.web import Settings
    from tests.web.conftest import Running

    monkeypatch.setattr(connections.TimedConnection, "request_seconds", 0.5)
    site = Running(Settings(archive=told[0]))
    port = int(site.url.rpartition(":")[2])
    try:
        for begin in (b"", b"GET / HT", b"GET /about HTTP/1.1\r\n" + HOST + b"\r\nGET /ab"):
            with socket.create_connection(("127.0.0.1", port), timeout=60) as slow:
                slow.sendall(begin)
                assert wait_for_connection_end(slow, 30) < 25
        assert site.client.get("/about").status_code == 200
    finally:
        site.close()


def test_many_idle_connections_do_not_end_the_server(told: Told) -> None:
    with serving(told[0]) as served:
        idle = [served.connect() for _ in range(MAX_CONNECTIONS + 20)]
        for each in idle[::3]:
            each.sendall(b"GET / HTTP/1.1\r\n")
        assert served.client.get("/about").status_code in (200, 503)
        for each in idle:
            each.close()
        assert served.client.get("/about").status_code == 200


def test_a_burst_of_requests_is_answered_or_told_to_wait(running: ServeProcess) -> None:
    statuses: list[int] = []

    def ask() -> None:
        with httpx.Client(base_url=running.url, trust_env=False, timeout=60) as client:
            statuses.extend(client.get("/coverage.json").status_code for _ in range(5))

    askers = [threading.Thread(target=ask) for _ in range(40)]
    for each in askers:
        each.start()
    for each in askers:
        each.join()
    assert len(statuses) == 200
    assert set(statuses) <= {200, 503}
    assert statuses.count(200) >= 100


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (b"/%00", b"404"),
        (b"/r/%00%01", b"404"),
        (b"/r/..%2f..%2fetc%2fpasswd", b"404"),
        (b"/static/../../../etc/passwd", b"404"),
        (b"/static/x/%2e%2e%2f%2e%2e%2fsettings.py", b"404"),
        (b"//etc/passwd", b"404"),
        (b"/r/%ff%fe", b"404"),
        (b"/search?q=%ff%fe", b"400"),
        (b"/search?q=" + b"a" * 390, b"200"),
        (b"/search?q=" + b"a" * 500, b"400"),
        (b"/search?q=" + b"(" * 390, b"400"),
        (b"/search?" + b"&".join(b"x%d=1" % each for each in range(900)), b"400"),
        (b"/" + b"x" * 9000, b"414"),
        (b"/web/00000000000000/http://x", b"404"),
        (b"/region/420000/0000", b"404"),
        (b"/coverage?year=0000-9999", b"400"),
        (b"/coverage?region=%00", b"400"),
        (b"/diff/:..:", b"404"),
    ],
)
def test_an_odd_address_is_answered_with_a_page_and_no_fault(
    running: ServeProcess, path: bytes, status: bytes
) -> None:
    answer = running.raw(
        b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"Accept: text/html\r\nConnection: close\r\n\r\n"
    )
    assert answer.split(b" ")[1] == status
    assert b"root:" not in answer


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS to a port without
        b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n",
        b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n",
    ],
)
def test_a_request_that_is_none_or_for_others_is_refused(running: ServeProcess, request_bytes: bytes) -> None:
    answer = running.raw(request_bytes)
    assert answer.split(b" ")[1][:1] == b"4"
    assert b"<script" not in answer
    assert running.client.get("/about").status_code == 200


def test_a_fault_of_the_program_is_a_page_and_one_line(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    from crawler.web import Settings
    from tests.web.conftest import Running

    lines: list[str] = []

    def fail(*_: object) -> None:
        raise RuntimeError(f"secret of {told[0]}")

    monkeypatch.setattr("crawler.archive.Reader.head", fail)
    site = Running(Settings(archive=told[0], log=lines.append))
    try:
        answer = site.client.get("/about", headers={"Accept": "text/html", "Accept-Language": "en"})
    finally:
        site.close()
    assert is_page(answer, 500)
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert len(lines) == 1
    assert "RuntimeError" in lines[0]


def test_a_catalogue_cut_in_the_middle_of_a_write_is_no_traceback(archive: Path) -> None:
    with closing(sqlite3.connect(archive / CATALOGUE)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    with serving(archive) as served:
        assert served.client.get("/").status_code == 200
        with (archive / CATALOGUE).open("r+b") as file:
            file.truncate((archive / CATALOGUE).stat().st_size // 2)
        answer = served.client.get("/region/420000", headers={"Accept": "text/html"})
        assert answer.status_code == 200 or is_page(answer, 503)
        code, lines = served.end()
    assert code == 0
    assert not any("Traceback" in line for line in lines)


def test_a_connection_has_the_time_that_its_answer_may_take(tmp_path: Path) -> None:
    """Else an answer within the limits of `--seconds` would be cut off."""
    for seconds, limit in ((10.0, 120.0), (600.0, 620.0)):
        settings = Settings(archive=tmp_path, seconds=seconds)
        assert settings.answer_seconds == limit
        limited = connections.TimedConnection.with_limit(settings.answer_seconds)
        assert limited.answer_seconds == limit
        assert limited.request_seconds == connections.TimedConnection.request_seconds
