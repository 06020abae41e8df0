from __future__ import annotations

import ssl

import pytest

from crawler.fetch.connections.tls import tls_context, tls_problem
from crawler.model import Tls


def test_strict_checks_the_certificate_and_takes_nothing_old() -> None:
    context = tls_context("strict")
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert not context.options & 0x4


@pytest.mark.parametrize("allowed", ["strict", "legacy"])
def test_a_certificate_is_asked_for_what_browsers_ask_for_on_every_python(allowed: Tls) -> None:
    """By default, Python 3.13 and later check more, and refuse certificates that earlier versions accept."""
    assert not tls_context(allowed).verify_flags & ssl.VERIFY_X509_STRICT


def test_legacy_takes_what_is_old_and_still_checks_the_certificate() -> None:
    context = tls_context("legacy")
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version < ssl.TLSVersion.TLSv1_2
    assert context.security_level == 0
    assert context.options & 0x4  # servers without RFC 5746
    assert context.options & ssl.OP_NO_SSLv3


def test_unverified_takes_any_certificate_and_nothing_old() -> None:
    context = tls_context("unverified")
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert not context.options & 0x4


def test_a_passing_fault_of_tls_is_no_problem_to_be_named() -> None:
    assert tls_problem(OSError("reset")) is None
    error = ssl.SSLError(1, "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF")
    error.reason = "UNEXPECTED_EOF_WHILE_READING"
    assert tls_problem(error) is None


@pytest.mark.parametrize(
    "reason", ["SSLV3_ALERT_HANDSHAKE_FAILURE", "UNSUPPORTED_PROTOCOL", "DH_KEY_TOO_SMALL"]
)
def test_a_problem_is_found_however_deep_it_lies(reason: str) -> None:
    deep = ssl.SSLError(1, reason)
    deep.reason = reason
    error = ConnectionError("outside")
    error.__cause__ = RuntimeError("between")
    error.__cause__.__cause__ = deep
    assert "`tls: legacy` in its entry allows this" in (tls_problem(error) or "")
