"""The trainings of the demonstration: every state, agreeing books, and a second build in vain."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import MetaData, text
from sqlalchemy import select as rows_of
from typer.testing import CliRunner

from app.cli import app as commands
from app.cli import demonstration
from app.core.db import get_engine, transaction
from app.core.settings import Settings
from app.payments.standin.store import opened
from tests.demonstrated import check_trainings


@pytest.fixture
def built(own_database: Settings) -> Settings:
    """A pool that holds the demonstration's people and trainings."""
    for build in (demonstration.build, demonstration.build_trainings):
        with transaction() as db:
            assert build(db)
    return own_database


def reconciled() -> tuple[int, str]:
    ran = CliRunner().invoke(commands, ["reconcile"])
    return ran.exit_code, ran.output


def everything() -> dict[str, list[str]]:
    engine, tables = get_engine(), MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        return {
            name: sorted(repr(row) for row in connection.execute(rows_of(table)))
            for name, table in tables.tables.items()
        }


def test_it_has_every_state_agrees_and_is_built_once(built: Settings) -> None:
    with transaction(writes=False) as db:
        check_trainings(db)
    code, said = reconciled()
    assert code == 0, said
    before, kept = everything(), (built.home / "stand-in.db").stat().st_size
    with transaction() as db:
        assert not demonstration.build_trainings(db)
    assert everything() == before
    assert (built.home / "stand-in.db").stat().st_size == kept


def test_an_amount_that_was_altered_by_hand_is_found(built: Settings) -> None:
    for table, column, chosen in ALTERED:
        with alter(table, column, chosen):
            code, said = reconciled()
            assert code == 1, (table, column)
            assert "分" in said, said
        assert reconciled()[0] == 0, (table, column)
    with opened(writes=True) as own:
        (session,), _more = own.page("checkout.session", 1, None, None)
        own.keep({**session, "amount_total": session["amount_total"] + 1})
    code, said = reconciled()
    assert code == 1
    assert session["id"] in said


ALTERED = (
    ("booking_order", "total", "stage = 'confirmed' AND total > 0"),
    ("booking", "price", "stage = 'confirmed' AND price > 0"),
    ("payment", "received", "stage = 'paid'"),
    ("payment", "amount", "stage = 'open'"),
    ("refund", "amount", "stage = 'done'"),
    ("refund_line", "amount", "amount > 1"),
    ("receipt", "amount", "corrects IS NULL"),
)


@contextmanager
def alter(table: str, column: str, chosen: str) -> Iterator[None]:
    """One row says one fen more for as long as the block runs."""
    found = f"SELECT id FROM {table} WHERE {chosen} ORDER BY id LIMIT 1"  # noqa: S608
    with transaction() as db:
        id_ = db.connection().exec_driver_sql(found).scalar_one()
    add = f"UPDATE {table} SET {column} = {column} + :more WHERE id = :id"  # noqa: S608
    for more in (1, -1):
        with transaction() as db:
            db.connection().execute(text(add), {"more": more, "id": id_})
        if more > 0:
            yield
