"""`pool person`: how the first administrator comes to be."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from sqlmodel import select

from app.accounts.models import Appointment, Person
from app.cli import main
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.settings import get_settings
from tests.accounts.journey import EMAIL, PASSWORD
from tests.conftest import PLAIN_LOGS

pytestmark = pytest.mark.usefixtures("own_database")
Pool = Callable[..., int]


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Pool:
    monkeypatch.setenv("POOL_LANGUAGE", "en")
    get_settings.cache_clear()

    def run(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["pool", *words])
        try:
            main()
        except SystemExit as ended:
            return int(ended.code or 0)
        finally:
            structlog.configure(processors=PLAIN_LOGS)
        return 0

    return run


@pytest.fixture
def password(tmp_path: Path) -> str:
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    return str(tmp_path / "password")


def test_the_first_administrator_is_made_by_a_command(
    pool: Pool, password: str, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ("person", "add", EMAIL, "林美华", "--password-file", password)
    assert pool(*add, "--staff", "administrator", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["roles"], said["region"]) == (["administrator"], "440000")
    assert pool(*add) == 1
    assert "already" in capsys.readouterr().err
    appoint = ("person", "appoint", EMAIL, "--staff", "auditor")
    assert pool(*appoint, "--region", "441900") == 0
    assert "Auditor, Administrator" in capsys.readouterr().out
    with transaction(writes=False) as db:
        person = db.exec(select(Person)).one()
        assert person.verified_at
        rows = db.exec(select(Appointment)).all()
        assert {(one.role, one.region) for one in rows} == {
            ("administrator", "441900"),
            ("auditor", "441900"),
        }
        acts = [one.action for one in db.exec(select(AuditEntry).order_by(AuditEntry.number))]
        assert acts == ["person.added", "appointment.made", "appointment.made"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("add", "nobody", "Lin"), "like name@example.com"),
        (("add", EMAIL, "Lin", "--staff", "auditor", "--region", "990000"), "no region"),
        (("appoint", EMAIL, "--staff", "auditor"), "no confirmed account"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    pool: Pool,
    password: str,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    why: str,
) -> None:
    given = ("--password-file", password) if words[0] == "add" else ()
    assert pool("person", *words, *given) == 1
    assert why in capsys.readouterr().err
    with transaction(writes=False) as db:
        assert not db.exec(select(Person)).all()
