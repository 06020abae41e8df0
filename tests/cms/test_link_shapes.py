"""Single links: which part of an entry is its title, and which its date."""

from __future__ import annotations

import pytest

from crawler.discover import discover

TITLE = "甲市人民政府关于2023年度法治政府建设情况的报告"
CUT = "甲市人民政府关于2023年度法治…"
BASE = "http://www.x.gov.cn/zwgk/fz/"


@pytest.mark.parametrize(
    ("entry", "title", "date"),
    [
 (f'<li><h3><a href="a.html">{TITLE}</a></h3><p>2023年1月5日,甲市召开会议,部署工作。</p><span>2024-03-28</span></li>',TITLE,'2024-03-28'),
 (f'<td><a href="a.html">{TITLE}</a> (2024-03-28)<br><a href="/b.html">甲市人民政府关于2022年度的报告</a> (2023-03-20)<br></td>',TITLE,'2024-03-28'),
 (f'<td><a href="/b.html">甲市人民政府关于2022年度的报告</a> (2025-03-20)<br><a href="a.html">{TITLE}</a> (2024-03-28)<br></td>',TITLE,'2024-03-28'),
 (f'<td>2025-03-20 <a href="/b.html">甲市人民政府关于2022年度的报告</a><br>2024-03-28 <a href="a.html">{TITLE}</a><br></td>',TITLE,'2024-03-28'),
 (f'<li><a href="a.html" title="{TITLE}">{TITLE}2023年,我市坚持以习近平法治思想为指导,全面推进</a><span>2024-03-28</span></li>',TITLE,'2024-03-28'),
 (f'<li><a href="a.html" title="{TITLE}"><h4>{CUT}</h4><p>2023年,我市坚持以习近平法治思想为指导,全面推进…</p></a><span>2024-03-28</span></li>',TITLE,'2024-03-28'),
 (f'<li><a href="a.html"><h4>{TITLE}</h4><p>2023年,我市坚持以习近平法治思想为指导,全面推进…</p></a><span>2024-03-28</span></li>',TITLE,'2024-03-28'),
 (f'<li><a href="a.html"><div class="title">{TITLE}</div><div>2024-03-28</div><div class=zy>2023年,我市坚持以习近平法治思想为指导,全面推进…</div></a></li>',TITLE,'2024-03-28'),
 (f'<li><div class="date"><b>28</b><span>2024-03</span></div><a href="a.html">{TITLE}</a></li>',TITLE,'2024-03-28'),
 (f'<li><div class="date"><span>2024-03</span><b>28</b></div><a href="a.html">{TITLE}</a></li>',TITLE,'2024-03-28'),
 (f'<li><a href="a.html"><div><b>28</b><i>2024.03</i></div><p>{TITLE}</p></a></li>',TITLE,'2024-03-28'),
 (f'<li><a href="a.html"><p>{TITLE}</p><div><b>03-28</b><i>2024</i></div></a></li>',TITLE,'2024-03-28'),
 (f'<li><a href="a.html">{TITLE}</a><div><b>28</b><i>2024年03月</i></div></li>',TITLE,'2024-03-28'),
 (f'<li><div><em>28</em>日<em>2024年3月</em></div><a href="a.html">{TITLE}</a></li>',TITLE,'2024-03-28'),
 (f'<h3>2024年</h3><ul><li><a href="a.html">{TITLE}</a><span>03-28</span></li></ul>',TITLE,'2024-03-28'),
 (f'<div class=year>2024</div><ul><li><a href="a.html">{TITLE}</a><span>[03/28]</span></li></ul>',TITLE,'2024-03-28'),
 (f'<dl><dt>2024年度</dt><dd><a href="a.html">{TITLE}</a><span>3月28日</span></dd></dl>',TITLE,'2024-03-28'),
 (f'<ul class=tab><li>2024</li><li>2023</li></ul><ul><li><a href="a.html">{TITLE}</a><span>03-28</span></li></ul>',TITLE,None),
 (f'<li><a href="./202403/t20240328_1.html">{TITLE}</a><span>03-28</span></li>',TITLE,'2024-03-28'),
 (f'<li><a href="a.html"><span>1</span>{TITLE}<em>阅读 123</em></a><span>2024-03-28</span></li>',TITLE,'2024-03-28'),
 (f'<li><a href="a.html">1. {TITLE}(浏览次数:356)</a><span>2024-03-28</span></li>',TITLE,'2024-03-28'),
 (f'<li><a href="a.html">01、{TITLE} <i>356</i></a><span>2024-03-28</span></li>',TITLE,'2024-03-28'),
 (f'<li><a href="a.html"><em>3</em><span>{TITLE}</span><span>浏览次数:</span><b>35</b></a><span>2024-03-28</span></li>',TITLE,'2024-03-28'),
 ('<li><a href="a.html"><font>2023年</font>法治政府建设情况报告</a><span>2024-03-28</span></li>','2023年法治政府建设情况报告','2024-03-28'),
 ('<li><a href="a.html"><font>2023</font>年法治政府建设情况报告</a><span>2024-03-28</span></li>','2023年法治政府建设情况报告','2024-03-28'),
 (f'<li><a href="javascript:void(0)" onclick="openDetail(\'a.html\')">{TITLE}</a><span>2024-03-28</span></li>',TITLE,'2024-03-28'),
 (f'<li onclick="goUrl(\'/zwgk/fz/a.html\')"><span>{TITLE}</span><span>2024-03-28</span></li>',TITLE,'2024-03-28'),
 (f'<li><a href="javascript:toDetail(\'a.html\',\'1\')">{TITLE}</a><span>2024-03-28</span></li>',TITLE,'2024-03-28'),
 (f'<li><a href="a.html">{TITLE}<br>2023年，我市坚持以习近平法治思想为指导，全面推进法治建设</a><i>2024-03-28</i></li>',TITLE,'2024-03-28'),
 (f'<li><a href="a.html"><span>{TITLE}</span><p>一年来,市政府坚持依法行政,全面推进法治政府建设…</p></a><i>2024-03-28</i></li>',TITLE,'2024-03-28'),
 ('<li><a href="a.html">中共甲市委 甲市人民政府<br>关于2023年度推进法治政府建设情况的报告</a><i>2024-03-28</i></li>','中共甲市委 甲市人民政府关于2023年度推进法治政府建设情况的报告','2024-03-28'),
 (f'<li><a href="a.html">{TITLE}</a><i>2024 03-28</i></li>',TITLE,'2024-03-28'),
 (f'<h4>2024</h4><ul><li><em>28</em><i>3月</i><a href="a.html">{TITLE}</a></li></ul>',TITLE,'2024-03-28'),
 (f'<li><a href="a.html"><b>03-28</b>{TITLE}</a></li>',TITLE,None),
    ],
)  # fmt: skip
def test_title_and_date_of_an_entry_are_told_from_what_stands_beside_them(
    entry: str, title: str, date: str | None
) -> None:
    listing = discover(f"<html><body>{entry}</body></html>".encode(), (), BASE)
    assert [(link.title, link.date) for link in listing.links if link.url.startswith(BASE)] == [(title, date)]


def test_a_year_heading_counts_for_the_entries_below_it() -> None:
    groups = "".join(
        f"<h3>{year}年</h3><ul>"
        + "".join(f'<li><a href="{year}{n}.html">{TITLE}</a><span>0{n}-11</span></li>' for n in (3, 2))
        + "</ul>"
        for year in (2024, 2023)
    )
    listing = discover(f"<html><body>{groups}</body></html>".encode(), (), BASE)
    assert [link.date for link in listing.links] == ["2024-03-11", "2024-02-11", "2023-03-11", "2023-02-11"]


@pytest.mark.parametrize(
    "code",
    ["say('谢谢')", "open2(this, 3)", "f('a.html', 'b.html')", "vote('第一.')", "f('x' + id + '.html')"],
)
def test_a_function_without_the_one_address_of_a_page_leads_nowhere(code: str) -> None:
    listing = discover(f'<html><body><a onclick="{code}">{TITLE}</a></body></html>'.encode(), (), BASE)
    assert listing.links == ()
