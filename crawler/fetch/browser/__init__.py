"""Draw pages with Chromium, for sources with `render: true`. The browser has no network: every request is answered by us.

`render` fetches a page, has it drawn, records and judges the result. `drawing` answers the requests of one page and
decides when it has settled. `chromium` starts, drives and ends the browser.
"""
