"""What an answer means, decided from the answer alone: a page, a redirect, a refusal, a challenge, "not found" with status 200.

`judge` is the way in. `notices` knows pages that are only a message, `redirects` where an answer leads on to.
"""
