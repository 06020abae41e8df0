"""TLS contexts for the setting `tls` of a site's entry, and messages that say which setting a failure needs.

`strict` is the default. `legacy` accepts old protocols, ciphers and keys, and still checks the certificate.
`unverified` accepts any certificate, and no old protocol.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from functools import cache

import certifi

from crawler.model import Tls


def _strict() -> ssl.SSLContext:
    """Trust the system's authorities, certifi's, and those of `SSL_CERT_FILE`. The same on every Python.

    From 3.13 on, Python requires extensions of RFC 5280, such as the Authority Key Identifier. Browsers do not, and
    certificates may missing them.
    """
    context = ssl.create_default_context()
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.load_verify_locations(certifi.where())
    return context


def _legacy() -> ssl.SSLContext:
    context = _strict()
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED  # TLS 1.0; SSL 3.0 stays off by an option
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # RSA and DH keys of 1024 bits, SHA-1 signatures
    context.options |= _LEGACY_SERVER_CONNECT
    return context


def _unverified() -> ssl.SSLContext:
    context = _strict()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


_LEGACY_SERVER_CONNECT = 0x4  # SSL_OP_LEGACY_SERVER_CONNECT, which ssl names from Python 3.12 on
_CONTEXTS: dict[Tls, Callable[[], ssl.SSLContext]] = {
    "strict": _strict,
    "legacy": _legacy,
    "unverified": _unverified,
}


def tls_context(allowed: Tls) -> ssl.SSLContext:
    """Return the client context for the setting `tls` of a site's entry. It is shared, and must not be changed."""
    return _context(allowed, *map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR")))


@cache
def _context(allowed: Tls, *_authorities: str | None) -> ssl.SSLContext:
    """Make a context once: reading the authorities takes 40 ms."""
    return _CONTEXTS[allowed]()


_CERTIFICATE_PROBLEMS: dict[int, tuple[str, Tls]] = {  # X509_V_ERR codes of OpenSSL, x509_vfy.h
    9: ("its certificate is not valid yet", "unverified"),
    10: ("its certificate has expired", "unverified"),
    18: ("its certificate is self-signed", "unverified"),
    19: ("its certificate ends in a self-signed authority that is not known here", "unverified"),
    20: ("its certificate's issuer is unknown here, or the server leaves out an intermediate certificate", "unverified"),
    21: ("its certificate's issuer is unknown here, or the server leaves out an intermediate certificate", "unverified"),
    62: ("its certificate is for another host name", "unverified"),
    64: ("its certificate is for another IP address", "unverified"),
    66: ("its certificate's key is too weak", "legacy"),
    67: ("its authority's key is too weak", "legacy"),
    68: ("its certificate is signed with a digest that is too weak", "legacy"),
}  # fmt: skip
_HANDSHAKE_PROBLEMS: dict[str, str] = {  # OpenSSL's reasons; `tls: legacy` is the setting for each
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED": "it only knows the old, unsafe renegotiation (no RFC 5746)",
    "DH_KEY_TOO_SMALL": "its Diffie-Hellman key is too weak",
    "EE_KEY_TOO_SMALL": "its certificate's key is too weak",
    "CA_KEY_TOO_SMALL": "its authority's key is too weak",
    "CA_MD_TOO_WEAK": "its certificate is signed with a digest that is too weak",
    "UNSUPPORTED_PROTOCOL": "it only speaks a TLS version that is too old",
    "TLSV1_ALERT_PROTOCOL_VERSION": "it only speaks a TLS version that is too old",
    "NO_PROTOCOLS_AVAILABLE": "it only speaks a TLS version that is too old",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "it has no cipher or key that is strong enough",
    "WRONG_SIGNATURE_TYPE": "it signs with a digest that is too weak",
    "BAD_ECPOINT": "its elliptic curve is too old",
}
_NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")


def tls_problem(error: BaseException) -> str | None:
    """Return what is wrong with a server's TLS and which setting allows exactly that; None for a temporary failure."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, ssl.SSLError):
        found = found.__cause__ or found.__context__
    if found is None:
        return None
    if isinstance(found, ssl.SSLCertVerificationError):
        problem, setting = _CERTIFICATE_PROBLEMS.get(
            found.verify_code, (f"its certificate fails: {found.verify_message}", "unverified")
        )
        return f"{problem}; `tls: {setting}` in its entry allows this"
    reason = found.reason or ""
    if reason in _NOT_TLS:
        return "it does not speak TLS at this port; try its http address"
    if reason in _HANDSHAKE_PROBLEMS:
        return f"{_HANDSHAKE_PROBLEMS[reason]}; `tls: legacy` in its entry allows this"
    return None
