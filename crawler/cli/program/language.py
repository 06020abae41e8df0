"""Which language a command speaks: `--lang`, before or after the command; else FAZHI_LANG; else the locale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crawler.errors import ConfigError
from crawler.language import LANGUAGES, language_of_locale, speak

OPTION, VARIABLE = "--lang", "FAZHI_LANG"


def speak_as_asked(arguments: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """Set the language of messages, and return the arguments without `--lang`. Raises ConfigError for another language.

    It is done before anything else, so that help and faults in other arguments are told in it.
    """
    speak(language_of_locale(environment))
    rest, given = _taken_out(arguments)
    where = OPTION if given is not None else VARIABLE
    wanted = environment.get(VARIABLE) or None if given is None else given
    if wanted is not None:
        if wanted not in LANGUAGES:
            raise ConfigError(f"{where} {wanted}: must be one of {', '.join(LANGUAGES)}")
        speak(wanted)
    return rest


def _taken_out(arguments: Sequence[str]) -> tuple[list[str], str | None]:
    """Return the arguments without `--lang`, and its value, the last one if it stands there twice. `--` ends the options."""
    rest: list[str] = []
    given = None
    words = iter(arguments)
    for word in words:
        if word == "--":
            return [*rest, word, *words], given
        if word == OPTION:
            given = next(words, "")
        elif word.startswith(OPTION + "="):
            given = word.partition("=")[2]
        else:
            rest.append(word)
    return rest, given
