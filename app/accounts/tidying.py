"""What is swept out once a day: counts, links and sessions that are over, accounts never begun."""

from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.accounts import sessions, throttle, tickets
from app.accounts.models import Person, Purpose, Ticket
from app.core import audit
from app.core.db import now
from app.core.schedule import recurring

UNCONFIRMED = timedelta(days=7)  # after the last link ran out


@recurring("accounts.sweep", timedelta(days=1))
def sweep(db: Session) -> None:
    """Drop what nobody will ask for any more."""
    throttle.sweep(db)
    forget_unconfirmed(db)
    tickets.sweep(db)
    sessions.sweep(db)


def forget_unconfirmed(db: Session) -> None:
    """Delete the accounts whose address nobody confirmed in time; they never did anything."""
    before = now() - UNCONFIRMED
    asked = select(Ticket.id).where(
        Ticket.email == Person.email,
        Ticket.purpose == Purpose.VERIFY,
        col(Ticket.expires_at) > before,
    )
    waits = (col(Person.verified_at).is_(None), col(Person.created_at) < before, ~asked.exists())
    gone = delete(Person).where(*waits).returning(col(Person.id))
    for person_id in db.scalars(gone).all():
        audit.record(db, "system", "person.forgotten", f"person:{person_id}")
