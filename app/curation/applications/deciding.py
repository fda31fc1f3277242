"""The steps of an application over the desk: who may take which, and what each leaves behind."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.accounts.organisations import must_not_belong
from app.accounts.visitor import Visitor
from app.catalogue.stages import Stage, check_move
from app.core import audit
from app.core.access import Can
from app.core.db import now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.formats import today
from app.curation.applications import criteria
from app.curation.applications.models import Application, PublicNotice
from app.curation.reasons import REFUSAL_REASONS, RETURN_REASONS
from app.curation.telling import tell
from app.curation.working_days import add_working_days

ACTS: Mapping[Stage, Can] = {
    Stage.SUBMITTED: Can.RECOMMEND,
    Stage.RECOMMENDED: Can.REVIEW,
    Stage.REVIEWED: Can.PUBLISH,
    Stage.NOTICE: Can.PUBLISH,
}
"""What it takes to decide about an application that stands at a stage."""

OF_SHORT = frozenset({Can.REVIEW, Can.PUBLISH})
"""Any of these is enough for one that goes the shorter way."""

DAYS: Mapping[Stage, int] = {Stage.SUBMITTED: 5, Stage.RECOMMENDED: 10, Stage.REVIEWED: 5}
"""Working days within which the next step is due."""

REASONS = {**RETURN_REASONS, **REFUSAL_REASONS}
LONGEST = 1000  # characters of a reason
ENDS = frozenset({Stage.PUBLISHED, Stage.REFUSED, Stage.WITHDRAWN})


def find_for(db: Session, visitor: Visitor, application_id: UUID) -> Application:
    """One that was handed in inside the visitor's region; raises `NotFound` for all others."""
    return _find(db, visitor, application_id)


def find_to_decide(
    db: Session, visitor: Visitor, application_id: UUID, version: int | None = None
) -> Application:
    """The same, held until this transaction ends, as it was at the version that somebody read.

    Raises `Conflict` when it has moved on since.
    """
    application = _find(db, visitor, application_id, holds=True)
    if version is not None and application.version != version:
        raise Conflict(
            "Somebody changed “{name}” since you opened it. Look at it again before you decide.",
            name=application.name,
        )
    return application


def _find(
    db: Session, visitor: Visitor, application_id: UUID, *, holds: bool = False
) -> Application:
    chosen = select(Application).where(
        Application.id == application_id,
        visitor.scope.inside(Application.region),
        col(Application.submitted_at).is_not(None),
        Application.stage != Stage.DRAFT,
    )
    if holds:
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is no such application here.")
    return found


def recommend(db: Session, application: Application, opinion: str = "", *, by: Visitor) -> None:
    """The city or county speaks for it (属地推荐)."""
    must_act(db, application, Stage.RECOMMENDED, by=by)
    application.recommended_by = by.person_id
    step(db, application, Stage.RECOMMENDED, by=by, why=opinion or None)


def review(db: Session, application: Application, *, by: Visitor) -> None:
    """The province finds that it meets the criteria; raises `Conflict` while it does not."""
    must_act(db, application, Stage.REVIEWED, by=by)
    verdict = criteria.verdict(db, application)
    verdict.must_pass(by.person_id)
    application.reviewed_by = by.person_id
    step(db, application, Stage.REVIEWED, by=by, total=str(verdict.total))


def return_for_more(
    db: Session, application: Application, code: str, why: str, *, by: Visitor
) -> None:
    """The vendor mends it and hands it in again; then its way begins anew."""
    must_act(db, application, Stage.RETURNED, by=by)
    _give_reason(application, code, why, RETURN_REASONS)
    application.recommended_by = application.reviewed_by = application.decided_by = None
    step(db, application, Stage.RETURNED, by=by, why=why, code=code)


def refuse(db: Session, application: Application, code: str, why: str, *, by: Visitor) -> None:
    """It does not come into the pool; the vendor may appeal."""
    must_act(db, application, Stage.REFUSED, by=by)
    _give_reason(application, code, why, REFUSAL_REASONS)
    application.decided_by = by.person_id
    step(db, application, Stage.REFUSED, by=by, why=why, code=code)


def _give_reason(application: Application, code: str, why: str, known: Mapping[str, str]) -> None:
    if code not in known:
        raise Invalid("Choose a reason.")
    if not why.strip():
        raise Invalid("Say in a sentence why.")
    if len(why) > LONGEST:
        raise Invalid("Say it in at most {most} characters.", most=LONGEST)
    application.reason_code, application.reason = code, why.strip()


def may_act(application: Application, visitor: Visitor) -> bool:
    """Whether somebody's roles and region let them take the next step; who they are aside."""
    needed = ACTS.get(Stage(application.stage))
    if needed is None or not visitor.scope.covers(application.region):
        return False
    if application.is_short:
        return any(visitor.may(one) for one in OF_SHORT)
    if not visitor.may(needed):
        return False
    if application.stage == Stage.SUBMITTED and is_local(application.region):
        return visitor.scope.is_local
    return visitor.scope.is_province


def is_local(region: str | None) -> bool:
    """Whether a city or county can speak for a place; for all others the province does."""
    return region is not None and region[2:4] != "00"


def must_act(db: Session, application: Application, wanted: Stage, *, by: Visitor) -> None:
    """Raises `Conflict` for an unlawful step, `Forbidden` where somebody else has to take it."""
    before = Stage(application.stage)
    check_move(before, wanted, application.name, is_short=application.is_short)
    if not may_act(application, by):
        raise Forbidden("This step is taken by others: it takes another role or another region.")
    must_be_another(db, application, by=by)


def must_review(db: Session, application: Application, *, by: Visitor) -> None:
    """Raises unless somebody may give points: a reviewer of the province, while it is reviewed."""
    if application.stage != Stage.RECOMMENDED:
        raise Conflict("Points are given after the recommendation and before the review ends.")
    must_act(db, application, Stage.REVIEWED, by=by)


def must_be_another(db: Session, application: Application, *, by: Visitor) -> None:
    """Whoever proposed or recommended, or belongs to the organisation, cannot decide."""
    if by.person_id == application.proposed_by:
        raise Forbidden("You handed this in yourself. Somebody else has to decide.")
    if by.person_id == application.recommended_by:
        raise Forbidden("You recommended this yourself. Somebody else has to decide.")
    must_not_belong(db, application.organisation_id, by=by)


def step(
    db: Session,
    application: Application,
    stage: Stage,
    *,
    by: audit.Actor,
    due_on: date | None = None,
    why: str | None = None,
    **details: Any,
) -> None:
    """Take a step that the rules allowed: a new due date, an audit entry, mail to the vendor."""
    before = Stage(application.stage)
    application.move_to(stage)
    application.clock_stopped_at = None
    application.due_on = due_on or _due_on(stage)
    if stage in ENDS:
        application.open_for = None
    if before is Stage.NOTICE:
        _end_notice(db, application)
    audit.record(
        db,
        by,
        f"application.{stage}",
        application,
        before={"stage": before},
        after={"stage": stage},
        why=why,
        **details,
    )
    label = REASONS.get(str(details.get("code", "")), "")
    template = f"application_{stage}"
    tell(db, application.organisation_id, template, application=application, label=label)


def _due_on(stage: Stage) -> date | None:
    return add_working_days(today(), DAYS[stage]) if stage in DAYS else None


def _end_notice(db: Session, application: Application) -> None:
    running = update(PublicNotice).where(
        col(PublicNotice.application_id) == application.id, col(PublicNotice.ended_at).is_(None)
    )
    db.execute(running.values(ended_at=now()))
