"""The site as an ASGI application: addresses to pages, answers to responses, errors to problems."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crawler import __version__
from crawler.errors import CrawlerError
from crawler.web.asked import Asked
from crawler.web.format import Format
from crawler.web.formats.writing import write
from crawler.web.headers import ALWAYS, Freshness, etag, matches
from crawler.web.memento.endpoints import Memento
from crawler.web.memory import Memory
from crawler.web.page import Page
from crawler.web.pages import PAGES
from crawler.web.question import Question
from crawler.web.readers import Readers
from crawler.web.serving.guard import Guard
from crawler.web.serving.problems import UNEXPECTED, problem, public_detail, status_of, wants_html
from crawler.web.serving.static_files import StaticFiles
from crawler.web.settings import Settings

VARY = "Accept-Language, Cookie"


def application(settings: Settings) -> Starlette:
    """Return the site over an archive. It opens the archive with its first question, and only reads."""
    return _Site(settings).starlette()


class _Site:
    """One archive's site: its readers and its files."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._files, self._memory = StaticFiles(), Memory(settings.shared_seconds)
        self._readers = Readers(
            settings.archive,
            threads=settings.readers,
            waiting=settings.waiting,
            seconds=settings.seconds,
            database=settings.database,
        )

    def starlette(self) -> Starlette:
        memento = Memento(self._readers)
        routes = [
            Route("/static/{digest}/{name}", self._told(self._file)),
            Route("/web/{rest:path}", self._told(self._with_facts(memento.web))),
            Route("/timemap/{rest:path}", self._told(self._with_facts(memento.timemap))),
        ]
        for page in PAGES:
            # a name with an ending first: an id may hold a dot
            for kind in sorted(page.formats, key=lambda kind: kind is Format.HTML):
                path = (
                    page.path if kind is Format.HTML else f"{page.path.rstrip('/') or '/index'}.{kind.value}"
                )
                routes.append(Route(path, self._told(partial(self._show, page, kind))))
        return Starlette(
            routes=routes,
            middleware=[Middleware(Guard, hosts=self._settings.hosts, files=self._files)],
            exception_handlers={
                HTTPException: self._http_error,  # type: ignore[dict-item]
                Exception: self._unexpected,
            },
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        yield
        self._readers.close()

    def _told(
        self, answer: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint that tells its errors as problems."""

        async def endpoint(request: Request) -> Response:
            try:
                return await answer(request)
            except CrawlerError as error:
                asked = Asked.of(request, self._settings)
                status = status_of(error)
                if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    self._settings.log(f"{request.url.path}: {int(status)}: {error}")
                return problem(request, asked, self._files, status, public_detail(error))

        return endpoint

    async def _http_error(self, request: Request, error: HTTPException) -> Response:
        """Answer an address that no page has."""
        status = HTTPStatus(error.status_code)
        return problem(
            request,
            Asked.of(request, self._settings),
            self._files,
            status,
            f"{request.url.path}: {status.phrase}",
        )

    async def _unexpected(self, request: Request, error: Exception) -> Response:
        """Answer a request that met a fault of this program."""
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        self._settings.log(f"{request.url.path}: {int(status)}: {type(error).__name__}: {error}")
        answer = problem(request, Asked.of(request, self._settings), self._files, status, UNEXPECTED)
        answer.headers.update(ALWAYS)  # the guard is within the layer that answers here
        return answer

    async def _show(self, page: Page, kind: Format, request: Request) -> Response:
        asked = Asked.of(request, self._settings)
        state = self._readers.state()
        validator = etag(__version__, state, str(request.url), asked)
        headers = {"ETag": validator, "Cache-Control": page.freshness.value, "Vary": VARY}
        if matches(validator, request.headers.get("if-none-match")):
            return Response(status_code=304, headers=headers)
        now = self._settings.clock()
        fault, body, is_current = await self._readers.ask(
            lambda reader: self._written(
                page, asked.question(reader, request, kind, now=now, memory=self._memory, state=state)
            )
        )
        if not is_current:
            del headers["ETag"]  # the same address will have another answer in this state
        status = HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK
        if fault and not wants_html(request.url.path, request.headers.get("accept", "*/*")):
            return problem(request, asked, self._files, status, fault)
        if fault:
            headers = {"Cache-Control": Freshness.NEVER.value, "Vary": f"{VARY}, Accept"}
        return asked.remembered(Response(body, status, media_type=kind.media_type, headers=headers))

    def _written(self, page: Page, question: Question) -> tuple[str | None, str, bool]:
        """Return what is wrong with a question, its answer, and whether all of that is of its state of the archive."""
        answer = page.answer(question)
        body = write(answer, question, page.formats, files=self._files.path)
        return answer.fault, body, not question.outdated

    def _with_facts(
        self, answer: Callable[[Request, Asked], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        return lambda request: answer(request, Asked.of(request, self._settings))

    async def _file(self, request: Request) -> Response:
        return self._files.response(request.path_params["digest"], request.path_params["name"])
