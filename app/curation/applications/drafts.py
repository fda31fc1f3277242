"""Drafts: begun, saved, gone back to. Every save is kept; two of one listing cannot be."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.catalogue.index import get_vocabulary
from app.catalogue.models import (
    MODELS,
    Case,
    Organisation,
    Record,
    Solution,
    Training,
    Vendor,
)
from app.catalogue.reading import OPTIONS, Page
from app.catalogue.stages import Stage
from app.core.db import now
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.i18n import mark
from app.curation.applications.fields import FIELDS, KINDS
from app.curation.applications.forms import Values, of_record
from app.curation.applications.models import Application, Draft
from app.curation.applications.training_fields import BEGIN_WITH
from search.engine import Kind

EDITABLE = frozenset({Stage.DRAFT, Stage.RETURNED})
FIRST = 1  # the number of the state that a draft began with
CHANGEABLE = frozenset({Stage.PUBLISHED, Stage.WITHDRAWN, Stage.REMOVED})
"""Stages in which the vendor of a listing may propose what it should say."""


class AlreadyOpen(Conflict):
    """One application for this listing is on its way; `application_id` leads to it."""

    def __init__(self, application: Application) -> None:
        super().__init__(mark("A draft or an application for this listing is open already."))
        self.application_id = application.id


class Overtaken(Conflict):
    """Somebody else saved since this was read."""


def find_for(db: Session, visitor: Visitor, application_id: UUID) -> Application:
    """An application of the organisation that the visitor acts for.

    Raises `NotFound` for those of others and for what does not exist alike.
    """
    return _found(db, visitor, application_id, for_change=False)


def take(db: Session, visitor: Visitor, application_id: UUID) -> Application:
    """The same, held until the transaction ends: nobody else changes it meanwhile."""
    return _found(db, visitor, application_id, for_change=True)


def _found(db: Session, visitor: Visitor, application_id: UUID, *, for_change: bool) -> Application:
    chosen = select(Application).where(
        Application.id == application_id, Application.organisation_id == visitor.organisation_id
    )
    if for_change:
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    application = db.exec(chosen).first()
    if application is None or visitor.organisation_id is None:
        raise NotFound("There is no such application.")
    return application


def find_own(db: Session, visitor: Visitor, identifier: str) -> Record:
    """A listing of the organisation that the visitor acts for, whatever its stage.

    Raises `NotFound` for those of others and for what does not exist alike.
    """
    for kind in KINDS:
        if identifier.startswith(f"{kind.value[0]}-"):
            model = MODELS[kind]
            chosen = select(model).where(
                model.identifier == identifier, col(model.merged_into).is_(None)
            )
            record = db.exec(chosen.options(*OPTIONS[kind])).first()
            if record is not None and owner_of(record) == visitor.organisation_id:
                return record
    raise NotFound("There is no such listing.")


def owner_of(record: Record) -> UUID | None:
    """The organisation that a loaded vendor, solution, case or training belongs to."""
    if isinstance(record, Vendor | Training):
        return record.organisation_id
    vendor = record.vendor if isinstance(record, Solution | Case) else None
    return vendor.organisation_id if vendor else None


def vendor_of(db: Session, organisation_id: UUID) -> Vendor | None:
    """An organisation's place in the pool, if it has or had one."""
    chosen = select(Vendor).where(Vendor.organisation_id == organisation_id)
    return db.exec(chosen.options(*OPTIONS[Kind.VENDOR])).first()


def live(db: Session, application: Application) -> Record | None:
    """The listing that an application would change; None for one that is new."""
    model = MODELS[Kind(application.kind)]
    chosen = select(model).where(model.id == application.record_id)
    return db.exec(chosen.options(*OPTIONS[Kind(application.kind)])).first()


def open_for(db: Session, record_id: UUID) -> Application | None:
    """The application for this listing that is still on its way."""
    return db.exec(select(Application).where(Application.open_for == record_id)).first()


def start_vendor(db: Session, *, by: Visitor) -> Application:
    """Put an organisation into the pool. Raises `Conflict` where it is in it already."""
    organisation = db.get_one(Organisation, by.organisation_id)
    if vendor_of(db, organisation.id):
        raise Conflict("Your organisation has its place in the pool. Propose a change of it.")
    said = {
        "name": organisation.name,
        "aliases": organisation.aliases,
        "region": organisation.region,
        "website": organisation.website,
    }
    values = {name: value for name, value in said.items() if value}
    # The same id each time, so that two at once collide instead of both coming in.
    record_id = uuid5(NAMESPACE_URL, f"vendor:{organisation.id}")
    links = {"organisation_id": str(organisation.id)}
    return _start(db, Kind.VENDOR, record_id, values, links=links, is_new=True, by=by)


def start_new(db: Session, kind: Kind, *, by: Visitor) -> Application:
    """A new solution or case of the visitor's organisation, which has a place in the pool."""
    vendor = vendor_of(db, by.organisation_id) if by.organisation_id else None
    if vendor is None or vendor.stage != Stage.PUBLISHED:
        raise Conflict("Your organisation has to be in the pool first.")
    links = {"vendor_id": str(vendor.id)}
    return _start(db, kind, uuid4(), {}, links=links, is_new=True, by=by)


def start_training(db: Session, *, by: Visitor) -> Application:
    """A new training of the visitor's organisation, whether or not that is a vendor."""
    organisation = db.get_one(Organisation, by.organisation_id)
    values = {**BEGIN_WITH, "organiser": organisation.name}
    if organisation.region and get_vocabulary().city_of(organisation.region):
        values["region"] = organisation.region
    links = {"organisation_id": str(organisation.id)}
    return _start(db, Kind.TRAINING, uuid4(), values, links=links, is_new=True, by=by)


def start_change(
    db: Session, record: Record, *, values: Mapping[str, Any] | None = None, by: Visitor
) -> Application:
    """A change of a listing, from what it says now or from `values`.

    Raises `AlreadyOpen` while another one is on its way, `Conflict` where it may not change.
    """
    if record.stage not in CHANGEABLE:
        raise Conflict("Nothing can be proposed for “{name}” at this time.", name=record.name)
    now_said = of_record(record)
    application = _start(
        db,
        record.KIND,
        record.id,
        now_said,
        links=links_of(record),
        base_version=record.version,
        by=by,
    )
    if values is not None:
        save(db, application, dict(values), seen=application.version, by=by)
    return application


def links_of(record: Record) -> dict[str, str]:
    """What a listing belongs to, as an application names it."""
    if isinstance(record, Vendor | Training):
        return {"organisation_id": str(record.organisation_id)}
    links = {name: getattr(record, name, None) for name in ("vendor_id", "solution_id")}
    return {name: str(link) for name, link in links.items() if link}


def _start(
    db: Session,
    kind: Kind,
    record_id: UUID,
    values: Values,
    *,
    links: dict[str, str],
    is_new: bool = False,
    base_version: int = 0,
    by: Visitor,
) -> Application:
    if by.organisation_id is None:
        raise Forbidden("You act for no organisation.")
    if other := open_for(db, record_id):
        raise AlreadyOpen(other)
    application = Application(
        kind=kind,
        record_id=record_id,
        is_new=is_new,
        open_for=record_id,
        organisation_id=by.organisation_id,
        links=links,
        name=values.get("name", ""),
        values=values,
        base_version=base_version,
        proposed_by=by.person_id,
    )
    try:
        with db.begin_nested():
            db.add(application)
    except IntegrityError:  # somebody was faster by a moment
        other = open_for(db, record_id)
        if other is None:
            raise
        raise AlreadyOpen(other) from None
    _keep(db, application, by=by)
    return application


def save(
    db: Session,
    application: Application,
    values: Values,
    *,
    seen: int,
    links: Mapping[str, str | None] | None = None,
    by: Visitor,
) -> bool:
    """Keep what a draft says now; whether anything changed. `seen` is the version that was read.

    Raises `Overtaken` when somebody else saved since, `Conflict` once it was handed in.
    """
    check_editable(application)
    if application.version != seen:
        raise Overtaken(mark("Somebody else saved this draft while you were writing."))
    linked = {**application.links, **(links or {})}
    kept = {name: link for name, link in linked.items() if link}
    if values == application.values and kept == application.links:
        return False
    application.values, application.links = values, kept
    application.name = values.get("name", "")
    application.version += 1
    application.updated_at = now()
    _keep(db, application, by=by)
    return True


def check_editable(application: Application) -> None:
    """Raises `Conflict` unless its vendor may change it now."""
    if application.stage not in EDITABLE:
        raise Conflict("This was handed in and cannot be changed now.")


def _keep(db: Session, application: Application, *, by: Visitor) -> None:
    last = select(func.max(Draft.number)).where(Draft.application_id == application.id)
    number = (db.exec(last).one() or 0) + 1
    draft = Draft(
        application_id=application.id, number=number, values=application.values, by=by.person_id
    )
    db.add(draft)
    db.flush()  # the next save of this transaction counts on it


def saved(db: Session, application: Application, *, page: int, size: int) -> Page:
    """The states of a draft, newest first."""
    of_this = Draft.application_id == application.id
    total = db.exec(select(func.count()).select_from(Draft).where(of_this)).one()
    chosen = select(Draft).where(of_this).order_by(col(Draft.number).desc())
    rows = db.exec(chosen.offset((page - 1) * size).limit(size)).all()
    return Page(items=rows, total=total, number=page, size=size)


def states(db: Session, application: Application, numbers: Sequence[int]) -> list[Draft]:
    """The states with these numbers, in their order; raises `NotFound` for one that is not."""
    chosen = select(Draft).where(
        Draft.application_id == application.id, col(Draft.number).in_(numbers)
    )
    found = {draft.number: draft for draft in db.exec(chosen)}
    if set(numbers) - set(found):
        raise NotFound("There is no such state.")
    return [found[number] for number in numbers]


def said_by(record: Record | None) -> Values:
    """What a listing says now in the fields of the form; nothing for one that is not there."""
    return of_record(record) if record else {}


def sayable(kind: Kind) -> list[str]:
    """The stated fields of a kind that the form may change."""
    return [*(f.name for f in FIELDS[kind] if not f.english_of), "translations"]
