"""Everything that can go wrong, as one tree. Exit code and retry are facts of the class.

CrawlerError                     exit 1, no retry
  ConfigError                    exit 2: a faulty sources.yaml or wrong use
  FetchError                     becomes an Outcome, never stops a crawl
    Unreachable                  no answer, or half of one; retried
    Malformed                    an answer that HTTP does not allow
    Refused                      the server, its robots.txt or our guard says no
      Untrusted                  its TLS is not what its entry allows
    Gone                         404, 410, or a page that says so
    Challenged                   a script to solve instead of a page
    TooLarge                     over a size limit
    LeftAlone                    a host that failed again and again; not asked any more in this crawl
    Unrendered                   a page that no browser could draw, or none was there to
    NotSaved                     a replay holds nothing for this address
  ExtractError
    UnknownFormat                neither HTML nor a document format we read
    Unread                       its reader broke down over it, or was not done in time
    NoBody                       a page without an article
    PartOnly                     one page of an article that is set on several, the others of which were not had
    NotAReport                   an article, but no 法治政府建设情况报告
  ExpectationError               a site yields less than it must
  Halted                         the crawl was told to end before this was asked for
  ArchiveError
    ArchiveLocked                exit 3: another crawl holds this archive
    ArchiveDamaged               exit 4: damaged, or cannot be written
    ArchiveTooNew                exit 4: written by a later version
"""

from __future__ import annotations

from typing import ClassVar, Self

from crawler.model import Ending


class CrawlerError(Exception):
    """Root of the tree. The message is written for the person who must act on it."""

    exit_code: ClassVar[int] = 1
    retry: ClassVar[bool] = False


class ConfigError(CrawlerError):
    """Faults in sources.yaml, every one of them, or wrong use of a command.

    `faults` are lines such as `sources.yaml:12: sources[3].delay: must be …, got 'fast'`.
    """

    exit_code = 2

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class FetchError(CrawlerError):
    """An address that could not be had; `ending` is the Outcome it becomes.

    `kind` is a word for counting and for choosing how often to try again; the class's name where none is given.
    """

    ending: ClassVar[Ending] = Ending.FAILED

    def __init__(self, url: str, reason: str, *, kind: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason
        self.kind = kind or type(self).__name__.lower()
        self.retry_after = retry_after  # seconds the server asked us to wait

    def after(self, attempts: int) -> Self:
        """The same, saying how often it was tried where that was more than once."""
        if attempts < 2:
            return self
        reason = f"{self.reason} (tried {attempts} times)"
        return type(self)(self.url, reason, kind=self.kind, retry_after=self.retry_after)


class Unreachable(FetchError):
    """No connection, no answer in time, an answer cut short, or a server in trouble (5xx, 429)."""

    retry = True


class Malformed(FetchError):
    """An answer that HTTP does not allow."""


class Refused(FetchError):
    """The server (401, 403, 451), its robots.txt, or our own guard says no."""

    ending = Ending.REFUSED


class Untrusted(Refused):
    """The server's TLS is not what its entry in sources.yaml allows."""


class Gone(FetchError):
    """404 or 410, or a page with status 200 that says it is no more."""

    ending = Ending.GONE


class Challenged(FetchError):
    """A page of script to solve (瑞数 and the like) instead of the page asked for."""

    ending = Ending.CHALLENGED


class TooLarge(FetchError):
    """More bytes than the limit allows."""


class LeftAlone(FetchError):
    """A host that failed again and again: not asked any more in this crawl. Its failures were reported before."""

    ending = Ending.SKIPPED


class Unrendered(FetchError):
    """A page that its entry says a browser must draw, and none could, or none is installed."""


class NotSaved(FetchError):
    """A replay holds nothing for this address. No fault of the site's."""

    ending = Ending.SKIPPED


class ExtractError(CrawlerError):
    """A page that was fetched but gives no report."""

    def __init__(self, url: str | None, reason: str) -> None:
        super().__init__(f"{url}: {reason}" if url else reason)
        self.url = url
        self.reason = reason

    def __reduce__(self) -> tuple[type[Self], tuple[str | None, str]]:
        return type(self), (self.url, self.reason)  # else pickle would make it of its message alone


class UnknownFormat(ExtractError):
    """Neither HTML nor a document format we can read."""


class Unread(ExtractError):
    """A page that brought the process down that read it, or kept it for too long."""


class NoBody(ExtractError):
    """A page without an article on it."""


class PartOnly(ExtractError):
    """A page of an article that is set on several, without the others. Never kept: a part is not the whole."""


class NotAReport(ExtractError):
    """An article, but not a 法治政府建设情况报告."""


class ExpectationError(CrawlerError):
    """A site yields fewer reports than it must: it has dried up, or its layout changed."""

    def __init__(self, site: str, expected: str, found: str) -> None:
        super().__init__(f"{site}: expected {expected}, found {found}: has the list layout changed?")
        self.site = site
        self.expected = expected
        self.found = found


class Halted(CrawlerError):
    """A request that was waiting for its turn when the crawl was told to end. It is left for the next one."""


class ArchiveError(CrawlerError):
    """Something about the archive."""


class ArchiveLocked(ArchiveError):
    """Another crawl holds this archive."""

    exit_code = 3


class ArchiveDamaged(ArchiveError):
    """The archive is damaged or cannot be written."""

    exit_code = 4


class ArchiveTooNew(ArchiveError):
    """The archive's catalogue was written by a later version: neither read nor changed by this one."""

    exit_code = 4
