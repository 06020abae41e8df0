"""The viewer: a read-only site over one archive, for browsers, feed readers and scripts. It needs the extra `web`.

`application` makes the site (ASGI), `serving` runs it. `pages/` has one module a page: a pure function from a Question to an
Answer, which asks the same library calls as the commands. `formats` writes an Answer as HTML, JSON, CSV, text or Atom.
"""

from crawler.web.application import application
from crawler.web.settings import Settings

__all__ = ["Settings", "application"]
