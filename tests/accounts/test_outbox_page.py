"""The page of mails for development, and what is swept out each day."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts import entering, sessions, throttle, tickets, tidying
from app.accounts.models import SignIn, Throttle, Ticket
from app.accounts.sessions import Browser
from app.core.db import now
from app.core.settings import get_settings
from tests import people
from tests.accounts.journey import register

PAGE = "/development/mail"


def test_where_nothing_sends_mail_its_links_can_be_followed(
    browser: TestClient, db: Session
) -> None:
    assert "No mail yet" in browser.get(PAGE).text
    register(browser)
    text = browser.get(PAGE).text
    assert '<a href="http://127.0.0.1:8000/confirm?token=' in text


def test_where_mail_is_sent_nobody_reads_it_here(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as set_up:
        set_up.setenv("POOL_MAIL_URL", "smtp://localhost")
        get_settings.cache_clear()
        assert browser.get(PAGE).status_code == 404
    get_settings.cache_clear()


def test_what_is_over_is_swept_out(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    entering.forget(db, "nobody@example.com", Browser("203.0.113.9", ""))
    sessions.begin(db, people.a_person(db), Browser("", ""))
    db.flush()
    tidying.sweep(db)
    kept = [len(db.exec(select(table)).all()) for table in (Throttle, Ticket, SignIn)]
    assert kept == [2, 1, 1]
    for module in (throttle, tickets, sessions):
        monkeypatch.setattr(module, "now", lambda: now() + timedelta(days=200))
    tidying.sweep(db)
    assert not any(db.exec(select(table)).all() for table in (Throttle, Ticket, SignIn))
