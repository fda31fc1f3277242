"""What an organisation offers: its trainings with their sittings, the next first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.bookings import reading
from app.bookings.reading import Shown, State
from app.catalogue.models import Training
from app.catalogue.reading import SLUG
from app.catalogue.stages import Stage
from app.core.errors import NotFound
from app.curation.applications.models import Application
from search.engine import Kind

MOST = 200
PASSED = frozenset({State.OVER, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Offer:
    """One training of the organisation, and its sittings."""

    training: Training
    ahead: Sequence[Shown]
    passed: Sequence[Shown]

    @property
    def may_add(self) -> bool:
        return self.training.stage == Stage.PUBLISHED


@dataclass(frozen=True, slots=True)
class Offering:
    """Everything that the organisers' first page shows."""

    offers: Sequence[Offer]
    on_its_way: Sequence[Application]


def look(db: Session, visitor: Visitor) -> Offering:
    """The trainings of the organisation that the visitor acts for, in four queries."""
    own = Training.organisation_id == visitor.organisation_id
    chosen = select(Training).where(own, col(Training.stage) != Stage.MERGED)
    trainings = db.exec(chosen.order_by(col(Training.name)).limit(MOST)).all()
    sittings = reading.of_trainings(db, [one.id for one in trainings])
    offers = [_offer(one, sittings.get(one.id, [])) for one in trainings]
    waiting = select(Application).where(
        Application.organisation_id == visitor.organisation_id,
        Application.kind == Kind.TRAINING,
        col(Application.open_for).is_not(None),
    )
    return Offering(offers, db.exec(waiting.order_by(col(Application.updated_at).desc())).all())


def _offer(training: Training, sittings: Sequence[Shown]) -> Offer:
    return Offer(
        training,
        ahead=[one for one in sittings if one.state not in PASSED],
        passed=[one for one in reversed(sittings) if one.state in PASSED],
    )


def find_training(db: Session, visitor: Visitor, identifier: str) -> Training:
    """A training of the organisation that the visitor acts for; `NotFound` for all others."""
    chosen = select(Training).where(
        Training.identifier == identifier, Training.organisation_id == visitor.organisation_id
    )
    found = db.exec(chosen).first() if SLUG.fullmatch(identifier) else None
    if found is None or visitor.organisation_id is None:
        raise NotFound("There is no such training.")
    return found
