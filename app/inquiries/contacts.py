"""How an asker wants to be reached; the vendor reads it once the asker has released it."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, Forbidden
from app.core.i18n import _, mark
from app.inquiries import speaking, telling
from app.inquiries.models import Inquiry, Side

MOST = 100
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TELEPHONE = re.compile(r"\+?[\d\s()\-]{5,30}")


class Way(NamedTuple):
    """One field of the contact details."""

    name: str
    label: str
    autocomplete: str = ""


WAYS = (
    Way("name", mark("Name of the contact"), "name"),
    Way("telephone", mark("Telephone"), "tel"),
    Way("email", mark("E-mail address"), "email"),
    Way("wechat", mark("WeChat")),
)
PREFERRED: Mapping[str, str] = {
    "thread": mark("Here in the thread"),
    "telephone": mark("By telephone"),
    "email": mark("By e-mail"),
    "wechat": mark("By WeChat"),
}


def read(posted: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The contact details that were typed, and what is wrong with them by field."""
    contact = {way.name: posted[way.name] for way in WAYS if posted.get(way.name)}
    errors = {name: _("This is too long.") for name, said in contact.items() if len(said) > MOST}
    if "email" in contact and not EMAIL.fullmatch(contact["email"]):
        errors["email"] = _("This is no e-mail address.")
    if "telephone" in contact and not TELEPHONE.fullmatch(contact["telephone"]):
        errors["telephone"] = _("This is no telephone number.")
    preferred = posted.get("preferred", "")
    if preferred in PREFERRED:
        contact["preferred"] = preferred
        if preferred != "thread" and preferred not in contact:
            errors[preferred] = _("You want to be reached so: fill it in.")
    return contact, errors


def release(db: Session, inquiry: Inquiry, side: Side, *, by: Visitor) -> None:
    """Let the vendor read who asks and how to reach them; it cannot be taken back.

    Raises `Forbidden` for the vendor, `Conflict` the second time or when the thread has ended.
    """
    if side is not Side.ASKER:
        raise Forbidden("Only who asks releases their contact details.")
    speaking.check_goes_on(inquiry)
    if inquiry.contact_released_at:
        raise Conflict("The contact details are released already.")
    inquiry.contact_released_at, inquiry.contact_released_by = now(), by.person_id
    audit.record(db, by, "inquiry.contact_released", inquiry)
    message = speaking.tell(db, inquiry, "contact.released", side=side, by=by.person_id)
    telling.of_step(db, inquiry, side, message)
