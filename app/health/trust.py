"""Is there somebody who appoints the staff, and is the audit trail as it was written?"""

from datetime import timedelta

from sqlmodel import Session, col, func, select

from app.accounts.models import Appointment, Person, StaffRole
from app.core.audit import AuditEntry, Fault, Proof, verify
from app.core.db import now, transaction
from app.core.formats import format_moment
from app.core.i18n import _
from app.core.settings import get_settings
from app.curation import trail
from app.health.findings import Examination, Finding, ok, problem, warning

OLDEST = timedelta(days=3)  # of the daily look through the chain


def administrator(_examination: Examination) -> Finding:
    """Somebody can sign in who appoints the staff; without them nobody decides anything."""
    with transaction(writes=False) as db:
        chosen = select(func.count(col(Person.id).distinct())).join(Appointment)
        counted = db.exec(
            chosen.where(
                Appointment.role == StaffRole.ADMINISTRATOR,
                col(Person.verified_at).is_not(None),
                col(Person.disabled_at).is_(None),
            )
        ).one()
    if counted:
        return ok(_("Administrators who appoint the staff: {n}.", n=counted))
    if not get_settings().is_production:
        return ok(_("There is no administrator; only an installation for production needs one."))
    return warning(
        _("There is no administrator: nobody can appoint the staff."),
        _("Run “pool person add EMAIL NAME --staff administrator”."),
    )


def chain(examination: Examination) -> Finding:
    """What the daily look through the audit trail found, and whether its end is still there.

    A thorough examination walks the whole chain itself.
    """
    with transaction(writes=False) as db:
        if examination.thorough:
            return _judge(verify(db))
        last = trail.last_check(db)
        if last is None:
            return _unseen(db)
        length, head = int(last.details["length"]), str(last.details["head"])
        fault, broken = last.details["fault"], str(last.details["entry"])
        found = Proof(length, head, Fault(fault) if fault else None, broken)
        if not found.fault and not _is_there(db, length, head):
            found = Proof(length, head, Fault.ALTERED, str(length))
    return _judge(found) if found.fault else _judge_age(last)


def _unseen(db: Session) -> Finding:
    oldest = db.exec(select(func.min(AuditEntry.at))).one()
    if oldest is None or oldest > now() - OLDEST:
        return ok(_("The audit trail is too young to have been looked through."))
    return warning(_("Nobody has looked through the audit trail yet."), _remedy_of_silence())


def _remedy_of_silence() -> str:
    return _("Start “pool worker”: it looks through it every day.")


def _is_there(db: Session, number: int, head: str) -> bool:
    """Whether the entry that was the last one then still is what it was."""
    if not number:
        return True
    return db.exec(select(AuditEntry.hash).where(AuditEntry.number == number)).first() == head


def _judge(proof: Proof) -> Finding:
    if proof.fault:
        return problem(
            _("The audit trail was changed by hand."),
            _("Run “pool audit verify” and find out who could write to the database."),
            _("Entry {entry}", entry=proof.broken),
        )
    return ok(_("The audit trail is unbroken."), proof.head)


def _judge_age(last: AuditEntry) -> Finding:
    moment = format_moment(last.at)
    if last.at < now() - OLDEST:
        return warning(
            _("The audit trail was last looked through {moment}.", moment=moment),
            _remedy_of_silence(),
        )
    return ok(_("The audit trail was unbroken {moment}.", moment=moment), last.details["head"])
