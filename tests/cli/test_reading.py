"""`fazhi reports` and `fazhi show` tell who publishes a report, whom it claims to be of, and who saw it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.model import Outcome, Site
from tests.conftest import BODY, SITE, URL, Clock, Fazhi, a_capture, a_report

EVIL = Site(id="evil", name="某某网", region="110101", pages=("http://mirror.example.cn/r.html",))
IMPORT = Site(id="import", name="湖北省武汉市", region="420100")
KEYS = [
    "site",
    "published_by",
    "claims",
    "state",
    "first_seen",
    "last_seen",
    "versions",
    "text_file",
    "origin",
]


@pytest.fixture
def held(opened: Callable[[], Archive], clock: Clock, folder: Path) -> list[Outcome]:
    """A report, a copy of it that departed, and a text of it that was imported."""

    def see(archive: Archive, site: Site, url: str, text: str = "", days: float = 0) -> Outcome:
        report = replace(a_report(BODY + text), region="420100")
        capture = a_capture(url, report.body.encode(), at=clock() + timedelta(days=days))
        archive.record(capture, origin="foreign.warc#1" if site is IMPORT else None)
        return archive.store(report, capture, site)

    with opened() as archive:
        first = see(archive, SITE, URL)
        see(archive, EVIL, EVIL.pages[0])
        departed = see(archive, EVIL, EVIL.pages[0], "换")
        see(archive, IMPORT, URL, "外", -3)
    return [first, departed]


def test_the_json_of_reports_has_the_keys_of_the_archive(
    held: list[Outcome], fazhi: Fazhi, folder: Path
) -> None:
    code, out, _ = fazhi("reports", "--json", "--archive", str(folder))
    assert code == 0
    by_id = {report["id"]: report for report in json.loads(out)}
    first, departed = (by_id[outcome.report_id or ""] for outcome in held)
    assert list(first)[-len(KEYS) :] == KEYS
    assert [first[key] for key in ("site", "published_by", "claims", "state", "versions", "origin")] == [
        "wuhan", "武汉市人民政府", None, "live", 2, "own",
    ]  # fmt: skip
    assert first["text_file"].startswith("text/420100-武汉市/2022/")
    assert (folder / first["text_file"]).is_file()
    assert [departed[key] for key in ("published_by", "issuer", "claims", "region")] == [
        "某某网", "武汉市人民政府", "420100", "110101",
    ]  # fmt: skip


@pytest.mark.parametrize(("version", "origin"), [("1", "own"), ("2", "imported")])
def test_show_tells_the_origin_of_each_version(
    version: str, origin: str, held: list[Outcome], fazhi: Fazhi, folder: Path
) -> None:
    _, out, _ = fazhi(
        "show", held[0].report_id or "", "--version", version, "--json", "--archive", str(folder)
    )
    assert (json.loads(out)["version"], json.loads(out)["origin"]) == (int(version), origin)
    _, _, err = fazhi("show", held[0].report_id or "", "--archive", str(folder))
    (line,) = (line for line in err.splitlines() if f" version {version}  sha256" in line)
    assert origin in line.split()[8:] or origin + "," in line.split()[8:]


def test_show_tells_a_reader_who_quotes_which_pages_differ(
    held: list[Outcome], fazhi: Fazhi, folder: Path
) -> None:
    _, out, err = fazhi("show", held[0].report_id or "", "--archive", str(folder))
    assert out.startswith(a_report().title)
    assert f"version 1 was read from {URL}" in err
    assert (
        f"{EVIL.pages[0]}  (a copy at another site until its text changed; it is {held[1].report_id} now)"
        in err
    )
    _, _, err = fazhi("show", held[1].report_id or "", "--archive", str(folder))
    assert "published by 某某网; issuer in the text: 武汉市人民政府" in err
    assert "claims to be of 420100 武汉市" in err


def test_the_list_of_reports_remarks_claims(held: list[Outcome], fazhi: Fazhi, folder: Path) -> None:
    _, out, _ = fazhi("reports", "--archive", str(folder))
    remarks = {line.split("\t")[0]: line.split("\t")[-1] for line in out.splitlines()}
    assert remarks == {held[0].report_id: "", held[1].report_id: "claims to be of 420100 武汉市"}
