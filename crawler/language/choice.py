"""Which language a command speaks: that of --lang, of FAZHI_LANG, or of the locale, as gettext reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

LANGUAGES = ("en", "zh")
"""Languages of messages, by their codes of ISO 639-1. The first is that of the code."""

_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is not empty counts


def language_of_locale(environment: Mapping[str, str]) -> str:
    """Return the language of messages that the environment's locale asks for; "en" if it asks for none of LANGUAGES.

    LANGUAGE is a list of locales by preference, and counts only if the locale is not C or POSIX, as in GNU gettext.
    """
    locale = next((environment[name] for name in _LOCALE_VARIABLES if environment.get(name)), "C")
    if _language(locale) in ("c", "posix"):
        return LANGUAGES[0]
    return next((name for name in _preferred(environment, locale) if name in LANGUAGES), LANGUAGES[0])


def _preferred(environment: Mapping[str, str], locale: str) -> Iterator[str]:
    yield from map(_language, filter(None, environment.get("LANGUAGE", "").split(":")))
    yield _language(locale)


def _language(locale: str) -> str:
    """Return the language of a locale such as `zh_CN.UTF-8@pinyin`: "zh"."""
    return locale.partition("@")[0].partition(".")[0].partition("_")[0].partition("-")[0].lower()
