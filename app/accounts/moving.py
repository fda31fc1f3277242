"""Another e-mail address for an account: asked for by its owner, confirmed by who reads it.

Whether the other address has an account already can be told from nothing that is answered:
either way one mail goes to it and one to the address that the account has now.
"""

from urllib.parse import urlencode

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.accounts import entering, sessions, throttle, tickets
from app.accounts.models import Person, Purpose, Ticket
from app.accounts.sessions import Browser
from app.accounts.visitor import Visitor
from app.core import audit, mail


def ask(db: Session, email: str, browser: Browser, *, by: Visitor) -> None:
    """Mail a link to the address that the account is to have; only the newest link works.

    Whoever has an account with it is told so instead; the present address is warned.
    """
    throttle.count(db, throttle.ASKING_FROM, sessions.network(browser.address))
    is_told = throttle.allows(db, throttle.MAILS, email)
    person = db.get_one(Person, by.person_id)
    tickets.void_of(db, Purpose.MOVE, person.id)
    audit.record(db, by, "person.address_asked", person)
    entering.warn(db, person, "address_asked")
    if not is_told:
        return
    token = tickets.issue(db, Purpose.MOVE, email, created_by=person.id)
    owner = entering.find_by_email(db, email)
    if owner and owner.verified_at:
        mail.write(db, email, "address_taken", language=owner.language)
    else:
        path = f"/account/address/confirm?{urlencode({'token': token})}"
        mail.write(db, email, "address_confirm", language=person.language, path=path)


def find(db: Session, token: str, *, by: Visitor) -> Ticket | None:
    """What a link is good for, while it is and for this person."""
    ticket = tickets.find(db, Purpose.MOVE, token)
    return ticket if ticket and ticket.created_by == by.person_id else None


def move(db: Session, token: str, *, by: Visitor) -> bool:
    """Give the account the address that the link was sent to; False for a link that is no good.

    Sessions stay: this proves more than they did. Links that were sent to the address before do
    not; an account there that nobody confirmed gives way.
    """
    ticket = find(db, token, by=by)
    if ticket is None or tickets.use(db, Purpose.MOVE, token) is None:
        return False
    person = db.get_one(Person, by.person_id)
    before = person.email
    if not _take(db, person, ticket.email):
        return False
    for purpose in (Purpose.RESET, Purpose.VERIFY):
        tickets.void(db, purpose, before)
        tickets.void(db, purpose, person.email)
    was, became = {"email": before}, {"email": person.email}
    audit.record(db, by, "person.address_changed", person, before=was, after=became)
    mail.write(db, before, "address_changed", language=person.language, name=person.name)
    return True


def _take(db: Session, person: Person, email: str) -> bool:
    """False where the address got an account of its own meanwhile."""
    other = entering.find_by_email(db, email)
    if other and other.verified_at:
        return False
    try:
        with db.begin_nested():
            if other:
                db.delete(other)
                db.flush()  # the address is unique
            person.email = email
    except IntegrityError:  # at the same moment
        return False
    return True
