"""Handing in, withdrawing what was handed in, and taking a published listing out of the pool."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.catalogue import reading
from app.catalogue import service as catalogue
from app.catalogue.index import get_vocabulary
from app.catalogue.models import Organisation, Record, Vendor
from app.catalogue.stages import Stage
from app.core import audit
from app.core.db import lock, now
from app.core.errors import Conflict, Invalid
from app.core.formats import today
from app.curation.admission import DECISIONS
from app.curation.applications import drafts
from app.curation.applications.completeness import completeness
from app.curation.applications.field import Field
from app.curation.applications.fields import FIELDS
from app.curation.applications.forms import Values, check, clean, get, of_record, put
from app.curation.applications.models import Application, Draft, PublicNotice
from app.curation.working_days import add_working_days
from search.engine import Kind

DUE = 10  # working days for the first look
AT_VENDORS_WISH = "request"  # a reason of `app.curation.reasons.REMOVAL_REASONS`
LONGEST_REASON = 500


def hand_in(db: Session, application: Application, *, has_promised: bool, by: Visitor) -> None:
    """Give a draft to the staff; who does so answers for its truth.

    Raises `Invalid` while something is missing or wrong, `Conflict` where it cannot be now.
    """
    kind = Kind(application.kind)
    drafts.check_editable(application)
    if not has_promised:
        raise Invalid("Tick the promise first: somebody has to answer for what is said.")
    if check(kind, application.values) or not completeness(kind, application.values).is_enough:
        raise Invalid("Something that is needed is missing or wrong. Fill it in first.")
    if collisions(db, application):
        raise Conflict("The listing has changed since this was begun. Take that over first.")
    catch_up(db, application, by=by)
    _check_it_changes_something(drafts.live(db, application), application)
    is_again = application.stage == Stage.RETURNED
    application.move_to(Stage.SUBMITTED)
    application.promised_at = application.submitted_at = now()
    application.proposed_by = by.person_id
    application.recommended_by = application.reviewed_by = application.decided_by = None
    application.region = _region(db, application)
    application.due_on = add_working_days(today(), DUE)
    application.clock_stopped_at = None
    audit.record(db, by, "application.submitted", application, again=is_again)


def _check_it_changes_something(live: Record | None, application: Application) -> None:
    is_live = live is not None and live.stage == Stage.PUBLISHED
    if live is None or not is_live or of_record(live) != application.values:
        return
    if drafts.links_of(live) == application.links:
        raise Invalid("This says the same as the published listing. Change something first.")


def _region(db: Session, application: Application) -> str | None:
    """Where the organisation is; a vendor that comes in says it itself while nobody knows.

    One from outside the province lies in no region: the province itself looks after it.
    """
    known = db.get_one(Organisation, application.organisation_id).region
    said = application.values.get("region") if application.kind == Kind.VENDOR else None
    region = known or said
    return region if region and get_vocabulary().city_of(region) else None


def collisions(db: Session, application: Application) -> list[Field]:
    """The fields that changed both in the draft and, since it was begun, in the listing."""
    live = drafts.live(db, application)
    if live is None or live.version == application.base_version:
        return []
    base, said = _base(db, application), of_record(live)
    return [
        field
        for field in FIELDS[Kind(application.kind)]
        if _all_differ(get(base, field), get(said, field), get(application.values, field))
    ]


def _all_differ(before: object, theirs: object, ours: object) -> bool:
    return before not in (theirs, ours) and theirs != ours


def catch_up(db: Session, application: Application, *, by: Visitor) -> None:
    """Take over what changed in the listing since the draft was begun.

    What the vendor had not touched follows the listing; what they wrote stays.
    """
    drafts.check_editable(application)
    live = drafts.live(db, application)
    if live is None or live.version == application.base_version:
        return
    base, said = _base(db, application), of_record(live)
    merged: Values = dict(application.values)
    for field in FIELDS[Kind(application.kind)]:
        if get(application.values, field) == get(base, field):
            put(merged, field, get(said, field))
    drafts.save(db, application, merged, seen=application.version, by=by)
    application.base_version = live.version


def _base(db: Session, application: Application) -> Values:
    """What the listing said when the draft was begun: the first state that was kept."""
    chosen = select(Draft.values).where(
        Draft.application_id == application.id, Draft.number == drafts.FIRST
    )
    return dict(db.exec(chosen).one())


def withdraw(db: Session, application: Application, *, by: Visitor) -> None:
    """Take an application back; a public notice of it ends. A published listing stays as it is."""
    application.move_to(Stage.WITHDRAWN)
    application.open_for = None
    application.clock_stopped_at = application.due_on = None
    ended = update(PublicNotice).where(
        col(PublicNotice.application_id) == application.id, col(PublicNotice.ended_at).is_(None)
    )
    db.execute(ended.values(ended_at=now()))
    audit.record(db, by, "application.withdrawn", application)


def goes_with(db: Session, record: Record) -> Sequence[Record]:
    """What leaves the pool together with a listing: a vendor takes all that it offers along."""
    if not isinstance(record, Vendor):
        return ()
    return [*reading.solutions_of(db, record), *reading.cases_of(db, vendor=record)]


def withdraw_listing(db: Session, record: Record, why: str, *, by: Visitor) -> None:
    """Take a published listing, and what goes with it, out of the pool at its vendor's wish.

    Its address stays and says when and why. Changes of it that are on their way end as well.
    Raises `Invalid` without a sentence that says why, `Conflict` for one that is not published.
    """
    why = " ".join(clean(why).split())
    if not why:
        raise Invalid("Say in a sentence why; it will stand at the listing's address.")
    if len(why) > LONGEST_REASON:
        raise Invalid("This is longer than {most} characters.", most=LONGEST_REASON)
    if record.stage != Stage.PUBLISHED:
        raise Conflict("“{name}” is not published.", name=record.name)
    lock(db, DECISIONS)  # nobody publishes a change of it meanwhile
    leaving = [*goes_with(db, record), record]
    with catalogue.changing(db, by=by) as changes:
        for one in leaving:
            one.move_to(Stage.WITHDRAWN)
            one.version += 1
            one.left_on, one.left_code, one.left_why = today(), AT_VENDORS_WISH, why
            audit.record(db, by, f"{one.KIND}.withdrawn", one, why=why)
            catalogue.tell_index(changes, one)
    for application in _open_for(db, leaving):
        withdraw(db, application, by=by)


def _open_for(db: Session, records: Sequence[Record]) -> Sequence[Application]:
    ids = [record.id for record in records]
    chosen = select(Application).where(col(Application.open_for).in_(ids))
    return db.exec(chosen.with_for_update()).all()
