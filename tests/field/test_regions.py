from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from crawler.field import regions
from crawler.field.regions import LEVELS, Region, path, region, region_of

TABLE = Path(regions.__file__).with_name("regions.tsv")
ROWS = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]


def test_a_code_gives_name_short_name_level_and_parent() -> None:
    assert region("420202") == Region(
        code="420202", name="黄石港区", short="黄石港", level="county", parent="420200", until=None
    )


@pytest.mark.parametrize("code", ["", "000000", "999999", "42", "4202020002", "武汉市"])
def test_a_code_that_is_not_in_the_table_gives_nothing(code: str) -> None:
    assert region(code) is None
    with pytest.raises(KeyError):
        path(code)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("武汉市人民政府", "420100"),
        ("武汉市", "420100"),
        ("湖北省黄石市黄石港区人民政府", "420202"),
        ("黄石港区", "420202"),
        ("中共许昌市委 许昌市人民政府", "411000"),
        ("长春市司法局", "220100"),
        ("武汉市人民政府关于2022年度推进法治政府建设情况的报告", "420100"),
        ("国家税务总局武汉市税务局", "420100"),
        ("湖北省人民政府驻北京办事处", "420000"),
        ("海南省儋州市", "460400"),  # a city without counties
        ("仙桃市人民政府", "429004"),  # a county run by the province
        ("积石山保安族东乡族撒拉族自治县人民政府", "622927"),  # the longest name
        ("吉林省吉林市", "220200"),
        ("長春市", None),  # traditional characters are not converted
        ("司法局", None),
        ("", None),
    ],
)
def test_the_name_of_a_government_or_its_department_gives_the_code(name: str, code: str | None) -> None:
    assert region_of(name) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("武汉", "420100"),
        ("中国·武汉", "420100"),
        ("天津静海", "120118"),
        ("北京朝阳", "110105"),
        ("吉林", "220000"),
    ],
)
def test_short_names_count_at_the_beginning_of_a_name(name: str, code: str) -> None:
    assert region_of(name) == code


@pytest.mark.parametrize("office", ["荆州市公安局", "荆州公安局", "湖北省荆州市公安局"])
def test_an_office_called_like_a_county_is_not_that_county(office: str) -> None:
    assert region("421022") is not None  # 公安县, in 荆州市
    assert region_of(office) == "421000"


@pytest.mark.parametrize("name", ["鼓楼区人民政府", "朝阳区", "江苏省鼓楼区", "城区", "江北区"])
def test_a_name_of_several_divisions_is_ambiguous(name: str) -> None:
    assert region_of(name) is None


@pytest.mark.parametrize(
    ("name", "within", "code"),
    [
        ("鼓楼区人民政府", "320100", "320106"),
        ("鼓楼区人民政府", "南京市", "320106"),
        ("鼓楼区人民政府", "福州市人民政府", "350102"),
        ("鼓楼区人民政府", "320000", None),  # both 南京 and 徐州 have one
        ("朝阳区", "110000", "110105"),
        ("朝阳区", "420000", None),
        ("黄石港区", "620000", "420202"),  # unique: `within` is not needed
        ("司法局", "420100", None),  # names no division
    ],
)
def test_within_decides_which_division_is_meant(name: str, within: str, code: str | None) -> None:
    assert region_of(name, within=within) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("长春市朝阳区人民政府", "220104"),
        ("中共朝阳区委 长春市朝阳区人民政府", "220104"),
        ("朝阳区人民政府(北京市)", "110105"),
        ("朝阳区人民政府（北京市）", "110105"),
        ("石家庄市桥西区", "130104"),
    ],
)
def test_a_city_in_the_text_decides_at_any_place(name: str, code: str) -> None:
    assert region_of(name) == code


def test_former_names_and_codes_are_known_with_the_year_they_ended() -> None:
    assert region_of("襄樊市人民政府") == "420600"
    assert path("420600") == "湖北省襄阳市"
    merged = region("371202")
    assert merged is not None
    assert (merged.name, merged.until) == ("莱城区", 2018)
    assert path("371202") == "山东省莱芜市莱城区"
    assert region_of("重庆市江北区") == "500105"  # until 2025; its reports are still on the web


def test_a_division_that_changed_its_code_is_the_one_in_use() -> None:
    assert region_of("公主岭市") == "220184"  # 220381 until 2020, under 四平市
    assert region_of("三元区") == "350404"  # 350403 until 2021


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("420202", "湖北省黄石市黄石港区"),
        ("110105", "北京市朝阳区"),
        ("429004", "湖北省仙桃市"),
        ("150000", "内蒙古自治区"),
    ],
)
def test_the_path_begins_with_the_province(code: str, name: str) -> None:
    assert path(code) == name


@pytest.mark.parametrize(
    ("code", "short"),
    [
        ("420100", "武汉"),
        ("420202", "黄石港"),
        ("650000", "新疆"),
        ("150724", "鄂温克"),
        ("422800", "恩施"),
        ("429021", "神农架"),
        ("410304", "瀍河"),
        ("120116", "滨海"),
        ("130133", "赵县"),
        ("140109", "万柏林"),
    ],
)
def test_short_names_are_without_kind_of_division_and_peoples(code: str, short: str) -> None:
    found = region(code)
    assert found is not None
    assert found.short == short


def test_the_table_is_complete() -> None:
    """31 provinces, 333 cities, 2,847 counties in use, as in 国家地名信息库 on the day in the table's head."""
    in_use = [row for row in ROWS if not row[5]]
    assert [sum(row[3] == level for row in in_use) for level in LEVELS] == [31, 333, 2847]
    assert len({row[0] for row in in_use}) == len(in_use)
    assert len({(row[0], row[1]) for row in ROWS}) == len(ROWS)


def test_every_row_has_a_level_that_fits_its_code_and_a_parent_one_level_or_more_above() -> None:
    for code, _, _, level, parent, until in ROWS:
        assert code.isdigit()
        assert len(code) == 6
        assert level == ("province" if code.endswith("0000") else "city" if code.endswith("00") else "county")
        assert not until or 2000 <= int(until) <= 2026
        above = region(parent)
        assert (above is None) == (level == "province"), code
        assert above is None or LEVELS.index(above.level) < LEVELS.index(region(code).level)  # type: ignore[union-attr]


def test_no_division_in_use_lies_in_one_that_is_not() -> None:
    for code, _, _, _, parent, until in ROWS:
        above = region(parent)
        assert until or above is None or above.until is None, code


def test_every_full_path_in_use_leads_back_to_its_code() -> None:
    for code in (row[0] for row in ROWS if not row[5]):
        assert region_of(path(code) + "人民政府") == code


def test_a_reports_title_with_the_full_path_gives_the_division_in_use() -> None:
    for code in (row[0] for row in ROWS if not row[5]):
        assert region_of(f"{path(code)}人民政府关于2022年度推进法治政府建设情况的报告") == code


def test_divisions_that_ended_are_known_or_have_a_successor() -> None:
    """Counties of a city that ended before the first reports (巢湖市, 2011) give the city of that name in use."""
    for code, name, _, _, parent, until in ROWS:
        around = region(parent)
        if until and not (around and around.until and around.until < 2015):
            found = region_of((path(parent) if parent else "") + name + "人民政府")
            assert found is not None, name
            assert found == code or name in {
                row.name for row in regions._table().by_name[name] if row.code == found
            }


REPEATED = {
    name: codes
    for name, rows in regions._table().by_name.items()
    if len(codes := {row.code for row in regions._possible(list(rows))}) > 1
}


def test_a_name_of_several_divisions_is_ambiguous_alone_and_decided_by_its_city() -> None:
    assert {"鼓楼区", "朝阳区", "通州区", "铁西区", "长安区", "城关区"} <= set(REPEATED)
    for name, codes in REPEATED.items():
        title = f"{name}人民政府关于2022年度推进法治政府建设情况的报告"
        assert region_of(title) is None, name
        for code in codes:
            around = path(region(code).parent or "")  # type: ignore[union-attr]
            assert region_of(around + title) == code
            assert region_of(title, within=around) == code
            assert region_of(title, near=["", "来源:本站", f"2022年,在{around}委的领导下"]) == code


@pytest.mark.parametrize(
    ("near", "code"),
    [
        (["南京市鼓楼区司法局"], "320106"),
        (["江苏省委", "南京市委"], "320106"),  # the first does not decide
        (["南京市委", "徐州市委"], "320106"),  # the first decides
        (["江苏省委"], None),
        (["南京市和徐州市"], None),
        (["鼓楼区人民政府"], None),
        (["北京市"], None),
        ([], None),
    ],
)
def test_texts_near_a_name_decide_if_they_name_the_city_of_one_division(
    near: list[str], code: str | None
) -> None:
    assert region_of("鼓楼区人民政府", near=near) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("恩施州人民政府", "422800"),
        ("延边州司法局", "222400"),
        ("海南州人民政府", "632500"),  # in 青海; the province is 海南省
        ("长阳县人民政府", "420528"),
        ("鄂温克旗人民政府", "150724"),
    ],
)
def test_autonomous_divisions_are_known_by_their_everyday_names(name: str, code: str) -> None:
    assert region_of(name) == code


@pytest.mark.parametrize(
    "name",
    [
        "滨海湾新区管理委员会",
        "主城区人民政府",
        "各乡镇和县直部门",
        "吉林街道办事处",
        "延安路街道办事处",
        "长安镇人民政府",
    ],
)
def test_words_and_streets_with_a_name_in_them_are_no_mention(name: str) -> None:
    assert region_of(name) is None


@pytest.mark.parametrize("name", ["赵县人民政府", "石家庄市赵县", "中共赵县县委", "国家税务总局赵县税务局"])
def test_names_of_two_characters_are_known_where_they_begin_a_name(name: str) -> None:
    assert region_of(name) == "130133"


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("www.hubei.gov.cn", "420000"),
        ("sft.jiangsu.gov.cn", "320000"),
        ("amr.nmg.gov.cn", "150000"),
        ("www.shaanxi.gov.cn", "610000"),
        ("WWW.SHANXI.GOV.CN", "140000"),
        ("www.wuhan.gov.cn", None),
        ("www.gov.cn", None),
        ("hubei.gov.cn.example.com", None),
        ("hubei.com", None),
        ("", None),
    ],
)
def test_a_host_with_a_provinces_label_in_gov_cn_gives_that_province(host: str, code: str | None) -> None:
    assert regions.province_of_host(host) == code


def test_only_the_portal_is_the_host_of_the_province() -> None:
    assert regions.is_portal("www.hubei.gov.cn")
    assert regions.is_portal("hubei.gov.cn")
    assert not regions.is_portal("sft.hubei.gov.cn")
    assert not regions.is_portal("www.wuhan.gov.cn")


def test_every_province_has_a_label() -> None:
    assert {code + "0000" for code in regions._PROVINCE_LABELS.values()} == {
        row[0] for row in ROWS if row[3] == "province"
    }


def test_nothing_is_read_on_import() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import crawler.field.regions as r; print(r._table.cache_info().currsize)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=TABLE.parents[2],
    )
    assert done.stdout.strip() == "0"
