"""A training as a listing: written, handed in, published by one second person of its region."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.models import MemberRole, Membership, StaffRole
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation, Training
from app.catalogue.stages import SHORT, Stage
from app.core.db import now
from app.core.errors import Conflict, Forbidden
from app.core.formats import today
from app.core.mail import Mail
from app.curation.applications import appeals, deciding, drafts, handing_in, publishing, queueing
from app.curation.applications.models import Application
from app.curation.applications.queueing import Asked
from tests.factories_trainings import WHOLE, a_sitting, an_organiser, offered
from tests.people import (
    DONGGUAN,
    GUANGZHOU,
    PROVINCE,
    a_member,
    an_organisation,
    sign_in,
    staff,
    visitor,
)

VALUES: dict[str, Any] = {"name": "设备数据入门", **WHOLE}


@pytest.fixture
def organisation(db: Session) -> Organisation:
    """A government body, say: in no pool, in Dongguan."""
    return an_organisation(db, name="东莞市工业和信息化局")


@pytest.fixture
def editor(db: Session, organisation: Organisation) -> Visitor:
    person = a_member(db, organisation.id, MemberRole.EDITOR)
    return visitor(db, person, organisation.id)


def clerk(db: Session, role: StaffRole, region: str = DONGGUAN) -> Visitor:
    return visitor(db, staff(db, role, region=region))


def handed_in(db: Session, by: Visitor, **values: Any) -> Application:
    application = drafts.start_training(db, by=by)
    drafts.save(db, application, {**VALUES, **values}, seen=application.version, links={}, by=by)
    handing_in.hand_in(db, application, has_promised=True, by=by)
    return application


def the_training(db: Session, application: Application) -> Training:
    return db.get_one(Training, application.record_id)


@pytest.mark.parametrize("role", [StaffRole.REVIEWER, StaffRole.PUBLISHER])
@pytest.mark.parametrize("region", [DONGGUAN, PROVINCE])
def test_one_second_person_of_its_region_publishes_it(
    db: Session, editor: Visitor, role: StaffRole, region: str
) -> None:
    application = handed_in(db, editor)
    publishing.publish(db, application, by=clerk(db, role, region))
    training = the_training(db, application)
    assert (application.stage, training.stage) == (Stage.PUBLISHED, Stage.PUBLISHED)
    assert training.organisation_id == editor.organisation_id
    assert (training.price, training.cancel_days, training.level) == (30000, 7, "basic")
    assert "发布" in db.exec(select(Mail.subject)).one()


def test_others_do_not(db: Session, editor: Visitor) -> None:
    application = handed_in(db, editor)
    for role in (StaffRole.INSPECTOR, StaffRole.AUDITOR, StaffRole.ADMINISTRATOR):
        with pytest.raises(Forbidden):
            publishing.publish(db, application, by=clerk(db, role))
    with pytest.raises(Forbidden):
        publishing.publish(db, application, by=clerk(db, StaffRole.PUBLISHER, GUANGZHOU))
    member = clerk(db, StaffRole.PUBLISHER)
    known = {"organisation_id": application.organisation_id, "role": MemberRole.VIEWER}
    db.add(Membership(person_id=member.person_id, **known))
    db.flush()
    with pytest.raises(Forbidden, match="belong to this organisation"):
        publishing.publish(db, application, by=member)
    own = clerk(db, StaffRole.PUBLISHER)
    application.proposed_by = own.person_id
    with pytest.raises(Forbidden, match="handed this in yourself"):
        publishing.publish(db, application, by=own)


def test_it_comes_back_with_a_reason_and_may_be_handed_in_again(
    db: Session, editor: Visitor
) -> None:
    application = handed_in(db, editor)
    by = clerk(db, StaffRole.REVIEWER)
    deciding.return_for_more(db, application, "unclear", "讲师是谁？", by=by)
    assert (application.stage, application.reason) == (Stage.RETURNED, "讲师是谁？")
    handing_in.hand_in(db, application, has_promised=True, by=editor)
    deciding.refuse(db, application, "untrue", "查无此课", by=by)
    assert application.stage == Stage.REFUSED
    found = appeals.find_decision(db, f"application:{application.id}", by=editor)
    assert found.against_id == by.person_id


def _an_application(db: Session, editor: Visitor, stage: Stage) -> Application:
    application = drafts.start_training(db, by=editor)
    application.values, application.name = VALUES, "设备数据入门"
    application.stage, application.region = stage, DONGGUAN
    application.submitted_at, application.due_on = now(), today()
    db.flush()
    return application


def test_every_pair_of_stages_is_a_lawful_step_or_a_conflict(db: Session, editor: Visitor) -> None:
    by = clerk(db, StaffRole.PUBLISHER)
    for before in Stage:
        for wanted in Stage:
            application = _an_application(db, editor, before)
            verbs: dict[Stage, Any] = {
                Stage.PUBLISHED: lambda one=application: publishing.publish(db, one, by=by),
                Stage.RETURNED: lambda one=application: deciding.return_for_more(
                    db, one, "other", "x", by=by
                ),
                Stage.REFUSED: lambda one=application: deciding.refuse(
                    db, one, "other", "x", by=by
                ),
            }
            act = verbs.get(wanted, lambda one=application, to=wanted: one.move_to(to))
            staffs_turn = before is Stage.SUBMITTED or wanted not in verbs
            if wanted in SHORT[before] and staffs_turn:
                act()
                assert application.stage == wanted
            else:
                with pytest.raises((Conflict, Forbidden)):
                    act()
                assert application.stage == before
    assert SHORT[Stage.SUBMITTED].isdisjoint({Stage.RECOMMENDED, Stage.REVIEWED, Stage.NOTICE})


def test_it_stands_in_the_queue_of_whoever_may_publish_it(db: Session, editor: Visitor) -> None:
    application = handed_in(db, editor)
    asked = Asked(mine=True)
    for by in (clerk(db, StaffRole.REVIEWER), clerk(db, StaffRole.PUBLISHER, PROVINCE)):
        (row,) = queueing.queue(db, by, asked).items
        assert (row.application.id, row.is_mine) == (application.id, True)
        assert queueing.counts(db, by).mine == 1
    for by in (clerk(db, StaffRole.AUDITOR), clerk(db, StaffRole.PUBLISHER, GUANGZHOU)):
        assert queueing.queue(db, by, asked).items == []


def test_a_change_keeps_when_the_next_sitting_is(db: Session) -> None:
    training = offered(db)
    sitting = a_sitting(db, training)
    by = an_organiser(db, training)
    values = {**VALUES, "summary": "新的简介。"}
    application = drafts.start_change(db, training, values=values, by=by)
    handing_in.hand_in(db, application, has_promised=True, by=by)
    publishing.publish(db, application, by=clerk(db, StaffRole.REVIEWER, PROVINCE))
    assert training.summary == "新的简介。"
    assert (training.starts_on or "")[:4] == f"{sitting.starts_at:%Y}"
    assert training.venue == sitting.venue


def test_written_looked_at_handed_in_and_published_through_its_pages(
    client: TestClient, db: Session, organisation: Organisation
) -> None:
    sign_in(client, db, a_member(db, organisation.id), organisation.id)
    begun = client.post(
        "/workspace/applications", data={"kind": "training"}, follow_redirects=False
    )
    path = str(begun.headers["location"]).removesuffix("/edit")
    page = client.get(f"{path}/edit").text
    assert "Price of a seat (yuan)" in page
    assert "东莞市工业和信息化局" in page  # the organiser, until somebody says another
    form = {**VALUES, "price": "0", "subsidy": "", "version": "1", "region": DONGGUAN}
    wrong = client.post(f"{path}/edit", data={**form, "late_refund": "101"})
    assert wrong.status_code == 422
    assert "whole number from 0 to 100" in wrong.text
    assert client.post(f"{path}/edit", data=form, follow_redirects=False).status_code == 303
    preview = client.get(f"{path}/preview")
    assert preview.status_code == 200
    assert "A seat is free" in preview.text
    handed = client.post(f"{path}/hand-in", data={"promise": "yes"}, follow_redirects=False)
    assert handed.status_code == 303
    assert "The staff of your region look at it" in client.get(path).text
    application = db.exec(select(Application)).one()
    sign_in(client, db, staff(db, StaffRole.REVIEWER, region=DONGGUAN))
    desk = f"/desk/applications/{application.id}"
    case = client.get(desk).text
    assert "Publish" in case
    assert "Recommend</button>" not in case
    version = {"version": str(application.version)}
    answer = client.post(f"{desk}/publish", data=version, follow_redirects=False)
    assert answer.status_code == 303
    assert client.get(desk).status_code == 200
    training = db.exec(select(Training)).one()
    assert "No date is set" in client.get(f"/trainings/{training.slug}").text
