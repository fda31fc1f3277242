"""Many tries at once: counted one by one, and what works once works once."""

import threading
from collections.abc import Callable

import pytest

from app.accounts import entering, passwords, second_factor, throttle, tickets
from app.accounts.models import Person, Purpose
from app.accounts.sessions import Browser
from app.core.db import transaction
from tests import people
from tests.accounts.journey import EMAIL, PASSWORD, an_account, code, with_app
from tests.curation.test_races import at_once

pytestmark = pytest.mark.usefixtures("own_database")
TRIES = 24


def committed(act: Callable[..., object]) -> Callable[[], object]:
    def run() -> object:
        with transaction() as db:
            return act(db)

    return run


def test_wrong_passwords_tried_at_once_are_looked_at_ten_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with transaction() as db:
        an_account(db)
    looked, guard = [0], threading.Lock()

    def look(_person: Person | None, _password: str) -> bool:
        with guard:
            looked[0] += 1
        return False

    monkeypatch.setattr(passwords, "is_right", look)
    sites = [Browser(f"10.0.0.{number}", "") for number in range(TRIES)]
    tries = [committed(lambda db, b=b: entering.sign_in(db, EMAIL, "wrong", b)) for b in sites]
    outcomes = at_once(*tries)
    assert looked == [throttle.PASSWORDS.tries]
    assert outcomes.count(None) == throttle.PASSWORDS.tries
    refused = [one for one in outcomes if isinstance(one, throttle.TooMany)]
    assert len(refused) == TRIES - throttle.PASSWORDS.tries


def test_one_code_shown_twice_at_once_is_right_once() -> None:
    with transaction() as db:
        by = people.visitor(db, with_app(db, an_account(db)))
    said = code()
    prove = committed(lambda db: second_factor.is_proven(db, said, by=by))
    assert sorted(at_once(prove, prove, prove)) == [False, False, True]


def test_one_link_followed_twice_at_once_works_once() -> None:
    with transaction() as db:
        an_account(db)
        token = tickets.issue(db, Purpose.RESET, EMAIL)
    use = committed(lambda db: tickets.use(db, Purpose.RESET, token) is not None)
    assert sorted(at_once(use, use, use)) == [False, False, True]


def test_one_address_registered_twice_at_once_gets_one_account() -> None:
    wish = entering.Wish(EMAIL, "Lin", PASSWORD, "en")
    register = committed(lambda db: entering.register(db, wish, Browser("", "")))
    assert at_once(register, register, register) == [None, None, None]
