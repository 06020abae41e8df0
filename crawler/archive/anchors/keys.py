"""Ed25519 keys (RFC 8032) that sign anchors. The private key stays outside the archive; the public key travels with it."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.errors import CrawlerError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

EXTRA_MISSING = "anchors need the extra `anchor`: pip install 'fazhi[anchor]'"
_MODULES = ("cryptography", "rfc3161_client")
_MAX_KEY_BYTES = 4096
_SPKI_HEAD = bytes.fromhex("302a300506032b6570032100")
"""SubjectPublicKeyInfo of Ed25519 (RFC 8410), up to the 32 bytes of the key."""


def has_extra() -> bool:
    """Whether the libraries of the extra `anchor` are installed."""
    try:
        return all(find_spec(name) is not None for name in _MODULES)
    except ValueError:  # sys.modules holds None for one
        return False


def require_extra() -> None:
    """Raise CrawlerError, which says how to install it, if the extra `anchor` is missing."""
    if not has_extra():
        raise CrawlerError(EXTRA_MISSING)


def key_id(public: str) -> str:
    """Return the fingerprint of a public key: the SHA-256 of its 32 bytes. Both in hex."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key in memory."""

    path: Path
    _private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public key, 64 hex characters."""
        return self._private.public_key().public_bytes_raw().hex()

    @property
    def id(self) -> str:
        """Fingerprint of the public key."""
        return key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message, 64 bytes."""
        return self._private.sign(message)


def public_pem(public: str) -> bytes:
    """Return a public key (hex) as PEM, as openssl and others read it. Needs no library."""
    text = base64.b64encode(_SPKI_HEAD + bytes.fromhex(public)).decode("ascii")
    return f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n".encode("ascii")


def public_of_pem(data: bytes) -> str:
    """Return the public key of a PEM file in hex. Raises ValueError if it holds none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(data)
    except UnsupportedAlgorithm as error:
        raise ValueError("a key of another kind") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("a key of another kind")
    return key.public_bytes_raw().hex()


def is_signed(public: str, signature: bytes, message: bytes) -> bool:
    """Whether a signature of a message is by a public key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def endorsement(public: str) -> bytes:
    """Return the message with which a key endorses its successor. It differs from every statement."""
    return f"fazhi anchor key {public}\n".encode("ascii")


def make_key(path: Path) -> SigningKey:
    """Make a key and write it, readable by its owner alone. Raises CrawlerError if the file exists or cannot be written."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        descriptor = os.open(path, flags, 0o600)
    except FileExistsError as error:
        raise CrawlerError(f"{path}: exists already; a key is never overwritten") from error
    except OSError as error:
        raise CrawlerError(f"{path}: the key cannot be written: {error.strerror or error}") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)  # half of a key would stand in the way of the next one
        raise CrawlerError(f"{path}: the key cannot be written: {error.strerror or error}") from error
    return SigningKey(path, private)


def load_key(path: Path) -> SigningKey:
    """Load a private key. Raises CrawlerError if there is none, others may read it, or it is of another kind."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise CrawlerError(f"{path}: is no file")
            if status.st_mode & 0o077:
                raise CrawlerError(f"{path}: others may read or change this key; run: chmod 600 {path}")
            data = file.read(_MAX_KEY_BYTES)
    except FileNotFoundError as error:
        raise CrawlerError(
            f"{path}: no key here; make one with `fazhi anchor init`, or name one with --key"
        ) from error
    except OSError as error:
        raise CrawlerError(f"{path}: the key cannot be read: {error.strerror or error}") from error
    try:
        private = load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CrawlerError(f"{path}: is no private key in PEM without a password ({error})") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise CrawlerError(f"{path}: is a key of another kind; anchors are signed with Ed25519")
    return SigningKey(path, private)
