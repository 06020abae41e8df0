"""What a request says beside its page: language, public address, time."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from starlette.requests import Request
from starlette.responses import Response

from crawler.archive import Reader
from crawler.field.times import china_day
from crawler.web.format import Format
from crawler.web.links import Links
from crawler.web.memory import Memory
from crawler.web.question import Question
from crawler.web.settings import Settings
from crawler.web.words import LANGUAGES, preferred

LANGUAGE_COOKIE = "lang"
COOKIE_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Asked:
    """The facts of a request that an answer depends on. Equal ones have the same repr, for ETags: no time of day is in it."""

    language: str
    base_url: str
    today: date
    chosen: bool
    """Whether the address names the language: it is then remembered by a cookie."""

    @classmethod
    def of(cls, request: Request, settings: Settings) -> Self:
        """Return the facts of a request."""
        named = request.query_params.get("lang")
        remembered = request.cookies.get(LANGUAGE_COOKIE)
        chosen = next((each for each in (named, remembered) if each in LANGUAGES), None)
        return cls(
            language=chosen or preferred(request.headers.get("accept-language")),
            base_url=(settings.base_url or f"{request.url.scheme}://{request.url.netloc}").rstrip("/"),
            today=china_day(settings.clock()),
            chosen=named in LANGUAGES,
        )

    def question(
        self,
        reader: Reader,
        request: Request,
        kind: Format,
        *,
        now: datetime,
        memory: Memory,
        state: Hashable,
    ) -> Question:
        """Return the question of a request for a page in a format."""
        path = request.url.path
        if kind is not Format.HTML:
            path = path.removesuffix(f".{kind.value}")
        return Question(
            reader=reader,
            page="/" if path == "/index" else path,
            path=request.path_params,
            query=dict(request.query_params),
            format=kind,
            language=self.language,
            base_url=self.base_url,
            now=now,
            memory=memory,
            state=state,
            links=Links(self.base_url),
        )

    def remembered(self, response: Response) -> Response:
        """Return a response that makes the browser remember a language named in the address."""
        if self.chosen:
            response.set_cookie(
                LANGUAGE_COOKIE, self.language, max_age=COOKIE_SECONDS, httponly=True, samesite="lax"
            )
        return response
