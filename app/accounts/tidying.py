"""What is swept out once a day: counts, links and sessions that are over."""

from datetime import timedelta

from sqlmodel import Session

from app.accounts import sessions, throttle, tickets
from app.core.schedule import recurring


@recurring("accounts.sweep", timedelta(days=1))
def sweep(db: Session) -> None:
    """Drop what nobody will ask for any more."""
    throttle.sweep(db)
    tickets.sweep(db)
    sessions.sweep(db)
