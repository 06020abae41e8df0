"""Which site may speak for which division, and which texts only claim to be of a division."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from crawler.field.claims import Filing, file_under
from crawler.field.regions import region, region_of
from crawler.model import Site
from crawler.sources import load_sites

ROOT = Path(__file__).parent.parent.parent
TITLES = yaml.safe_load((ROOT / "tests" / "titles.yaml").read_text("utf-8"))
SITES = load_sites(ROOT / "sources.yaml")


def filing(issuer: str, site_region: str) -> Filing:
    return file_under(issuer, region_of(issuer, within=site_region) or site_region, site_region)


@pytest.mark.parametrize(
    ("issuer", "site_region", "division"),
    [
        ("武汉市人民政府", "420100", "420100"),
        ("武汉市人民政府", "420000", "420100"),  # the province shows its cities' reports
        ("湖北省人民政府", "420100", "420000"),
        ("湖北省人民政府", "420202", "420000"),
        ("北京市东城区人民政府", "110000", "110101"),
        ("武汉市司法局", "420100", "420100"),
        ("武汉市司法局", "420000", "420100"),
        ("武汉经济技术开发区管理委员会", "420100", "420100"),
        ("武汉经济技术开发区管理委员会", "420113", "420100"),
        (
            "鼓楼区人民政府",
            "410200",
            "410204",
        ),  # of several divisions of that name, the one within the site's
        ("中国-上海合作组织地方经贸合作示范区管理委员会", "370200", "370200"),
        ("苏州宿迁工业园区管理委员会", "321300", "321300"),
        ("北京路街道办事处", "440104", "440104"),
        ("武汉市人民政府驻北京办事处", "420100", "420100"),
        ("莱芜市人民政府", "370116", "371200"),  # merged into 济南市 in 2019
        ("莱芜市人民政府", "370100", "371200"),
        ("崇文区人民政府", "110101", "110103"),
        ("襄樊市人民政府", "420600", "420600"),  # 襄阳市 since 2010
        ("新疆生产建设兵团第八师石河子市", "650000", "659001"),
        ("甲街道办事处", "420100", "420100"),
        ("武汉市人民政府", "000000", "420100"),  # a site whose division is not known
    ],
)
def test_a_site_speaks_for_its_division_those_around_it_and_those_in_it(
    issuer: str, site_region: str, division: str
) -> None:
    assert filing(issuer, site_region) == Filing(division)


@pytest.mark.parametrize(
    ("issuer", "site_region", "claimed"),
    [
        ("武汉市人民政府", "110101", "420100"),
        ("湖北省武汉市人民政府", "110000", "420100"),
        ("中共武汉市委 武汉市人民政府", "420200", "420100"),
        ("武汉市司法局", "110101", "420100"),
        ("武汉市江岸区人民政府", "420200", "420102"),
        ("上海市人民政府", "370200", "310000"),
        ("恩施州人民政府", "420100", "422800"),
        ("襄樊市人民政府", "420100", "420600"),
        ("天津市滨海新区人民政府", "110000", "120116"),
    ],
)
def test_a_text_of_another_division_is_kept_under_the_sites(
    issuer: str, site_region: str, claimed: str
) -> None:
    assert filing(issuer, site_region) == Filing(site_region, claimed)


@pytest.mark.parametrize("row", TITLES, ids=lambda row: row["title"][:30])
def test_no_title_is_marked_on_the_site_on_which_it_was_seen(row: dict[str, str]) -> None:
    """Nor on the site of its own division and of the province around it."""
    issuer = row.get("issuer")
    code = region_of(issuer, within=row.get("within")) if issuer else None
    homes = [
        site.region for site in SITES if row.get("seen") in {urlsplit(url).hostname for url in site.lists}
    ]
    for home in (*homes, *([code, f"{code[:2]}0000"] if code else [])):
        if issuer and region(home):
            assert filing(issuer, home).claims is None


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.id)
def test_no_site_of_the_list_claims_to_be_of_another_division(site: Site) -> None:
    assert filing(site.name, site.region).claims is None
