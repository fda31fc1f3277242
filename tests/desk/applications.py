"""Applications for tests, at any stage, with the people who took part."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Session

from app.accounts.models import MemberRole, StaffRole
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation
from app.catalogue.stages import Stage
from app.core.db import now
from app.core.formats import today
from app.curation.applications import criteria, notices
from app.curation.applications.models import Application, PublicNotice
from search.engine import Kind
from tests.people import DONGGUAN, PROVINCE, a_member, an_organisation, staff, visitor

A_DAY = timedelta(days=1)
VALUES = {"name": "云端注塑科技有限公司", "kind": "platform", "summary": "注塑车间的排产与监控"}


def an_application(
    db: Session,
    kind: Kind = Kind.VENDOR,
    *,
    stage: Stage = Stage.SUBMITTED,
    organisation: Organisation | None = None,
    record_id: UUID | None = None,
    **given: Any,
) -> Application:
    """An application that was handed in and stands at a stage, without what led there."""
    organisation = organisation or an_organisation(db, VALUES["name"])
    values = given.pop("values", {**VALUES})
    record_id = record_id or uuid4()
    known = {
        "proposed_by": given.pop("proposed_by", None) or a_member(db, organisation.id).id,
        "name": values["name"],
        "region": DONGGUAN,
        "is_new": True,
        "open_for": record_id,
        "submitted_at": now(),
        "promised_at": now(),
        "due_on": today() + 7 * A_DAY,
        **given,
    }
    application = Application(
        kind=kind,
        record_id=record_id,
        organisation_id=organisation.id,
        values=values,
        stage=stage,
        **known,
    )
    db.add(application)
    db.flush()
    return application


def clerk(db: Session, role: StaffRole, region: str = PROVINCE, **values: Any) -> Visitor:
    """Somebody of the staff as rules see them."""
    return visitor(db, staff(db, role, region=region, **values))


def reviewer(db: Session, **values: Any) -> Visitor:
    return clerk(db, StaffRole.REVIEWER, **values)


def publisher(db: Session, **values: Any) -> Visitor:
    return clerk(db, StaffRole.PUBLISHER, **values)


def city_reviewer(db: Session, region: str = DONGGUAN, **values: Any) -> Visitor:
    return clerk(db, StaffRole.REVIEWER, region, **values)


def give_points(db: Session, application: Application, points: int, by: Visitor) -> None:
    """The same points for every criterion."""
    rows = criteria.active(db, Kind(application.kind))
    given = {one.code: (points, "见材料") for one in rows if one.code != criteria.TOTAL}
    criteria.score(db, application, given, by=by)
    db.flush()


def announced(db: Session, application: Application, by: Visitor | None = None) -> PublicNotice:
    """The notice of an application that stands at `REVIEWED`, from today."""
    return notices.start(db, application, today(), by=by or publisher(db))


def at_notice(db: Session, *args: Any, publish_on: date | None = None, **given: Any) -> Application:
    """An application under a notice that may be published today, unless told otherwise."""
    application = an_application(db, *args, stage=Stage.REVIEWED, **given)
    notice = announced(db, application)
    notice.publish_on = application.due_on = publish_on or today()
    db.flush()
    return application


def an_owner(db: Session, organisation_id: UUID) -> Visitor:
    """Somebody who acts for an organisation."""
    person = a_member(db, organisation_id, MemberRole.OWNER)
    return visitor(db, person, organisation_id)
