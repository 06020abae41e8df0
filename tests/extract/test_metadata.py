from __future__ import annotations

import pytest

from crawler.extract import extract_text
from crawler.extract.documents.html.head_clues import article_title, site_code
from crawler.extract.meaning.title_clues import title_clues
from crawler.extract.roles import labels
from crawler.extract.roles.split import Parts
from tests.extract.pages import BODY, PARAGRAPHS, TITLE, page, paragraphs, read

ABOVE = f"<h1>{TITLE}</h1>"


@pytest.mark.parametrize(
    ("line", "published", "source"),
    [
        ("发布时间:2023-04-13 来源:区政府办", "2023-04-13", "区政府办"),
        ("来源: 发布日期:2023-02-21 10:00", "2023-02-21T10:00", None),
        ("信息来源: 市司法局 作者:某某 发布日期: 2022-03-04 14:26 浏览次数:", "2022-03-04T14:26", "市司法局"),
        ("【信息来源:【作者:【信息时间:2024-03-19 16:18 阅读次数: 】【字号 】", "2024-03-19T16:18", None),
        ("2023年4月27日 10∶34", "2023-04-27T10:34", None),
        ("来 源:某报 2021-11-25 16:26:07", "2021-11-25T16:26", "某报"),
        ("时间:2023/4/7 来源:区政府办大中小打印", "2023-04-07", "区政府办"),
    ],
)
def test_an_info_line_gives_date_and_source(line: str, published: str, source: str | None) -> None:
    report = read(page(f"{ABOVE}<p>{line}</p>{paragraphs()}"))
    assert (report.published, report.source, report.body) == (published, source, BODY)


def test_labels_in_cells_of_their_own_need_no_colon() -> None:
    row = "<table><tr><td>发布日期</td><td>2023-04-13</td><td>来 源</td><td>区政府办</td></tr></table>"
    report = read(page(f"{ABOVE}{row}{paragraphs()}"))
    assert (report.published, report.source, report.body) == ("2023-04-13", "区政府办", BODY)


def test_a_date_beside_the_source_at_the_end_of_the_text_is_that_of_publication() -> None:
    report = read(page(f"{ABOVE}{paragraphs()}<p>来源:区政府办 2023-04-13</p>"))
    assert (report.published, report.source) == ("2023-04-13", "区政府办")


def test_a_source_in_brackets_ends_before_the_bracket() -> None:
    assert read(page(f"{ABOVE}{paragraphs()}<p>(来源:区政府办)</p>")).source == "区政府办"
    assert (
        read(page(f"{ABOVE}<p>来源:区政府办(法制科) 2023-04-13</p>{paragraphs()}")).source
        == "区政府办(法制科)"
    )


def test_the_date_shown_outweighs_the_one_in_the_head() -> None:
    head = f'<title>{TITLE}</title><meta name="PubDate" content="2024-02-29 16:00:26,">'
    assert read(page(f"{ABOVE}<p>日期:2023-11-14</p>{paragraphs()}", head=head)).published == "2023-11-14"
    assert read(page(ABOVE + paragraphs(), head=head)).published == "2024-02-29T16:00"


@pytest.mark.parametrize(
    "url", ["http://a.gov.cn/202303/t20230315_217.shtml", "http://a.gov.cn/art/2023/3/15/art_7_81.html"]
)
def test_the_address_gives_the_date_if_nothing_else_does(url: str) -> None:
    assert read(page(ABOVE + paragraphs()), url).published == "2023-03-15"


@pytest.mark.parametrize("line", ["今天是2025年1月1日 星期三", "Copyright © 2001-2025-01-01 版权所有"])
def test_no_date_is_taken_from_boilerplate(line: str) -> None:
    assert read(page(f"<p>{line}</p>{ABOVE}{paragraphs()}")).published is None


def test_structured_data_gives_the_date() -> None:
    ld = '<script type="application/ld+json">{"pubDate": "2023-03-15T10:00:00"}</script>'
    assert (
        read(page(ABOVE + paragraphs(), head=f"<title>{TITLE}</title>{ld}")).published == "2023-03-15T10:00"
    )


def test_every_date_found_is_kept_as_a_clue() -> None:
    head = f'<title>{TITLE}</title><meta name="PubDate" content="2024-02-29">'
    report = read(page(f"{ABOVE}<p>发布时间:2023-11-14</p>{paragraphs()}", head=head))
    assert {"2023-11-14", "2024-02-29"} <= {clue.value for clue in report.clues if clue.field == "published"}


@pytest.mark.parametrize(
    "head",
    [
        f"<title>{TITLE}</title>",
        f"<title>{TITLE}_政务公开_甲市人民政府门户网站</title>",
        f'<title>甲市政府网 法治建设 {TITLE}</title><meta name="ColumnName" content="法治建设">',
        f'<title>甲市人民政府门户网站</title><meta name="ArticleTitle" content="<div>{TITLE}</div>">',
    ],
)
def test_the_head_gives_the_title(head: str) -> None:
    assert read(page(paragraphs(), head=head)).title == TITLE


def test_a_title_in_two_lines_is_joined() -> None:
    above = "<p class=t>甲市人民政府<br>2022年度法治政府建设情况报告</p><p>来源:市司法局</p>"
    assert read(page(above + paragraphs())).title == TITLE


def test_a_title_cut_in_the_head_is_whole_on_the_page() -> None:
    head = f'<meta name="ArticleTitle" content="{TITLE[:14]}">'
    assert read(page(f"<p>{TITLE}</p><p>来源:市司法局</p>{paragraphs()}", head=head)).title == TITLE


def test_date_and_source_behind_a_heading_are_cut() -> None:
    report = read(page(f"<h2>{TITLE} <small>2023-08-19 来源:某报</small></h2>{paragraphs()}"))
    assert (report.title, report.published) == (TITLE, "2023-08-19")


@pytest.mark.parametrize(
    ("whole", "title"),
    [
        ("1-10月投资结构趋稳趋优_某区门户网站", "1-10月投资结构趋稳趋优"),
        ("关于某事的通知-某市发展和改革委员会", "关于某事的通知"),
        ("某市人民政府网站 | 关于某事的通知", "关于某事的通知"),
        ("关于某事的通知", "关于某事的通知"),
    ],
)
def test_the_sites_name_is_cut_from_a_title(whole: str, title: str) -> None:
    assert article_title(whole, set()) == title


def test_no_line_and_no_head_give_no_title() -> None:
    assert list(title_clues(Parts([], [], [], []), ())) == []


def test_a_signature_gives_signer_and_date() -> None:
    report = read(page(paragraphs("甲市人民政府", "2023年2月20日")))
    assert (report.signer, report.signed) == ("甲市人民政府", "2023-02-20")


def test_a_date_inside_the_last_sentence_is_no_signature() -> None:
    assert read(page(paragraphs("各项任务于2023年2月20日前完成,并按要求报送。"))).signed is None


def test_labels_in_a_sentence_are_no_info_line() -> None:
    assert not labels.is_info(
        "会议指出,要拓宽资金来源:一是财政投入,二是社会资本,三是公益捐赠,形成合力,推动落实。" * 2
    )
    assert not labels.is_info("活动时间:每周一上午")


@pytest.mark.parametrize("footer", ["网站标识码:4202020002", "网站标识码 ： <a href='//x'>4202020002</a>"])
def test_the_site_code_is_read_from_the_footer(footer: str) -> None:
    assert site_code({}, f"<p>{footer}</p>") == "4202020002"


def test_a_site_code_gives_the_region() -> None:
    assert read(page(paragraphs())).region == "420100"


def test_a_text_without_any_metadata_has_its_first_line_as_title() -> None:
    report = extract_text("\n\n".join([TITLE, *PARAGRAPHS]))
    assert (report.title, report.published, report.body) == (TITLE, None, BODY)


def test_a_report_written_as_text_reads_back_the_same() -> None:
    first = read(page(f"{ABOVE}<p>发布时间:2023-04-13 10:00 来源:区政府办</p>{paragraphs()}"))
    again = extract_text(first.text())
    assert (again.title, again.published, again.source, again.body) == (
        first.title,
        first.published,
        first.source,
        first.body,
    )


def test_a_document_number_under_the_title_goes_to_the_index() -> None:
    report = read(page(f"{ABOVE}<p>甲政发〔2023〕5号</p>{paragraphs()}"))
    assert (report.body, report.index) == (BODY, {"发文字号": "甲政发〔2023〕5号"})


def test_a_source_below_the_body_is_found() -> None:
    assert read(page(paragraphs("来源:某日报"))).source == "某日报"


def test_a_software_maker_is_no_author() -> None:
    head = f'<title>{TITLE}</title><meta name="author" content="某某网络公司">'
    assert read(page(paragraphs(), head=head)).author is None


def test_lone_surrogates_in_a_text_are_left_out() -> None:
    assert extract_text(f"{TITLE}\n\n\ud801{BODY}\udfff").body == BODY


@pytest.mark.parametrize(
    ("above", "published"),
    [
        (
            "<p>2024-01-25</p><p>当前位置:首页 > 要闻</p><p>来源:宣教中心 2022-11-14 14:59:48</p>",
            "2022-11-14T14:59",
        ),
        (f"{ABOVE}<p>开始时间:</p><p>2024-05-10</p><p>日期:2024-03-01</p>", "2024-03-01"),
        (f"{ABOVE}<p><a href=/paper>2009年08月22日08:29 某晨报</a></p>", "2009-08-22T08:29"),
        (
            "<ul><li><a href=/1.html>2009年08月22日08:29 某事</a></li></ul>" + ABOVE + "<p>2010-01-02</p>",
            "2010-01-02",
        ),
    ],
    ids=["list above", "event", "link with time", "entry of a list"],
)
def test_of_several_dates_above_the_text_the_articles_own_is_taken(above: str, published: str) -> None:
    assert read(page(above + paragraphs())).published == published


def test_a_date_under_the_title_is_text_if_the_page_has_its_own_date() -> None:
    info = "<p>发布时间:2023-04-18 来源:市统计局</p>"
    report = read(page(f"<p>甲市统计局</p><p>(2023年4月12日)</p>{paragraphs()}", above=ABOVE + info))
    assert (report.published, report.body) == ("2023-04-18", f"甲市统计局\n(2023年4月12日)\n{BODY}")


def test_a_name_behind_the_time_is_the_source() -> None:
    assert read(page(f"{ABOVE}<p>2019年11月25日 18:57 某日报</p>{paragraphs()}")).source == "某日报"


def test_text_behind_a_source_is_cut() -> None:
    assert read(page(f"{ABOVE}<p>2019-09-07 13:43 来源:某周刊 举报</p>{paragraphs()}")).source == "某周刊"


def test_an_info_line_may_begin_with_the_sites_name() -> None:
    line = "<h6>甲市人民政府门户网站 www.jiashi.gov.cn 时间:2022-08-11 14:21 来源:某县人民政府 分享:</h6>"
    report = read(page(ABOVE + line + paragraphs()))
    assert (report.published, report.source, report.body) == ("2022-08-11T14:21", "某县人民政府", BODY)


@pytest.mark.parametrize(
    ("head", "above"),
    [
        ("<title>新闻动态--某学会官网</title>", f"<h3>首页 - 新闻动态</h3><h5>{TITLE}</h5>"),
        (f"<title>通知公告-某局-{TITLE}</title>", f"<p>{TITLE}</p>"),
        (f"<title>{TITLE}_政务_频道首页_某网 - SOME.COM.CN</title>", f"<p>{TITLE}</p>"),
        (
            f'<title>某网</title><meta name="ArticleTitle" content="{TITLE}">',
            f"<h2>{TITLE[:9]}<br>{TITLE[9:]}</h2>",
        ),
    ],
    ids=["a column", "the last part", "a site in several parts", "two lines"],
)
def test_the_title_is_found_though_the_head_begins_with_other_names(head: str, above: str) -> None:
    caption = f"<p>{TITLE}(图)</p>"
    report = read(page(caption + paragraphs(), head=head, above=above + "<p>发布时间:2023-04-18</p>"))
    assert report.title == TITLE
