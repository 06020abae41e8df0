"""A web of many hosts in a process of its own that notes when each request came and when its answer went."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench.site import Pages, World

_SPANS = "/spans"
Span = tuple[str, str, float, float]
"""Host, path, when the request was read, when the answer was written: seconds of the server's monotonic clock."""


@dataclass(frozen=True)
class Measured:
    """A running web."""

    world: World

    def spans(self) -> list[Span]:
        """Return all requests so far."""
        import httpx

        found = httpx.get(f"http://127.0.0.1:{self.world.port}{_SPANS}", trust_env=False, timeout=60).json()
        return [tuple(each) for each in found]

    @property
    def connect_to(self) -> list[str]:
        """Entries for --connect-to."""
        port = self.world.port
        return [f"{self.world.host(n)}:{port}:127.0.0.1:{port}" for n in range(len(self.world.sizes))]

    def sources(self, delay: float) -> str:
        """Return a sources.yaml with all hosts."""
        entries = "".join(
            f"  - id: h{n}\n    name: 武汉市人民政府\n    region: '420100'\n    lists: ['{self.world.list_url(n)}']\n"
            for n in range(len(self.world.sizes))
        )
        return f"defaults: {{delay: {delay}}}\nsources:\n{entries}"


@contextmanager
def measured(world: World) -> Iterator[Measured]:
    """Serve a world until the end of the block."""
    command = [sys.executable, "-m", "bench.spread.web", json.dumps(asdict(world))]
    root = Path(__file__).parent.parent.parent
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield Measured(replace(world, port=int(process.stdout.readline())))
        process.stdin.close()


async def _serve(world: World) -> None:
    spans: list[Span] = []
    pages: Pages | None = None

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                begun = time.monotonic()
                path = head.split(b" ", 2)[1].decode()
                host = next(
                    line.partition(b":")[2].strip().decode()
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"host:")
                ).partition(":")[0]
                if path == _SPANS:
                    body, status = json.dumps(spans).encode(), "200 OK"
                else:
                    await asyncio.sleep(world.service)
                    assert pages is not None
                    found = pages.page(int(host[1:5]), path)
                    body, status = found or b"not here", "200 OK" if found else "404 Not Found"
                kind = "text/html; charset=utf-8"
                writer.write(
                    f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                    + body
                )
                if path != _SPANS:
                    spans.append((host, path, begun, time.monotonic()))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    pages = Pages(replace(world, port=port))
    pages.make_all()
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    values = json.loads(sys.argv[1])
    asyncio.run(_serve(World(**values | {"sizes": tuple(values["sizes"])})))
