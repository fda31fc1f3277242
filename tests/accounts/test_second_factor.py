"""The second factor: set up, shown, never twice with one code, obligatory for staff."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts import second_factor, throttle, visitor
from app.accounts.models import Person, RecoveryCode, StaffRole
from app.accounts.second_factor import SetUp
from app.core.db import now
from tests import people
from tests.accounts import journey
from tests.accounts.journey import SECRET, an_account, code, sign_in, subjects, with_app

PAGE = "/account/second-factor"


@pytest.fixture
def known_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_factor.pyotp, "random_base32", lambda: SECRET)


def sealed(page: str) -> str:
    return re.findall(r'name="sealed" value="([^"]+)"', page)[0]


@pytest.mark.usefixtures("known_secret")
def test_staff_are_led_to_set_up_a_second_factor_and_then_on(
    browser: TestClient, db: Session
) -> None:
    person = an_account(db)
    db.add(people.Appointment(person_id=person.id, role="reviewer", region=people.PROVINCE))
    page = sign_in(browser, next="/account")
    assert (page.url.path, page.url.params["next"]) == (f"{PAGE}/set-up", "/account")
    assert page.headers["cache-control"] == "no-store"
    picture = browser.get(re.findall(r'src="([^"]+picture[^"]+)"', page.text)[0])
    assert picture.headers["content-type"] == "image/svg+xml"
    form = {"sealed": sealed(page.text), "code": "000000", "next": "/account"}
    assert browser.post(f"{PAGE}/set-up", data=form).status_code == 422
    before = browser.cookies["pool"]
    answer = browser.post(f"{PAGE}/set-up", data={**form, "code": code()})
    assert len(re.findall(r"<code>\w{5}-\w{5}</code>", answer.text)) == second_factor.CODES
    assert browser.cookies["pool"] != before
    assert browser.get("/account").url.path == "/account"
    assert SECRET not in str(db.get_one(Person, person.id).totp_secret)
    assert len(subjects(db)) == 1


def test_after_the_password_comes_the_code_and_it_works_once(
    browser: TestClient, db: Session
) -> None:
    with_app(db, an_account(db))
    page = sign_in(browser, next="/search?q=mes")
    assert (page.url.path, page.url.params["next"]) == (PAGE, "/search?q=mes")
    assert browser.get("/account").url.path == PAGE
    used = code()
    answer = browser.post(PAGE, data={"code": used, "next": "/search?q=mes"})
    assert (answer.url.path, answer.url.params["q"]) == ("/search", "mes")
    sign_in(browser)
    assert browser.post(PAGE, data={"code": used}).status_code == 422
    assert browser.post(PAGE, data={"code": code(1)}).url.path == "/account"


def test_a_code_may_be_one_step_off_and_no_more(db: Session) -> None:
    person = with_app(db, an_account(db))
    by = people.visitor(db, person)
    said = [second_factor.is_proven(db, code(steps), by=by) for steps in (-2, 2, -1, 0, 1, 0)]
    assert said == [False, False, True, True, True, False]


def test_codes_are_counted_like_passwords(db: Session) -> None:
    by = people.visitor(db, with_app(db, an_account(db)))
    for _try in range(throttle.CODES.tries):
        assert not second_factor.is_proven(db, "000000", by=by)
    with pytest.raises(throttle.TooMany):
        second_factor.is_proven(db, code(), by=by)


def test_a_recovery_code_works_once_and_its_owner_is_told(db: Session) -> None:
    by = people.visitor(db, with_app(db, an_account(db)))
    first, *_others = second_factor.renew_codes(db, by=by)
    assert not second_factor.is_proven(db, "AAAAA-AAAAA", by=by)
    assert second_factor.is_proven(db, first.lower().replace("-", " "), by=by)
    assert not second_factor.is_proven(db, first, by=by)
    assert second_factor.count_codes(db, by) == second_factor.CODES - 1
    assert len(subjects(db)) == 1
    kept = {one.code for one in db.exec(select(RecoveryCode)).all()}
    assert first not in kept


def test_new_codes_make_the_earlier_ones_worthless(db: Session) -> None:
    by = people.visitor(db, with_app(db, an_account(db)))
    earlier = second_factor.renew_codes(db, by=by)
    second_factor.renew_codes(db, by=by)
    assert not second_factor.is_proven(db, earlier[0], by=by)


def test_a_password_alone_replaces_no_second_factor(browser: TestClient, db: Session) -> None:
    person = with_app(db, an_account(db))
    sign_in(browser)
    assert browser.get(f"{PAGE}/set-up").url.path == PAGE
    by = people.visitor(db, person, has_second_factor=False)
    form = {"sealed": second_factor.prepare(by).sealed, "code": code()}
    assert browser.post(f"{PAGE}/set-up", data=form).status_code == 403
    assert browser.post(f"{PAGE}/off").url.path == PAGE
    assert db.get_one(Person, person.id).totp_since


def test_a_sealed_secret_is_good_for_its_owner_and_its_time(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = (people.visitor(db, people.a_person(db)) for _ in range(2))
    prepared = second_factor.prepare(mine)
    assert second_factor.reopen(mine, prepared.sealed) == prepared
    assert second_factor.reopen(other, prepared.sealed) is None
    assert second_factor.reopen(mine, "forged") is None
    monkeypatch.setattr(second_factor, "SEALED", -1)
    assert second_factor.reopen(mine, prepared.sealed) is None


def test_switching_off_needs_the_password_again(
    browser: TestClient, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = with_app(db, an_account(db))
    sign_in(browser)
    browser.post(PAGE, data={"code": code()})
    with monkeypatch.context() as later:
        later.setattr(visitor, "now", lambda: now() + timedelta(minutes=16))
        page = browser.post(f"{PAGE}/off", headers={"Referer": f"http://testserver{PAGE}"})
        assert (page.url.path, page.url.params["next"]) == ("/sign-in/again", PAGE)
        assert browser.post("/sign-in/again", data={"password": "wrong"}).status_code == 422
    form = {"password": journey.PASSWORD, "next": PAGE}
    assert browser.post("/sign-in/again", data=form).url.path == PAGE
    browser.post(f"{PAGE}/off")
    assert db.get_one(Person, person.id).totp_since is None
    assert not db.exec(select(RecoveryCode)).all()


def test_staff_replace_their_second_factor_but_never_go_without(
    client: TestClient, db: Session
) -> None:
    person = with_app(db, people.staff(db, StaffRole.INSPECTOR))
    people.sign_in(client, db, person)
    assert "Switch off" not in client.get(PAGE).text
    assert client.post(f"{PAGE}/off").status_code == 403
    by = people.visitor(db, person)
    new = SetUp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "")
    said = second_factor.pyotp.TOTP(new.secret).now()
    assert second_factor.set_up(db, new, said, by=by)


def test_the_factor_says_so_when_the_key_of_the_service_has_changed(db: Session) -> None:
    person = an_account(db, totp_secret="unreadable", totp_since=now())
    with pytest.raises(second_factor.Conflict, match="key of this service changed"):
        second_factor.is_proven(db, "123456", by=people.visitor(db, person))
