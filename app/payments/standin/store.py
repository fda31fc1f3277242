"""What the stand-in remembers: its objects, answers by idempotency key, and events to deliver.

It is a file of its own, so that it is as far from the pool's database as Stripe is: the two share
no transaction.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from app.core.db import BUSY_MILLISECONDS, now
from app.core.settings import get_settings

FILE = "stand-in.db"
TABLES = """
CREATE TABLE IF NOT EXISTS object (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, parent TEXT,
    body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS ix_object ON object (kind, parent);
CREATE TABLE IF NOT EXISTS reply (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS event (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, body TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL, delivered INTEGER);
CREATE INDEX IF NOT EXISTS ix_event ON event (delivered, due);
"""
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that was not delivered yet."""

    id: str
    body: str
    attempts: int


@contextmanager
def opened(*, writes: bool) -> Iterator["Store"]:
    """The file, in one transaction that is kept unless the block raises."""
    path = get_settings().home / FILE
    connection = _connect(path)
    try:
        connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        yield Store(connection)
        connection.execute("COMMIT")
    finally:
        connection.close()  # rolls back what was not kept


def _connect(path: Path) -> sqlite3.Connection:
    is_new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MILLISECONDS / 1000)
    connection.execute("PRAGMA synchronous = NORMAL")
    if is_new:
        connection.execute("PRAGMA journal_mode = WAL")
    if is_new or not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        connection.executescript(TABLES)
    return connection


def new_id(prefix: str) -> str:
    """Recognisable among those of Stripe, so that the two are never taken for each other."""
    return f"{prefix}_standin_{uuid4().hex}"


def moment() -> int:
    return round(now().timestamp())


class Store:
    """One transaction of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def keep(self, body: Body, parent: str | None = None) -> None:
        """Write an object, new or changed."""
        self._connection.execute(
            "INSERT INTO object (id, kind, parent, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) "
            "DO UPDATE SET body = excluded.body, parent = coalesce(excluded.parent, parent)",
            (body["id"], body["object"], parent, json.dumps(body, ensure_ascii=False)),
        )

    def find(self, kind: str, id_: str) -> Body | None:
        chosen = "SELECT body FROM object WHERE kind = ? AND id = ?"
        row = self._connection.execute(chosen, (kind, id_)).fetchone()
        return json.loads(row[0]) if row else None

    def page(
        self, kind: str, limit: int, after: str | None, parent: str | None
    ) -> tuple[list[Body], bool]:
        """The newest first, after the one named, and whether there are more."""
        chosen = (
            "SELECT body FROM object WHERE kind = :kind AND (:parent IS NULL OR parent = :parent) "
            "AND number < coalesce((SELECT number FROM object WHERE id = :after), 9e18) "
            "ORDER BY number DESC LIMIT :most"
        )
        said = {"kind": kind, "parent": parent, "after": after, "most": limit + 1}
        found = [json.loads(row[0]) for row in self._connection.execute(chosen, said)]
        return found[:limit], len(found) > limit

    def forget(self) -> None:
        """Forget everything, as if it were new."""
        for table in ("object", "reply", "event"):
            self._connection.execute(f"DELETE FROM {table}")  # noqa: S608  names from here

    def replied(self, key: str) -> tuple[str, int, str] | None:
        """What was asked and answered under an idempotency key."""
        chosen = "SELECT request, status, body FROM reply WHERE key = ?"
        return self._connection.execute(chosen, (key,)).fetchone()  # type: ignore[no-any-return]

    def reply(self, key: str, request: str, status: int, body: str) -> None:
        self._connection.execute(
            "INSERT INTO reply (key, request, status, body) VALUES (?, ?, ?, ?)",
            (key, request, status, body),
        )

    def add_event(self, id_: str, body: str) -> None:
        self._connection.execute(
            "INSERT INTO event (id, body, due) VALUES (?, ?, ?)", (id_, body, moment())
        )

    def due_events(self, at: int, most: int) -> list[Waiting]:
        chosen = (
            "SELECT id, body, attempts FROM event WHERE delivered IS NULL AND due <= ? "
            "ORDER BY number LIMIT ?"
        )
        return [Waiting(*row) for row in self._connection.execute(chosen, (at, most))]

    def delivered(self, id_: str) -> None:
        self._connection.execute("UPDATE event SET delivered = ? WHERE id = ?", (moment(), id_))

    def put_off(self, id_: str, due: int) -> None:
        self._connection.execute(
            "UPDATE event SET attempts = attempts + 1, due = ? WHERE id = ?", (due, id_)
        )
