"""What the commands of the viewer share: the extra that they need, and the public address of a site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from crawler.errors import ConfigError, CrawlerError


@contextmanager
def needs_web() -> Iterator[None]:
    """Within the block, tell by a CrawlerError that the extra `web` is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("jinja2", "starlette", "uvicorn"):
            raise
        raise CrawlerError("the viewer needs the extra `web`: pip install 'fazhi[web]'") from error


def base_url_checked(base_url: str | None) -> str | None:
    """Return the value of --base-url. Raises ConfigError if it is no address of a site."""
    if base_url is not None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ConfigError(f"--base-url {base_url}: must be an address such as https://example.org/fazhi")
    return base_url
