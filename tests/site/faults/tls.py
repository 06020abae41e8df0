"""Faulty certificates and TLS contexts, made when the site starts."""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.site.faults.server import Act

Context = ssl.SSLContext
Maker = Callable[["Certificates", str], Context]

# RFC 2409, 6.2: the 1024-bit group that old servers use for ephemeral Diffie-Hellman
_OAKLEY_2 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
    16,
)


class Certificates:
    """A certificate authority that the crawl trusts, one that it does not trust, and a folder for keys."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.known = trustme.CA(organization_name="Loopback fault site")
        self.unknown = trustme.CA(organization_name="Nobody's authority")
        self.file = folder / "ca.pem"
        self.known.cert_pem.write_to_path(str(self.file))

    def load(self, context: Context, name: str, *pems: bytes) -> None:
        """Let a context use a certificate chain and its key, given as PEM."""
        path = self._folder / f"{name}.pem"
        path.write_bytes(b"".join(pems))
        context.load_cert_chain(path)

    def weak_group(self) -> Path:
        """Parameters of a Diffie-Hellman group of 1024 bits."""
        path = self._folder / "dh.pem"
        prime = _der(2, _OAKLEY_2.to_bytes(129, "big"))  # a leading zero: the number is positive
        path.write_text(
            ssl.DER_cert_to_PEM_cert(_der(48, prime + _der(2, b"\2"))).replace("CERTIFICATE", "DH PARAMETERS")
        )
        return path


def _der(tag: int, content: bytes) -> bytes:
    """A value in DER (X.690): the tag, the length, the content. 2 is an INTEGER, 48 a SEQUENCE."""
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x81, size])
    return bytes([tag]) + length + content


def _server() -> Context:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


def good(certificates: Certificates, host: str) -> Context:
    """Return a context without a fault."""
    return _issued(certificates.known, host)


def _issued(authority: trustme.CA, host: str, *, not_after: datetime | None = None) -> Context:
    context = _server()
    authority.issue_cert(host, not_after=not_after).configure_cert(context)
    return context


def expired(certificates: Certificates, host: str) -> Context:
    """A certificate that expired yesterday."""
    return _issued(certificates.known, host, not_after=datetime.now(UTC) - timedelta(days=1))


def unknown_issuer(certificates: Certificates, host: str) -> Context:
    """A certificate of an authority that the crawl does not know."""
    return _issued(certificates.unknown, host)


def other_host(certificates: Certificates, host: str) -> Context:
    """A certificate for another name."""
    return _issued(certificates.known, "www.example.gov.cn")


def missing_intermediate(certificates: Certificates, host: str) -> Context:
    """A certificate of an intermediate authority that the server does not send along."""
    leaf = certificates.known.create_child_ca().issue_cert(host)
    context = _server()
    certificates.load(context, f"leaf-{host}", leaf.cert_chain_pems[0].bytes(), leaf.private_key_pem.bytes())
    return context


def self_signed(certificates: Certificates, host: str) -> Context:
    """A self-signed certificate."""
    return _made(certificates, host, bits=2048, begins=-1)


def not_yet(certificates: Certificates, host: str) -> Context:
    """A self-signed certificate that is valid from tomorrow."""
    return _made(certificates, host, bits=2048, begins=1)


def weak_key(certificates: Certificates, host: str) -> Context:
    """A certificate with an RSA key of 1024 bits."""
    return _made(certificates, host, bits=1024, begins=-1)


def _made(certificates: Certificates, host: str, *, bits: int, begins: int) -> Context:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    issuer = serialization.load_pem_private_key(certificates.known.private_key_pem.bytes(), password=None)
    authority = x509.load_pem_x509_certificate(certificates.known.cert_pem.bytes())
    by_itself = bits >= 2048 and begins < 0
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name if by_itself else authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=begins))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key if by_itself else issuer, hashes.SHA256())  # type: ignore[arg-type]
    )
    context = _server()
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    certificates.load(context, f"made-{host}", certificate.public_bytes(serialization.Encoding.PEM), pem)
    return context


def old_protocol(certificates: Certificates, host: str) -> Context:
    """TLS 1.0 and nothing later."""
    context = good(certificates, host)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with warnings.catch_warnings(
        action="ignore", category=DeprecationWarning
    ):  # the deprecated version is what the test needs
        context.maximum_version = ssl.TLSVersion.TLSv1
    return context


def weak_dh(certificates: Certificates, host: str) -> Context:
    """Ephemeral Diffie-Hellman over a group of 1024 bits, and no elliptic curve."""
    context = good(certificates, host)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:DHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0")
    certificates.load(context, f"rsa-{host}", *_rsa(certificates, host))
    context.load_dh_params(str(certificates.weak_group()))
    return context


def _rsa(certificates: Certificates, host: str) -> tuple[bytes, bytes]:
    leaf = certificates.known.issue_cert(host, key_type=trustme.KeyType.RSA)
    return leaf.cert_chain_pems[0].bytes(), leaf.private_key_pem.bytes()


# -- instead of TLS -----------------------------------------------------------------------------------------

# A ServerHello of TLS 1.2 (RFC 5246, 7.4.1.3): random bytes, no session, ECDHE-RSA-AES128-GCM-SHA256, and no
# extension, so that the client sees a server that never heard of RFC 5746. It can go no further than this.
_HELLO = bytes([3, 3]) + bytes(range(32)) + bytes([0, 0xC0, 0x2F, 0])
_SERVER_HELLO = (
    bytes([22, 3, 3]) + (len(_HELLO) + 4).to_bytes(2, "big") + bytes([2]) + len(_HELLO).to_bytes(3, "big") + _HELLO
)  # fmt: skip


def old_renegotiation(connection: socket.socket) -> Act:
    """Answer as a server without secure renegotiation does."""
    connection.recv(65536)
    connection.sendall(_SERVER_HELLO)
    return Act.HANG


def no_tls(connection: socket.socket) -> None:
    """Answer in plain HTTP."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    connection.close()


def silent(connection: socket.socket) -> Act:
    """Accept the connection and send nothing."""
    return Act.HANG


def reset(connection: socket.socket) -> Act:
    """Close the connection in the middle of the handshake."""
    connection.recv(65536)
    return Act.RESET
