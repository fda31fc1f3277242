"""Migrations: complete, safe beside the program that still runs, and patient only so long."""

import json
import os
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from app.core import migrating
from app.core.db import get_engine
from app.core.errors import Conflict
from app.core.migrating import MIGRATIONS, current_revisions, migration_config, upgrade
from app.core.settings import Settings
from app.migrations import making
from app.migrations.making import RECORDS, described
from tests.old_programs import Unsafe, walk

NEWEST = max(RECORDS.glob("*.json")).stem
TEXT = {"type": "text", "empty": True}
CHANGE = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = {revision!r}, {down!r}
{oldest}
def upgrade():
    with op.batch_alter_table("vendor") as vendor:
        {change}
def downgrade():
    pass
"""


def test_models_and_migrated_tables_agree(own_database: Settings) -> None:
    with get_engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_what_the_newest_program_reads_and_writes_is_recorded() -> None:
    """If this fails: run `python -m app.migrations.making`, with the migration it belongs to."""
    assert json.loads((RECORDS / f"{NEWEST}.json").read_text()) == described()


def test_every_program_works_beside_each_migration_that_may_come(own_database: Settings) -> None:
    tried = walk(own_database.database_url, migration_config())
    assert (NEWEST, NEWEST) in tried


@pytest.fixture
def changed(tmp_path: Path) -> Any:
    """Adds made-up migrations of the table of vendors to the real ones."""
    config = migration_config()
    folder = tmp_path / "versions"
    folder.mkdir()
    config.set_main_option("path_separator", "os")
    config.set_main_option(
        "version_locations", os.pathsep.join([f"{MIGRATIONS}/versions", str(folder)])
    )
    records = tmp_path / "programs"
    records.mkdir()
    for path in RECORDS.glob("*.json"):
        (records / path.name).write_bytes(path.read_bytes())
    down = [NEWEST]

    def add(change: str, *, oldest: str = "", **columns: Any) -> tuple[Config, Path]:
        """`columns` are how the new program differs from the newest real one, None: unused."""
        revision = f"{9000 + len(down)}"
        said = f"oldest = {oldest!r}" if oldest else ""
        written = CHANGE.format(revision=revision, down=down[-1], oldest=said, change=change)
        (folder / f"{revision}_made_up.py").write_text(written)
        tables = json.loads((RECORDS / f"{NEWEST}.json").read_text())
        own = tables["vendor"]["columns"] | columns
        tables["vendor"]["columns"] = {name: one for name, one in own.items() if one}
        (records / f"{revision}.json").write_text(json.dumps(tables))
        down.append(revision)
        return config, records

    return add


@pytest.mark.parametrize(
    "change",
    [
        "vendor.drop_column('products')",
        "vendor.alter_column('products', new_column_name='goods')",
        "vendor.add_column(sa.Column('motto', sa.String(), nullable=False))",
        "vendor.alter_column('summary', existing_type=sa.String(), nullable=False)",
        "vendor.alter_column('stage', existing_type=sa.String(), nullable=True)",
        "vendor.create_unique_constraint('uq_vendor_name', ['name'])",
        "vendor.create_check_constraint('known', \"stage <> 'withdrawn'\")",
        "op.rename_table('training', 'course')",
    ],
)
def test_a_migration_that_breaks_the_running_program_is_found(
    own_database: Settings, changed: Any, change: str
) -> None:
    with pytest.raises(Unsafe, match=r"\d{4} beside 9001|this program|given back"):
        walk(own_database.database_url, *changed(change), after=NEWEST)


def test_additions_that_the_running_program_need_not_know_are_safe(
    own_database: Settings, changed: Any
) -> None:
    changed("vendor.add_column(sa.Column('motto', sa.String()))", motto=TEXT)
    said = "vendor.add_column(sa.Column('rank', sa.Integer(), nullable=False, server_default='0'))"
    added = changed(said, rank={"type": "integer"})
    tried = walk(own_database.database_url, *added, after=NEWEST)
    assert {(NEWEST, "9001"), (NEWEST, "9002"), ("9001", "9002")} <= set(tried)


def test_what_no_running_program_uses_may_be_removed_and_says_since_when(
    own_database: Settings, changed: Any
) -> None:
    changed("vendor.add_column(sa.Column('goods', sa.String()))", products=None, goods=TEXT)
    gone = changed("vendor.drop_column('products')", oldest="9001", products=None)
    tried = walk(own_database.database_url, *gone, after=NEWEST)
    assert (NEWEST, "9001") in tried
    assert (NEWEST, "9002") not in tried


def test_a_migration_may_not_be_safe_beside_its_own_program_only(
    own_database: Settings, changed: Any
) -> None:
    gone = changed("vendor.drop_column('products')", oldest="9001", products=None)
    with pytest.raises(Unsafe, match="must be safe beside an earlier program"):
        walk(own_database.database_url, *gone, after=NEWEST)


def test_a_program_leaves_a_newer_database_as_it_is_and_works_with_it(
    own_database: Settings, changed: Any
) -> None:
    config, _records = changed("vendor.add_column(sa.Column('motto', sa.String()))")
    assert upgrade(config=config)
    assert not upgrade()  # the older program starts again
    with get_engine().connect() as connection:
        assert current_revisions(connection) == {"9001"}


def test_a_new_migration_is_numbered_and_its_program_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    monkeypatch.setattr(migrating, "MIGRATIONS", tmp_path / "migrations")
    monkeypatch.setattr(making, "RECORDS", tmp_path / "migrations" / "programs")
    making.make("Add nothing")
    making.record()
    number = f"{int(NEWEST) + 1:04d}"
    made = (tmp_path / "migrations" / "versions" / f"{number}_add_nothing.py").read_text()
    assert f"down_revision = '{NEWEST}'" in made
    recorded = (tmp_path / "migrations" / "programs" / f"{number}.json").read_text()
    assert json.loads(recorded) == described()


def test_a_migration_gives_up_when_a_table_stays_in_use_and_says_who_uses_it(
    own_database: Settings, changed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = get_engine()
    if engine.dialect.name != "postgresql":
        pytest.skip("only PostgreSQL has a lock for each table")
    monkeypatch.setattr(migrating, "LOCK_SECONDS", 1)
    config, _records = changed("vendor.add_column(sa.Column('motto', sa.String()))")
    with engine.begin() as reader:
        reader.execute(text("SELECT count(*) FROM vendor"))
        pid = reader.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with pytest.raises(Conflict) as refused:
            upgrade(config=config)
        reader.execute(text("SELECT count(*) FROM vendor"))  # goes on
    assert str(pid) in str(refused.value)
    with engine.connect() as connection:
        assert current_revisions(connection) == {NEWEST}
    assert upgrade(config=config)


def test_a_migration_waits_for_another_one_however_long_that_takes(
    own_database: Settings, changed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = get_engine()
    if engine.dialect.name != "postgresql":
        pytest.skip("only PostgreSQL has two migrations at a time")
    monkeypatch.setattr(migrating, "LOCK_SECONDS", 1)
    config, _records = changed("vendor.add_column(sa.Column('motto', sa.String()))")
    with engine.begin() as other:
        other.execute(text(f"SELECT pg_advisory_xact_lock({migrating.MIGRATION_LOCK})"))
        second = threading.Thread(target=upgrade, kwargs={"config": config})
        second.start()
        time.sleep(1.5)  # longer than it would wait for a table
        assert second.is_alive()
    second.join()
    with engine.connect() as connection:
        assert current_revisions(connection) == {"9001"}
