"""A mail server and a web server on loopback, and `fazhi notify` as a command of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.notification.conftest import Story, story  # noqa: F401 - a fixture


class _FreePort(Controller):
    """On a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Mails:
    """A mail server. `refuse`: it takes no mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse = False
        self._controller = _FreePort(self, hostname="127.0.0.1", port=0)
        self._controller.start()
        self.port = self._controller.port

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuse:
            return "554 no"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"

    def close(self) -> None:
        self._controller.stop()


class Hooks:
    """A web server. `status`: what it answers; `on_request`: called with each request before it is answered."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        self.status = 200
        self.on_request: Callable[[], object] = lambda: None
        hooks = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                hooks.requests.append((self.path, headers, json.loads(body)))
                hooks.on_request()
                self.send_response(hooks.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()
        self.port = self._server.server_address[1]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def mails() -> Iterator[Mails]:
    server = Mails()
    yield server
    server.close()


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    server = Hooks()
    yield server
    server.close()


class Command:
    """`fazhi notify` with some rules over a story's archive."""

    def __init__(self, folder: Path, story: Story) -> None:  # noqa: F811
        self.story, self.rules = story, folder / "rules.yaml"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("FAZHI_")
        }

    def words(self, *words: str) -> list[str]:
        given = ("--archive", str(self.story.folder), "--rules", str(self.rules))
        return [sys.executable, "-m", "crawler", "notify", *given, *words]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.words(*words), capture_output=True, text=True, env=self.environment, timeout=120
        )


@pytest.fixture
def command(tmp_path: Path, story: Story) -> Command:  # noqa: F811
    return Command(tmp_path, story)
