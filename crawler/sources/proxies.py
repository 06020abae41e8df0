"""Read the value of `proxy`: kind, host and port of a proxy. Its credentials are in the environment, never in the file."""

from __future__ import annotations

import re

from crawler.address import has_credentials, normal
from crawler.model import Proxy, ProxyScheme

NO_PROXY = "none"
"""Value of `proxy` for direct connections, although `defaults:` has a proxy."""

_FORM = re.compile(
    r"(https?|socks5h?)://(?:([A-Za-z0-9][A-Za-z0-9._-]{0,252})|\[([0-9A-Fa-f:.]{2,45})\]):(\d{1,5})/?", re.I
)
_SCHEMES: dict[str, ProxyScheme] = {
    "http": "http",
    "https": "https",
    "socks5": "socks5",
    "socks5h": "socks5",  # curl's word where the proxy resolves names, which is the only way here
}


def proxy_of(text: str) -> Proxy | None:
    """Return the proxy that an address such as `socks5://127.0.0.1:1080` names; None for anything else, and for `none`."""
    found = _FORM.fullmatch(text)
    if not found or has_credentials(text) or not 0 < int(found[4]) < 65536:
        return None
    known = normal(f"http://{f'[{found[3]}]' if found[3] else found[2]}/")  # the host as browsers read it
    if known is None:
        return None
    host = known.removeprefix("http://").rstrip("/").strip("[]")
    return Proxy(scheme=_SCHEMES[found[1].lower()], host=host, port=int(found[4]))
