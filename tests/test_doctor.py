"""`pool doctor`: every rule of every check, and the command as an operator runs it."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.models import StaffRole
from app.catalogue import index as catalogue_index
from app.core import audit
from app.core.db import at, now, transaction
from app.core.outbox import Job
from app.core.settings import Settings, get_settings
from app.curation import trail
from app.health import configuration, database, index, machine, trust
from app.health.findings import Examination, Finding, Level, secrets_in
from search.engine import Kind
from tests.factories import a_record
from tests.people import staff

NOTHING = Examination()


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """Sets variables as an operator would; the settings are read afresh."""
    monkeypatch.setenv("POOL_HOME", str(tmp_path))
    get_settings.cache_clear()
    yield monkeypatch
    get_settings.cache_clear()


def test_a_variable_that_nothing_reads_is_told_with_the_one_that_was_meant() -> None:
    given = ["POOL_PORT", "POOL_PROT", "POOL_SECRETS", "POOL_TEST_POSTGRES", "POOL_XYZZY"]
    unknown = configuration.unknown_variables(given)
    assert list(unknown) == ["POOL_PROT", "POOL_XYZZY"]
    assert "POOL_PORT" in unknown["POOL_PROT"]


def test_a_file_of_secrets_that_is_no_setting_is_told(
    operator: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "pool_secret_kye").write_text("x")
    operator.setenv("POOL_SECRETS", str(tmp_path))
    found = configuration.settings(NOTHING)
    assert found.level is Level.WARNING
    assert "POOL_SECRET_KYE" in found.said


def test_secrets_that_everybody_can_read_are_told(
    operator: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o755)
    (folder / "pool_secret_key").write_text("x")
    (folder / "pool_secret_key").chmod(0o644)
    operator.setenv("POOL_SECRETS", str(folder))
    assert configuration.secrets(NOTHING).level is Level.WARNING
    folder.chmod(0o700)
    assert configuration.secrets(NOTHING).level is Level.OK


@pytest.mark.parametrize(
    ("url", "environment", "level"),
    [
        ("http://127.0.0.1:8000", "development", Level.OK),
        ("https://pool.example.cn", "production", Level.OK),
        ("http://pool.example.cn", "production", Level.WARNING),
        ("pool.example.cn", "production", Level.PROBLEM),
    ],
)
def test_the_public_address_is_one_for_visitors(
    operator: pytest.MonkeyPatch, url: str, environment: str, level: Level
) -> None:
    operator.setenv("POOL_PUBLIC_URL", url)
    operator.setenv("POOL_ENVIRONMENT", environment)
    operator.setenv("POOL_SECRET_KEY", "0123456789abcdef0123456789abcdef")
    assert configuration.public_url(NOTHING).level is level


@pytest.mark.parametrize(
    ("found", "level"),
    [
        ({"Python": (3, 11, 0), "SQLite": (3, 40, 1)}, Level.OK),
        ({"Python": (3, 10, 9)}, Level.PROBLEM),
        ({"PostgreSQL": (12, 4)}, Level.PROBLEM),
    ],
)
def test_versions_are_compared_as_numbers(found: dict[str, tuple[int, ...]], level: Level) -> None:
    assert machine.judge_versions(found).level is level


def test_elasticsearch_and_its_client_share_a_major_version() -> None:
    assert machine.judge_majors((9, 5, 1), {"9.5.0", "9.4.2"}).level is Level.OK
    assert machine.judge_majors((9, 5, 1), {"9.5.0", "8.19.1"}).level is Level.PROBLEM


@pytest.mark.parametrize(
    ("free", "level"),
    [(0.4, Level.PROBLEM), (1.9, Level.WARNING), (2.1, Level.OK)],
)
def test_room_on_the_disk(free: float, level: Level, tmp_path: Path) -> None:
    assert machine.judge_free(free * machine.GIB, tmp_path).level is level


def test_a_home_that_is_missing_is_told(operator: pytest.MonkeyPatch, tmp_path: Path) -> None:
    operator.setenv("POOL_HOME", str(tmp_path / "gone"))
    assert machine.disk(NOTHING).level is Level.PROBLEM


@pytest.mark.parametrize(
    ("current", "level"),
    [({"2"}, Level.OK), ({"1"}, Level.PROBLEM), (set(), Level.PROBLEM), ({"3"}, Level.WARNING)],
)
def test_the_age_of_the_database(current: set[str], level: Level) -> None:
    assert database.judge_revisions(current, {"2"}, {"1", "2"}).level is level


def test_clocks_that_differ_by_more_than_a_lease_can_bear_are_told() -> None:
    at = now()
    assert database.judge_clock(at, at + timedelta(seconds=4)).level is Level.OK
    assert database.judge_clock(at, at - timedelta(seconds=6)).level is Level.WARNING


@pytest.mark.parametrize(
    ("indexed", "listed", "lag", "level"),
    [
        (5, 5, None, Level.OK),
        (4, 5, None, Level.PROBLEM),
        (4, 5, timedelta(seconds=3), Level.OK),
        (5, 5, timedelta(minutes=11), Level.PROBLEM),
    ],
)
def test_an_index_may_lag_but_not_for_long(
    indexed: int, listed: int, lag: timedelta | None, level: Level
) -> None:
    assert index.judge_counts(indexed, listed, lag).level is level


def test_jobs_that_were_given_up_are_listed_with_their_reasons(own_database: Settings) -> None:
    with transaction() as db:
        for number in range(25):
            db.add(Job(name="catalogue.index", attempts=12, dead_at=now(), error=f"no {number}"))
        db.add(Job(name="mail.send", attempts=12, dead_at=now(), error="refused"))
    found = database.outbox(NOTHING)
    assert found.level is Level.PROBLEM
    assert found.details[:2] == ("catalogue.index: 25", "mail.send: 1")
    assert len(found.details[2:]) == database.MOST_SHOWN
    assert "catalogue.index" in found.details[2]
    assert found.details[2].endswith("no 0")
    assert "pool outbox --retry" in found.remedy


def test_what_the_index_lacks_is_told_roughly_and_thoroughly(own_database: Settings) -> None:
    catalogue_index.get_searcher.cache_clear()
    assert index.content(NOTHING).level is Level.OK
    with transaction() as db:
        a_record(db, Kind.SOLUTION)
        db.connection().execute(text("DELETE FROM job"))  # so nothing is on its way
    for examination in (NOTHING, Examination(thorough=True)):
        found = index.content(examination)
        assert found.level is Level.PROBLEM
        assert "check-index --repair" in found.remedy
    catalogue_index.get_searcher().close()
    catalogue_index.get_searcher.cache_clear()


@contextmanager
def a_mail_server(greeting: bytes) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as lines:
                connection.sendall(greeting)
                for line in lines:
                    is_end = line.upper().startswith(b"QUIT")
                    connection.sendall(b"221 bye\r\n" if is_end else b"250 fine\r\n")
                    if is_end:
                        break

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def mail(operator: pytest.MonkeyPatch, url: str) -> Finding:
    operator.setenv("POOL_MAIL_URL", url)
    get_settings.cache_clear()
    return machine.mail(NOTHING)


def test_no_mail_server_is_no_problem_but_a_wrong_one_is(operator: pytest.MonkeyPatch) -> None:
    assert machine.mail(NOTHING).level is Level.OK
    assert mail(operator, "console://").level is Level.OK
    assert mail(operator, "mail.example.cn").level is Level.PROBLEM
    assert mail(operator, "smtp://127.0.0.1:1").level is Level.PROBLEM


def in_production(operator: pytest.MonkeyPatch, **more: str) -> None:
    values = {"ENVIRONMENT": "production", "SECRET_KEY": "0123456789abcdef" * 2, **more}
    for name, value in values.items():
        operator.setenv(f"POOL_{name}", value)
    get_settings.cache_clear()


def test_in_production_somebody_gets_the_mails(operator: pytest.MonkeyPatch) -> None:
    in_production(operator)
    assert machine.mail(NOTHING).level is Level.PROBLEM
    assert mail(operator, "console://").level is Level.PROBLEM


@pytest.mark.parametrize(
    ("url", "client", "level"),
    [
        ("", "", Level.OK),
        ("https://id.example.cn", "pool", Level.OK),
        ("http://id.example.cn", "pool", Level.WARNING),
        ("https://id.example.cn", "", Level.PROBLEM),
    ],
)
def test_an_identity_provider_is_set_whole_or_not_at_all(
    operator: pytest.MonkeyPatch, url: str, client: str, level: Level
) -> None:
    in_production(operator, OIDC_URL=url, OIDC_CLIENT_ID=client, OIDC_CLIENT_SECRET="hidden")
    assert configuration.identity_provider(NOTHING).level is level
    assert "hidden" in secrets_in(get_settings())


def test_an_installation_for_production_needs_an_administrator(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_production(monkeypatch)
    found = trust.administrator(NOTHING)
    assert found.level is Level.WARNING
    assert "--staff administrator" in found.remedy
    with transaction() as db:
        staff(db, StaffRole.ADMINISTRATOR, disabled_at=now())
    assert trust.administrator(NOTHING).level is Level.WARNING
    with transaction() as db:
        staff(db, StaffRole.ADMINISTRATOR)
    assert trust.administrator(NOTHING).level is Level.OK


def test_a_trail_changed_by_hand_is_told_without_walking_it(own_database: Settings) -> None:
    assert trust.chain(NOTHING).level is Level.OK
    with transaction() as db:
        audit.record(db, "system", "thing.done", "thing:1")
    with transaction(writes=False) as db:
        trail.check(db, [])
    assert trust.chain(NOTHING).level is Level.OK
    with transaction() as db:
        db.connection().execute(text("UPDATE audit_entry SET hash = 'x' WHERE number = 1"))
    assert trust.chain(NOTHING).level is Level.PROBLEM
    assert trust.chain(Examination(thorough=True)).level is Level.PROBLEM


def test_a_trail_that_nobody_looks_through_is_told(own_database: Settings) -> None:
    with at(now() - timedelta(days=4)), transaction() as db:
        audit.record(db, "system", "thing.done", "thing:1")
    assert trust.chain(NOTHING).level is Level.WARNING
    with at(now() - timedelta(days=4)), transaction(writes=False) as db:
        trail.check(db, [])
    assert trust.chain(NOTHING).level is Level.WARNING


def test_a_mail_server_must_greet(
    operator: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda: "localhost")  # would ask the network
    with a_mail_server(b"220 hello\r\n") as port:
        assert mail(operator, f"smtp://127.0.0.1:{port}").level is Level.OK
    with a_mail_server(b"554 no service\r\n") as port:
        assert mail(operator, f"smtp://127.0.0.1:{port}").level is Level.PROBLEM


def doctor(*options: str, **environment: str) -> tuple[int, list[dict[str, Any]], str]:
    ran = subprocess.run(
        [sys.executable, "-m", "app.cli", "doctor", "--json", *options],
        env={**os.environ, "POOL_LANGUAGE": "en", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, [json.loads(line) for line in ran.stdout.splitlines()], ran.stdout


def test_a_fresh_installation_has_no_problem(own_database: Settings) -> None:
    code, found, _ = doctor("--thorough")
    problems = [one for one in found if one["level"] == "problem"]
    assert (code, problems) == (0, [])
    assert all(one["remedy"] for one in found if one["level"] != "ok")


def test_everything_is_looked_at_even_when_much_is_wrong(tmp_path: Path) -> None:
    code, found, printed = doctor(
        POOL_HOME=str(tmp_path / "gone"),
        POOL_PORT="many",
        POOL_PROCESSES="0",
        POOL_ENVIRONMENT="production",
        POOL_SECRETS=str(tmp_path / "none"),
        POOL_DATABASE_URL="postgresql://me:first%40secret@127.0.0.1:1/pool",
        POOL_SEARCH_URL="http://me:second-secret@127.0.0.1:1/pool",
        POOL_MAIL_URL="smtps://me:third-secret@127.0.0.1:1",
    )
    said = {one["check"]: one for one in found}
    problems = [name for name, one in said.items() if one["level"] == "problem"]
    assert code == 1
    assert problems == ["settings", "secrets", "disk", "database", "index", "mail"]
    bad = ("POOL_PORT", "POOL_PROCESSES", "POOL_SECRET_KEY", "POOL_SECRETS")
    assert all(name in said["settings"]["said"] for name in bad)
    assert "secret@" not in printed
    assert "-secret" not in printed


def test_other_commands_name_the_bad_setting_and_do_nothing() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "app.cli", "migrate"],
        env={**os.environ, "POOL_LANGUAGE": "en", "POOL_PORT": "many"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "POOL_PORT" in ran.stderr
    assert "pool doctor" in ran.stderr
    assert "Traceback" not in ran.stderr
