"""Many machines: any number of workers visit, one process enters. They need the extra `spread`.

In the order of the data: `planning` (which servers are due), `queue/` (jobs in PostgreSQL), `worker` (runs visits, with
`leases` on the servers and a `scratch` folder), `visit` (the crawl of one server's sites), `places` (where segments wait),
`enterer` (into the archive).
"""

import logging

logging.getLogger("crawler.spread").addHandler(logging.NullHandler())
"""Without it Python would print bare names of events on stderr."""
