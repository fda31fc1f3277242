"""The audit trail: who did what to what, written with the change itself, never updated."""

from datetime import datetime
from typing import Any, Protocol, runtime_checkable
from uuid import UUID, uuid4

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
