"""Read pages, lists and documents in a child process: one that hangs, crashes or takes all memory fails alone.

A job is a pure function of a module and its arguments, such as `extract(body, headers, url, hint=…)`; the answer is what it
returns or raises. `pages.PageProcess` is for the event loop, `alone.read_alone` for code without one;
`pool.ReadingPool` reads many pages at once for such code, and `look_ahead` finds them early. `processors` counts processors. `process` starts and
keeps the children, `channel` talks to one from an event loop, `child` is what runs in it, `frames` the form of a message.
Import from these modules: this one imports nothing, because the child imports it too.
"""
