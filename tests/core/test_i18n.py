"""Words, dates and money in the visitor's language."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.responses import HTMLResponse

from app.core import i18n
from app.core.formats import format_date, format_moment, format_money, format_number
from app.core.i18n import _, compile_catalogues, current_language, ngettext, use_locale
from app.core.language import LanguageMiddleware, negotiate

CATALOGUE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "By {who}"
msgstr "{who} 提供"

msgid "{n} case"
msgid_plural "{n} cases"
msgstr[0] "{n} 个案例"
"""


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    compile_catalogues(tmp_path)
    yield folder
    i18n._catalogue.cache_clear()


def test_a_message_is_said_in_the_language_in_use(words: Path) -> None:
    with use_locale("zh-Hans"):
        assert _("By {who}", who="甲公司") == "甲公司 提供"
        assert ngettext("{n} case", "{n} cases", 3) == "3 个案例"
    with use_locale("en"):
        assert _("By {who}", who="A") == "By A"
        assert ngettext("{n} case", "{n} cases", 3) == "3 cases"
        assert ngettext("{n} case", "{n} cases", 1) == "1 case"


def test_the_empty_message_is_not_the_catalogue_header(words: Path) -> None:
    assert _("") == ""


def test_a_message_without_values_may_hold_braces() -> None:
    assert _("{as it is}") == "{as it is}"


def test_a_language_that_we_lack_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError), use_locale("fr"):
        pass


def test_only_changed_catalogues_are_compiled(words: Path) -> None:
    assert compile_catalogues(words.parent.parent) == []
    source = words / "messages.po"
    source.write_text(CATALOGUE.replace("提供", "出品"), encoding="utf-8")
    later = (words / "messages.mo").stat().st_mtime + 10
    os.utime(source, (later, later))
    assert compile_catalogues(words.parent.parent) == [words / "messages.mo"]
    with use_locale("zh-Hans"):
        assert _("By {who}", who="甲") == "甲 出品"


@pytest.mark.parametrize(
    ("asked", "chosen", "accepted", "language"),
    [
        ("en", "zh-Hans", "zh", "en"),
        ("", "en", "zh", "en"),
        ("klingon", "", "en-GB", "en"),
        ("", "", "fr, en;q=0.8, zh-TW;q=0.9", "zh-Hans"),
        ("", "", "zh_CN", "zh-Hans"),
        ("", "", "en;q=0, fr", "zh-Hans"),
        ("", "", "en;q=x", "zh-Hans"),
        ("", "", "*", "zh-Hans"),
        ("", "", "", "zh-Hans"),
    ],
)
def test_the_language_asked_for_wins_then_chosen_then_accepted(
    asked: str, chosen: str, accepted: str, language: str
) -> None:
    assert negotiate(asked, chosen, accepted) == language


def test_a_choice_made_by_address_is_remembered() -> None:
    app = FastAPI()
    app.add_middleware(LanguageMiddleware)

    @app.get("/")
    def say() -> HTMLResponse:
        return HTMLResponse(current_language())

    with TestClient(app) as client:
        assert client.get("/").text == "zh-Hans"
        chosen = client.get("/?lang=en")
        assert (chosen.text, chosen.headers["content-language"]) == ("en", "en")
        assert "lang=en; Path=/" in chosen.headers["set-cookie"]
        again = client.get("/")
        assert again.text == "en"
        assert "set-cookie" not in again.headers
        assert "set-cookie" not in client.get("/?lang=klingon").headers


def test_days_and_moments_are_those_of_china() -> None:
    late = datetime(2026, 11, 21, 20, 5, tzinfo=UTC)
    assert format_date(late) == "2026-11-22"
    assert format_moment(late) == "2026-11-22 04:05"
    assert format_date(date(2026, 1, 2)) == "2026-01-02"
    assert format_date("2024-03") == "2024-03"
    assert (format_date(None), format_moment(None)) == ("", "")


@pytest.mark.parametrize(
    ("fen", "chinese", "english"),
    [
        (None, "", ""),
        (0, "¥0", "CNY 0"),
        (980_050, "¥9,800.50", "CNY 9,800.50"),
        (12_500_000, "12.5 万元", "CNY 125,000"),
        (1_000_000, "1 万元", "CNY 10,000"),
        (12_345_600, "¥123,456", "CNY 123,456"),
        (100_000_000, "100 万元", "CNY 1,000,000"),
        (25_000_000_000, "2.5 亿元", "CNY 250,000,000"),
    ],
)
def test_money_is_short_where_that_is_exact(fen: int | None, chinese: str, english: str) -> None:
    with use_locale("zh-Hans"):
        assert format_money(fen) == chinese
    with use_locale("en"):
        assert format_money(fen) == english


def test_numbers_have_their_thousands_apart() -> None:
    assert [format_number(n) for n in (None, 12345, 0)] == ["", "12,345", "0"]
