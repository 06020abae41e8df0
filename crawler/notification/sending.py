"""Send messages by apprise (extra `notify`): mail, webhooks, chats. The only place where an address with its password is read.

What apprise logs is the reason of a failure; whatever of the address stands in it is masked.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

from crawler.errors import ConfigError
from crawler.notification.message import Message, fitted
from crawler.notification.receivers import Receiver

_MIN_SECRET_CHARS = 3
_MAX_REASON_CHARS = 300
_MASK = "***"
_DOMAIN = "fazhi.invalid"
"""Of Message-IDs: nobody has this domain (RFC 2606)."""


class NotSent(Exception):
    """A message that a receiver did not take. The text tells why, without secrets."""


class Sender:
    """Sends messages. `environment`: of the process; `config`: apprise's file with the addresses of tags."""

    def __init__(self, environment: Mapping[str, str], config: Path | None) -> None:
        """Raise ConfigError if the extra is not installed, or the file cannot be read."""
        try:
            import apprise
        except ModuleNotFoundError as error:
            if error.name != "apprise":
                raise
            raise ConfigError("notifying needs the extra `notify`: pip install 'fazhi[notify]'") from error
        self._apprise: ModuleType = apprise
        self._environment, self._config = environment, config
        if config is not None and not config.is_file():
            raise ConfigError(f"{config}: no such file; --receivers names apprise's file of addresses")

    def send(self, receiver: Receiver, message: Message) -> None:
        """Send a message. Raises NotSent unless all addresses of the receiver took it; each of them is tried."""
        failed = [
            reason
            for server in self._servers(receiver)
            if (reason := self._send(server, message, receiver.named)) is not None
        ]
        if failed:
            raise NotSent("; ".join(failed))

    def _send(self, server: Any, message: Message, named: str) -> str | None:
        """Send a message to an address. Return why it was not taken; None if it was."""
        secrets = _secrets(server.url(privacy=False), named)
        target = self._apprise.Apprise()
        target.add(server)
        with _Reasons() as reasons, _marked(server, message):
            taken = target.notify(
                title=message.title,
                body=fitted(message.text, server.body_maxlen),
                body_format=self._apprise.NotifyFormat.TEXT,
            )
        told = "; ".join(reasons.lines) or "it was not taken"
        return None if taken else _masked(told, secrets)

    def _servers(self, receiver: Receiver) -> list[Any]:
        """Return the addresses of a receiver. Raises NotSent if there is none, or it is none."""
        named = receiver.named
        if named.startswith("tag:"):
            return self._tagged(named.removeprefix("tag:"))
        address = named
        if named.startswith("$"):
            address = self._environment.get(named[1:], "").strip()
            if not address:
                raise NotSent(f"the variable {named[1:]} is not set in the environment")
        server = self._apprise.Apprise.instantiate(address, asset=self._asset(), suppress_exceptions=True)
        if server is None:
            raise NotSent("apprise does not understand its address; `apprise --details` lists the forms")
        return [server]

    def _tagged(self, tag: str) -> list[Any]:
        if self._config is None:
            raise NotSent("a tag needs --receivers FILE, apprise's file of addresses")
        config = self._apprise.AppriseConfig(asset=self._asset())
        config.add(str(self._config.absolute()))
        found = [server for server in config.services() if tag in server.tags]
        if not found:
            raise NotSent(f"{self._config}: no address has the tag {tag}")
        return found

    def _asset(self) -> Any:
        return self._apprise.AppriseAsset(app_id="fazhi", app_desc="fazhi", app_url="", async_mode=False)


@contextmanager
def _marked(server: Any, message: Message) -> Iterator[None]:
    """Give a message its key in the way of its receiver: a header of webhooks and mails, a field of JSON, the Message-ID."""
    if isinstance(getattr(server, "headers", None), dict):
        server.headers["Idempotency-Key"] = message.key
    if server.protocol == "json" and isinstance(getattr(server, "payload_extras", None), dict):
        server.payload_extras |= {
            "idempotency_key": message.key,
            "total": len(message.keys),
            "changes": list(message.changes),
        }
    from apprise.plugins.email import base as mail

    made = mail.make_msgid  # apprise makes a Message-ID at random, and has no setting for it
    mail.make_msgid = lambda **_: f"<{message.key}@{_DOMAIN}>"
    try:
        yield
    finally:
        mail.make_msgid = made


class _Reasons(logging.Handler):
    """Within `with`: the warnings that apprise logs, and nothing of them on stderr."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self._logger = logging.getLogger("apprise")

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def __enter__(self) -> _Reasons:
        self._propagated, self._logger.propagate = self._logger.propagate, False
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)
        self._logger.propagate = self._propagated


def _secrets(*addresses: str) -> list[str]:
    """Return the parts of addresses, the longest first: any may be a password or a token. Scheme and short words are none."""
    parts: set[str] = set()
    for address in addresses:
        rest = address.partition("://")[2] or address
        parts |= {rest, *re.split(r"[/?&#=:@,;]", rest)}
    return sorted(
        {each for part in parts for each in (part, unquote(part)) if len(each) >= _MIN_SECRET_CHARS},
        key=lambda each: -len(each),
    )


def _masked(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, _MASK)
    return text[:_MAX_REASON_CHARS]
