"""`pool move`: everything arrives as it was, or nothing is written and somebody is told why."""

import json
import math
import random
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    make_url,
    select,
    text,
)
from sqlmodel import SQLModel

from app.catalogue.models import Case, Organisation, Revision, Vendor
from app.cli import main
from app.core.audit import AuditEntry
from app.core.copying import contents, copy
from app.core.db import get_engine, make_engine, transaction
from app.core.migrating import upgrade
from app.core.outbox import Job, enqueue
from app.core.settings import Settings, get_settings
from app.curation import merging
from app.curation.models import Candidate, MergeCase
from ingest import pipeline
from search.vocabulary import load_vocabulary
from tests.databases import NO_POSTGRES, POSTGRES, administer, postgres_url
from tests.factories import a_batch, a_proposal

SAMPLES = Path(__file__).parents[1] / "ingest" / "samples"
Move = Callable[..., tuple[int, str, str]]


@pytest.fixture
def target(own_database: Settings, tmp_path: Path) -> Iterator[str]:
    """An empty database of the other kind, without a table."""
    if own_database.database_url.startswith("postgres"):
        yield f"sqlite:///{tmp_path}/moved/pool.db"
        return
    if not POSTGRES:
        pytest.skip(NO_POSTGRES)
    name = f"pool_test_{uuid4().hex}"
    administer("CREATE DATABASE {}", name)
    yield postgres_url(name)
    administer("DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def move(
    own_database: Settings,
    target: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Move:
    """Runs `pool move` in English; returns the exit code and what was printed."""
    monkeypatch.setenv("POOL_LANGUAGE", "en")

    def run(*more: str, source: str = own_database.database_url) -> tuple[int, str, str]:
        get_settings.cache_clear()
        words = ["pool", "move", "--from", source, "--to", target, *more]
        monkeypatch.setattr(sys, "argv", words)
        code: Any = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        return code, *capsys.readouterr()

    return run


def rows(url: str) -> dict[str, list[dict[str, Any]]]:
    """Everything that a database holds, in the order of the keys."""
    engine = make_engine(url)
    with engine.connect() as connection:
        held = {
            table.name: [
                dict(row)
                for row in connection.execute(
                    select(table).order_by(*table.primary_key.columns)
                ).mappings()
            ]
            for table in SQLModel.metadata.sorted_tables
        }
    engine.dispose()
    return held


def count(url: str) -> int:
    return sum(map(len, rows(url).values()))


def test_an_installation_arrives_whole_and_goes_on_where_it_was(
    own_database: Settings, target: str, move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    vocabulary = load_vocabulary()
    for name in ("供应商汇总表.xlsx", "解决方案清单.csv", "应用案例.csv"):
        pipeline.run(SAMPLES / name, vocabulary=vocabulary, by="op", accept=True)
    with transaction() as db:
        merging.merge(db, merging.waiting(db)[0], by="op")
    before = rows(own_database.database_url)
    assert all(before[table] for table in ("candidate", "case", "job", "mergecase", "revision"))

    code, out, _err = move("--json")

    assert code == 0
    assert rows(target) == before
    told = json.loads(out)["tables"]
    assert {name: table["rows"] for name, table in told.items()} == {
        name: len(held) for name, held in before.items()
    }
    get_engine().dispose()
    monkeypatch.setenv("POOL_DATABASE_URL", target)
    get_settings.cache_clear()
    get_engine.cache_clear()
    again = pipeline.run(SAMPLES / "解决方案清单.csv", vocabulary=vocabulary, by="op", accept=True)
    assert again.counts["unchanged"] == again.rows
    with transaction() as db:  # numbers go on where they were
        added = a_batch(db, a_proposal())
        enqueue(db, "some.job")
        assert added.id == max(row["id"] for row in before["batch"]) + 1


def an_awkward_text(chance: random.Random) -> str:
    plain = ["", "工业互联网", "NULL", "%s :x {y}", "'\"\\"]
    odd = ["😀🏭", "\U0002a6d6", "e\u0301", "\u202e", "\n\t\r", "\x7f\u0085"]
    return "".join(chance.choices([*plain, *odd], k=chance.randrange(4)))


def an_awkward_json(chance: random.Random, depth: int = 3) -> Any:
    plain = [
        None, True, False, 0, -1, 2**53 + 1, 10**25, 0.1, -0.0, 1e15, 5e-324, 1.0, math.pi,
        an_awkward_text(chance),
    ]  # fmt: skip
    if depth == 0 or chance.random() < 0.4:
        return chance.choice(plain)
    inner = [an_awkward_json(chance, depth - 1) for _ in range(chance.randrange(4))]
    return inner if chance.random() < 0.5 else {an_awkward_text(chance): one for one in inner}


def an_awkward_row(chance: random.Random, number: int) -> dict[str, Any]:
    moment = datetime(1, 1, 2, tzinfo=UTC) + timedelta(
        days=chance.randrange(3_600_000), microseconds=chance.randrange(86_400_000_000)
    )
    return {
        "id": UUID(int=chance.getrandbits(128)),
        "identifier": f"c-{number}",
        "slug": f"s-{number}",
        "name": an_awkward_text(chance),
        "stage": an_awkward_text(chance),
        "version": chance.choice([0, 1, -(2**31), 2**31 - 1]),
        "summary": chance.choice([None, "", an_awkward_text(chance)]),
        "origins": {"o": an_awkward_json(chance)},
        "extra": {an_awkward_text(chance): an_awkward_json(chance)},
        "merged_into": chance.choice([None, UUID(int=0), UUID(int=2**128 - 1)]),
        "created_at": moment,
        "updated_at": moment.astimezone(UTC),
        "published_at": chance.choice([None, moment]),
        "industries": [an_awkward_json(chance) for _ in range(3)],
        "scenarios": [],
        "year": chance.choice([None, 0, 2026]),
    }


def test_awkward_values_survive(own_database: Settings, target: str, move: Move) -> None:
    chance = random.Random(4)  # noqa: S311  the same each time
    written = [an_awkward_row(chance, number) for number in range(1500)]  # more than a chunk
    with transaction() as db:
        db.execute(insert(Case), written)
        organisation = Organisation(name="甲")
        db.add(organisation)
        db.flush()  # the vendor refers to it
        own = {"organisation_id": organisation.id, "whitelisted_until": date(2027, 2, 28)}
        db.add(Vendor(identifier="v-1", slug="v", name="甲", **own))
        said: dict[str, Any] = {"kind": "case", "record_id": uuid4(), "source": "a", "by": "op"}
        db.add(Candidate(**said, is_new=True, values={"价": None, "b": [{"c": [[]]}, {}]}))
        db.add(MergeCase(kind="case", newer_id=uuid4(), older_id=uuid4(), score=0.1 + 0.2))
    before = rows(own_database.database_url)
    code, _out, err = move()
    assert code == 0, err
    assert rows(target) == before


def test_what_the_target_cannot_hold_is_named_and_nothing_is_written(
    own_database: Settings, target: str, move: Move
) -> None:
    if own_database.database_url.startswith("postgres"):
        pytest.skip("only SQLite holds NUL")
    with transaction() as db:
        bad = [AuditEntry(by="op", action="a", subject_kind="b", subject_id="c") for _ in range(3)]
        bad[1].details = {"said": ["nul \0 within"]}
        db.add_all(bad)
        name = bad[1].id
    code, out, err = move()
    assert (code, out) == (1, "")
    assert f"Row {name} of table audit_entry cannot be copied" in err
    assert count(target) == 0
    with transaction() as db:
        db.delete(db.get_one(AuditEntry, name))
    assert move()[0] == 0
    assert count(target) == 2


def test_a_database_that_is_not_empty_is_refused_and_left_alone(
    own_database: Settings, target: str, move: Move
) -> None:
    engine = make_engine(target)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER)"))
        connection.execute(text("INSERT INTO theirs VALUES (1)"))
    code, _out, err = move()
    assert code == 1
    assert "is not empty: there are rows in theirs" in err
    with engine.connect() as connection:
        assert not engine.dialect.has_table(connection, "vendor")
    engine.dispose()


def test_moving_twice_is_refused(own_database: Settings, target: str, move: Move) -> None:
    with transaction() as db:
        enqueue(db, "some.job")
    assert move()[0] == 0
    code, _out, err = move()
    assert code == 1
    assert "is not empty: there are rows in job" in err
    assert count(target) == 1


def test_a_source_of_another_revision_is_refused_before_the_target_is_touched(
    own_database: Settings, target: str, move: Move
) -> None:
    with transaction() as db:
        db.connection().execute(text("UPDATE alembic_version SET version_num = '0000'"))
    code, _out, err = move()
    assert code == 1
    assert "is at revision 0000 and this program at" in err
    engine = make_engine(target)
    with engine.connect() as connection:
        assert not engine.dialect.has_table(connection, "vendor")
    engine.dispose()


def test_a_mistyped_source_is_not_made(tmp_path: Path, move: Move) -> None:
    code, _out, err = move(source=f"sqlite:///{tmp_path}/nowhere.db")
    assert (code, "There is no database at" in err) == (1, True)
    assert not (tmp_path / "nowhere.db").exists()


def test_a_source_that_cannot_be_reached_is_named(move: Move) -> None:
    code, _out, err = move(source="postgresql://127.0.0.1:1/nowhere")
    assert (code, "The database cannot be used now" in err) == (1, True)


def test_the_same_database_twice_is_refused(
    own_database: Settings, target: str, move: Move
) -> None:
    upgrade(Settings(database_url=target))
    assert "Both are the same database" in move(source=target)[2]


def test_what_to_do_next_is_said_without_a_password(
    own_database: Settings, target: str, move: Move
) -> None:
    code, out, err = move()
    assert code == 0
    assert "Stop the site" in err
    assert f"POOL_DATABASE_URL={make_url(target).render_as_string()}" in out
    assert "pool reindex" in out


def test_a_table_that_did_not_arrive_as_it_was_undoes_everything(
    own_database: Settings, target: str, move: Move
) -> None:
    with transaction() as db:
        db.add(Organisation(name="甲"))
    upgrade(Settings(database_url=target))
    engine = make_engine(target)
    change = "UPDATE organisation SET name = name || '!'"
    with engine.begin() as connection:
        for statement in _after_insert(engine.dialect.name, change):
            connection.execute(text(statement))
    engine.dispose()
    code, _out, err = move()
    assert code == 1
    assert "Table organisation did not arrive as it was" in err
    assert count(target) == 0


def _after_insert(dialect: str, change: str) -> list[str]:
    if dialect == "sqlite":
        return [f"CREATE TRIGGER t AFTER INSERT ON organisation BEGIN {change}; END"]
    return [
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql"
        f" AS $$BEGIN {change}; RETURN NULL; END$$",
        "CREATE TRIGGER t AFTER INSERT ON organisation FOR EACH STATEMENT EXECUTE FUNCTION f()",
    ]


def test_one_moment_of_the_source_is_copied_while_others_write(
    own_database: Settings, target: str
) -> None:
    with transaction() as db:
        db.add_all([Organisation(name=str(n)) for n in range(3)])
    upgrade(Settings(database_url=target))

    def meanwhile(_done: int, _total: int) -> None:
        with transaction() as db:
            db.add(Organisation(name="later"))
            said: dict[str, Any] = {"kind": "case", "record_id": uuid4(), "by": "op"}
            db.add(Revision(**said, number=1, values={}, changed=[]))

    old, new = get_engine(), make_engine(target)
    level = {"isolation_level": "REPEATABLE READ"} if old.dialect.name == "postgresql" else {}
    with (
        old.connect().execution_options(**level) as source,
        source.begin(),
        new.connect().execution_options(writes=True) as connection,
        connection.begin(),
    ):
        copied = copy(source, connection, SQLModel.metadata, meanwhile)
    new.dispose()
    assert (copied["organisation"].rows, copied["revision"].rows) == (3, 0)


def test_rows_that_refer_to_rows_of_their_own_table_are_copied_in_any_order(
    own_database: Settings, target: str
) -> None:
    tree = Table(
        "tree",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("parent", ForeignKey("tree.id")),
        Column("name", String),
    )
    old, new = get_engine(), make_engine(target)
    leaves = [{"id": n, "parent": None, "name": f"n{n}"} for n in range(1, 2501)]
    with old.begin() as source, new.begin() as connection:
        for side in (source, connection):
            tree.create(side)
        source.execute(tree.insert(), leaves)
        source.execute(tree.update().values(parent=2501 - tree.c.id))  # far ahead, and behind
    with old.begin() as source, new.begin() as connection:
        copy(source, connection, tree.metadata, lambda _done, _total: None)
        assert contents(connection, tree) == contents(source, tree)
        assert connection.execute(select(tree.c.parent).where(tree.c.id == 1)).scalar_one() == 2500
        assert (
            connection.execute(tree.insert().values(name="next").returning(tree.c.id)).scalar_one()
            == 2501
        )
    new.dispose()


def test_a_checksum_sees_every_change_and_no_order(own_database: Settings) -> None:
    table = Job.__table__  # type: ignore[attr-defined]

    def checksum(*payloads: Any) -> str:
        with get_engine().connect() as connection:
            outer = connection.begin()
            moment = datetime(2026, 11, 22, tzinfo=UTC)
            same = {"name": "a", "attempts": 0, "created_at": moment, "run_after": moment}
            for number, payload in payloads:
                connection.execute(table.insert().values(id=number, payload=payload, **same))
            told = contents(connection, table).checksum
            outer.rollback()
            return told

    assert checksum((1, {"a": 1}), (2, {"b": 2})) == checksum((2, {"b": 2}), (1, {"a": 1}))
    assert checksum((1, {"a": 1e300})) == checksum((1, {"a": 10**300}))  # PostgreSQL's way
    alike = [[1], ["1"], [True], [{"number": "1"}], [None], [], [1.5], {"object": {}}, {}, [[1]]]
    assert len({checksum((1, payload)) for payload in alike}) == len(alike)
