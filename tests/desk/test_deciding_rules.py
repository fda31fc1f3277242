"""Who may take which step of an application, and what each step leaves behind."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from app.accounts.models import MemberRole, Membership, StaffRole
from app.accounts.visitor import Visitor
from app.catalogue.stages import MOVES, Stage
from app.core.audit import AuditEntry
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.mail import Mail
from app.curation.applications import criteria, deciding, editing_criteria, questions, queueing
from app.curation.applications.models import Application, Criterion
from search.engine import Kind
from tests.desk.applications import (
    an_application,
    city_reviewer,
    clerk,
    give_points,
    publisher,
    reviewer,
)
from tests.people import GUANGZHOU

TOWN = "441900119"  # of Dongguan


def test_the_city_recommends_and_the_province_reviews(db: Session) -> None:
    application, city, province = an_application(db), city_reviewer(db), reviewer(db)
    deciding.recommend(db, application, "属实", by=city)
    assert (application.stage, application.recommended_by) == (Stage.RECOMMENDED, city.person_id)
    give_points(db, application, 4, province)
    deciding.review(db, application, by=province)
    assert (application.stage, application.reviewed_by) == (Stage.REVIEWED, province.person_id)
    actions = db.exec(select(AuditEntry.action).order_by(AuditEntry.at)).all()  # type: ignore[arg-type]
    expected = ["application.recommended", "application.scored", "application.reviewed"]
    assert [one for one in actions if one.startswith("application.")] == expected
    assert len(db.exec(select(Mail)).all()) == 2


def test_a_step_is_taken_by_the_role_and_region_whose_turn_it_is(db: Session) -> None:
    application = an_application(db)
    for other in (reviewer(db), publisher(db), clerk(db, StaffRole.AUDITOR)):
        with pytest.raises(Forbidden, match="taken by others"):
            deciding.recommend(db, application, by=other)
    with pytest.raises(NotFound):
        deciding.find_for(db, city_reviewer(db, GUANGZHOU), application.id)
    deciding.recommend(db, application, by=city_reviewer(db))
    with pytest.raises(Forbidden):
        deciding.review(db, application, by=city_reviewer(db))


def test_the_city_speaks_for_its_towns(db: Session) -> None:
    application, town = an_application(db, region=TOWN), city_reviewer(db, TOWN)
    assert not queueing.is_mine(town, application)
    assert queueing.counts(db, town).mine == 0
    with pytest.raises(Forbidden, match="taken by others"):
        deciding.recommend(db, application, by=town)
    city = city_reviewer(db)
    assert queueing.is_mine(city, application)
    assert queueing.counts(db, city).mine == 1
    deciding.recommend(db, application, by=city)


def test_the_province_recommends_what_lies_in_no_city_of_it(db: Session) -> None:
    application, first = an_application(db, region=None), reviewer(db)
    with pytest.raises(Forbidden):
        deciding.recommend(db, application, by=city_reviewer(db))
    deciding.recommend(db, application, by=first)
    with pytest.raises(Forbidden, match="recommended this yourself"):
        deciding.review(db, application, by=first)


def test_nobody_decides_about_what_they_proposed_or_belong_to(db: Session) -> None:
    city = city_reviewer(db)
    application = an_application(db, proposed_by=city.person_id)
    with pytest.raises(Forbidden, match="handed this in yourself"):
        deciding.recommend(db, application, by=city)
    other, mine = an_application(db), city_reviewer(db)
    db.add(
        Membership(
            organisation_id=other.organisation_id, person_id=mine.person_id, role=MemberRole.VIEWER
        )
    )
    db.flush()
    for act in (deciding.recommend, lambda *a, **k: deciding.refuse(*a, "other", "x", **k)):
        with pytest.raises(Forbidden, match="belong to this organisation"):
            act(db, other, by=mine)


@pytest.mark.parametrize(
    ("column", "taken_from"),
    [
        ("recommended_by", "proposed_by"),
        ("reviewed_by", "proposed_by"),
        ("decided_by", "proposed_by"),
        ("reviewed_by", "recommended_by"),
        ("decided_by", "recommended_by"),
    ],
)
def test_the_database_keeps_maker_and_checker_apart_by_itself(
    db: Session, column: str, taken_from: str
) -> None:
    application = an_application(db, recommended_by=city_reviewer(db).person_id)
    statement = f"UPDATE application SET {column} = {taken_from}"  # noqa: S608
    with pytest.raises(IntegrityError), db.begin_nested():
        db.execute(text(statement))
    db.refresh(application)
    assert application.decided_by is None


def test_a_refusal_needs_a_reason_and_ends_the_way(db: Session) -> None:
    application, city = an_application(db), city_reviewer(db)
    for code, why in (("nonsense", "因为"), ("criteria", " ")):
        with pytest.raises(Invalid):
            deciding.refuse(db, application, code, why, by=city)
    deciding.refuse(db, application, "untrue", "所附资质不属实", by=city)
    assert (application.open_for, application.decided_by) == (None, city.person_id)
    mail = db.exec(select(Mail)).one()
    assert "所附资质不属实" in mail.text
    assert f"/workspace/applications/{application.id}/appeal" in mail.text


def test_what_is_returned_begins_its_way_anew(db: Session) -> None:
    application = an_application(db)
    deciding.recommend(db, application, by=city_reviewer(db))
    deciding.return_for_more(db, application, "evidence", "请补充证书", by=reviewer(db))
    assert application.stage == Stage.RETURNED
    assert application.open_for == application.record_id
    assert application.recommended_by is None


def test_a_review_needs_every_point_and_the_thresholds(db: Session) -> None:
    application, own, other = (
        an_application(db, stage=Stage.RECOMMENDED),
        reviewer(db),
        reviewer(db),
    )
    give_points(db, application, 5, other)
    with pytest.raises(Conflict, match="not complete"):
        deciding.review(db, application, by=own)
    give_points(db, application, 0, own)
    with pytest.raises(Conflict, match=r"weighted total is 2\.5; it takes 3"):
        deciding.review(db, application, by=own)
    rows = criteria.active(db, Kind.VENDOR)
    criteria.score(db, application, {row.code: (1, "弱") for row in rows[:-1]}, by=own)
    criteria.score(db, application, {row.code: (1, "弱") for row in rows[:1]}, by=other)
    with pytest.raises(Conflict, match="below the threshold"):
        deciding.review(db, application, by=own)
    give_points(db, application, 3, own)
    give_points(db, application, 3, other)
    deciding.review(db, application, by=own)
    assert application.stage == Stage.REVIEWED


def test_a_changed_criterion_has_to_be_scored_anew(db: Session) -> None:
    keeper = clerk(db, StaffRole.ADMINISTRATOR)
    application, own = an_application(db, stage=Stage.RECOMMENDED), reviewer(db)
    give_points(db, application, 4, own)
    old = criteria.active(db, Kind.VENDOR)[0]
    wanted = Criterion(kind=Kind.VENDOR, code="", name="新名", weight=1, threshold=0)
    editing_criteria.change(db, Kind.VENDOR, old.code, wanted, old.id, by=keeper)
    with pytest.raises(Conflict, match="not complete"):
        deciding.review(db, application, by=own)
    with pytest.raises(Conflict, match="since you opened it"):
        editing_criteria.retire(db, Kind.VENDOR, old.code, old.id, by=keeper)
    assert criteria.active(db, Kind.VENDOR)[0].name == "新名"


def test_a_question_stops_the_clock_and_a_step_lets_it_go_on(db: Session) -> None:
    application, city = an_application(db), city_reviewer(db)
    for other in (publisher(db), clerk(db, StaffRole.AUDITOR)):
        with pytest.raises(Forbidden, match="takes the next step"):
            questions.ask(db, application, "证书何时到期？", by=other)
    questions.ask(db, application, "证书何时到期？", by=city)
    assert application.clock_stopped_at is not None
    assert "证书何时到期？" in db.exec(select(Mail)).one().text
    deciding.recommend(db, application, by=city)
    assert application.clock_stopped_at is None


def _take(db: Session, application: Application, wanted: Stage, by: dict[str, Visitor]) -> Any:
    """The step by its verb where the desk has one, else by the move itself."""
    acting = by[application.stage] if application.stage in by else by["submitted"]
    verbs: dict[Stage, Any] = {
        Stage.RECOMMENDED: lambda: deciding.recommend(db, application, by=acting),
        Stage.REVIEWED: lambda: deciding.review(db, application, by=acting),
        Stage.RETURNED: lambda: deciding.return_for_more(db, application, "other", "x", by=acting),
        Stage.REFUSED: lambda: deciding.refuse(db, application, "other", "x", by=acting),
    }
    return verbs.get(wanted, lambda: application.move_to(wanted))()


def test_every_pair_of_stages_is_a_lawful_step_or_a_conflict(db: Session) -> None:
    province = reviewer(db)
    by = {
        "submitted": city_reviewer(db),
        "recommended": province,
        "reviewed": publisher(db),
        "notice": publisher(db),
    }
    for before in Stage:
        for wanted in Stage:
            application = an_application(db, stage=before)
            if (before, wanted) == (Stage.RECOMMENDED, Stage.REVIEWED):
                give_points(db, application, 5, province)
            if wanted in MOVES[before]:
                _take(db, application, wanted, by)
                assert application.stage == wanted
            else:
                with pytest.raises(Conflict):
                    _take(db, application, wanted, by)
                assert application.stage == before
