"""Words in the reader's language: English msgids in the code, Chinese in `app/locale`."""

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parent.parent / "locale"
FOLDERS = {"zh-Hans": "zh_Hans", "en": "en"}
LANGUAGES = tuple(FOLDERS)
DEFAULT = "zh-Hans"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT)


def current_language() -> str:
    """The language of whoever is being answered: `zh-Hans` or `en`."""
    return _language.get()


@contextmanager
def use_locale(language: str) -> Iterator[None]:
    """Answer in this language until the block ends; `KeyError` for one that we lack."""
    token = _language.set({name: name for name in LANGUAGES}[language])
    try:
        yield
    finally:
        _language.reset(token)


def _(message: str, /, **values: object) -> str:
    """The message in the reader's language with its `{name}` placeholders filled."""
    said = translate(message)
    return said.format(**values) if values else said


def ngettext(singular: str, plural: str, n: int, /, **values: object) -> str:
    """The form that fits the number; `{n}` is filled with it."""
    return translate_plural(singular, plural, n).format(**{"n": n, **values})


def mark(message: str) -> str:
    """The message unchanged: tells extraction that it will be translated where it is shown."""
    return message


def translate(message: str) -> str:
    """The message in the reader's language, placeholders as they are."""
    # gettext answers the empty message with the catalogue's own header.
    return _catalogue(_language.get()).gettext(message) if message else ""


def translate_plural(singular: str, plural: str, n: int) -> str:
    """The form that fits the number, placeholders as they are."""
    return _catalogue(_language.get()).ngettext(singular, plural, n)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    folder = FOLDERS[language]
    return gettext.translation("messages", LOCALES, languages=[folder], fallback=True)


def compile_catalogues(folder: Path = LOCALES) -> list[Path]:
    """Compile every catalogue that changed since it was last compiled; return those written."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/messages.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        _compile(source, target)
        written.append(target)
    _catalogue.cache_clear()
    return written


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name)
    fresh = target.with_suffix(f".{os.getpid()}.new")  # processes that start together may meet
    with fresh.open("wb") as out:
        write_mo(out, catalogue)
    fresh.replace(target)  # readers see the old catalogue or the new one, never half
