"""Invitations by mail: for one address only, good once and for seven days."""

import re
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from app.accounts.models import Person, Purpose, Ticket
from app.accounts.visitor import Visitor, hash_token
from app.core import mail
from app.core.db import now
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.i18n import _, current_language

LASTS = timedelta(days=7)
MOST_OPEN = 50  # of one organisation or region, so that nobody mails the whole town
LONGEST_ADDRESS = 254
PURPOSES = (Purpose.INVITE, Purpose.APPOINT)
_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s.,;<>\"]{2,}")


def tidy_email(text: str) -> str:
    """An address as accounts keep it."""
    return text.strip().lower()


def email_fault(email: str) -> str:
    """Why nothing can be sent there, for the reader; empty when it can."""
    if len(email) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(email):
        return ""
    return _("Write one e-mail address, like name@example.com.")


def masked(email: str) -> str:
    """An address as a stranger may see it who came by somebody else's link."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}***@{host}"


def send(db: Session, ticket: Ticket, template: str, *, by: Visitor, **said: Any) -> None:
    """Mail an invitation; an older one to the same address for the same thing ends.

    Only the mail holds the token, the database no more than its hash.
    """
    same = (Ticket.purpose == ticket.purpose, Ticket.organisation_id == ticket.organisation_id)
    others = select(func.count()).select_from(Ticket).where(*same, *_live())
    if db.exec(others.where(Ticket.email != ticket.email)).one() >= MOST_OPEN:
        raise Conflict("Too many invitations are open. Take some back first.")
    end_all(db, *same, Ticket.email == ticket.email)
    token = secrets.token_urlsafe(32)
    ticket.token, ticket.created_by = hash_token(token), by.person_id
    db.add(ticket)
    language = db.exec(select(Person.language).where(Person.email == ticket.email)).first()
    said = {**said, "inviter": by.name, "token": token, "until": ticket.expires_at}
    mail.write(db, ticket.email, template, language=language or current_language(), **said)


def new(purpose: Purpose, email: str, **said: Any) -> Ticket:
    """An invitation that `send` will mail."""
    return Ticket(purpose=purpose, email=email, token="", expires_at=now() + LASTS, **said)


def find(db: Session, token: str) -> tuple[Ticket, Person | None]:
    """The open invitation that a link stands for, and who sent it.

    One that is unknown, used, taken back or too old looks like any other.
    """
    chosen = (
        select(Ticket, Person)
        .outerjoin(Person, col(Person.id) == col(Ticket.created_by))
        .where(Ticket.token == hash_token(token), col(Ticket.purpose).in_(PURPOSES), *_live())
    )
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("This invitation was used, taken back or is too old. Ask for another one.")
    return found[0], found[1]


def open_ones(db: Session, *conditions: Any) -> list[Ticket]:
    """The invitations that still work, newest first."""
    chosen = select(Ticket).where(*conditions, *_live())
    return list(db.exec(chosen.order_by(col(Ticket.created_at).desc())))


def find_open(db: Session, ticket_id: UUID, *conditions: Any) -> Ticket:
    """One of them, to take it back."""
    found = db.exec(select(Ticket).where(Ticket.id == ticket_id, *conditions, *_live())).first()
    if found is None:
        raise NotFound("This invitation is no longer open.")
    return found


def use(db: Session, ticket: Ticket, *, by: Visitor) -> None:
    """Spend an invitation: it is for its own address only, and works once, also for two at once."""
    if by.email != ticket.email:
        raise Forbidden("This invitation was sent to another address than yours.")
    spent = update(Ticket).where(col(Ticket.id) == ticket.id, *_live())
    if not db.connection().execute(spent.values(used_at=now())).rowcount:
        raise Conflict("This invitation was just used.")


def end_all(db: Session, *conditions: Any) -> None:
    """These invitations work no longer."""
    ended = update(Ticket).where(*conditions, *_live()).values(expires_at=now())
    db.connection().execute(ended)


def _live() -> tuple[Any, Any]:
    return col(Ticket.used_at).is_(None), col(Ticket.expires_at) > now()
