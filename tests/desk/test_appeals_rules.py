"""A vendor asks once that somebody else looks again."""

from dataclasses import replace

import pytest
from sqlmodel import Session, select

from app.catalogue.stages import Stage
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.mail import Mail
from app.curation.applications import appeals, deciding, drafts
from app.curation.applications.models import AppealStage
from tests.desk.applications import an_application, an_owner, city_reviewer, publisher
from tests.people import an_organisation


def test_an_allowed_appeal_sends_the_application_over_the_desk_anew(db: Session) -> None:
    application, city = an_application(db), city_reviewer(db)
    owner = an_owner(db, application.organisation_id)
    subject = f"application:{application.id}"
    with pytest.raises(NotFound):
        appeals.lodge(db, subject, "我们不服", by=owner)
    deciding.refuse(db, application, "untrue", "不属实", by=city)
    with pytest.raises(NotFound):
        appeals.lodge(db, subject, "我们不服", by=an_owner(db, an_organisation(db).id))
    appeal = appeals.lodge(db, subject, "我们不服", by=owner)
    assert (appeal.against_id, appeal.region) == (city.person_id, application.region)
    with pytest.raises(Conflict, match="can be made once"):
        appeals.lodge(db, subject, "再来", by=owner)
    appeals.decide(db, appeal, "证据充分", is_allowed=True, by=publisher(db))
    assert (application.stage, application.open_for) == (Stage.SUBMITTED, application.record_id)
    assert application.decided_by is None
    assert "证据充分" in db.exec(select(Mail).order_by(Mail.id.desc())).first().text  # type: ignore[union-attr]
    with pytest.raises(Conflict, match="decided already"):
        appeals.decide(db, appeal, "x", is_allowed=False, by=publisher(db))


def test_a_return_is_appealed_against_once_and_what_was_handed_in_goes_on(db: Session) -> None:
    application, city = an_application(db), city_reviewer(db)
    owner = an_owner(db, application.organisation_id)
    deciding.return_for_more(db, application, "evidence", "缺附件", by=city)
    db.flush()
    subject = appeals.subject_of(application)
    appeal = appeals.lodge(db, subject, "附件齐全", by=owner)
    assert appeal.against_id == city.person_id
    assert appeals.earlier_about(db, application) == appeal
    both = replace(publisher(db), person_id=city.person_id)
    with pytest.raises(Forbidden, match="your own decision"):
        appeals.decide(db, appeal, "准", is_allowed=True, by=both)
    appeals.decide(db, appeal, "附件确实齐全", is_allowed=True, by=publisher(db))
    assert (application.stage, application.open_for) == (Stage.SUBMITTED, application.record_id)
    deciding.return_for_more(db, application, "evidence", "仍缺", by=city_reviewer(db))
    with pytest.raises(Conflict, match="can be made once"):
        appeals.lodge(db, subject, "再来", by=owner)
    with pytest.raises(NotFound):
        appeals.lodge(db, f"application:{application.id}", "没有拒绝", by=owner)


def test_what_a_vendor_changed_after_a_return_is_not_taken_for_what_was_handed_in(
    db: Session,
) -> None:
    application = an_application(db)
    owner = an_owner(db, application.organisation_id)
    deciding.return_for_more(db, application, "evidence", "缺附件", by=city_reviewer(db))
    db.flush()
    appeal = appeals.lodge(db, appeals.subject_of(application), "附件齐全", by=owner)
    values = {**application.values, "summary": "改过的"}
    drafts.save(db, application, values, seen=application.version, by=owner)
    with pytest.raises(Conflict, match="has changed it"), db.begin_nested():
        appeals.decide(db, appeal, "准", is_allowed=True, by=publisher(db))
    appeals.decide(db, appeal, "请重新提交", is_allowed=False, by=publisher(db))
    assert application.stage == Stage.RETURNED


def test_an_appeal_is_not_decided_by_whom_it_is_against(db: Session) -> None:
    by = publisher(db)
    application = an_application(db, stage=Stage.REVIEWED)
    deciding.refuse(db, application, "criteria", "不符", by=by)
    owner = an_owner(db, application.organisation_id)
    appeal = appeals.lodge(db, f"application:{application.id}", "我们不服", by=owner)
    with pytest.raises(Forbidden, match="your own decision"):
        appeals.decide(db, appeal, "维持", is_allowed=False, by=by)
    appeals.decide(db, appeal, "维持", is_allowed=False, by=publisher(db))
    assert (appeal.stage, application.stage) == (AppealStage.DISMISSED, Stage.REFUSED)


def test_the_listing_must_be_free_for_an_appeal_to_be_allowed(db: Session) -> None:
    application = an_application(db)
    deciding.refuse(db, application, "untrue", "不属实", by=city_reviewer(db))
    owner = an_owner(db, application.organisation_id)
    appeal = appeals.lodge(db, f"application:{application.id}", "我们不服", by=owner)
    an_application(db, record_id=application.record_id)
    with pytest.raises(Conflict, match="on its way"):
        appeals.decide(db, appeal, "准", is_allowed=True, by=publisher(db))
