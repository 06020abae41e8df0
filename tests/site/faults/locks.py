"""Faults of TLS: old, weak, or with a wrong certificate. Each is refused, and allowed by the setting for exactly that."""

from __future__ import annotations

from crawler.model import Ending
from tests.site.faults import tls
from tests.site.faults.fault import Fault
from tests.site.faults.server import Handshake

_URL = "https://{host}/report.html"
_WRONG = (  # name, what the server has, the error's words, the setting that allows it, the context
    ("expired", "a certificate that has expired", "has expired", "unverified", tls.expired),
    ("not-yet", "a certificate that is not valid yet", "not valid yet", "unverified", tls.not_yet),
    ("self-signed", "a self-signed certificate", "is self-signed", "unverified", tls.self_signed),
    ("unknown-issuer", "a certificate of an unknown authority", "issuer is unknown here", "unverified", tls.unknown_issuer),
    ("no-intermediate", "a certificate whose intermediate it leaves out", "leaves out an intermediate", "unverified", tls.missing_intermediate),
    ("other-host", "a certificate for another name", "for another host name", "unverified", tls.other_host),
    ("old-protocol", "TLS 1.0 only", "TLS version that is too old", "legacy", tls.old_protocol),
    ("weak-dh", "a Diffie-Hellman group of 1024 bits", "Diffie-Hellman key is too weak", "legacy", tls.weak_dh),
    ("weak-key", "an RSA key of 1024 bits", "key is too weak", "legacy", tls.weak_key),
)  # fmt: skip


def _instead(name: str, does: str, ending: Ending, detail: str, handshake: Handshake) -> Fault:  # fmt: skip
    return Fault(
        name=name, does=does, ending=ending, detail=detail, url=_URL, handshake=handshake, asked=0, slow=handshake is tls.silent
    )  # fmt: skip


ROWS = (
    Fault(name="https", does="TLS as it should be", ending=Ending.NEW, url=_URL, context=tls.good),
    *(
        Fault(name=name, does=has, ending=Ending.REFUSED, detail=f"{words}.*; `tls: {allows}` in its entry allows this",
              url=_URL, context=context, asked=0)
        for name, has, words, allows, context in _WRONG
    ),
    *(
        Fault(name=f"{name}-allowed", does=f"the same, `tls: {allows}` in its entry", ending=Ending.NEW, url=_URL,
              context=context, entry={"tls": allows})
        for name, _, _, allows, context in _WRONG
    ),
    Fault(name="expired-not-legacy", does="an expired certificate, and `tls: legacy`, which does not allow it", ending=Ending.REFUSED,
          detail="has expired", url=_URL, context=tls.expired, entry={"tls": "legacy"}, asked=0),
    Fault(name="old-not-unverified", does="TLS 1.0 only, and `tls: unverified`, which does not allow it", ending=Ending.REFUSED,
          detail="too old", url=_URL, context=tls.old_protocol, entry={"tls": "unverified"}, asked=0),
    _instead("old-renegotiation", "no secure renegotiation (RFC 5746); only the start of its handshake can be served here",
             Ending.REFUSED, "unsafe renegotiation.*; `tls: legacy`", tls.old_renegotiation),
    _instead("no-tls", "plain HTTP at the port of https", Ending.REFUSED, "does not speak TLS", tls.no_tls),
    _instead("tls-silent", "says nothing in the handshake", Ending.FAILED, "no connection in time", tls.silent),
    _instead("tls-reset", "breaks off in the handshake", Ending.FAILED, "cannot connect", tls.reset),
)  # fmt: skip
