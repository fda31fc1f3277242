"""Freshness: who keeps a listing is asked once a year whether it still holds, then it leaves."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from app.accounts.models import Membership, Person
from app.accounts.visitor import Visitor
from app.catalogue import service as catalogue
from app.catalogue import standing
from app.catalogue.models import MODELS, Case, Record, Solution, Vendor
from app.catalogue.reading import OPTIONS
from app.catalogue.stages import Stage
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, NotFound
from app.core.formats import CHINA
from app.core.i18n import mark
from app.core.schedule import recurring
from app.curation.oversight.models import Confirmation
from app.curation.oversight.subjects import LISTED, hold, joined, vendor_of
from app.curation.telling import WRITERS, reachable, tell
from search.engine import Kind

UNTOUCHED = timedelta(days=365)
ANSWER = timedelta(days=90)
EVERY = timedelta(hours=6)
CHUNK = 500  # listings of each kind in one run; the next run goes on
OUTDATED = "outdated"
UNANSWERED = mark("Nobody confirmed it for a year")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A listing whose keeper was asked, and the day on which it leaves without an answer."""

    record: Record
    asked_at: datetime
    leaves_on: date


def untouched(model: type[Record]) -> ColumnElement[bool]:
    """That nobody changed or confirmed a listing for a year; `Confirmation` must be joined."""
    since, confirmed = now() - UNTOUCHED, col(Confirmation.confirmed_at)
    return and_(col(model.updated_at) < since, or_(confirmed.is_(None), confirmed < since))


def waits(model: type[Record]) -> ColumnElement[bool]:
    """That a listing's keeper was asked, and neither answered nor changed it since."""
    asked, confirmed = col(Confirmation.asked_at), col(Confirmation.confirmed_at)
    unanswered = and_(col(model.updated_at) < asked, or_(confirmed.is_(None), confirmed < asked))
    return and_(asked.is_not(None), unanswered)


def has_keeper() -> ColumnElement[bool]:
    """That somebody can answer for the vendor, which must be joined."""
    keeps = (
        select(Membership.id)
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(col(Membership.organisation_id) == col(Vendor.organisation_id), reachable(WRITERS))
    )
    return keeps.correlate(Vendor).exists()


def with_confirmation(chosen: Any, kind: Kind) -> Any:
    """A query of this kind with what was asked and answered beside each listing, if anything."""
    model = MODELS[kind]
    is_own = col(Confirmation.record_id) == col(model.id)
    return joined(chosen, kind).join(Confirmation, is_own, isouter=True)


@recurring("oversight.freshness", EVERY)
def keep_fresh(db: Session) -> None:
    """Ask who has not been asked, and archive what nobody answered for."""
    archive_due(db)
    ask_due(db)


def ask_due(db: Session) -> None:
    """Ask about what was untouched for a year, in one mail to each organisation."""
    asked: dict[UUID, list[str]] = defaultdict(list)
    for kind in LISTED:
        model = MODELS[kind]
        for record in _published(db, kind, untouched(model), ~waits(model)):
            vendor = vendor_of(db, record)
            if vendor is not None:
                _confirmation(db, record).asked_at = now()
                asked[vendor.organisation_id].append(record.name)
    until = _leaves_on(now())
    for organisation_id, names in asked.items():
        tell(db, organisation_id, "freshness_asked", names=names, until=until)


def archive_due(db: Session) -> None:
    """Withdraw what nobody answered for in time; a vendor only after all that it offers."""
    before = now() - ANSWER
    for kind in (Kind.CASE, Kind.SOLUTION, Kind.VENDOR):
        model = MODELS[kind]
        late = col(Confirmation.asked_at) < before
        alone = [_offers_nothing()] if kind is Kind.VENDOR else []
        for record in _published(db, kind, waits(model), late, *alone):
            _archive(db, record)
        db.flush()  # a vendor is asked below whether it still offers anything


def _archive(db: Session, record: Record) -> None:
    hold(db, record)
    if record.stage != Stage.PUBLISHED:
        return
    confirmation = _confirmation(db, record)
    # Asked anew in a year should it come back, not withdrawn at once.
    confirmation.archived_at, confirmation.asked_at = now(), None
    with catalogue.changing(db, by="system") as changes:
        standing.take_out(db, changes, record, Stage.WITHDRAWN, code=OUTDATED, why=UNANSWERED)
    vendor = vendor_of(db, record)
    if vendor is not None:
        tell(db, vendor.organisation_id, "freshness_archived", name=record.name)


def confirm(db: Session, record: Record, *, by: Visitor) -> None:
    """Somebody who may say so says that a listing still holds; good for a year."""
    hold(db, record)
    if record.stage != Stage.PUBLISHED:
        raise Conflict("“{name}” is not published, so it cannot be confirmed.", name=record.name)
    confirmation = _confirmation(db, record)
    before, confirmation.confirmed_at = confirmation.confirmed_at, now()
    audit.record(
        db,
        by,
        f"{record.KIND}.confirmed",
        record,
        before={"confirmed_at": before.isoformat() if before else None},
        after={"confirmed_at": confirmation.confirmed_at.isoformat()},
    )


def find_own(db: Session, visitor: Visitor, record_id: UUID) -> Record:
    """A listing of the organisation that the visitor acts for; `NotFound` for any other."""
    for kind in LISTED if visitor.organisation_id else ():
        model = MODELS[kind]
        chosen = joined(select(model), kind).where(
            model.id == record_id, Vendor.organisation_id == visitor.organisation_id
        )
        record: Record | None = db.exec(chosen.options(*OPTIONS[kind])).first()
        if record is not None:
            return record
    raise NotFound("There is no such page.")


def waiting_of(db: Session, organisation_id: UUID) -> list[Waiting]:
    """What an organisation has to confirm, what leaves first before the rest."""
    found: list[Waiting] = []
    for kind in LISTED:
        model = MODELS[kind]
        chosen = with_confirmation(select(model, Confirmation.asked_at), kind).where(
            model.stage == Stage.PUBLISHED, waits(model), Vendor.organisation_id == organisation_id
        )
        rows = db.exec(chosen.options(*OPTIONS[kind])).all()
        found += [Waiting(record, asked_at, _leaves_on(asked_at)) for record, asked_at in rows]
    return sorted(found, key=lambda one: (one.asked_at, one.record.name))


def confirmation_of(db: Session, record: Record) -> Confirmation | None:
    """What was asked and answered about a listing."""
    return db.get(Confirmation, record.id)


def _published(db: Session, kind: Kind, *conditions: ColumnElement[bool]) -> Iterator[Record]:
    """Published listings with a keeper that meet the conditions, the longest untouched first."""
    model = MODELS[kind]
    chosen = with_confirmation(select(model), kind).where(
        model.stage == Stage.PUBLISHED, has_keeper(), *conditions
    )
    ordered = chosen.order_by(col(model.updated_at), col(model.id)).limit(CHUNK)
    found: Sequence[Record] = db.exec(ordered.options(*OPTIONS[kind])).all()
    yield from found


def _offers_nothing() -> ColumnElement[bool]:
    public = (Stage.PUBLISHED, Stage.QUARANTINED)
    of_vendor = [
        select(model.id)
        .where(col(model.vendor_id) == col(Vendor.id), col(model.stage).in_(public))
        .correlate(Vendor)
        .exists()
        for model in (Solution, Case)
    ]
    return ~or_(*of_vendor)


def _confirmation(db: Session, record: Record) -> Confirmation:
    found = db.get(Confirmation, record.id)
    if found is None:
        found = Confirmation(record_id=record.id, kind=record.KIND)
        db.add(found)
    return found


def _leaves_on(asked_at: datetime) -> date:
    return (asked_at + ANSWER).astimezone(CHINA).date()
