"""From a public notice into the catalogue, through the one door, and never early."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlmodel import Session, col, select

from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.catalogue import service as catalogue
from app.catalogue.models import Case, Organisation, Record, Solution, Vendor
from app.catalogue.stages import Stage, check_move
from app.core import audit
from app.core.db import lock, now
from app.core.errors import Conflict
from app.core.formats import format_date, today
from app.core.outbox import enqueue, job
from app.core.schedule import recurring
from app.curation.admission import DECISIONS, load
from app.curation.applications import notices
from app.curation.applications.changes import Changed, changed
from app.curation.applications.deciding import must_act, step
from app.curation.applications.models import Application
from app.curation.folding import fold
from app.curation.models import Candidate, Standing
from search.engine import Kind

PUBLISH_ONE = "applications.publish_one"
WAY = (Stage.RECOMMENDED, Stage.REVIEWED, Stage.NOTICE)
OWN = frozenset({Kind.VENDOR, Kind.TRAINING})  # of an organisation, not of a vendor
log = structlog.get_logger("desk")


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing would do, and what stands in its way, the first thing first."""

    record: Record | None
    changed: Changed
    hindrances: Sequence[Conflict]


@dataclass(frozen=True, slots=True)
class OnTime:
    """Whoever announced a publication, while it happens on its day without them."""

    person_id: UUID
    name: str
    acts_for: UUID | None = None


def plan(db: Session, application: Application) -> Plan:
    """Look at everything that a publication depends on, changing nothing."""
    record = live_record(db, application)
    said = changed(db, application, record)
    found = [
        *([] if application.is_short else _of_the_notice(db, application)),
        *_of_the_record(db, application, record),
        *_of_what_it_belongs_to(db, application),
    ]
    return Plan(record, said, found)


def live_record(db: Session, application: Application) -> Record | None:
    """The record that an application is about, with its organisation; None before there is one."""
    found = next(iter(load(db, Kind(application.kind), [application.record_id])), None)
    return found[0] if found else None


def publish(
    db: Session, application: Application, *, seen: int | None = None, by: Visitor
) -> Record:
    """Put what was announced into the catalogue; on its day or later, with nothing open.

    What goes the shorter way is not announced: a second person looked at it, which is enough.

    `seen` is the version of the live listing that the publisher looked at: where that changed
    what the application changes, they must have seen it. Raises `Conflict` otherwise.
    """
    must_act(db, application, Stage.PUBLISHED, by=by)
    lock(db, DECISIONS)
    planned = plan(db, application)
    for hindrance in planned.hindrances:
        raise hindrance
    if planned.changed.overtaken and (planned.record is None or seen != planned.record.version):
        raise Conflict(
            "The listing changed meanwhile. Compare the two and confirm which one holds."
        )
    return _publish(db, application, planned, by=by)


def _publish(db: Session, application: Application, planned: Plan, *, by: audit.Actor) -> Record:
    application.decided_by = by.person_id
    record = _put_in(db, application, planned, by=by)
    on_time: dict[str, Any] = {"on_time": True} if isinstance(by, OnTime) else {}
    step(db, application, Stage.PUBLISHED, by=by, identifier=record.identifier, **on_time)
    return record


def _put_in(db: Session, application: Application, planned: Plan, *, by: audit.Actor) -> Record:
    kind = Kind(application.kind)
    organisation = db.get_one(Organisation, application.organisation_id)
    values = dict(planned.changed.values)
    if planned.record is None and kind is Kind.VENDOR:
        values = {**_held_by(organisation), **values}
    candidate = Candidate(
        kind=kind,
        record_id=application.record_id,
        is_new=planned.record is None,
        standing=Standing.ACCEPTED,
        source="person",
        values=values,
        by=organisation.name,
        decided_by=by.name,
        decided_at=now(),
    )
    db.add(candidate)
    db.flush()  # the fold below reads it back
    if planned.record is None:
        draft = catalogue.Draft(
            application.record_id, *fold(kind, [candidate]), _links(application)
        )
        catalogue.create(db, kind, [draft])
    record, said = next(iter(load(db, kind, [application.record_id])))
    with catalogue.changing(db, by=by) as changes:
        accepted = [one for one in said if one.standing == Standing.ACCEPTED]
        _bind(changes, record, application)
        catalogue.restate(changes, record, *fold(kind, accepted))
        _show(changes, record)
    return record


def _held_by(organisation: Organisation) -> dict[str, Any]:
    """What the pool knows of an organisation before it has its place as a vendor."""
    held = {name: getattr(organisation, name) for name in Vendor.HELD_BY_ORGANISATION}
    return {name: value for name, value in held.items() if value}


def _links(application: Application) -> dict[str, UUID | None]:
    if application.kind in OWN:
        return {"organisation_id": application.organisation_id}
    names = ("vendor_id", "solution_id") if application.kind == Kind.CASE else ("vendor_id",)
    return {name: _link(application.links, name) for name in names}


def _link(links: Mapping[str, str], name: str) -> UUID | None:
    return UUID(links[name]) if links.get(name) else None


def _bind(changes: catalogue.Changes, record: Record, application: Application) -> None:
    """A case may belong to another solution than before."""
    wanted = _link(application.links, "solution_id")
    if isinstance(record, Case) and record.solution_id != wanted:
        record.solution_id = wanted
        record.version += 1
        catalogue.tell_index(changes, record)


def _show(changes: catalogue.Changes, record: Record) -> None:
    if record.stage == Stage.PUBLISHED:
        return
    if record.stage == Stage.SUBMITTED and record.KIND is not Kind.TRAINING:
        for stage in WAY:  # its application went the same way
            record.move_to(stage)
    record.left_on = record.left_code = record.left_why = None
    catalogue.publish(changes, record)


def _of_the_notice(db: Session, application: Application) -> list[Conflict]:
    notice = notices.running(db, application)
    if notice is None:
        return [Conflict("Announce it in a public notice first.")]
    found: list[Conflict] = []
    if today() < notice.publish_on:
        day = format_date(notice.publish_on)
        found.append(Conflict("It cannot be published before {date}.", date=day))
    said = [one for one in notices.objections_of(db, application) if one.notice_id == notice.id]
    if any(one.decided_at is None for one in said):
        found.append(Conflict("Decide about every objection first."))
    if any(one.is_upheld for one in said):
        found.append(Conflict("An objection was upheld: return the application or refuse it."))
    return found


def _of_the_record(db: Session, application: Application, record: Record | None) -> list[Conflict]:
    if record is not None and record.stage == Stage.QUARANTINED:
        return [Conflict("The listing is hidden for now. Decide about that first.")]
    if record is not None and record.id != application.record_id:
        return [Conflict("The listing was merged into “{name}” meanwhile.", name=record.name)]
    if application.kind == Kind.VENDOR:
        taken = select(Vendor.name).where(
            Vendor.organisation_id == application.organisation_id,
            Vendor.id != application.record_id,
        )
        if (name := db.exec(taken).first()) is not None:
            return [Conflict("The organisation is in the pool already, as “{name}”.", name=name)]
    return []


def _of_what_it_belongs_to(db: Session, application: Application) -> list[Conflict]:
    if application.kind in OWN:
        return []
    vendor_id, solution_id = (_link(application.links, n) for n in ("vendor_id", "solution_id"))
    vendor = db.get(Vendor, vendor_id) if vendor_id else None
    if vendor is None or vendor.organisation_id != application.organisation_id:
        return [Conflict("It names no vendor of its organisation. Return it for more.")]
    if vendor.stage != Stage.PUBLISHED:
        return [Conflict("Its vendor “{name}” is not published.", name=vendor.name)]
    solution = db.get(Solution, solution_id) if solution_id else None
    if solution is not None and solution.stage != Stage.PUBLISHED:
        return [Conflict("Its solution “{name}” is not published.", name=solution.name)]
    return []


@recurring("applications.publish", timedelta(hours=1))
def publish_due(db: Session) -> None:
    """Have everything published whose day has come, each in a transaction of its own."""
    due = select(Application.id).where(
        Application.stage == Stage.NOTICE, col(Application.due_on) <= today()
    )
    for id_ in db.exec(due):
        enqueue(db, PUBLISH_ONE, key=f"publish:{id_}", id=str(id_))


@job(PUBLISH_ONE)
def publish_one(db: Session, payloads: list[dict[str, Any]]) -> None:
    """Publish one whose day has come; where anything is open it waits for a person."""
    chosen = select(Application).where(Application.id == UUID(payloads[0]["id"]))
    application = db.exec(chosen.with_for_update()).first()
    notice = notices.running(db, application) if application else None
    if application is None or notice is None or application.stage != Stage.NOTICE:
        return
    lock(db, DECISIONS)
    planned = plan(db, application)
    if planned.hindrances or planned.changed.overtaken:
        log.info("publication.waits", application=str(application.id))
        return
    check_move(Stage(application.stage), Stage.PUBLISHED, application.name)
    announcer = db.get_one(Person, notice.made_by)
    _publish(db, application, planned, by=OnTime(announcer.id, announcer.name))
