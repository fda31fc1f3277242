"""The audit trail: who did what to what, written with the change itself, never updated."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlmodel import Field, Session, SQLModel

from app.core.db import json_column, now


@runtime_checkable
class HasId(Protocol):
    """Anything with a permanent identifier."""

    id: Any


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


@dataclass(frozen=True, slots=True)
class Entry:
    """An act to be recorded together with others; the fields are as in `record`."""

    action: str
    subject: HasId | str
    details: dict[str, Any] = field(default_factory=dict)
    at: datetime = field(default_factory=now)


def record_all(db: Session, by: str, entries: Sequence[Entry]) -> None:
    """Add the entries to this transaction in one statement."""
    if entries:
        db.execute(insert(AuditEntry), [_row(by, entry) for entry in entries])


def _row(by: str, entry: Entry) -> dict[str, Any]:
    kind, identifier = _subject(entry.subject)
    return {
        "id": uuid4(),
        "at": entry.at,
        "by": by,
        "action": entry.action,
        "subject_kind": kind,
        "subject_id": identifier,
        "details": entry.details,
    }


def record(
    db: Session, by: str, action: str, subject: HasId | str, /, **details: Any
) -> AuditEntry:
    """Add an entry to this transaction.

    `by` names the operator or the system; `action` is dotted, like `solution.published`;
    `subject` is a record or, where there is none, `"kind:identifier"`; `details` must be
    writable as JSON.
    """
    kind, identifier = _subject(subject)
    entry = AuditEntry(
        by=by, action=action, subject_kind=kind, subject_id=identifier, details=details
    )
    db.add(entry)
    return entry


def _subject(subject: HasId | str) -> tuple[str, str]:
    if isinstance(subject, str):
        kind, _, identifier = subject.partition(":")
        return kind, identifier
    return type(subject).__name__.lower(), str(subject.id)
