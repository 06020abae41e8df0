"""The value of `proxy` in sources.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import ConfigError
from crawler.model import Proxy
from crawler.sources import load_sites, site_for
from crawler.sources.proxies import proxy_of

ENTRY = """  - id: {id}
    name: 武汉市人民政府
    region: "420100"
    lists: [https://{id}.example.gov.cn/a/]
"""


def written(tmp_path: Path, defaults: str, *values: str) -> Path:
    lines = [f"    proxy: {value}\n" if value else "" for value in values]
    entries = "".join(ENTRY.format(id=f"s{i}") + line for i, line in enumerate(lines))
    path = tmp_path / "sources.yaml"
    path.write_text(f"defaults: {{{defaults}}}\nsources:\n{entries}", "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("http://127.0.0.1:3128", "http://127.0.0.1:3128"),
        ("HTTPS://Gate.Example.org:443/", "https://gate.example.org:443"),
        ("socks5://[::1]:1080", "socks5://[::1]:1080"),
        ("socks5h://gate:1080", "socks5://gate:1080"),
    ],
)
def test_a_proxy_is_kind_host_and_port(text: str, proxy: str) -> None:
    assert str(proxy_of(text)) == proxy
    assert proxy_of(proxy) == proxy_of(text)  # its text is a value for sources.yaml again


@pytest.mark.parametrize(
    "text",
    ["none", "", "127.0.0.1:3128", "http://gate.example.org", "http://gate:0", "http://gate:65536", "socks4://gate:1", "ftp://gate:1",
     "http://gate:1/path", "http://gate:1?x", "http://me:word@gate:1", "http://me@gate:1", "http://[gate]:1", "http://a b:1", "http://gate:1\nX: y"],
)  # fmt: skip
def test_anything_else_is_none(text: str) -> None:
    assert proxy_of(text) is None


def test_an_entry_overrides_the_defaults_and_none_means_none(tmp_path: Path) -> None:
    path = written(tmp_path, "proxy: 'http://gate:1'", "", "socks5://other:2", "none")
    assert [site.proxy and str(site.proxy) for site in load_sites(path)] == [
        "http://gate:1",
        "socks5://other:2",
        None,
    ]


@pytest.mark.parametrize("value", ["http://me:geheim@gate:1", "socks5://me:geheim@gate", "me:geheim@gate:1"])
@pytest.mark.parametrize("place", ["defaults", "entry"])
def test_a_password_in_the_file_is_a_fault_with_its_line_and_is_not_shown(
    value: str, place: str, tmp_path: Path
) -> None:
    path = written(tmp_path, f"proxy: '{value}'", "") if place == "defaults" else written(tmp_path, "", value)
    with pytest.raises(ConfigError) as caught:
        load_sites(path)
    (fault,) = caught.value.faults
    where = f"{path}:1: defaults.proxy" if place == "defaults" else f"{path}:7: sources[0].proxy"
    assert fault == (
        f"{where}: must be a proxy without a user name or password;"
        " set FAZHI_PROXY_USER and FAZHI_PROXY_PASSWORD instead"
    )


@pytest.mark.parametrize("value", ["gate:1", "http://gate", "7", "[a, b]", "true"])
def test_another_value_is_a_fault_that_says_what_is_expected(value: str, tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"proxy: must be a proxy with its port, such as http://127\.0\.0\.1:3128 or"
    ):
        load_sites(written(tmp_path, "", value))


def test_an_address_gets_the_settings_of_the_entry_on_its_host_or_the_defaults(tmp_path: Path) -> None:
    path = written(tmp_path, "proxy: 'http://gate:1'", "socks5://other:2")
    assert site_for("https://s0.example.gov.cn/x", path).proxy == Proxy(scheme="socks5", host="other", port=2)
    assert site_for("https://else.gov.cn/x", path).proxy == Proxy(scheme="http", host="gate", port=1)
