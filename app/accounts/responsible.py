"""Who of the staff is responsible for a place: whoever is nearest to it."""

from sqlmodel import Session, col, select

from app.accounts.grants import STAFF_GRANTS
from app.accounts.models import Appointment, Person
from app.accounts.scope import HOME, Scope
from app.core.access import Can


def nearest(db: Session, region: str | None, permission: Can) -> list[Person]:
    """Those of the smallest region around a place in which anybody has the permission.

    A place that is not known, or that nobody else covers, is the province's.
    """
    roles = [role for role, grants in STAFF_GRANTS.items() if permission in grants]
    chosen = (
        select(Person, Appointment.region)
        .join(Appointment, col(Appointment.person_id) == col(Person.id))
        .where(
            col(Appointment.role).in_(roles),
            col(Person.verified_at).is_not(None),
            col(Person.disabled_at).is_(None),
        )
        .order_by(col(Person.email))
    )
    found = [(person, Scope(own)) for person, own in db.exec(chosen)]
    around = [(person, scope) for person, scope in found if scope.covers(region)]
    longest = max((len(scope.prefix) for _person, scope in around), default=0)
    near = {person.id: person for person, scope in around if len(scope.prefix) == longest}
    return list(near.values())


def of_province(db: Session, permission: Can) -> list[Person]:
    """Those of the pool's own province."""
    return nearest(db, HOME, permission)
