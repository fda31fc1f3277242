"""The audit trail looked through every day, and whenever somebody asks; what was found joins it."""

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, String, cast
from sqlmodel import Session, col, func, select

from app.core import audit
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.outbox import enqueue, job
from app.core.schedule import recurring

CHECK = "audit.check"
CHECKED = "audit.checked"
SYSTEM = "system"

log = structlog.get_logger("audit")


def ask_for_check(db: Session) -> None:
    """Have the whole chain looked through soon."""
    enqueue(db, CHECK, key=CHECK)


@recurring("audit.daily", timedelta(days=1))
def daily(db: Session) -> None:
    """The chain is looked through once a day."""
    ask_for_check(db)


@job(CHECK, writes=False)
def check(db: Session, _payloads: list[dict[str, Any]]) -> None:
    """Look through the chain and note what was found, in a transaction of its own."""
    proof = audit.verify(db)
    if proof.fault:
        log.error("audit.broken", entry=proof.broken, fault=str(proof.fault))
    found: dict[str, Any] = {
        "length": proof.length,
        "head": proof.head,
        "fault": proof.fault and str(proof.fault),
    }
    with transaction() as own:
        audit.record(own, SYSTEM, CHECKED, "audit:chain", entry=proof.broken or None, **found)


def told_since(action: str, id_: Any, since: Any) -> ColumnElement[bool]:
    """That the trail tells of such an act about a row, by the column of its id, since a moment.

    Both databases write identifiers differently.
    """
    plain = func.replace(cast(id_, String), "-", "")
    told = select(AuditEntry.id).where(
        AuditEntry.action == action,
        col(AuditEntry.at) > since,
        func.replace(AuditEntry.subject_id, "-", "") == plain,
    )
    return told.exists()


def last_check(db: Session) -> AuditEntry | None:
    """What the last look through the chain found."""
    chosen = select(AuditEntry).where(AuditEntry.action == CHECKED)
    return db.exec(chosen.order_by(col(AuditEntry.at).desc()).limit(1)).first()
