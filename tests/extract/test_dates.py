"""Dates of publication and signature, and texts that only look like a date."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.discover import discover
from crawler.extract import extract
from crawler.model import ListRequest
from tests.extract.pages import BODY, TITLE, page, paragraphs, read

ABOVE = f"<h1>{TITLE}</h1>"
INFO = "<p>发布日期:2023-03-15 来源:市司法局</p>"


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("成文日期:2023-03-01 发布日期:2023-03-15", "2023-03-15"),
        ("发布日期:2023-03-15 成文日期:2023-03-01", "2023-03-15"),
        ("成文日期:2023年3月1日\u3000发布日期:2023年3月15日", "2023-03-15"),
        ("生成日期:2023-03-01 公开日期:2023-03-15", "2023-03-15"),
        ("印发日期:2023-03-01 发布时间:2023-03-15 10:00", "2023-03-15T10:00"),
        ("成文日期:2023-03-01", "2023-03-01"),
        ("发布日期:2023-03-15 更新日期:2024-05-01", "2023-03-15"),
        ("今天是2024年6月7日 星期五 发布日期:2023-03-15", "2023-03-15"),
        ("今天是:2024-06-07 发布时间:2023-03-15 来源:市司法局", "2023-03-15"),
        ("今日是2024年6月7日 发布日期:2023-03-15", "2023-03-15"),
        ("现在时间:2024年6月7日 信息时间:2023-03-15", "2023-03-15"),
        ("发布日期:2023-03-15 今天是2024年6月7日", "2023-03-15"),
        ("发布时间:2023-03-15 10:00 星期三", "2023-03-15T10:00"),
        ("发布日期:2023&#8211;03&#8211;15", "2023-03-15"),
        ("发布日期:2023&mdash;03&mdash;15", "2023-03-15"),
        ("发布日期:2023\u201003\u201015", "2023-03-15"),
        ("发布日期:2023\u22123\u22125 08:30", "2023-03-05T08:30"),
        ("发布日期:1970-01-01 08:00", None),
        ("发布日期:1970-01-01 发文时间:2023-03-15", "2023-03-15"),
        ("今天是2024年6月7日 星期五", None),
    ],
)
def test_an_info_line_gives_the_date_of_publication(line: str, published: str | None) -> None:
    report = read(page(f"{ABOVE}<p>{line}</p>{paragraphs()}"))
    assert (report.published, report.body) == (published, BODY)


@pytest.mark.parametrize(
    ("content", "published"),
    [
        ("2023-03-15T16:30:00Z", "2023-03-16T00:30"),
        ("2023-03-15T16:30Z", "2023-03-16T00:30"),
        ("2023-03-15T16:30:00.000+0000", "2023-03-16T00:30"),
        ("2023-03-15 16:30:00 GMT", "2023-03-16T00:30"),
        ("2023-12-31T23:00:00-05:00", "2024-01-01T12:00"),
        ("2023-03-15T23:30:00+08:00", "2023-03-15T23:30"),
        ("2023-03-15 16:30:00", "2023-03-15T16:30"),
        ("1970-01-01T00:00:00Z", None),
    ],
)
def test_a_time_with_a_zone_is_given_in_china_time(content: str, published: str | None) -> None:
    head = f'<title>{TITLE}</title><meta name="PubDate" content="{content}">'
    assert read(page(ABOVE + paragraphs(), head=head)).published == published


@pytest.mark.parametrize(
    ("shown", "meta", "published"),
    [
        ("2023-03-15", "2023-03-15 10:20:30", "2023-03-15T10:20"),
        ("2023-03-15 09:00", "2023-03-15 10:20:30", "2023-03-15T09:00"),
        ("2023-03-15", "2023-03-16 10:20:30", "2023-03-15"),
        ("2023-03-15", "2023-03-15 00:00:00", "2023-03-15"),
        ("2023-03-16", "2023-03-15T16:30:00Z", "2023-03-16T00:30"),
    ],
)
def test_of_two_clues_with_one_day_the_one_with_a_time_is_taken(
    shown: str, meta: str, published: str
) -> None:
    head = f'<title>{TITLE}</title><meta name="PubDate" content="{meta}">'
    assert read(page(f"{ABOVE}<p>发布日期:{shown}</p>{paragraphs()}", head=head)).published == published


@pytest.mark.parametrize(
    ("seen", "published"),
    [
        (datetime(2023, 3, 14, 20, tzinfo=UTC), "2023-03-15"),  # a day earlier in UTC
        (datetime(2023, 3, 10, tzinfo=UTC), "2022-12-30"),
        (datetime(1970, 1, 1, tzinfo=UTC), "2023-03-15"),  # a clock that was not set
        (None, "2023-03-15"),
    ],
)
def test_a_date_after_the_visit_does_not_count(seen: datetime | None, published: str) -> None:
    head = f'<title>{TITLE}</title><meta name="PubDate" content="2022-12-30">'
    html = page(f"{ABOVE}<p>发布日期:2023-03-15</p>{paragraphs()}", head=head)
    report = extract(html.encode(), (), None, seen=seen)
    assert report.published == published
    assert "2023-03-15" in {clue.value for clue in report.clues}


def test_a_signature_dated_after_the_visit_does_not_count() -> None:
    html = page(ABOVE + paragraphs("甲市人民政府", "2099年1月1日"))
    report = extract(html.encode(), (), None, seen=datetime(2023, 4, 1, tzinfo=UTC))
    assert (report.signer, report.signed) == ("甲市人民政府", None)


TITLES = (
    "甲市2022年1-9月财政收支情况",
    "2024年1-2月全市经济运行情况",
    "甲市2022年1—9月财政收支情况",
    "2022年1月1日至9月30日收支情况表",
    "甲县2026年09月18-22日电网检修信息",
    "甲县2021年8月5日新闻发布会实录",
)


@pytest.mark.parametrize("head", ["{}", "{}_甲市人民政府", "甲市人民政府门户网站"])
@pytest.mark.parametrize("title", TITLES)
def test_a_span_or_day_inside_a_title_does_not_cut_it(title: str, head: str) -> None:
    report = read(page(f"<h1>{title}</h1>{INFO}{paragraphs()}", head=f"<title>{head.format(title)}</title>"))
    assert (report.title, report.published, report.body) == (title, "2023-03-15", BODY)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2022年1-9月财政收支情况", None),
        ("2024年1-2月全市经济运行情况", None),
        ("2026年09月18-22日电网检修信息", None),
        ("2022年1月1日至12月31日办理情况", None),
        ("2022年1-9月财政收支情况</a><span>2022-10-20</span><a>", "2022-10-20"),
        ("2026年09月18-22日电网检修信息</a><span>2026-09-15</span><a>", "2026-09-15"),
    ],
)
def test_a_span_is_no_date_of_a_list_entry(text: str, date: str | None) -> None:
    url = "http://www.example.gov.cn/list/"
    html = f"<ul><li><a href='/a.html'>{text}</a></li></ul>".encode()
    request = ListRequest(url=url)
    (link,) = discover(html, (), url, request=request, first=request).links
    assert link.date == date


@pytest.mark.parametrize(
    "line",
    [
        "2022年1月1日至12月31日甲县电网检修信息",
        "2026年09月18-22日甲县电网检修信息",
        "2026年9月18日甲县电网检修信息",
    ],
)
@pytest.mark.parametrize("inside", [True, False])
def test_a_first_line_that_begins_with_a_date_is_text_if_the_page_has_its_own_date(
    line: str, inside: bool
) -> None:
    head = f"<h1>甲县停电检修公告</h1>{INFO}"
    text = f"<p>{line}</p>{paragraphs()}"
    html = page(
        head + text if inside else text, above="" if inside else head, head="<title>甲县停电检修公告</title>"
    )
    report = read(html)
    assert (report.body, report.published) == (f"{line}\n{BODY}", "2023-03-15")


@pytest.mark.parametrize("label", ["日期", "时间", "签发日期", "落款日期"])
@pytest.mark.parametrize("date", ["2020年7月3日", "二〇二〇年七月三日", " 2020 年 7 月 3 日"])
@pytest.mark.parametrize("signer", [("甲市人民政府",), ()])
def test_a_closing_line_with_a_date_is_text_and_gives_the_date_of_signature(
    label: str, date: str, signer: tuple[str, ...]
) -> None:
    report = read(page(f"{ABOVE}{INFO}{paragraphs(*signer, f'{label}:{date}')}"))
    assert report.body == "\n".join((BODY, *signer, f"{label}:{date}"))
    assert (report.signed, report.signer, report.published) == (
        "2020-07-03",
        signer[0] if signer else None,
        "2023-03-15",
    )


def test_an_info_line_below_the_text_is_not_in_the_body() -> None:
    report = read(page(f"{ABOVE}{paragraphs()}<p>发布日期:2023-03-15</p>"))
    assert (report.body, report.signed, report.published) == (BODY, None, "2023-03-15")
