"""Tell receivers what has changed: by mail, webhook or chat, after a crawl, each change once.

`selection`: which changes a rule is for; `wording`: a message about them; `state`: what was told, and what is to be sent;
`receivers`: where to; `sending`: by apprise (extra `notify`); `job`: all of it, in the order that a kill cannot break.
"""
