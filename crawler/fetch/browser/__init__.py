"""Drawing pages with Chromium, for sources with `render: true`. The browser has no network: every request is answered by us.

`render` decides what is drawn and recorded, `chromium` starts and ends the browser, `drawing` handles one page.
"""
