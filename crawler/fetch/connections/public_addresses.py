"""Decide which IP addresses and ports belong to the public web. Pure; `guard` resolves names and connects."""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052; the local-use 64:ff9b:1::/48 is never public
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291, 2.4: the only block that IANA has allocated
_NOT_PUBLIC = tuple(  # although ipaddress calls them global
    ipaddress.IPv4Network(network)
    for network in (
        "192.0.0.0/24",  # RFC 6890: protocol assignments; one cloud's metadata service is at 192.0.0.192
        "192.88.99.0/24",  # RFC 7526: 6to4 relays, withdrawn
        "168.63.129.16/32",  # a cloud's metadata service
    )
)

BAD_PORTS = frozenset([
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
    110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531,
    532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
    5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
])  # fmt: skip
"""Ports of other protocols; browsers do not send HTTP to them either (WHATWG Fetch, "port blocking")."""


def is_address(host: str) -> bool:
    """Return whether a host is an IP address in its usual form, not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to the public internet.

    IPv4 within IPv6 (mapped, NAT64, 6to4, Teredo) is judged as the IPv4 address that it leads to.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, IPv4Address):
        return ip.is_global and not ip.is_multicast and not any(ip in network for network in _NOT_PUBLIC)
    embedded = _embedded_ipv4(ip)
    return is_public(str(embedded)) if embedded is not None else ip in _GLOBAL_UNICAST and ip.is_global


def _embedded_ipv4(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
