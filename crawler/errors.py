"""All exceptions of the project, as one tree. Exit code and retry are attributes of the class.

CrawlerError                     exit 1, no retry
  ConfigError                    exit 2: faults in sources.yaml, or wrong use of a command
  NoNetwork                      no site can be reached from this machine
  FetchError                     becomes an Outcome, never stops a crawl
    Unreachable                  no answer, or only a part of one; retried
    ProxyFailed                  the proxy could not or would not connect to this host; says nothing of the site
      ProxyDown                  the proxy itself cannot be used: not reached, no proxy, or it refuses our credentials
    Malformed                    an answer that HTTP does not allow
    Refused                      by the server, its robots.txt or our guard
      Untrusted                  TLS that the site's entry does not allow
    Gone                         404, 410, or a page that says so
    Challenged                   a script to solve instead of a page
    TooLarge                     over a size limit
    LeftAlone                    the host failed repeatedly; no more requests to it in this crawl
      ProxyGivenUp               the same of a proxy, and so of all sites behind it
    Unrendered                   no browser could render the page, or none is installed
    NotSaved                     a replay holds nothing for this address
    Unplayable                   another archive lists a capture and cannot give it
  ExtractError
    UnknownFormat                neither HTML nor a document format that can be read
    Unread                       parsing the page crashed the process or took too long
    NoBody                       a page without an article
    UnreadDocument               a document of a known format without a text that can be read
    PartOnly                     one page of an article without its other pages
    TextDiffers                  an archived page from which today's extractor reads another text than the archive has
    NotAReport                   an article, but no 法治政府建设情况报告
      NotWanted                  a report, but not on a year that the site's entry wants
  ExpectationError               a site yields less than expected
  UnknownReport                  exit 2: no report, or no version of it, is what a command asks for
  QueryTooLong                   a question to an archive took longer than it may
  StateLocked                    exit 3: another process writes to this state file
  Halted                         the crawl, or the use of its proxy, had to end before this request
  ArchiveError
    NoArchive                  exit 2: there is no archive in the folder that a command names
    ArchiveLocked                exit 3: another crawl writes to this archive
    ArchiveDamaged               exit 4: damaged, or cannot be written
      NotMerged                  another archive with a fault; nothing of it was taken
    ArchiveTooNew                exit 4: written by a later version
    NoTemporarySpace             the folder for temporary files is full
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from crawler.model import Ending


class CrawlerError(Exception):
    """Base of all exceptions. The message is for the person who must act on it."""

    exit_code: ClassVar[int] = 1
    retry: ClassVar[bool] = False


class ConfigError(CrawlerError):
    """All faults in sources.yaml, or wrong use of a command.

    `faults` are lines such as `sources.yaml:12: sources[3].delay: must be …, got 'fast'`.
    """

    exit_code = 2

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class NoNetwork(CrawlerError):
    """No site can be reached from this machine. `is_told`: an earlier run has told so, less than a week ago."""

    def __init__(self, message: str, *, is_told: bool = False) -> None:
        super().__init__(message)
        self.is_told = is_told


class FetchError(CrawlerError):
    """An address that could not be fetched. `ending` is that of the Outcome it becomes.

    `kind` is a word for statistics and for the number of retries; default: the name of the class in lower case.
    """

    ending: ClassVar[Ending] = Ending.FAILED

    def __init__(self, url: str, reason: str, *, kind: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason
        self.kind = kind or type(self).__name__.lower()
        self.retry_after = retry_after  # seconds that the server asks to wait

    def after(self, attempts: int) -> Self:
        """Return the same error, with the number of attempts in its reason if there was more than one."""
        if attempts < 2:
            return self
        reason = f"{self.reason} (tried {attempts} times)"
        return type(self)(self.url, reason, kind=self.kind, retry_after=self.retry_after)


class Unreachable(FetchError):
    """No connection, no answer in time, an incomplete answer, or a server error (5xx, 429)."""

    retry = True


class ProxyFailed(FetchError):
    """The proxy could not or would not connect to this host. Says nothing of the site.

    `kind` is "proxy" where another attempt may succeed, else "proxy refused".
    """

    retry = True
    status: int = 0  # of the answer in which an HTTP proxy refuses a tunnel


class ProxyDown(ProxyFailed):
    """The proxy itself cannot be used. `kind` is "proxy" if it cannot be reached, "proxy setup" if its entry must change."""


class Malformed(FetchError):
    """An answer that HTTP does not allow."""


class Refused(FetchError):
    """Refused by the server (401, 403, 451), by its robots.txt, or by our guard."""

    ending = Ending.REFUSED


class Untrusted(Refused):
    """The server's TLS is not allowed by its entry in sources.yaml."""


class Gone(FetchError):
    """404, 410, or a page with status 200 that says it does not exist."""

    ending = Ending.GONE


class Challenged(FetchError):
    """A script to solve (瑞数 and others) instead of the page."""

    ending = Ending.CHALLENGED


class TooLarge(FetchError):
    """More bytes than a limit allows."""


class LeftAlone(FetchError):
    """A host that failed repeatedly and gets no more requests in this crawl. Its failures were reported before."""

    ending = Ending.SKIPPED


class ProxyGivenUp(LeftAlone):
    """A proxy that failed repeatedly and gets no more requests in this crawl, nor do the sites behind it."""

    ending = Ending.FAILED


class Unrendered(FetchError):
    """A page with `render: true` that no browser could render, or none is installed."""


class NotSaved(FetchError):
    """A replay holds nothing for this address. No fault of the site."""

    ending = Ending.SKIPPED


class Unplayable(FetchError):
    """A capture that another archive lists and cannot give, or gives only in part. It is not asked for again for some time."""


class ExtractError(CrawlerError):
    """A page that was fetched and gives no report."""

    def __init__(self, url: str | None, reason: str) -> None:
        super().__init__(f"{url}: {reason}" if url else reason)
        self.url = url
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.url, self.reason)  # by default pickle would pass the message only


class UnknownFormat(ExtractError):
    """Neither HTML nor a document format that can be read."""


class Unread(ExtractError):
    """A page that crashed the process that parsed it, or took it too long."""


class NoBody(ExtractError):
    """A page without an article."""


class UnreadDocument(ExtractError):
    """A document of a known format whose text cannot be read. `fault` is a word of `Report.unread`, such as needs_ocr."""

    def __init__(
        self, url: str | None, fault: str, reason: str, *, format: str = "", pages: int | None = None
    ) -> None:
        super().__init__(url, reason)
        self.fault = fault
        self.format = format  # a key of extract.FORMATS
        self.pages = pages

    def __reduce__(self) -> tuple[Any, ...]:
        return _unread_document, (self.url, self.fault, self.reason, self.format, self.pages)


def _unread_document(
    url: str | None, fault: str, reason: str, format: str, pages: int | None
) -> UnreadDocument:
    return UnreadDocument(url, fault, reason, format=format, pages=pages)


class PartOnly(ExtractError):
    """One page of an article without its other pages. It is never archived."""


class TextDiffers(ExtractError):
    """An archived page from which the current extractor reads another text than the archive has."""


class NotAReport(ExtractError):
    """An article that is no 法治政府建设情况报告, or none that the site's entry wants."""


class NotWanted(NotAReport):
    """A report that the site's entry does not want: one on another year."""


class ExpectationError(CrawlerError):
    """A site yields fewer reports than expected: it has dried up, or its layout has changed."""

    def __init__(self, site: str, expected: str, found: str) -> None:
        super().__init__(f"{site}: expected {expected}, found {found}: has the list layout changed?")
        self.site = site
        self.expected = expected
        self.found = found


class UnknownReport(CrawlerError):
    """No report, or several, have the id or address that was given; or the report has no such version."""

    exit_code = 2


class QueryTooLong(CrawlerError):
    """A question to an archive took longer than its time limit (`Reader.time_limit`)."""


class StateLocked(CrawlerError):
    """Another process writes to this state file."""

    exit_code = 3


class Halted(CrawlerError):
    """A request that could not be made when the crawl, or the use of its proxy, had to end. The next crawl makes it."""


class ArchiveError(CrawlerError):
    """The archive cannot be used."""


class NoArchive(ArchiveError):
    """There is no archive in the folder that a command names. Also for a program that reads one."""

    exit_code = 2

    @classmethod
    def at(cls, path: object) -> Self:
        """Return the error for a folder, with what to do."""
        return cls(f"{path}: no archive here; name one with --archive, or make one with `fazhi crawl`")


class ArchiveLocked(ArchiveError):
    """Another crawl writes to this archive."""

    exit_code = 3


class ArchiveDamaged(ArchiveError):
    """The archive is damaged or cannot be written."""

    exit_code = 4


class NotMerged(ArchiveDamaged):
    """Another archive has a fault. Nothing of it was copied, and this archive is as it was."""


class ArchiveTooNew(ArchiveError):
    """The archive's catalogue was written by a later version. This version neither reads nor changes it."""

    exit_code = 4


class NoTemporarySpace(ArchiveError):
    """The folder for temporary files (TMPDIR) is missing, full or read-only. Says nothing of the archive."""
