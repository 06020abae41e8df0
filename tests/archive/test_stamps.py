"""Time stamps of RFC 3161: which tokens hold, and that bytes of an enemy are an error and nothing more."""

from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.archive.anchors.stamps import (
    Root,
    Roots,
    Stamp,
    StampError,
    check_stamp,
    read_roots,
    stamp_request,
)
from tests.site.timestamps import Authority

STATEMENT = b'{"form": "fazhi anchor 1"}\n'
DIGEST = hashlib.sha256(STATEMENT).digest()
AT = datetime(2026, 11, 29, 1, 2, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def made() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def other() -> Authority:
    return Authority("Other")


def roots_of(*authorities: Authority) -> Roots:
    return Roots(tuple(each.root for each in authorities))


def test_a_token_of_a_given_root_holds(made: Authority, other: Authority) -> None:
    stamp = check_stamp(made.response(DIGEST, 7, AT), STATEMENT, roots=roots_of(other, made), nonce=7)
    assert (stamp.at, stamp.authority, stamp.root) == (AT, "CN=Loopback TSA", Root.GIVEN)
    assert read_roots(stamp.chain_pem).certificates == (made.signer, made.intermediate, made.root)


def test_what_a_root_is_known_from_is_told(made: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    response = made.response(DIGEST, 7, AT)
    assert check_stamp(response, STATEMENT).root is Root.UNKNOWN
    assert check_stamp(response, STATEMENT, stored_pem=made.root_pem).root is Root.STORED
    monkeypatch.setattr("crawler.archive.anchors.stamps._public_roots", lambda: (made.root,))
    assert check_stamp(response, STATEMENT, stored_pem=made.root_pem).root is Root.PUBLIC
    assert check_stamp(response, STATEMENT, roots=roots_of(made)).root is Root.GIVEN


def test_stored_certificates_replace_those_that_a_token_lacks(made: Authority) -> None:
    whole = check_stamp(made.response(DIGEST, 7, AT), STATEMENT, roots=roots_of(made))
    short = Authority()
    short.__dict__.update(made.__dict__ | {"certificates": [made.signer]})
    response = short.response(DIGEST, 7, AT)
    assert check_stamp(response, STATEMENT).root is Root.UNKNOWN
    assert check_stamp(response, STATEMENT, stored_pem=whole.chain_pem).root is Root.STORED


def test_a_certificate_that_expired_since_was_valid_at_its_time() -> None:
    short = Authority(since=datetime(2020, 1, 1, tzinfo=UTC), days=30)
    then = short.response(DIGEST, 7, datetime(2020, 1, 15, tzinfo=UTC))
    assert check_stamp(then, STATEMENT, roots=roots_of(short)).root is Root.GIVEN


def self_signed(authority: Authority) -> Authority:
    authority.signer = authority.root
    authority._key = authority._root_key
    authority.certificates = [authority.root]
    return authority


BAD: dict[str, tuple[Callable[[Authority], bytes], str]] = {
    "another digest": (lambda a: a.response(hashlib.sha256(b"x").digest(), 7, AT), "is for another digest"),
    "another nonce": (lambda a: a.response(DIGEST, 8, AT), "is the answer to another request"),
    "no nonce": (lambda a: a.response(DIGEST, None, AT), "is the answer to another request"),
    "a refusal": (lambda a: a.response(DIGEST, 7, AT, status=2), r"the authority refused: status 2 \(not today\)"),
    "modified": (lambda a: a.response(DIGEST, 7, AT, status=1), "the authority refused: status 1"),
    "before its certificate": (
        lambda a: a.response(DIGEST, 7, datetime(2019, 1, 1, tzinfo=UTC)),
        "was not valid at its time, 2019-01-01",
    ),
    "after its certificate": (
        lambda a: a.response(DIGEST, 7, datetime(2035, 1, 1, tzinfo=UTC)),
        "was not valid at its time, 2035-01-01",
    ),
    "a signature of elsewhere": (
        lambda a: a.response(DIGEST, 7, AT).replace(b"20261129010203Z", b"20251129010203Z"),
        "its signature does not hold",
    ),
    "nothing": (lambda a: b"", "is no answer of RFC 3161"),
    "a page": (lambda a: b"<html>" * 100, "is no answer of RFC 3161"),
    "a half": (lambda a: a.response(DIGEST, 7, AT)[:-20], "is no answer of RFC 3161"),
    "no signer": (lambda a: without_certificates(a), "does not contain the certificate that signed it"),
    "a root that stamps": (lambda a: self_signed(Authority()).response(DIGEST, 7, AT), "issued itself|signature does not hold"),
    "megabytes": (lambda a: bytes(1_000_001), "is over 1000000 bytes"),
}  # fmt: skip


def without_certificates(authority: Authority) -> bytes:
    bare = Authority()
    bare.__dict__.update(authority.__dict__ | {"certificates": [authority.root]})
    return bare.response(DIGEST, 7, AT)


@pytest.mark.parametrize("name", BAD)
def test_a_token_that_does_not_hold_says_why(name: str, made: Authority) -> None:
    make, why = BAD[name]
    with pytest.raises(StampError, match=why):
        check_stamp(make(made), STATEMENT, stored_pem=made.root_pem, nonce=7)


def test_a_token_that_leads_elsewhere_than_to_the_given_roots_is_refused(
    made: Authority, other: Authority
) -> None:
    response = made.response(DIGEST, 7, AT)
    for stored in (b"", made.root_pem):
        with pytest.raises(StampError, match="leads to no root that was given: it ends at CN=Loopback root"):
            check_stamp(response, STATEMENT, roots=roots_of(other), stored_pem=stored)


def test_a_root_of_the_same_name_does_not_vouch_for_a_token(made: Authority) -> None:
    with pytest.raises(StampError, match="leads to no root that was given"):
        check_stamp(made.response(DIGEST, 7, AT), STATEMENT, roots=roots_of(Authority()))


def test_a_token_whose_bytes_were_changed_never_states_another_time(made: Authority) -> None:
    """Bytes outside what is signed may change; digest, time and authority may not."""
    response, chance = made.response(DIGEST, 7, AT), random.Random(1)
    wrong: list[Stamp] = []
    refused = 0
    for _ in range(1500):
        changed = bytearray(response)
        for _ in range(chance.choice((1, 1, 2, 5))):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        if chance.random() < 0.1:
            del changed[chance.randrange(len(changed)) :]
        try:
            stamp = check_stamp(bytes(changed), STATEMENT, roots=roots_of(made), nonce=7)
        except StampError:
            refused += 1
        else:
            if (stamp.at, stamp.authority, stamp.root) != (AT, "CN=Loopback TSA", Root.GIVEN):
                wrong.append(stamp)
    assert not wrong
    assert refused > 1000


@pytest.mark.parametrize(
    "pem", [b"", b"x", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_without_certificates_is_an_error(pem: bytes) -> None:
    with pytest.raises(ValueError, match="holds no certificates in PEM"):
        read_roots(pem)


def test_each_request_has_a_number_of_its_own() -> None:
    one, other = stamp_request(STATEMENT), stamp_request(STATEMENT)
    assert one.nonce != other.nonce
    assert DIGEST in one.data


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_reads_the_request_and_takes_the_token(made: Authority, tmp_path: Path) -> None:
    for name, data in (
        ("query", stamp_request(STATEMENT).data),
        ("answer", made.response(DIGEST, 7, AT)),
        ("root", made.root_pem),
        ("data", STATEMENT),
    ):
        (tmp_path / name).write_bytes(data)
    query = subprocess.check_output(
        ["openssl", "ts", "-query", "-in", "query", "-text"], cwd=tmp_path, text=True
    )
    assert "Hash Algorithm: sha256" in query
    assert "Certificate required: yes" in query
    verify = ["openssl", "ts", "-verify", "-data", "data", "-in", "answer", "-CAfile", "root"]
    assert b"OK" in subprocess.check_output(verify, cwd=tmp_path, stderr=subprocess.DEVNULL)
