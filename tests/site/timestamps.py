"""A time-stamp authority (RFC 3161) on loopback: real tokens, signed with certificates made for the test.

Attributes change what it answers: another time, another digest, another nonce, a refusal, bytes that are no token.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

HOST = "tsa.example"
URL = f"http://{HOST}/tsr"

_SHA256 = "2.16.840.1.101.3.4.2.1"
_ECDSA_SHA256 = "1.2.840.10045.4.3.2"
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"
_POLICY = "1.3.6.1.4.1.99999.1"


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + body


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, *parts)


def _set(*parts: bytes) -> bytes:
    return _der(0x31, *sorted(parts))


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def _octets(value: bytes) -> bytes:
    return _der(0x04, value)


def _oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    encoded = bytearray([first * 40 + second])
    for number in rest:
        groups = [number & 127]
        while number := number >> 7:
            groups.append(number & 127 | 128)
        encoded += bytes(reversed(groups))
    return _der(0x06, bytes(encoded))


_SHA256_ALGORITHM = _sequence(_oid(_SHA256))


def _parts(data: bytes) -> list[tuple[int, bytes]]:
    """Split the content of a SEQUENCE into (tag, content)."""
    found, place = [], 0
    while place < len(data):
        tag, size, place = data[place], data[place + 1], place + 2
        if size & 0x80:
            count = size & 0x7F
            size, place = int.from_bytes(data[place : place + count]), place + count
        found.append((tag, data[place : place + size]))
        place += size
    return found


class Authority:
    """A root, an intermediate and the certificate that signs tokens; each made for `years` from `since`."""

    def __init__(self, name: str = "Loopback", *, since: datetime | None = None, days: int = 3650) -> None:
        """Make the keys and certificates."""
        self._from = since or datetime(2020, 1, 1, tzinfo=UTC)
        self._until = self._from + timedelta(days=days)
        self._root_key, ca_key, self._key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        root_name, ca_name = _name(f"{name} root"), _name(f"{name} CA")
        self.root = self._certificate(root_name, root_name, self._root_key, self._root_key, ca=True)
        self.intermediate = self._certificate(ca_name, root_name, ca_key, self._root_key, ca=True)
        self.signer = self._certificate(_name(f"{name} TSA"), ca_name, self._key, ca_key, ca=False)
        self.certificates = [self.signer, self.intermediate]

    def _certificate(
        self,
        subject: x509.Name,
        issuer: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        issuer_key: ec.EllipticCurvePrivateKey,
        *,
        ca: bool,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._from)
            .not_valid_after(self._until)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if not ca:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(purpose, critical=True)
        return builder.sign(issuer_key, hashes.SHA256())

    @property
    def root_pem(self) -> bytes:
        """The root as PEM."""
        return self.root.public_bytes(Encoding.PEM)

    def response(self, digest: bytes, nonce: int | None, at: datetime, *, status: int = 0) -> bytes:
        """Return a whole answer with a token over a SHA-256."""
        if status > 1:
            return _sequence(_sequence(_integer(status), _sequence(_der(0x0C, b"not today"))))
        return _sequence(_sequence(_integer(status)), self.token(digest, nonce, at))

    def token(self, digest: bytes, nonce: int | None, at: datetime) -> bytes:
        """Return a token: CMS SignedData (RFC 5652) over a TSTInfo (RFC 3161, 2.4.2)."""
        info = _sequence(
            _integer(1),
            _oid(_POLICY),
            _sequence(_SHA256_ALGORITHM, _octets(digest)),
            _integer(7),
            _der(0x18, f"{at.astimezone(UTC):%Y%m%d%H%M%SZ}".encode()),
            *([] if nonce is None else [_integer(nonce)]),
        )
        certificate_digest = hashlib.sha256(self.signer.public_bytes(Encoding.DER)).digest()
        attributes = [
            _attribute(_CONTENT_TYPE, _oid(_TST_INFO)),
            _attribute(_MESSAGE_DIGEST, _octets(hashlib.sha256(info).digest())),
            _attribute(_SIGNING_CERTIFICATE, _sequence(_sequence(_sequence(_octets(certificate_digest))))),
        ]
        signed = _set(*attributes)
        signer_info = _sequence(
            _integer(1),
            _sequence(self.signer.issuer.public_bytes(), _integer(self.signer.serial_number)),
            _SHA256_ALGORITHM,
            b"\xa0" + signed[1:],
            _sequence(_oid(_ECDSA_SHA256)),
            _octets(self._key.sign(signed, ec.ECDSA(hashes.SHA256()))),
        )
        data = _sequence(
            _integer(3),
            _set(_SHA256_ALGORITHM),
            _sequence(_oid(_TST_INFO), _der(0xA0, _octets(info))),
            _der(0xA0, *sorted(each.public_bytes(Encoding.DER) for each in self.certificates)),
            _set(signer_info),
        )
        return _sequence(_oid(_SIGNED_DATA), _der(0xA0, data))


def _attribute(oid: str, value: bytes) -> bytes:
    return _sequence(_oid(oid), _set(value))


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])


Answer = tuple[int, bytes]
"""Status and body."""


class TimestampServer:
    """Serves an authority by HTTP on loopback. Requests are kept in `asked`."""

    def __init__(self, authority: Authority | None = None) -> None:
        """Listen on a free port."""
        self.authority = authority or Authority()
        self.at: datetime | None = None  # time that tokens state; None: now
        self.change: Callable[[bytes, int | None], Answer] | None = None  # the answer to a digest and a nonce
        self.asked: list[bytes] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                status, body = server._answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def connect_to(self) -> dict[str, tuple[str, int]]:
        """The mapping that leads to this server from the authority's name."""
        return {f"{HOST}:80": ("127.0.0.1", self._server.server_port)}

    def _answer(self, request: bytes) -> Answer:
        self.asked.append(request)
        fields = _parts(_parts(request)[0][1])
        digest = _parts(fields[1][1])[1][1]
        nonce = next((int.from_bytes(content) for tag, content in fields[2:] if tag == 0x02), None)
        if self.change:
            return self.change(digest, nonce)
        return 200, self.authority.response(digest, nonce, self.at or datetime.now(UTC))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
