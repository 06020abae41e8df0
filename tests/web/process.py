"""`fazhi serve` as a process of its own, and raw connections to it."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


class ServeProcess:
    """A running `fazhi serve`, its address, and what it has said after the line with the address."""

    def __init__(self, archive: Path, *options: str) -> None:
        words = [sys.executable, "-m", "crawler", "serve", "--archive", str(archive), "--port", "0", *options]
        self.process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        address, before = None, ""
        while address is None:
            line = self.process.stderr.readline()
            assert line, before
            address, before = re.search(r"http://127\.0\.0\.1:(\d+)", line), before + line
        self.url, self.port = address[0], int(address[1])
        self.client = httpx.Client(base_url=self.url, trust_env=False, timeout=60)

    def end(self) -> tuple[int, list[str]]:
        """End it in order; return its exit code and the lines that it has logged."""
        self.client.close()
        self.process.terminate()
        _, told = self.process.communicate(timeout=60)
        return self.process.returncode, told.splitlines()

    def connect(self) -> socket.socket:
        """Return a connection that has sent nothing."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def raw(self, head: bytes) -> bytes:
        """Return the beginning of the answer to a request as it is; empty if the connection was closed."""
        with self.connect() as connection:
            connection.sendall(head)
            return connection.recv(65536)


@contextmanager
def serving(archive: Path, *options: str) -> Iterator[ServeProcess]:
    """Run it; it must end with exit code 0 if the test has not ended it."""
    served = ServeProcess(archive, *options)
    try:
        yield served
        if served.process.poll() is None:
            code, _ = served.end()
            assert code == 0
    finally:
        served.process.kill()
        served.process.wait()
