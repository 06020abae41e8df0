from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import ConfigError, Refused
from crawler.fetch import parse_connect_to
from crawler.fetch.connections.guard import GuardedBackend, is_public


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
     "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "2002:0a00:0001::1", "255.255.255.255",
     "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.88.99.1", "198.18.0.1", "203.0.113.1", "240.0.0.1",
     "::", "::10.0.0.1", "::59.173.12.3", "::ffff:0:59.173.12.3", "64:ff9b:1::59.173.12.3", "fec0::1", "fd00:ec2::254", "2001:db8::1",
     "2001:0:4136:e378:8000:63bf:f5ff:fffe", "ff05::2", "::ffff:169.254.169.254", "64:ff9b::7f00:1"],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["59.173.12.3", "2400:3200::1", "::ffff:59.173.12.3", "64:ff9b::59.173.12.3"]
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_as_public_as_it_is_in_every_ipv6_form(ip: IPv4Address) -> None:
    number = int(ip)
    forms = (f"::ffff:{ip}", f"64:ff9b::{ip}", str(IPv6Address(0x2002 << 112 | number << 80)))
    assert {is_public(form) for form in forms} == {is_public(str(ip))}
    assert not any(map(is_public, (f"::{ip}", f"::ffff:0:{ip}", f"64:ff9b:1::{ip}")))


def backend(*addresses: str | Exception) -> GuardedBackend:
    async def resolver(host: str, port: int) -> list[str]:
        if addresses and isinstance(addresses[0], Exception):
            raise addresses[0]
        return [str(address) for address in addresses]

    return GuardedBackend(resolver=resolver)


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("59.173.12.3", "10.0.0.1")])
async def test_a_host_with_any_private_address_is_refused(addresses: tuple[str, ...]) -> None:
    with pytest.raises(Refused, match="is not public"):
        await backend(*addresses).connect_tcp("a.gov.cn", 80, timeout=1)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "localhost"])
async def test_loopback_in_disguise_is_refused(host: str) -> None:
    with pytest.raises((Refused, httpcore.ConnectError)):
        await GuardedBackend().connect_tcp(host, 80, timeout=2)


@pytest.mark.parametrize("error", [OSError("no such host"), UnicodeError("label too long")])
async def test_a_host_without_address_cannot_be_connected_to(error: Exception) -> None:
    with pytest.raises(httpcore.ConnectError, match=r"no address for a\.gov\.cn"):
        await backend(error).connect_tcp("a.gov.cn", 80, timeout=1)
    with pytest.raises(httpcore.ConnectError, match="the name has none"):
        await backend().connect_tcp("a.gov.cn", 80, timeout=1)


async def test_a_host_is_looked_up_once_and_checked_each_time() -> None:
    asked = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    guarded = GuardedBackend(resolver=rebinding)
    assert await guarded.addresses("a.gov.cn", 80) == ["127.0.0.1"]
    for _ in range(2):
        with pytest.raises(Refused, match="is not public"):
            await guarded.connect_tcp("a.gov.cn", 80, timeout=1)
    assert asked == ["a.gov.cn"]


async def test_a_host_that_does_not_answer_is_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(*_: object) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("refused")

    moves = iter([["59.173.12.3"], ["59.173.12.4"]])

    async def resolver(host: str, port: int) -> list[str]:
        return next(moves)

    guarded = GuardedBackend(resolver=resolver)
    monkeypatch.setattr("crawler.fetch.connections.guard.connect", refused)
    with pytest.raises(httpcore.ConnectError, match="refused"):
        await guarded.connect_tcp("a.gov.cn", 80)
    assert await guarded.addresses("a.gov.cn", 80) == ["59.173.12.4"]


@pytest.mark.parametrize("port", [22, 25, 6000, 10080])
async def test_ports_of_other_protocols_are_refused_as_browsers_do(port: int) -> None:
    with pytest.raises(Refused, match=f"port {port} belongs to another protocol"):
        await backend("59.173.12.3").connect_tcp("a.gov.cn", port, timeout=1)


async def test_a_socket_file_is_never_connected_to() -> None:
    with pytest.raises(Refused):
        await GuardedBackend().connect_unix_socket("/run/some.sock")


def test_connect_to_is_read_as_curl_reads_it() -> None:
    assert parse_connect_to(["a.gov.cn:80:127.0.0.1:8080"]) == {"a.gov.cn:80": ("127.0.0.1", 8080)}
    assert parse_connect_to(["[2001:db8::1]:80:[::1]:8080"]) == {"2001:db8::1:80": ("::1", 8080)}
    for wrong in ("a.gov.cn:80", "a:b:c:d", "a:80:b:"):
        with pytest.raises(ConfigError, match="must be HOST:PORT:ADDRESS:PORT"):
            parse_connect_to([wrong])
