"""The divisions that a person names."""

from __future__ import annotations

import pytest

from crawler.errors import ConfigError
from crawler.field.region_names import below, the_level, the_region
from crawler.field.regions import region


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("420100", "420100"),
        ("武汉", "420100"),
        ("武汉市", "420100"),
        (" 武汉市人民政府 ", "420100"),
        ("湖北", "420000"),
        ("南京鼓楼区", "320106"),
        ("江苏省南京市鼓楼区", "320106"),
        ("浙江湖州", "330500"),
        ("恩施州", "422800"),
        ("襄樊市", "420600"),
        ("吉林省", "220000"),
        ("吉林市", "220200"),
    ],
)
def test_a_division_is_known_by_code_and_by_name(text: str, code: str) -> None:
    assert the_region(text).code == code


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("鼓楼区", "4 divisions have this name: 320106 江苏省南京市鼓楼区, .*; give the code"),
        ("吉林", "2 divisions have this name: 220000 吉林省, 220200 吉林省吉林市"),
        ("武汉是", "no division has this name; did you mean 武汉"),
        ("xyz", "no division has this name; give a GB/T 2260 code"),
        ("999999", "no division has this code"),
        ("320103", r"had this code until 20\d\d; give the code in use"),
    ],
)
def test_what_means_no_division_or_several_is_told_with_the_choices(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        the_region(text)


def test_a_division_holds_itself_and_those_in_it() -> None:
    assert [row.code for row in below("420000", "province")] == ["420000"]
    assert len(below("420000", "city")) == 13
    everything = below("420000")
    assert {row.code[:2] for row in everything} == {"42"}
    assert len(everything) == 1 + 13 + len(below("420000", "county"))
    with pytest.raises(ConfigError, match="must be one of province, city, county"):
        the_level("town")
    assert region("420000") in everything
