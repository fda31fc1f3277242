"""Which passwords are taken, and how they are kept."""

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.accounts import passwords
from app.accounts.models import Person
from app.core.i18n import use_locale


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("短密码一二三四", "at least 10"),
        ("x" * 129, "at most 128"),
        ("1234567890", "tried first"),
        ("Password2024!", "tried first"),
        ("aaaaaaaaaaaaaa", "tried first"),
        ("lin.meihua2024", "own name or address"),
        ("林美华林美华林美华123", "own name or address"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str, why: str) -> None:
    with use_locale("en"):
        assert why in passwords.fault_of(password, "林美华", "lin.meihua@example.com")


@pytest.mark.parametrize(
    "password", ["three quiet rivers", "七上八下的注塑机声音很大", "x7!kQ#92mLp"]
)
def test_a_password_of_some_length_is_taken(password: str) -> None:
    assert passwords.fault_of(password, "林美华", "lin@example.com") == ""


def test_the_same_password_from_another_keyboard_is_right() -> None:
    person = Person(email="a", name="a", password=passwords.hash_password("ｔｈｒｅｅ rivers ½"))
    assert passwords.is_right(person, "three rivers 1⁄2")
    assert not passwords.is_right(person, "three rivers 1/3")


def test_a_password_hashed_at_another_price_is_hashed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(email="a", name="a", password=passwords.hash_password("three quiet rivers"))
    before = person.password
    monkeypatch.setattr(passwords, "_hashes", PasswordHash([Argon2Hasher(2, 8, 1)]))
    assert passwords.is_right(person, "three quiet rivers")
    assert person.password != before
    assert passwords.is_right(person, "three quiet rivers")


def test_where_there_is_no_account_a_hash_of_the_usual_price_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()  # the real price
    passwords._nobodys.cache_clear()
    assert not passwords.is_right(None, "three quiet rivers")
    assert passwords.KIBIBYTES >= 2**16
    assert not passwords._hashes.current_hasher.check_needs_rehash(passwords._nobodys())
