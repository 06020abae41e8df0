"""Fixtures that tests share: an archive, a clock set by hand, the government web on loopback, invented captures."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from crawler.archive import Archive
from crawler.cli import main
from crawler.field.fingerprint import text_sha256
from crawler.model import Capture, Report, Site
from tests.quick import share_compiled_statements, sync_nothing
from tests.site import Web

settings.register_profile("fazhi", deadline=None)  # a slow machine is no fault
settings.load_profile("fazhi")


def pytest_configure() -> None:
    """Make the tests quicker. Benchmarks import from the tests too; they run as commands do."""
    sync_nothing()
    share_compiled_statements()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes that are no text by their argument, because gzip data holds the time of day.

    Two workers of pytest-xdist collect at two times, and must get the same ids.
    """
    return argname if isinstance(val, bytes) and not val.isascii() else None


class Clock:
    """A clock that moves only by `forward`."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


Fazhi = Callable[..., "tuple[int, str, str]"]


@pytest.fixture
def fazhi(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Fazhi:
    """Runs a command in this process; returns exit code, stdout, stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["fazhi", *words])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def opened(folder: Path, clock: Clock) -> Iterator[Callable[[], Archive]]:
    """Opens the archive for a run, a minute after the run before."""
    archives: list[Archive] = []

    def open_again() -> Archive:
        clock.forward(minutes=1)
        archives.append(Archive.create(folder, clock=clock, notify=notices.append))
        return archives[-1]

    notices: list[str] = []
    open_again.notices = notices  # type: ignore[attr-defined]
    yield open_again
    for archive in archives:
        archive.close()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """The government web of tests/site, running for one test. Clients trust its certificates."""
    with Web() as web:
        monkeypatch.setenv("SSL_CERT_FILE", str(web.ca_file))
        yield web


SITE = Site(
    id="wuhan", name="武汉市人民政府", region="420100", lists=("https://www.wuhan.gov.cn/zwgk/fzzfj/",)
)
URL = "https://www.wuhan.gov.cn/zwgk/fzzfj/202303/t20230315_2170174.shtml"
BODY = "\n".join(f"第{n}项工作取得成效,完成事项{n * 37}件,群众满意度达到{90 + n % 10}%。" for n in range(60))


def a_capture(
    url: str = URL, payload: bytes = b"<p>page</p>", *, at: datetime, status: int = 200, **headers: str
) -> Capture:
    return Capture(
        url=url,
        status=status,
        reason="OK",
        headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
        payload=payload,
        fetched_at=at,
        request_headers=(("Host", "www.wuhan.gov.cn"),),
        ip="203.0.113.9",
    )


def a_report(body: str = BODY, *, year: int = 2022, published: str | None = "2023-02-21T10:00") -> Report:
    return Report(
        title=f"武汉市人民政府关于{year}年度推进法治政府建设情况的报告",
        issuer="武汉市人民政府",
        year=year,
        published=published,
        index={"索引号": "A-1"},
        text_sha256=text_sha256(body),
        body=body,
        extractor="test/1",
    )
