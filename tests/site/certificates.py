"""Certificates for the real host names, signed by an authority that exists as long as the web."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from pathlib import Path

import trustme


class Authority:
    """A private certificate authority, and a server context that presents the certificate of each name."""

    def __init__(self, hosts: Iterable[str]) -> None:
        """Issue a certificate for each host."""
        self._ca = trustme.CA(organization_name="Loopback government web", organization_unit_name="tests")
        self._contexts = {host: self._context(host) for host in hosts}

    def _context(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(host).configure_cert(context)
        return context

    def server_context(self) -> ssl.SSLContext:
        """Return a context that selects the certificate by SNI; unknown names get one for localhost, and fail."""
        context = self._context("localhost")

        def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            if name in self._contexts:
                connection.context = self._contexts[name]

        context.sni_callback = choose
        return context

    def write(self, path: Path) -> None:
        """Write the authority's certificate as PEM."""
        self._ca.cert_pem.write_to_path(str(path))
