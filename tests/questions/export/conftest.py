"""An archive with what a delivery must cope with: two versions, a takedown, hostile words, a text too long for a cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest

from crawler.archive import Archive, Reader
from crawler.field.fingerprint import text_sha256
from crawler.model import Report, Section, Site
from crawler.questions.export import Delivery, export
from tests.conftest import BODY, SITE, Clock, a_capture, a_report

HUANGSHI = Site(id="hs", name="黄石市人民政府", region="420200", lists=("https://www.huangshi.gov.cn/a/",))
HOSTILE = '=HYPERLINK("http://x";"y") _x0041_ \x1b[31m'
PAGE = "https://www.wuhan.gov.cn/a/1.html"

Export = Callable[..., Delivery]


def store(archive: Archive, clock: Clock, url: str, site: Site, report: Report, days: float = 0) -> None:
    """Store a page whose text is this report's."""
    capture = a_capture(url, report.body.encode(), at=clock() + timedelta(days=days))
    archive.record(capture)
    archive.store(replace(report, url=url, text_sha256=text_sha256(report.body)), capture, site)


def edited(report: Report, words: str) -> Report:
    """Return the report with a paragraph more."""
    return replace(report, body=f"{report.body}\n{words}")


WUHAN = replace(
    a_report(BODY), kind="government", sections=(Section(kind="problems", title="二、问题", start=0, end=10),)
)
LONG = replace(
    a_report("字" * 40_000, published="2023-03-30"), title=HOSTILE, issuer="黄石市人民政府", kind="department"
)


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """武汉市 2022 in two versions, the second a day later; 黄石市 2022, 40,000 characters. Made once: nothing may change it."""
    folder, clock = tmp_path_factory.mktemp("export") / "archive", Clock()
    with Archive.create(folder, clock=clock) as archive:
        store(archive, clock, PAGE, SITE, WUHAN)
        store(archive, clock, "https://www.huangshi.gov.cn/a/2.html", HUANGSHI, LONG)
    clock.forward(days=1)
    with Archive.create(folder, clock=clock) as archive:
        store(archive, clock, PAGE, SITE, edited(WUHAN, "经核实,补充完成事项一百二十件。"))
    return folder


@pytest.fixture
def filled(pristine: Path, folder: Path, clock: Clock) -> Path:
    """A copy of it, which a further run may change; the clock is at the last run."""
    clock.forward(days=1)
    return Path(copytree(pristine, folder))


@pytest.fixture
def deliver(filled: Path, tmp_path: Path) -> Export:
    """Exports the archive `filled` into `tmp_path/out`, or elsewhere."""
    return lambda *formats, to="out", **wishes: delivery(filled, tmp_path / to, *formats, **wishes)


def delivery(archive: Path, to: Path, *formats: str, **wishes: object) -> Delivery:
    """Export an archive, as CSV unless other formats are named."""
    with Reader.read(archive) as reader:
        return export(reader, to, formats or ("csv",), **wishes)  # type: ignore[arg-type]
