"""Time stamps of RFC 3161: the request for one, and the check of one, offline.

A token states that an authority saw a SHA-256 at a time. Its signature is checked with the certificates in it and those
stored beside it, as of the time in the token: a certificate that has expired since then was valid when it signed. What the
token proves depends on its root, see `Root`.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

import certifi

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

MAX_TOKEN_BYTES = 1_000_000
_SHA256_OID = "2.16.840.1.101.3.4.2.1"
_MAX_CHAIN = 10  # certificates from the signer to the root
_GRANTED = 0


class StampError(Exception):
    """A time stamp that does not hold. The message says why."""


class Root(Enum):
    """Where the root certificate of a time stamp is known from."""

    GIVEN = "given"  # by the person who verifies
    PUBLIC = "public"  # among the certificate authorities that browsers trust, as certifi lists them
    STORED = "stored"  # only from the archive itself: whoever can write to it could have made it
    UNKNOWN = "unknown"  # not at all: the token's signature cannot be checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A time stamp that holds. With an unknown root, only its digest and its form were checked."""

    at: datetime  # aware, UTC
    authority: str  # subject of the certificate that signed
    root: Root
    chain_pem: bytes  # certificates from the signer to the root


@dataclass(frozen=True, slots=True, kw_only=True)
class StampRequest:
    """A request for a time stamp, and the number that its answer must repeat."""

    data: bytes
    nonce: int


@dataclass(frozen=True, slots=True)
class Roots:
    """Root certificates of authorities that the caller trusts."""

    certificates: tuple[Certificate, ...] = ()


def stamp_request(statement: bytes) -> StampRequest:
    """Return the request for a time stamp of a statement, with the authority's certificate."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder().data(statement).hash_algorithm(HashAlgorithm.SHA256).build()
    assert request.nonce is not None
    return StampRequest(data=request.as_bytes(), nonce=request.nonce)


def read_roots(pem: bytes) -> Roots:
    """Return the certificates of a PEM file. Raises ValueError if it holds none."""
    return Roots(_read_pem(pem))


def _read_pem(pem: bytes) -> tuple[Certificate, ...]:
    from cryptography import x509

    with _malformed_as(ValueError, "holds no certificates in PEM"):
        return tuple(x509.load_pem_x509_certificates(pem))


def check_stamp(
    response: bytes,
    statement: bytes,
    *,
    roots: Roots | None = None,
    stored_pem: bytes = b"",
    nonce: int | None = None,
) -> Stamp:
    """Check an authority's answer to a request for a time stamp of a statement.

    `stored_pem`: the certificates stored with the answer, trusted only as far
    as the archive is. `nonce`: that of the request, where it is known. Raises StampError.
    """
    if len(response) > MAX_TOKEN_BYTES:
        raise StampError(f"is over {MAX_TOKEN_BYTES} bytes")
    with _malformed_as(StampError, "is malformed"):  # certificates are parsed when a field is asked for
        return _checked(response, statement, roots.certificates if roots else (), stored_pem, nonce)


def _checked(
    response: bytes, statement: bytes, given: Sequence[Certificate], stored_pem: bytes, nonce: int | None
) -> Stamp:
    from rfc3161_client import decode_timestamp_response

    with _malformed_as(StampError, "is no answer of RFC 3161"):
        answer = decode_timestamp_response(response)
        status, reasons = answer.status, answer.status_string
    if status != _GRANTED:
        reason = "; ".join(reasons)[:200]
        raise StampError(f"the authority refused: status {status}{f' ({reason})' if reason else ''}")
    with _malformed_as(StampError, "is no answer of RFC 3161"):
        _check_imprint(answer, statement, nonce)
        signer, others = _certificates(answer)
    stored = _read_pem(stored_pem) if stored_pem else ()
    public = _public_roots()
    chain = _chain(signer, (*given, *public, *others, *stored))
    if not _issued(chain[-1], chain[-1]):
        root = Root.UNKNOWN
    else:
        _verify(answer, chain, hashlib.sha256(statement).digest())
        root = Root.GIVEN if chain[-1] in given else Root.PUBLIC if chain[-1] in public else Root.STORED
    if given and root in (Root.STORED, Root.UNKNOWN):
        raise StampError(f"leads to no root that was given: it ends at {_name_of_issuer(chain[-1])}")
    return Stamp(
        at=answer.tst_info.gen_time,
        authority=_name(signer),
        root=root,
        chain_pem=b"".join(map(_pem, chain)),
    )


def _check_imprint(answer: TimeStampResponse, statement: bytes, nonce: int | None) -> None:
    info = answer.tst_info
    if info.message_imprint.hash_algorithm.dotted_string != _SHA256_OID:
        raise StampError("is for a digest of another kind than SHA-256")
    if info.message_imprint.message != hashlib.sha256(statement).digest():
        raise StampError("is for another digest")
    if nonce is not None and info.nonce != nonce:
        raise StampError(
            "repeats another number than that of the request (nonce): it is the answer to another request"
        )


def _certificates(answer: TimeStampResponse) -> tuple[Certificate, list[Certificate]]:
    """Return the certificate that signed a token, and the others in it."""
    from cryptography import x509

    found = [x509.load_der_x509_certificate(each) for each in sorted(answer.signed_data.certificates)]
    infos = list(answer.signed_data.signer_infos)
    for certificate in found:
        if len(infos) == 1 and (certificate.issuer, certificate.serial_number) == (
            infos[0].issuer,
            infos[0].serial_number,
        ):
            return certificate, [each for each in found if each is not certificate]
    raise StampError("does not contain the certificate that signed it")


def _chain(signer: Certificate, known: Iterable[Certificate]) -> list[Certificate]:
    """Return the certificates from the signer on, as far as each one's issuer is known; at most up to a root."""
    pool, chain = list(known), [signer]
    while not _issued(chain[-1], chain[-1]) and len(chain) < _MAX_CHAIN:
        issuer = next((each for each in pool if each not in chain and _issued(chain[-1], each)), None)
        if issuer is None:
            break
        chain.append(issuer)
    return chain


def _issued(certificate: Certificate, issuer: Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    if certificate.issuer != issuer.subject:
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _verify(answer: TimeStampResponse, chain: list[Certificate], digest: bytes) -> None:
    """Check the token's signature and its certificates as of its own time. Only the root is trusted."""
    from rfc3161_client import VerificationError, VerifierBuilder

    if len(chain) == 1:
        raise StampError("is signed by a certificate that issued itself")
    at = answer.tst_info.gen_time
    for each in chain:
        if not each.not_valid_before_utc <= at <= each.not_valid_after_utc:
            raise StampError(f"the certificate of {_name(each)} was not valid at its time, {at:%Y-%m-%d}")
    verifier = VerifierBuilder(roots=chain[-1:], intermediates=chain[1:-1]).build()
    try:
        verifier.verify(answer, digest)
    except VerificationError as error:
        raise StampError(f"its signature does not hold: {str(error)[:300]}") from error


def _public_roots() -> tuple[Certificate, ...]:
    with open(certifi.where(), "rb") as file:
        return _read_pem(file.read())


def _name(certificate: Certificate) -> str:
    return certificate.subject.rfc4514_string()[:200]


def _name_of_issuer(certificate: Certificate) -> str:
    return certificate.issuer.rfc4514_string()[:200]


def _pem(certificate: Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


@contextmanager
def _malformed_as(kind: type[Exception], what: str) -> Iterator[None]:
    """Raise what the parsers raise for malformed bytes as `kind`. Found by mutating tokens: tests/archive/test_stamps.py."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.x509 import DuplicateExtension, InvalidVersion, UnsupportedGeneralNameType

    malformed = (
        ValueError,
        KeyError,
        TypeError,
        OverflowError,
        UnsupportedAlgorithm,
        InvalidVersion,
        DuplicateExtension,
        UnsupportedGeneralNameType,
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of certificates that a later version will refuse
            yield
    except malformed as error:
        raise kind(f"{what} ({str(error)[:200] or type(error).__name__})") from error
