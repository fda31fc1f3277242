"""Mail is written with the change that it tells of, and sent once."""

import smtplib
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app.core import mail, worker
from app.core.db import transaction
from app.core.outbox import Job
from app.core.settings import Settings, get_settings
from app.core.templates import make_environment


@pytest.fixture(autouse=True)
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "hello.txt").write_text("你好 {{ name }}\n\n{{ home }}/x?a=1&b=2\n")
    environment = make_environment(tmp_path).overlay(autoescape=False)
    monkeypatch.setattr(mail, "_environment", lambda: environment)


class Server:
    """A mail server that keeps what it is given."""

    sent: list[Any] = []  # noqa: RUF012  each test empties it
    is_away = False

    def __init__(self, *_address: Any, **_options: Any) -> None:
        if self.is_away:
            raise ConnectionRefusedError

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_exc: object) -> None: ...

    def ehlo(self) -> None: ...

    def has_extn(self, _name: str) -> bool:
        return False

    def send_message(self, message: Any) -> None:
        self.sent.append(message)


def write() -> None:
    with transaction() as db:
        mail.write(db, "somebody@example.com", "hello", name="<甲>")


def kept() -> mail.Mail:
    with transaction(writes=False) as db:
        return db.exec(select(mail.Mail)).one()


def test_where_nothing_is_sent_the_mail_can_be_read(own_database: Settings) -> None:
    write()
    worker.drain()
    assert mail.is_only_shown()
    found = kept()
    assert found.subject == "你好 <甲>"
    assert "/x?a=1&b=2" in found.text
    assert found.sent_at


def test_a_sent_mail_leaves_no_words_behind(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOL_MAIL_URL", "smtp://mail.example:25")
    get_settings.cache_clear()
    monkeypatch.setattr(smtplib, "SMTP", Server)
    Server.sent, Server.is_away = [], True
    write()
    worker.drain()
    assert kept().sent_at is None
    with transaction() as db:  # the server that was away is back, some seconds later
        db.exec(select(Job)).one().run_after = kept().at
    worker._resting.clear()
    Server.is_away = False
    worker.drain()
    assert [message["To"] for message in Server.sent] == ["somebody@example.com"]
    assert kept().text == ""
