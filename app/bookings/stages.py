"""The lawful moves of sittings, orders, seats and waiting places, each in one table."""

from collections.abc import Mapping
from enum import StrEnum

from app.core.errors import Conflict


class SittingStage(StrEnum):
    """Whether a sitting takes place; that it is over follows from the time."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class OrderStage(StrEnum):
    """Where an order stands."""

    APPROVAL = "approval"  # subsidised: staff decide before it is paid
    HELD = "held"  # its seats are kept until it is paid, for a time
    CONFIRMED = "confirmed"
    EXPIRED = "expired"  # not paid in time
    REFUSED = "refused"  # the subsidy
    CANCELLED = "cancelled"  # by whoever booked, or with the sitting


class SeatStage(StrEnum):
    """Where one seat of an order stands."""

    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"


class PlaceStage(StrEnum):
    """Where a place on the waiting list stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LAPSED = "lapsed"  # not taken in time, or the sitting began
    LEFT = "left"


ORDER_MOVES: Mapping[OrderStage, frozenset[OrderStage]] = {
    OrderStage.APPROVAL: frozenset({OrderStage.HELD, OrderStage.CONFIRMED})
    | {OrderStage.REFUSED, OrderStage.EXPIRED, OrderStage.CANCELLED},
    OrderStage.HELD: frozenset({OrderStage.CONFIRMED, OrderStage.EXPIRED, OrderStage.CANCELLED}),
    OrderStage.CONFIRMED: frozenset({OrderStage.CANCELLED}),
    OrderStage.EXPIRED: frozenset({OrderStage.CONFIRMED}),  # paid late, the seats still free
    OrderStage.REFUSED: frozenset(),
    OrderStage.CANCELLED: frozenset(),
}
ENDED = frozenset({OrderStage.EXPIRED, OrderStage.REFUSED, OrderStage.CANCELLED})

SEAT_MOVES: Mapping[SeatStage, frozenset[SeatStage]] = {
    SeatStage.HELD: frozenset({SeatStage.CONFIRMED, SeatStage.RELEASED}),
    SeatStage.CONFIRMED: frozenset({SeatStage.RELEASED}),
    SeatStage.RELEASED: frozenset({SeatStage.CONFIRMED}),  # with an expired order paid late
}

PLACE_MOVES: Mapping[PlaceStage, frozenset[PlaceStage]] = {
    PlaceStage.WAITING: frozenset({PlaceStage.OFFERED, PlaceStage.LAPSED, PlaceStage.LEFT}),
    PlaceStage.OFFERED: frozenset({PlaceStage.TAKEN, PlaceStage.LAPSED, PlaceStage.LEFT}),
    PlaceStage.TAKEN: frozenset(),
    PlaceStage.LAPSED: frozenset(),
    PlaceStage.LEFT: frozenset(),
}


def check_order(before: OrderStage, after: OrderStage, identifier: str) -> None:
    """Raises `Conflict` unless the table above has this move."""
    if after not in ORDER_MOVES[before]:
        raise Conflict(
            "The booking {identifier} is {stage} and cannot become {wanted}.",
            identifier=identifier,
            stage=str(before),
            wanted=str(after),
        )


def check_place(before: PlaceStage, after: PlaceStage) -> None:
    """Raises `Conflict` unless the table above has this move."""
    if after not in PLACE_MOVES[before]:
        raise Conflict("This place on the waiting list is not open any more.")
