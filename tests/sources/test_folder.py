"""sources.d: further files beside a sources.yaml, and the choice of sources by region."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import ConfigError
from crawler.field.regions import all_regions
from crawler.sources import add_entry, choose, existing_sites, load, load_sites, location_of, province_file

MAIN = "defaults: {delay: 3}\nsources:\n  - {id: a, name: 武汉市人民政府, region: '420100', lists: [http://a.gov.cn/]}\n"
MORE = "sources:\n  - {id: b, name: 长沙市人民政府, region: '430100', lists: [http://b.gov.cn/]}\n"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    path = tmp_path / "sources.yaml"
    path.write_text(MAIN, "utf-8")
    (tmp_path / "sources.d").mkdir()
    (tmp_path / "sources.d" / "hunan.yaml").write_text(MORE, "utf-8")
    return path


def test_the_files_beside_are_read_with_the_defaults_of_the_main_one(sources: Path) -> None:
    assert [(site.id, site.delay) for site in load_sites(sources)] == [("a", 3.0), ("b", 3.0)]
    assert load(sources).defaults.delay == 3.0
    assert location_of(sources, "b") == f"{sources.parent}/sources.d/hunan.yaml:2"


def test_a_file_that_is_included_too_is_read_once(sources: Path) -> None:
    sources.write_text("include: sources.d/*.yaml\n" + MAIN, "utf-8")
    assert [site.id for site in load_sites(sources)] == ["a", "b"]


def test_another_main_file_has_another_folder(sources: Path) -> None:
    other = sources.with_name("other.yaml")
    other.write_text(MAIN, "utf-8")
    assert [site.id for site in load_sites(other)] == ["a"]


def test_hidden_files_and_other_files_are_not_read(sources: Path) -> None:
    for name in (".hunan.yaml.new", ".x.yaml", "README.md", "old.yaml~"):
        (sources.parent / "sources.d" / name).write_text("no yaml: [", "utf-8")
    assert [site.id for site in load_sites(sources)] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            MORE.replace("id: b", "id: a"),
            r"hunan\.yaml:2: sources\[0\]\.id: 'a' is taken by the entry at .*sources\.yaml:3",
        ),
        (MORE.replace("430100", "43"), r"hunan\.yaml:2: sources\[0\]\.region: must be a GB/T 2260 code"),
        ("sources: [", r"hunan\.yaml:\d: not YAML"),
        ("include: x.yaml\n" + MORE, "only the file named by --sources may include others"),
        ("{}\n", r"hunan\.yaml:1: sources: is missing"),
    ],
)
def test_faults_beside_are_told_with_file_and_line(sources: Path, text: str, said: str) -> None:
    (sources.parent / "sources.d" / "hunan.yaml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=said):
        load_sites(sources)


def test_an_entry_is_added_to_the_file_of_its_province_and_every_other_byte_stays(sources: Path) -> None:
    entry = {
        "id": "c",
        "name": "黄石市人民政府",
        "region": "420200",
        "lists": ["http://c.gov.cn/"],
        "render": True,
    }
    file = province_file(sources, "420200")
    before = sources.read_bytes(), (sources.parent / "sources.d" / "hunan.yaml").read_bytes()
    add_entry(sources, entry, into=file)
    add_entry(sources, entry | {"id": "d", "name": "武汉市人民政府", "region": "420100"}, into=file)
    assert file == sources.parent / "sources.d" / "hubei.yaml"
    assert [site.id for site in load_sites(sources)] == ["a", "d", "c", "b"]
    assert (sources.read_bytes(), (sources.parent / "sources.d" / "hunan.yaml").read_bytes()) == before
    assert next(site for site in load_sites(sources) if site.id == "c").render
    with pytest.raises(ConfigError, match="the id 'b' is taken"):
        add_entry(sources, entry | {"id": "b"}, into=file)


def test_a_main_file_without_entries_may_have_some_beside_it(sources: Path) -> None:
    sources.write_text("sources: []\n", "utf-8")
    assert [site.id for site in existing_sites(sources)] == ["b"]


def test_every_province_has_a_file_of_its_own(tmp_path: Path) -> None:
    provinces = [row.code for row in all_regions() if row.level == "province"]
    names = {province_file(tmp_path / "sources.yaml", code).stem for code in provinces}
    assert len(names) == len(provinces)
    assert all(name.isalpha() for name in names)


@pytest.mark.parametrize(
    ("regions", "level", "ids"),
    [
        (["420000"], None, ["a"]),
        (["湖南"], None, ["b"]),
        (["420100", "长沙市"], None, ["a", "b"]),
        ([], "city", ["a", "b"]),
        (["湖北"], "city", ["a"]),
    ],
)
def test_sources_are_chosen_by_region_and_level(
    sources: Path, regions: list[str], level: str, ids: list[str]
) -> None:
    chosen = choose(load_sites(sources), (), regions=regions, level=level)  # type: ignore[arg-type]
    assert [site.id for site in chosen] == ids


def test_where_no_source_is_left_this_is_told(sources: Path) -> None:
    with pytest.raises(ConfigError, match="no source is configured for 湖北 and level county"):
        choose(load_sites(sources), (), regions=["湖北"], level="county")
