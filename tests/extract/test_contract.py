"""The contract of extract(), for any page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import ExtractError, NoBody, UnknownFormat
from crawler.extract import extract, extract_text
from crawler.field.fingerprint import text_sha256
from crawler.model import Report

ROOT = Path(__file__).parent.parent.parent
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
PAGES = sorted(path for path in (ROOT / "tests" / "fixtures").glob("*/*htm*"))


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.stem)
def test_each_seed_document_gives_exactly_its_report(seed: Path) -> None:
    gold = json.loads((ROOT / "tests" / "site" / "documents" / f"{seed.stem}.json").read_text("utf-8"))
    report = extract(seed.read_bytes())
    assert {key: getattr(report, key) for key in gold} == gold
    assert extract_text(seed.read_text("utf-8")) == report


def test_a_report_without_index_and_source_has_none() -> None:
    report = extract_text(
        "甲市2022年度法治政府建设情况报告\n发布时间:2023-04-13 来源:\n\n" + "一、工作情况。" * 20
    )
    assert (report.source, report.index, report.published) == (None, None, "2023-04-13")


@pytest.mark.parametrize("page", PAGES[::7], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_same_bytes_give_the_same_report(page: Path) -> None:
    data = page.read_bytes()
    try:
        report = extract(data)
    except NoBody:
        return
    assert extract(data) == report
    assert report.text_sha256 == text_sha256(report.body)
    assert report.extractor.startswith("fazhi/")
    assert "\ufffd" not in report.body


def understood(data: bytes) -> Report | None:
    try:
        return extract(
            data, (("Content-Type", "text/html; charset=gbk"),), "http://www.example.gov.cn/a.html"
        )
    except ExtractError:
        return None


@given(st.binary(max_size=2000))
def test_any_bytes_give_a_report_or_an_extract_error(data: bytes) -> None:
    understood(data)


@settings(max_examples=60)
@given(st.data())
def test_any_damage_to_a_page_gives_a_report_or_an_extract_error(data: st.DataObject) -> None:
    page = bytearray(data.draw(st.sampled_from(PAGES)).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(page) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "drop", "insert"])):
            case "flip":
                page[place] ^= data.draw(st.integers(1, 255))
            case "cut":
                del page[place:]
            case "drop":
                del page[place : place + data.draw(st.integers(1, 5000))]
            case _:
                page[place:place] = data.draw(st.binary(max_size=50))
        page = page or bytearray(b"<")
    understood(bytes(page))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 1000,
        b"<div>" * 20_000,
        b"<table><tr><td>" * 5_000 + "正文，".encode() * 50,
        b"<p " + b"a=1 " * 50_000 + b">" + "正文，".encode() * 50,
        "<p>\ud800正文，正文，正文，正文。</p>".encode("utf-8", "surrogatepass"),
        ("<p>" + "正文，" * 200_000).encode(),
        b"\xff\xfe" + "<p>正文，正文，正文，正文，正文。</p>".encode("utf-16-le"),
    ],
    ids=["nothing", "nul", "nested", "tables", "attributes", "surrogate", "one line", "utf-16"],
)
def test_a_pathological_page_gives_a_report_or_an_extract_error(data: bytes) -> None:
    understood(data)


@pytest.mark.parametrize("magic", [b"GIF89a", b"\x89PNG\r\n"])
def test_an_unsupported_format_is_named_in_the_error(magic: bytes) -> None:
    with pytest.raises(UnknownFormat):
        extract(magic + bytes(range(256)) * 20)


@pytest.mark.parametrize(
    ("encoding", "label"),
    [
        ("gb18030", "utf-8"),
        ("gb18030", "gb2312"),
        ("gbk", ""),
        ("utf-8", "gb2312"),
        ("big5", "big5"),
        ("utf-16", ""),
    ],
)
def test_a_page_is_decoded_right_under_any_label(encoding: str, label: str) -> None:
    text = (
        "去年本市扎實推進法治政府建設工作，取得良好成效，現將有關情況報告如下。"
        if encoding == "big5"
        else ("二〇二二年，本市扎实推进法治政府建设工作，取得良好成效，现将有关情况报告如下。")
    )
    html = f"<html><head><meta charset='{label}'><title>甲市报告</title></head><body><h1>甲市报告</h1><p>{text * 3}</p></body></html>"
    if encoding == "big5":
        html = html.replace("报", "報")
    report = extract(
        html.encode(encoding), (("Content-Type", f"text/html; charset={label}"),) if label else ()
    )
    assert report.body == text.replace("，", ",") * 3
    assert report.undecodable == 0
