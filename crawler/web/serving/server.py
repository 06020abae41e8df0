"""Run the site with uvicorn, until SIGINT or SIGTERM."""

from __future__ import annotations

import signal
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from crawler.web.serving.connections import TimedConnection

MAX_CONNECTIONS = 256
KEEP_ALIVE_SECONDS = 15
END_SECONDS = 10
"""How long requests may go on after a signal to end."""


class _Server(uvicorn.Server):
    """Tells once when it listens: port 0 is a free one that the system chooses."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[str, int], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._listening(host, port)


def serve(
    application: ASGIApp,
    host: str,
    port: int,
    *,
    answer_seconds: float,
    listening: Callable[[str, int], None],
) -> None:
    """Serve an application until a signal ends it in order. `listening` gets the address once it answers.

    `answer_seconds`: for each answer to be made and taken; then its connection is closed.

    Raises OSError if the address cannot be used.
    """
    config = uvicorn.Config(
        application,
        http=TimedConnection.with_limit(answer_seconds),
        host=host,
        port=port,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=END_SECONDS,
    )
    server = _Server(config, listening)
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {each: signal.getsignal(each) for each in signals}
    for each in signals:  # uvicorn raises the signal again once it has ended: that must not end the process
        signal.signal(each, lambda *_: None)
    try:
        server.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
