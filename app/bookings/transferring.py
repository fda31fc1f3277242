"""A seat goes to another participant, until the sitting begins."""

from sqlmodel import Session

from app.bookings import occupancy, ordering, telling, window
from app.bookings.models import Booking, Order
from app.bookings.ordering import Participant
from app.core import audit
from app.core.errors import Conflict


def transfer(db: Session, booking: Booking, participant: Participant, *, by: audit.Actor) -> None:
    """Name another participant; the ticket that the one before has is good no more.

    Who it was and is goes to nobody's trail: the entry names the seat alone.
    """
    ordering.check_participant(participant)
    sitting = occupancy.hold_sitting(db, booking.sitting_id)
    db.refresh(booking)
    if not window.is_running(sitting):
        raise Conflict("The sitting has begun or is cancelled: seats stay as they are.")
    if booking.stage not in occupancy.LIVE or booking.attended_at:
        raise Conflict("This seat has moved on meanwhile. Look at the booking again.")
    booking.participant = participant.name.strip()
    booking.participant_email = participant.email.strip() or None
    booking.job = participant.job.strip() or None
    booking.ticket = ordering.new_ticket()
    db.add(booking)
    order = db.get_one(Order, booking.order_id)
    audit.record(db, by, "order.transferred", order, seat=str(booking.id))
    telling.of_transferred(db, sitting, order, booking)
