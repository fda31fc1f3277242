"""Tickets: what a link in a mail is good for; one purpose, one address, once, for some time."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from app.accounts.models import Purpose, Ticket
from app.accounts.visitor import hash_token
from app.core.db import now

LIVES = {
    Purpose.VERIFY: timedelta(hours=24),
    Purpose.RESET: timedelta(hours=1),
    Purpose.MOVE: timedelta(hours=24),
    Purpose.INVITE: timedelta(days=7),
    Purpose.APPOINT: timedelta(days=7),
}
KEPT = timedelta(days=30)  # after they ran out


def issue(db: Session, purpose: Purpose, email: str, **values: Any) -> str:
    """A new ticket for an address; what is returned goes into its link and is kept nowhere."""
    token = secrets.token_urlsafe(32)
    db.add(
        Ticket(
            purpose=purpose,
            token=hash_token(token),
            email=email,
            expires_at=now() + LIVES[purpose],
            **values,
        )
    )
    return token


def find(db: Session, purpose: Purpose, token: str) -> Ticket | None:
    """The ticket of a link, while it is good for this."""
    return db.exec(select(Ticket).where(*_good(purpose, token))).first()


def use(db: Session, purpose: Purpose, token: str) -> Ticket | None:
    """The ticket of a link, which is good no more; only one of several at once gets it."""
    used = update(Ticket).where(*_good(purpose, token)).values(used_at=now()).returning(Ticket)
    return db.scalars(used).first()


def void(db: Session, purpose: Purpose, email: str) -> None:
    """Make every earlier link for this purpose and address worthless."""
    is_open = (col(Ticket.email) == email, col(Ticket.used_at).is_(None))
    db.execute(update(Ticket).where(col(Ticket.purpose) == purpose, *is_open).values(used_at=now()))


def void_of(db: Session, purpose: Purpose, person_id: UUID) -> None:
    """The same for every earlier link that somebody asked for, to whatever address."""
    is_open = (col(Ticket.created_by) == person_id, col(Ticket.used_at).is_(None))
    db.execute(update(Ticket).where(col(Ticket.purpose) == purpose, *is_open).values(used_at=now()))


def sweep(db: Session) -> None:
    """Drop tickets that ran out long ago."""
    db.execute(delete(Ticket).where(col(Ticket.expires_at) < now() - KEPT))


def _good(purpose: Purpose, token: str) -> tuple[Any, ...]:
    return (
        col(Ticket.token) == hash_token(token),
        col(Ticket.purpose) == purpose,
        col(Ticket.used_at).is_(None),
        col(Ticket.expires_at) > now(),
    )
