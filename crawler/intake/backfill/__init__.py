"""Bring in reports that public web archives have kept, as evidence of second hand that says so.

In the order of a run:

- `choice`: which archives; `archives/`: one module for each kind
- `job`: a whole run; `site_fill`: one site in one archive
- `asked`: what an archive is asked; `index`: what its index answers; `state`: what was asked and answered, for the next run
- `todo`: which captures are fetched
- `keep`: record a capture, read it, store its report

Nothing is asked of the sites themselves. `crawler.fetch.archive_client` sends the requests.
"""
