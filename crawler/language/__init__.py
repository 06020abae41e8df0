"""The language of messages: English in code, archives, logs and JSON; translated where a command shows it to a person.

A message is written in English where it arises, and stays English wherever a program may read it. `translate` gives a
whole message in the language of the command: it finds the entry of `zh_CN.po` that the message was made from, and fills
in its values. So the details that an archive holds, of whatever age, are translated by the same table as a new error.
"""

from __future__ import annotations

from crawler.language.choice import LANGUAGES, language_of_locale
from crawler.language.translation import language, speak, translate

__all__ = ["LANGUAGES", "language", "language_of_locale", "speak", "translate"]
