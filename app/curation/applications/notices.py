"""Public notices: their fixed dates, who objects to what, and what became of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from app.accounts import throttle
from app.accounts.throttle import Limit
from app.accounts.visitor import Visitor
from app.catalogue.models import MODELS, Organisation, Record
from app.catalogue.reading import Page
from app.catalogue.stages import Stage
from app.core import audit, mail
from app.core.db import now
from app.core.errors import Conflict, Invalid, NotFound
from app.core.formats import today
from app.core.i18n import current_language
from app.curation.applications.deciding import must_act, must_be_another, step
from app.curation.applications.models import Application, Draft, Objection, PublicNotice
from app.curation.working_days import add_working_days, next_working_day
from search.engine import Kind

WORKING_DAYS = 5
A_DAY = timedelta(days=1)
OBJECTIONS_FROM = Limit("objections-from", 5, timedelta(hours=1))  # from one address
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Notice:
    """A public notice with what it is about; `is_running` while it can still end either way.

    `said` is what was announced, whatever its vendor writes into the application afterwards.
    """

    notice: PublicNotice
    application: Application
    organisation: Organisation
    said: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.said.get("name", self.application.name))

    @property
    def is_running(self) -> bool:
        return self.notice.ended_at is None and self.application.stage == Stage.NOTICE

    @property
    def is_open(self) -> bool:
        """Whether somebody may still object."""
        return self.is_running and self.notice.starts_on <= today() <= self.notice.ends_on

    @property
    def days_left(self) -> int:
        """Days on which somebody may still object, today included."""
        return max(0, (self.notice.ends_on - today()).days + 1) if self.is_open else 0


def dates_from(starts_on: date) -> tuple[date, date]:
    """The last of the five working days, and the first working day after them."""
    ends_on = add_working_days(starts_on - A_DAY, WORKING_DAYS)
    return ends_on, next_working_day(ends_on)


def start(db: Session, application: Application, starts_on: date, *, by: Visitor) -> PublicNotice:
    """Announce an admission, from today or tomorrow; its dates are fixed from then on."""
    must_act(db, application, Stage.NOTICE, by=by)
    if starts_on not in (today(), today() + A_DAY):
        raise Invalid("A notice starts today or tomorrow.")
    ends_on, publish_on = dates_from(starts_on)
    notice = PublicNotice(
        application_id=application.id,
        starts_on=starts_on,
        ends_on=ends_on,
        publish_on=publish_on,
        made_by=by.person_id,
    )
    db.add(notice)
    db.flush()  # the mail names it by its number
    step(
        db,
        application,
        Stage.NOTICE,
        by=by,
        due_on=publish_on,
        starts_on=starts_on.isoformat(),
        ends_on=ends_on.isoformat(),
        publish_on=publish_on.isoformat(),
    )
    return notice


def running(db: Session, application: Application) -> PublicNotice | None:
    """The notice that an application stands under."""
    latest = select(PublicNotice).where(
        PublicNotice.application_id == application.id, col(PublicNotice.ended_at).is_(None)
    )
    return db.exec(latest.order_by(col(PublicNotice.id).desc())).first()


def public(db: Session, *, number: int, size: int) -> Page:
    """The notices that have begun, those still running first."""
    begun = col(PublicNotice.starts_on) <= today()
    total = db.exec(select(func.count()).select_from(PublicNotice).where(begun)).one()
    chosen = _with_subject().where(begun)
    ordered = chosen.order_by(col(PublicNotice.ended_at).is_not(None), col(PublicNotice.id).desc())
    rows = db.exec(ordered.offset((number - 1) * size).limit(size)).all()
    return Page(_announced(db, rows), total, number, size)


def find_public(db: Session, notice_id: int) -> Notice:
    """Raises `NotFound` for one that has not begun, as for none at all."""
    row = db.exec(_with_subject().where(PublicNotice.id == notice_id)).first()
    if row is None or row[0].starts_on > today():
        raise NotFound("There is no such public notice.")
    return _announced(db, [row])[0]


def _announced(db: Session, rows: Sequence[Any]) -> list[Notice]:
    """Notices with what their applications said when they were made."""
    of_notice = col(Draft.application_id) == col(PublicNotice.application_id)
    earlier = aliased(Draft)
    last = select(func.max(earlier.number)).where(
        earlier.application_id == PublicNotice.application_id, earlier.at <= PublicNotice.made_at
    )
    chosen = select(PublicNotice.id, Draft.values).join(Draft, of_notice)
    ids = [notice.id for notice, _application, _organisation in rows]
    chosen = chosen.where(col(PublicNotice.id).in_(ids), Draft.number == last.scalar_subquery())
    said = dict(db.exec(chosen).all())
    return [
        Notice(notice, application, organisation, said.get(notice.id, application.values))
        for notice, application, organisation in rows
    ]


def _with_subject() -> Any:
    return (
        select(PublicNotice, Application, Organisation)
        .join(Application, col(Application.id) == col(PublicNotice.application_id))
        .join(Organisation, col(Organisation.id) == col(Application.organisation_id))
    )


def listing_of(db: Session, about: Notice) -> Record | None:
    """The public listing that a notice led to."""
    if about.application.stage != Stage.PUBLISHED:
        return None
    found = db.get(MODELS[Kind(about.application.kind)], about.application.record_id)
    return found if found and found.stage == Stage.PUBLISHED else None


def object_to(db: Session, about: Notice, name: str, contact: str, text: str, *, by: str) -> None:
    """Keep an objection; `by` is the address that it was sent from, which is not kept.

    Raises `Conflict` outside the dates of the notice.
    """
    if not about.is_open:
        raise Conflict("Objections are taken from the first to the last day of the notice only.")
    throttle.count(db, OBJECTIONS_FROM, by)
    notice_id = about.notice.id
    assert notice_id is not None  # noqa: S101  loaded
    db.add(Objection(notice_id=notice_id, name=name, contact=contact, text=text))
    audit.record(db, "visitor", "application.objected", about.application, notice=notice_id)


def objections_of(db: Session, application: Application) -> Sequence[Objection]:
    """Everything said against an application under any of its notices, for the staff."""
    said = (
        select(Objection)
        .join(PublicNotice, col(PublicNotice.id) == col(Objection.notice_id))
        .where(PublicNotice.application_id == application.id)
    )
    return db.exec(said.order_by(col(Objection.id))).all()


def decide_objection(
    db: Session,
    application: Application,
    objection_id: int,
    answer: str,
    *,
    is_upheld: bool,
    by: Visitor,
) -> None:
    """Uphold or dismiss an objection with an answer; an upheld one keeps it from publication."""
    if application.stage != Stage.NOTICE:
        raise Conflict("Objections are decided while the notice runs.")
    must_act(db, application, Stage.RETURNED, by=by)
    must_be_another(db, application, by=by)
    found = next((one for one in objections_of(db, application) if one.id == objection_id), None)
    if found is None:
        raise NotFound("There is no such objection here.")
    if found.decided_at is not None:
        raise Conflict("This objection has been decided already.")
    if not answer.strip():
        raise Invalid("Write an answer to whoever objected.")
    found.is_upheld, found.answer = is_upheld, answer.strip()
    found.decided_by, found.decided_at = by.person_id, now()
    verb = "objection_upheld" if is_upheld else "objection_dismissed"
    audit.record(db, by, f"application.{verb}", application, why=found.answer, objection=found.id)
    if MAIL.fullmatch(found.contact):
        mail.write(
            db,
            found.contact,
            "application_objection",
            language=current_language(),
            application=application,
            objection=found,
        )
