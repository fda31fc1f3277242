"""Mail to the vendor about what happens to an application."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.models import Membership, Person
from app.core import mail


def members(db: Session, organisation_id: UUID) -> list[Person]:
    """Those of an organisation who can be written to."""
    chosen = (
        select(Person)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(
            Membership.organisation_id == organisation_id,
            col(Person.verified_at).is_not(None),
            col(Person.disabled_at).is_(None),
        )
    )
    return list(db.exec(chosen.order_by(col(Person.email))))


def tell(db: Session, organisation_id: UUID, template: str, **said: Any) -> None:
    """Write to each member of an organisation, in their language, once this is committed."""
    for person in members(db, organisation_id):
        mail.write(db, person.email, template, language=person.language, **said)
