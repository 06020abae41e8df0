from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from crawler.errors import ConfigError, FetchError, NotSaved
from crawler.fetch import Exchange, Fetcher, Replay, load_exchanges
from crawler.fetch.replay import MAX_WARNINGS
from crawler.model import Capture
from crawler.warc import WarcFile
from tests.conftest import Clock, a_capture
from tests.warc.written import DATE, HTML, OTHER, URL, a_record, chunked, zipped

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


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (b'{"page":1,"size":15}', True),
        (b'{ "size": 15, "page": 1 }', True),
        (b'{"page":2,"size":15}', False),
        (b'{"page":1', False),
        (b"page=1&size=15", False),
    ],
)
async def test_a_json_body_is_found_by_its_value(tmp_path: Path, sent: bytes, found: bool) -> None:
    (tmp_path / "exchanges.yaml").write_text(
        "[{method: POST, url: 'http://a.gov.cn/api', form: '{\"page\":1,\"size\":15}', status: 200}]", "utf-8"
    )
    replay = Replay(load_exchanges(tmp_path))
    if found:
        assert (await ask(replay, "POST", "http://a.gov.cn/api", sent)).status_code == 200
    else:
        with pytest.raises(NotSaved):
            await ask(replay, "POST", "http://a.gov.cn/api", sent)


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


PAGE = b"<p>page</p>"
CHUNKED = HTML + b"Transfer-Encoding: chunked\r\n\r\n"
DIGEST = "WARC-Payload-Digest: sha1:AAAA"
THEIRS = {
    "chunked": ([a_record(CHUNKED + chunked(PAGE[:3], PAGE[3:]))], [PAGE]),
    "chunks undone": ([a_record(CHUNKED + PAGE)], [PAGE]),
    "bare line feeds": ([a_record(HTML.replace(b"\r", b"") + b"\n" + PAGE, eol=b"\n")], [PAGE]),
    "an address in capitals": ([a_record(url=URL.replace("http", "HTTP"))], [PAGE]),
    "a bad record first": ([a_record(date="x"), a_record()], [PAGE]),
    "a revisit by time": (
        [
            a_record(url=OTHER),
            a_record(
                HTML + b"\r\n",
                kind="revisit",
                more=[f"WARC-Refers-To-Target-URI: {OTHER}", f"WARC-Refers-To-Date: {DATE}"],
            ),
        ],
        [PAGE],
    ),
    "a revisit by digest": (
        [a_record(more=[DIGEST]), a_record(b"", kind="revisit", more=[DIGEST]), a_record(HTML + b"\r\nnew")],
        [PAGE, PAGE, b"new"],
    ),
    "not modified": ([a_record(), a_record(b"HTTP/1.1 304 Not Modified\r\n\r\n")], [PAGE, PAGE]),
}


@pytest.mark.parametrize(("records", "expected"), THEIRS.values(), ids=THEIRS.keys())
async def test_a_warc_of_another_crawler_answers(
    tmp_path: Path, records: list[bytes], expected: list[bytes]
) -> None:
    (tmp_path / "x.warc.gz").write_bytes(zipped(*records))
    replay = Replay(load_exchanges(tmp_path / "x.warc.gz"))
    assert [await (await ask(replay, "GET", URL)).aread() for _ in expected] == expected


PARTS = {
    "marked": a_record(more=["WARC-Truncated: length"]),
    "a segment": a_record(more=["WARC-Segment-Number: 1"]),
    "less than its head says": a_record(HTML + b"Content-Length: 99\r\n\r\n" + PAGE),
    "chunks that break off": a_record(CHUNKED + chunked(PAGE, end=b"")),
    "a range": a_record(HTML.replace(b"200 OK", b"206 Partial Content") + b"\r\n" + PAGE),
}


@pytest.mark.parametrize("record", PARTS.values(), ids=PARTS.keys())
async def test_a_part_is_recorded_and_not_answered_as_the_page(
    tmp_path: Path, record: bytes, clock: Clock
) -> None:
    (tmp_path / "x.warc.gz").write_bytes(zipped(record))
    captures: list[Capture] = []
    replay = Replay(load_exchanges(tmp_path / "x.warc.gz"))
    async with Fetcher(sink=captures.append, replay=replay, clock=clock) as fetcher:
        with pytest.raises(FetchError, match="short: ") as error:
            await fetcher.get(URL)
    assert error.value.kind == "short"
    assert captures
    assert all(PAGE in capture.payload for capture in captures)


async def test_a_part_that_is_followed_by_the_whole_is_asked_for_again(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "x.warc.gz").write_bytes(zipped(PARTS["marked"], a_record(HTML + b"\r\nwhole")))
    captures: list[Capture] = []
    async with Fetcher(
        sink=captures.append, replay=Replay(load_exchanges(tmp_path / "x.warc.gz")), clock=clock
    ) as fetcher:
        assert (await fetcher.get(URL)).payload == b"whole"
    assert [capture.truncated for capture in captures] == ["length", None]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (zipped(a_record(date="x")), "its date 'x' is not valid"),
        (zipped(a_record(kind="warcinfo")), "no answer of a web server in it"),
        (b"<html></html>", "no WARC record begins here"),
    ],
)
def test_a_warc_without_an_answer_says_why(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "x.warc.gz").write_bytes(data)
    with pytest.raises(ConfigError, match=rf"{words}.*; nothing to replay"):
        load_exchanges(tmp_path / "x.warc.gz")


def test_records_that_are_not_replayed_are_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "x.warc.gz").write_bytes(zipped(*[a_record(date="x")] * (MAX_WARNINGS + 3), a_record()))
    assert len(load_exchanges(tmp_path / "x.warc.gz")) == 1
    assert len(caplog.messages) == MAX_WARNINGS + 1
    assert caplog.messages[0].endswith("the record at byte 0: its date 'x' is not valid; not replayed")
    assert caplog.messages[-1].endswith("3 further records cannot be read")


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


def test_nothing_to_replay_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing to replay"):
        load_exchanges(tmp_path)
    (tmp_path / "x.txt").touch()
    with pytest.raises(ConfigError, match="neither a WARC"):
        load_exchanges(tmp_path / "x.txt")
