"""What an object store's library raises, as an OSError in our words. Its own message may hold an address with a signature."""

from __future__ import annotations

import errno
import os
import re

from crawler.archive.storage.interface import Changed

_STATUS = re.compile(r"status code: ([0-9]{3})")
_CODE = re.compile(r"<Code>([A-Za-z0-9.]{1,80})</Code>")
_NO_RANGE = re.compile(r"Wanted range starting at")
"""In the library's words for a range behind the end, where a store answers it otherwise than with 416."""
_NO_ENCRYPTION = re.compile(r"builder error")
_NO_ANSWER = re.compile(r"timed out|operation timeout", re.IGNORECASE)
_NO_CONNECTION = re.compile(r"error sending request|HTTP error")
_RETRIED = re.compile(r"after ([0-9]+) retries")
_NO_CREDENTIALS = ("169.254.169.254", "metadata.google.internal", "CredentialsProvider", "MissingCredential")
"""Where the library asks for credentials of the machine when the environment has none."""

NO_BUCKET = "there is no such bucket; make it, or name another one"
NOT_CONDITIONAL = (
    "the store does not keep to `If-None-Match` and `If-Match`, without which two writers could spoil an archive;"
    " use one that does (Amazon S3, Google Cloud Storage, Azure, MinIO, Ceph from Squid on)"
)
_REASONS = {
    "NoSuchBucket": NO_BUCKET,
    "ContainerNotFound": NO_BUCKET,
    "InvalidAccessKeyId": "the store does not know the access key of the environment",
    "SignatureDoesNotMatch": "the secret key of the environment does not belong to its access key",
    "ExpiredToken": "the session token of the environment has expired",
    "RequestTimeTooSkewed": "the clock of this machine is wrong by more than the store allows",
    "NotImplemented": NOT_CONDITIONAL,
    "PermanentRedirect": "the bucket is in another region; set AWS_REGION",
    "AuthorizationHeaderMalformed": "the bucket is in another region; set AWS_REGION",
}
"""By the store's own code."""


def as_os_error(error: BaseException, place: str) -> OSError:
    """Return an OSError for what obstore raised. `place`: the object, as a person would name it."""
    text = str(error)
    kind = type(error).__name__
    code = found[1] if (found := _CODE.search(text)) else ""
    status = found[1] if (found := _STATUS.search(text)) else ""
    if code in _REASONS:
        number = errno.EACCES if kind in ("PermissionDeniedError", "UnauthenticatedError") else errno.EIO
        return OSError(number, _REASONS[code], place)
    if isinstance(error, FileNotFoundError):
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), place)
    if kind == "AlreadyExistsError":
        return FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), place)
    if kind == "PreconditionError":
        return Changed(errno.ESTALE, "is not as it was: another writer was faster", place)
    if kind == "NotSupportedError" or status == "501":
        return OSError(errno.ENOTSUP, NOT_CONDITIONAL, place)
    if kind in ("PermissionDeniedError", "UnauthenticatedError") or status in ("401", "403"):
        answer = f"{status} {code}".strip() or kind
        return PermissionError(
            errno.EACCES, f"the store refuses this ({answer}); check the credentials and their rights", place
        )
    if status == "416" or _NO_RANGE.search(text):
        return OSError(errno.EINVAL, "has no such bytes", place)
    return OSError(*_other(text, status, code), place)


def _other(text: str, status: str, code: str) -> tuple[int, str]:
    if any(mark in text for mark in _NO_CREDENTIALS):
        return (
            errno.EACCES,
            "no credentials for the store are in the environment (docs/object-store.md says which)",
        )
    if _NO_ENCRYPTION.search(text):
        return (
            errno.EIO,
            "the endpoint is http://, without encryption; to use it all the same set AWS_ALLOW_HTTP=true",
        )
    tries = int(found[1]) + 1 if (found := _RETRIED.search(text)) else 1
    if status:
        answer = f"{status} {code}".strip()
        if status in ("429", "503") or code == "SlowDown":
            return errno.EIO, f"the store is too busy ({answer}; tried {tries} times); try again later"
        return errno.EIO, f"the store failed ({answer}; tried {tries} times)"
    if _NO_ANSWER.search(text):
        return errno.ETIMEDOUT, f"the store did not answer in time (tried {tries} times)"
    if _NO_CONNECTION.search(text):
        return (
            errno.EIO,
            f"the store cannot be reached (tried {tries} times); check the endpoint and the network",
        )
    first = text.partition("\n")[0]
    return errno.EIO, re.sub(r"https?://\S+|[?&]\S+", "…", first)[:200]
