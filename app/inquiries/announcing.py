"""What the pool or its staff do about a thread: said in it, and mailed to whom it concerns."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlmodel import Session

from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.core import mail
from app.core.errors import Invalid
from app.inquiries import events, speaking, telling
from app.inquiries.models import Inquiry, Side

BOTH = (Side.ASKER, Side.VENDOR)
LONGEST = 1000  # characters of a sentence


def announce(
    db: Session,
    inquiry: Inquiry,
    event: str,
    /,
    *,
    to: Collection[Side],
    by: Visitor | None = None,
    **said: Any,
) -> None:
    """Say in a thread what happened, by staff or by the pool itself, and mail it to these sides.

    `said` fills the sentence of the event; the mail leaves out `why`, which the thread shows.
    """
    side = Side.STAFF if by else Side.POOL
    speaking.tell(db, inquiry, event, side=side, by=by.person_id if by else None, **said)
    inform(db, inquiry, event, to=to, side=side, **said)


def inform(
    db: Session, inquiry: Inquiry, event: str, /, *, to: Collection[Side], side: Side, **said: Any
) -> None:
    """Mail an event that `side` brought about to these sides, as a sentence and a link."""
    known = {"event": event, "said": said, "sentence": events.sentence, "by": side.value}
    for one in to:
        telling.to_side(db, inquiry, one, "inquiry_told", **known)


def tell_staff(db: Session, people: Iterable[Person], template: str, **said: Any) -> None:
    """Write to each of these of the staff, in their language."""
    for person in people:
        mail.write(db, person.email, template, language=person.language, **said)


def check_sentence(said: str, most: int = LONGEST) -> None:
    """Raises `Invalid` for a sentence that is empty or too long."""
    if not said:
        raise Invalid("Say in a sentence why.")
    if len(said) > most:
        raise Invalid("Say it in at most {most} characters.", most=most)
