"""The audit trail: who did what to what, written with the change itself, never updated.

Entries are chained: each carries a number, the hash of the one before it, and its own hash over
what it says. They are chained at the very end of their transaction, so that whoever waits for
the end of the chain holds it as briefly as can be, and nobody who holds it waits for another.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import chain, pairwise
from typing import Any, Protocol, runtime_checkable
from uuid import UUID, uuid4

from sqlalchemy import bindparam, event, insert, or_, update
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Field, Session, SQLModel, col, select

from app.core.db import json_column, json_type, lock, now

CHAIN = 4_402_263  # the number of a lock; it means nothing
START = "0" * 64
CHUNK = 1000
LINKS = frozenset({"number", "previous", "hash"})
WAITS = "unchained"  # key of `Session.info`: ids of entries of this transaction
JSON: Any = json_type()


@runtime_checkable
class HasId(Protocol):
    """Anything with a permanent identifier."""

    id: Any


class Actor(Protocol):
    """A person who acts; `app.accounts.visitor.Visitor` is one."""

    @property
    def person_id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def acts_for(self) -> UUID | None: ...


class AuditEntry(SQLModel, table=True):
    """One act that changed something's standing."""

    __tablename__ = "audit_entry"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    at: datetime = Field(default_factory=now, index=True)
    by: str
    action: str = Field(index=True)
    subject_kind: str
    subject_id: str = Field(index=True)
    details: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    person_id: UUID | None = Field(default=None, index=True)
    organisation_id: UUID | None = Field(default=None, index=True)  # for whom
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    why: str | None = None
    number: int | None = Field(default=None, unique=True)
    previous: str | None = None
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An act to be recorded together with others; the fields are as in `record`."""

    action: str
    subject: HasId | str
    details: dict[str, Any] = field(default_factory=dict)
    at: datetime = field(default_factory=now)


def record_all(db: Session, by: str | Actor, entries: Sequence[Entry]) -> None:
    """Add the entries to this transaction in one statement."""
    if entries:
        rows = [_row(by, entry) for entry in entries]
        db.execute(insert(AuditEntry), rows)
        _chain_later(db, (row["id"] for row in rows))


def _row(by: str | Actor, entry: Entry) -> dict[str, Any]:
    kind, identifier = _subject(entry.subject)
    return {
        "id": uuid4(),
        "at": entry.at,
        **_who(by),
        "action": entry.action,
        "subject_kind": kind,
        "subject_id": identifier,
        "details": entry.details,
    }


def record(
    db: Session,
    by: str | Actor,
    action: str,
    subject: HasId | str,
    /,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    why: str | None = None,
    **details: Any,
) -> AuditEntry:
    """Add an entry to this transaction.

    `by` is the person, or names the operator or the system; `action` is dotted, like
    `solution.published`; `subject` is a record or, where there is none, `"kind:identifier"`;
    `before` and `after` hold what changed; all of it must be writable as JSON.
    """
    kind, identifier = _subject(subject)
    entry = AuditEntry(
        action=action,
        subject_kind=kind,
        subject_id=identifier,
        details=details,
        before=before,
        after=after,
        why=why,
        **_who(by),
    )
    db.add(entry)
    _chain_later(db, (entry.id,))
    return entry


def name_of(by: str | Actor) -> str:
    """What a person, an operator or the system is called."""
    return by if isinstance(by, str) else by.name


def _who(by: str | Actor) -> dict[str, Any]:
    if isinstance(by, str):
        return {"by": by}
    return {"by": by.name, "person_id": by.person_id, "organisation_id": by.acts_for}


def _subject(subject: HasId | str) -> tuple[str, str]:
    if isinstance(subject, str):
        kind, _, identifier = subject.partition(":")
        return kind, identifier
    return type(subject).__name__.lower(), str(subject.id)


def _chain_later(db: Session, ids: Iterable[UUID]) -> None:
    db.info.setdefault(WAITS, []).extend(ids)


@event.listens_for(Session, "before_commit")
def _chain(db: Session) -> None:
    if db.in_nested_transaction():  # a savepoint ends; the transaction goes on
        return
    ids = db.info.pop(WAITS, None)
    if not ids:
        return
    db.flush()  # whatever else waits comes before the lock, which is the last one taken
    lock(db, CHAIN)
    number, previous = _last(db)
    for start in range(0, len(ids), CHUNK):
        links = []
        for row in _written(db, ids[start : start + CHUNK]):
            number += 1
            own = hash_of(row, number, previous)
            links.append({"key": row["id"], "number": number, "previous": previous, "hash": own})
            previous = own
        if links:
            # A statement on the table, so that no loaded entry counts as changed.
            table = AuditEntry.__table__  # type: ignore[attr-defined]
            db.connection().execute(update(table).where(table.c.id == bindparam("key")), links)


def _written(db: Session, ids: Sequence[UUID]) -> Iterator[dict[str, Any]]:
    """What entries say, as the database tells it; those of a savepoint rolled back are gone."""
    chosen = select(*_said()).where(col(AuditEntry.id).in_(ids))
    rows = {row.id: row._asdict() for row in db.execute(chosen)}
    return (rows[id_] for id_ in ids if id_ in rows)


@event.listens_for(Session, "after_soft_rollback")
def _forget(db: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:  # not a savepoint, before which there may be entries that stay
        db.info.pop(WAITS, None)


def _last(db: Session) -> tuple[int, str]:
    chosen = select(AuditEntry.number, AuditEntry.hash).where(col(AuditEntry.number).is_not(None))
    found = db.exec(chosen.order_by(col(AuditEntry.number).desc()).limit(1)).first()
    return (found[0] or 0, found[1] or START) if found else (0, START)


def _said() -> list[Any]:
    table = AuditEntry.__table__  # type: ignore[attr-defined]
    return [column for column in table.columns if column.name not in LINKS]


def hash_of(row: dict[str, Any], number: int, previous: str) -> str:
    """SHA-256 (hex) over the number, the hash before, and all that an entry says.

    Written as JSON with sorted keys and no spaces; moments as microseconds since 1970 in UTC.
    """
    said = [number, previous, {name: _plain(value) for name, value in row.items()}]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return round(value.timestamp() * 1_000_000)
    return str(value) if isinstance(value, UUID) else value


class Fault(StrEnum):
    """What is wrong with the first entry that is not as it was written."""

    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"
    CUT_OFF = "cut off"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a look at the whole chain found: its length and end, and where it first breaks.

    `broken` is a number, or the id of an entry outside the chain; `at` and `action` are those of
    that entry, or of the next one where it is gone.
    """

    length: int
    head: str
    fault: Fault | None = None
    broken: str = ""
    at: datetime | None = None
    action: str = ""


def verify(db: Session, expect: str = "") -> Proof:
    """Walk the chain from its start; an entry altered, removed or inserted by hand breaks it.

    That its end was cut off cannot be seen from the chain itself: `expect` is a head that was
    kept elsewhere, and must be found.
    """
    number, previous, is_met = 0, START, expect in ("", START)
    for row, following in pairwise(chain(_chained(db), (None,))):
        assert row is not None  # noqa: S101  only the last one is, and nothing follows it
        fault = _fault(row, following, number, previous)
        if fault:
            return Proof(number, previous, fault, str(number + 1), row["at"], row["action"])
        number, previous = number + 1, str(row["hash"])
        is_met = is_met or previous == expect
    outside = or_(col(AuditEntry.number).is_(None), col(AuditEntry.number) < 1)
    stray = db.exec(select(AuditEntry).where(outside).order_by(col(AuditEntry.at)).limit(1)).first()
    if stray:
        return Proof(number, previous, Fault.INSERTED, str(stray.id), stray.at, stray.action)
    if not is_met:
        return Proof(number, previous, Fault.CUT_OFF, str(number + 1))
    return Proof(number, previous)


def _fault(
    row: dict[str, Any], following: dict[str, Any] | None, number: int, previous: str
) -> Fault | None:
    """What is wrong with a row that should be the next after `number`, whose hash is `previous`.

    Where one was put in or taken out and the rest numbered anew, the hashes tell which.
    """
    said = {name: value for name, value in row.items() if name not in LINKS}
    own = hash_of(said, number + 1, previous)
    if (row["number"], row["previous"], row["hash"]) == (number + 1, previous, own):
        return None
    moved = hash_of(said, row["number"] + 1, str(row["previous"]))
    if row["number"] != number + 1 or row["hash"] == moved:
        return Fault.REMOVED
    if following is not None:
        return Fault.INSERTED if following["previous"] == previous else Fault.ALTERED
    is_linked = previous == row["previous"] or own == row["hash"]
    return Fault.ALTERED if is_linked else Fault.INSERTED


def _chained(db: Session) -> Iterator[dict[str, Any]]:
    table = AuditEntry.__table__  # type: ignore[attr-defined]
    last = 0
    while True:
        chosen = table.select().where(table.c.number > last).order_by(table.c.number).limit(CHUNK)
        rows = [row._asdict() for row in db.execute(chosen)]
        yield from rows
        if len(rows) < CHUNK:
            return
        last = rows[-1]["number"]
