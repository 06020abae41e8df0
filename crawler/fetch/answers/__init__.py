"""What an answer means, decided from the answer alone: a page, a redirect, a refusal, a challenge, "not found" with status 200.

`redirects` finds the target of a redirect; `judge` raises the error for an answer that is not the page; `notices`
recognises pages that are only a message; `visible_text` gives both the text that a visitor sees.
"""
