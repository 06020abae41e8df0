"""Connections with time limits: a client that sends its request, or takes its answer, very slowly does not keep its place."""

from __future__ import annotations

import asyncio
from typing import Self

from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_SECONDS = 10.0
"""For a whole request to arrive, from the connection or from the answer before."""
ANSWER_SECONDS = 120.0
"""The same for an answer, unless `with_limit` says otherwise."""


class TimedConnection(H11Protocol):
    """HTTP/1.1 as uvicorn has it, which by itself waits without end for a request that has begun to arrive.

    `answer_seconds`: for an answer to be made and taken, from its request; see `with_limit`.
    """

    _limit: asyncio.TimerHandle | None = None
    _answers = False
    request_seconds, answer_seconds = REQUEST_SECONDS, ANSWER_SECONDS

    @classmethod
    def with_limit(cls, answer_seconds: float) -> type[Self]:
        """Return the class with a limit for answers: uvicorn makes the connections, and gives them no arguments."""
        return type(cls.__name__, (cls,), {"answer_seconds": answer_seconds})

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._end_in(self.request_seconds)

    def data_received(self, data: bytes) -> None:
        """Read what has come. Once a request is there, its answer has time."""
        super().data_received(data)
        if not self._answers and self.cycle is not None and not self.cycle.response_complete:
            self._answers = True
            self._end_in(self.answer_seconds)

    def on_response_complete(self) -> None:
        """Wait for a further request."""
        self._answers = False
        self._end_in(self.request_seconds)
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        if self._limit is not None:
            self._limit.cancel()
        super().connection_lost(exc)

    def _end_in(self, seconds: float) -> None:
        if self._limit is not None:
            self._limit.cancel()
        self._limit = self.loop.call_later(seconds, self.transport.abort)
