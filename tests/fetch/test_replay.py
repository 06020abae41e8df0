from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from crawler.errors import ConfigError, NotSaved
from crawler.fetch import Exchange, Fetcher, Replay, load_exchanges
from crawler.warc import WarcFile
from tests.conftest import Clock, a_capture

FOLDER = """
- method: GET
  url: http://www.example.gov.cn/a.html
  status: 200
  reason: OK
  date: 2026-11-24T09:30:00Z
  headers:
    - [Content-Type, text/html]
  file: a.html
- method: POST
  url: http://www.example.gov.cn/list.jsp
  form: startrecord=1&endrecord=15
  status: 200
"""


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    (tmp_path / "wuhan").mkdir()
    (tmp_path / "wuhan" / "exchanges.yaml").write_text(FOLDER, "utf-8")
    (tmp_path / "wuhan" / "a.html").write_bytes(b"line\r\nline\n")
    return tmp_path


async def ask(replay: Replay, method: str, url: str, body: bytes = b"") -> httpx.Response:
    return await replay.handle_async_request(httpx.Request(method, url, content=body))


@pytest.mark.parametrize("below", ["wuhan", "."])
async def test_a_folder_answers_as_the_site_did(saved: Path, below: str) -> None:
    replay = Replay(load_exchanges(saved / below))
    answer = await ask(replay, "GET", "https://www.example.gov.cn/a.html")
    assert (answer.status_code, answer.headers["content-type"], await answer.aread()) == (
        200,
        "text/html",
        b"line\r\nline\n",
    )
    assert answer.extensions["fetched_at"].isoformat() == "2026-11-24T09:30:00+00:00"
    assert (
        await ask(replay, "POST", "http://www.example.gov.cn/list.jsp", b"startrecord=1&endrecord=15")
    ).status_code == 200
    assert replay.holds("http://www.example.gov.cn/list.jsp")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "/b.html", b""), ("GET", "/list.jsp", b""), ("POST", "/list.jsp", b"startrecord=16")],
)
async def test_what_is_not_saved_is_never_connected_to(
    saved: Path, method: str, path: str, body: bytes
) -> None:
    with pytest.raises(NotSaved, match="nothing is saved for this address"):
        await ask(Replay(load_exchanges(saved)), method, f"http://www.example.gov.cn{path}", body)


async def test_a_warc_answers_too(tmp_path: Path, clock: Clock) -> None:
    warc = tmp_path / "x.warc.gz"
    with warc.open("wb") as file:
        WarcFile(file).capture(a_capture(payload=b"one", at=clock()))
        WarcFile(file).capture(a_capture(payload=b"two", at=clock()))
    replay = Replay(load_exchanges(warc))
    url = a_capture(at=clock()).url
    answers = [await (await ask(replay, "GET", url)).aread() for _ in range(3)]
    assert answers == [b"one", b"two", b"two"]


async def test_a_replayed_capture_keeps_the_time_it_was_saved(saved: Path, clock: Clock) -> None:
    async with Fetcher(sink=lambda _: None, replay=Replay(load_exchanges(saved)), clock=clock) as fetcher:
        capture = await fetcher.get("http://www.example.gov.cn/a.html")
    assert capture.fetched_at.isoformat() == "2026-11-24T09:30:00+00:00"
    assert Exchange.of(capture).body == b"line\r\nline\n"


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("- {url: http://a.cn}", r"\[0\]: not a saved exchange \(KeyError: 'status'\)"),
        ("- {url: http://a.cn, status: x}", "ValueError"),
        ("- {url: http://a.cn, status: 200, file: ../secret}", "must be in the same folder"),
        ("- {url: http://a.cn, status: 200, file: missing.html}", "No such file"),
        ("- text", "TypeError|AttributeError"),
        ("[", "not YAML"),
    ],
)
def test_a_faulty_fixture_names_file_and_entry(tmp_path: Path, entry: str, fault: str) -> None:
    (tmp_path / "exchanges.yaml").write_text(entry)
    with pytest.raises(ConfigError, match=fault):
        load_exchanges(tmp_path)


def test_nothing_to_replay_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing to replay"):
        load_exchanges(tmp_path)
    (tmp_path / "x.txt").touch()
    with pytest.raises(ConfigError, match="neither a WARC"):
        load_exchanges(tmp_path / "x.txt")
