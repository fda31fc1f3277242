"""The waiting list of a sitting: who stands in it, leaves it, takes what was offered."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.bookings import expiring, occupancy, window
from app.bookings.models import Place, Sitting
from app.bookings.offering import IN_LINE, offer_next
from app.bookings.stages import PlaceStage
from app.core import audit
from app.core.access import Can
from app.core.errors import Conflict, Forbidden, Invalid, NotFound

__all__ = ["ahead_of", "find", "find_own", "join", "leave", "mine", "offer_next", "take"]
MOST_SEATS = 20


def join(
    db: Session, sitting_id: UUID, seats: int, *, by: Visitor, for_organisation: bool = False
) -> Place:
    """Take a place at the end of the line; who stands in it already keeps theirs.

    Raises `Conflict` while there are seats that can be booked, or where none ever can.
    """
    if for_organisation and not (by.organisation_id and by.may(Can.BOOK_SEATS)):
        raise Forbidden("You may not book for an organisation. Book for yourself.")
    sitting = occupancy.hold_sitting(db, sitting_id)
    if standing := find_own(db, sitting, by):
        return standing
    expiring.catch_up(db, sitting)
    window.check(db, sitting)
    _check_seats(db, sitting, seats, for_organisation=for_organisation)
    place = Place(
        sitting_id=sitting.id,
        number=_last_number(db, sitting) + 1,
        person_id=by.person_id,
        organisation_id=by.organisation_id if for_organisation else None,
        seats=seats,
    )
    db.add(place)
    db.flush()  # so that it is seen by whoever offers next
    audit.record(db, by, "place.joined", place, seats=seats)
    return place


def leave(db: Session, place: Place, *, by: Visitor) -> None:
    """Give up a place; seats that were offered go to the next."""
    sitting = occupancy.hold_sitting(db, place.sitting_id)
    db.refresh(place)
    place.move_to(PlaceStage.LEFT)
    db.add(place)
    audit.record(db, by, "place.left", place)
    expiring.catch_up(db, sitting)


def take(db: Session, sitting: Sitting, place_id: UUID, wanted: int, *, by: Visitor) -> Place:
    """Take the offer of a place of one's own, while the sitting is held.

    Raises `NotFound` for those of others, `Conflict` where nothing is offered any more.
    """
    chosen = select(Place).where(Place.id == place_id, Place.sitting_id == sitting.id, mine(by))
    place = db.exec(chosen.execution_options(populate_existing=True)).first()
    if place is None:
        raise NotFound("There is no such place on the waiting list.")
    if place.stage != PlaceStage.OFFERED:
        raise Conflict("This offer is over; its seats went to the next in line.")
    if wanted > place.seats:
        raise Invalid("You were offered {seats} seats. Take no more.", seats=place.seats)
    place.move_to(PlaceStage.TAKEN)
    db.add(place)
    return place


def mine(visitor: Visitor) -> ColumnElement[bool]:
    """The places of a person, and those of the organisation that they may book for."""
    own = col(Place.person_id) == visitor.person_id
    if visitor.organisation_id is None or not visitor.may(Can.BOOK_SEATS):
        return and_(own)
    return or_(own, col(Place.organisation_id) == visitor.organisation_id)


def find(db: Session, visitor: Visitor, place_id: UUID) -> Place:
    """A place of one's own; raises `NotFound` for those of others and for missing ones alike."""
    place = db.exec(select(Place).where(Place.id == place_id, mine(visitor))).first()
    if place is None:
        raise NotFound("There is no such place on the waiting list.")
    return place


def find_own(db: Session, sitting: Sitting, visitor: Visitor) -> Place | None:
    """The place in line that somebody has at a sitting."""
    chosen = select(Place).where(
        Place.sitting_id == sitting.id, col(Place.stage).in_(IN_LINE), mine(visitor)
    )
    return db.exec(chosen.order_by(col(Place.number)).limit(1)).first()


def ahead_of(db: Session, place: Place) -> int:
    """How many stand before somebody who waits."""
    before = select(func.count()).where(
        col(Place.sitting_id) == place.sitting_id,
        col(Place.stage) == PlaceStage.WAITING,
        col(Place.number) < place.number,
    )
    return db.exec(before).one()


def _check_seats(db: Session, sitting: Sitting, seats: int, *, for_organisation: bool) -> None:
    most = min(MOST_SEATS, sitting.seats) if for_organisation else 1
    if not 1 <= seats <= most:
        raise Invalid("Wait for at least 1 and at most {most} seats.", most=most)
    if occupancy.free_seats(db, sitting) >= seats and not occupancy.is_queued(db, sitting):
        raise Conflict("There are free seats. Book them: there is no need to wait.")


def _last_number(db: Session, sitting: Sitting) -> int:
    return db.exec(select(func.max(Place.number)).where(Place.sitting_id == sitting.id)).one() or 0
