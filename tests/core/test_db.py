"""One transaction per request and job; types that mean the same on both databases."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel, select

from app.catalogue.models import Organisation, Vendor
from app.core import db as database
from app.core.audit import AuditEntry, record
from app.core.db import (
    Db,
    get_engine,
    is_postgres,
    json_dict,
    json_list,
    make_engine,
    normalise_url,
    share_of,
    transaction,
)
from app.core.errors import Conflict
from app.core.migrating import upgrade
from app.core.settings import Settings
from app.main import create_app


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_uses_the_driver_we_ship(scheme: str) -> None:
    url = normalise_url(f"{scheme}://someone:secret@host/pool")
    assert url.render_as_string(hide_password=False) == (
        "postgresql+psycopg://someone:secret@host/pool"
    )


def test_times_come_back_aware_and_in_utc_whatever_zone_they_went_in(db: Session) -> None:
    noon = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=8)))
    db.add(AuditEntry(at=noon, by="a", action="b.c", subject_kind="d", subject_id="e"))
    db.flush()  # written now, so that expiring it reads it back
    db.expire_all()
    entry = db.exec(select(AuditEntry)).one()
    assert entry.at == datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    assert entry.at.tzinfo is UTC


def test_chinese_inside_json_is_stored_as_chinese(db: Session) -> None:
    record(db, "importer", "batch.accepted", "batch:7", city="东莞市")
    db.flush()  # the text is asked of the database below
    stored = db.connection().exec_driver_sql("SELECT details FROM audit_entry").scalar_one()
    details = stored if isinstance(stored, dict) else json.loads(stored)
    assert details == {"city": "东莞市"}
    if not is_postgres(db):
        assert "东莞市" in stored


class Apart(SQLModel, registry=registry()):
    """Keeps a test's tables out of the project's metadata."""


class Shelf(Apart, table=True):
    """A table of this test's own."""

    id: int | None = Field(default=None, primary_key=True)
    labels: dict[str, str] = Field(sa_column=json_dict())
    books: list[str] | None = Field(default=None, sa_column=json_list(nullable=True))


def test_changes_inside_json_columns_are_noticed(own_database: Settings) -> None:
    engine = get_engine()
    Shelf.metadata.create_all(engine)
    with Session(engine) as db:
        shelf = Shelf(labels={"a": "b"}, books=["one"])
        db.add(shelf)
        db.commit()
        assert shelf.books is not None
        shelf.books.append("two")
        shelf.labels["c"] = "d"
        db.commit()
        db.refresh(shelf)
        assert (shelf.labels, shelf.books) == ({"a": "b", "c": "d"}, ["one", "two"])


def refuse_half_way() -> None:
    with transaction() as db:
        record(db, "staff", "solution.refused", "solution:1")
        raise Conflict("It has moved on.")


def test_what_a_command_wrote_is_kept_and_what_it_wrote_before_failing_is_not(
    own_database: Settings,
) -> None:
    with transaction() as db:
        record(db, "staff", "solution.published", "solution:1")
    with pytest.raises(Conflict):
        refuse_half_way()
    with transaction(writes=False) as db:
        assert [entry.action for entry in db.exec(select(AuditEntry))] == ["solution.published"]


def test_a_request_is_committed_before_its_answer_leaves(own_database: Settings) -> None:
    app = FastAPI()
    seen: list[int] = []

    @app.middleware("http")
    async def count_when_answering(request, call_next):  # type: ignore[no-untyped-def]
        response = await call_next(request)
        with transaction(writes=False) as db:
            seen.append(len(db.exec(select(AuditEntry)).all()))
        return response

    @app.post("/good")
    def good(db: Db) -> str:
        record(db, "staff", "a.b", "c:1")
        return "done"

    @app.post("/bad")
    def bad(db: Db) -> None:
        record(db, "staff", "a.b", "c:2")
        raise RuntimeError("no")

    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.post("/good").status_code == 200
        assert seen == [1]
        assert client.post("/bad").status_code == 500
    with transaction(writes=False) as db:
        assert len(db.exec(select(AuditEntry)).all()) == 1


def test_writers_that_read_first_wait_for_each_other_instead_of_failing(
    own_database: Settings,
) -> None:
    def count_up() -> None:
        for _ in range(5):
            with transaction() as db:
                db.connection().exec_driver_sql("SELECT count(*) FROM audit_entry").scalar_one()
                record(db, "staff", "a.b", "c:1")

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction(writes=False) as db:
        assert len(db.exec(select(AuditEntry)).all()) == 20


def test_all_web_processes_together_stay_under_what_postgresql_allows() -> None:
    for processes in range(1, 65):
        assert share_of(processes) >= 1
        assert processes * share_of(processes) <= 64  # of a hundred by default
    assert share_of(1) >= 40  # as many as a process has threads for pages


def test_who_finds_every_connection_taken_waits_and_is_then_refused(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PAGE_SECONDS", 0.1)
    engine = make_engine(own_database.database_url, connections=1)
    with engine.connect(), pytest.raises(NoConnectionFree):
        engine.connect()
    engine.connect().close()  # free again
    engine.dispose()


def test_a_page_that_finds_every_connection_taken_says_to_come_back(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PAGE_SECONDS", 0.1)
    monkeypatch.setattr(database, "CONNECTIONS", 1)
    get_engine.cache_clear()
    client = TestClient(create_app(worker=False))
    with get_engine().connect():
        answer = client.get("/sources")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert client.get("/sources").status_code == 200


def test_what_must_be_unique_is_refused_with_a_sentence(own_database: Settings) -> None:
    def add() -> None:
        with transaction() as db:
            db.add(Organisation(name="甲", credit_code="91440300708461136T"))

    add()
    with pytest.raises(Conflict, match=r"organisation\.credit_code already"):
        add()
    with transaction(writes=False) as db:
        assert len(db.exec(select(Organisation)).all()) == 1


def test_a_fault_in_what_is_written_is_not_taken_for_a_twin(own_database: Settings) -> None:
    with pytest.raises(IntegrityError), transaction() as db:
        db.add(Vendor(identifier="v-1", slug="a", name="甲", organisation_id=uuid4()))


def test_of_two_who_write_the_same_at_once_one_wins_and_the_other_is_told(
    own_database: Settings,
) -> None:
    told: list[Conflict] = []
    ready = threading.Barrier(2)

    def add() -> None:
        ready.wait()
        try:
            with transaction() as db:
                db.add(Organisation(name="甲", credit_code="91440300708461136T"))
                db.flush()  # the other one writes before this one commits
                time.sleep(0.2)
        except Conflict as conflict:
            told.append(conflict)

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    with transaction(writes=False) as db:
        assert len(db.exec(select(Organisation)).all()) == 1


def test_a_page_that_asks_too_much_of_postgresql_is_ended(own_database: Settings) -> None:
    engine = get_engine()
    if engine.dialect.name != "postgresql":
        pytest.skip("only PostgreSQL can end a statement")
    hurried = engine.execution_options(timeout=0.05)
    with hurried.begin() as connection, pytest.raises(DBAPIError, match="statement timeout"):
        connection.execute(text("SELECT pg_sleep(5)"))


def test_a_page_has_five_seconds_and_then_says_that_it_is_busy(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    if get_engine().dialect.name != "postgresql":
        pytest.skip("only PostgreSQL can end a statement")
    app = create_app(worker=False)

    @app.get("/ask")
    def ask(db: Db, sql: str) -> str:
        return str(db.connection().execute(text(sql)).scalar_one())

    client = TestClient(app)
    limit = {"sql": "SHOW statement_timeout"}
    assert client.get("/ask", params=limit).json() == "5s"
    with transaction() as db:  # a job or a command may take its time
        assert db.connection().execute(text(limit["sql"])).scalar_one() == "0"
    monkeypatch.setattr(database, "PAGE_SECONDS", 0.1)
    assert client.get("/ask", params={"sql": "SELECT pg_sleep(5)"}).status_code == 503


def test_sqlite_keeps_foreign_keys_and_writes_ahead(own_database: Settings) -> None:
    engine = get_engine()
    if engine.dialect.name != "sqlite":
        pytest.skip("only SQLite has pragmas")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        connection.exec_driver_sql("CREATE TABLE a (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE b (a_id INTEGER REFERENCES a (id))")
        with pytest.raises(IntegrityError):
            connection.exec_driver_sql("INSERT INTO b VALUES (1)")


def test_upgrading_twice_changes_nothing(own_database: Settings) -> None:
    with transaction() as db:
        record(db, "staff", "a.b", "c:1")
    upgrade()
    with transaction(writes=False) as db:
        assert len(db.exec(select(AuditEntry)).all()) == 1


def test_a_rolled_back_test_leaves_nothing_for_the_next(engine: Engine) -> None:
    with Session(engine) as db:
        assert db.exec(select(AuditEntry)).all() == []
