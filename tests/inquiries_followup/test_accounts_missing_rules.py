"""A vendor without an account: the inquiry waits, the staff help, and the asker is told."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.accounts import first_owners, invitations, members
from app.accounts.models import MemberRole, Membership, StaffRole
from app.catalogue.stages import Stage
from app.core.db import at
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.mail import Mail
from app.core.outbox import Job
from app.inquiries import accounts_missing, due, merged, overdue, overseeing, seeing
from app.inquiries.models import Inquiry
from tests.inquiries.makers import WORDS, Sides, ask, two_sides
from tests.inquiries_followup.setting import (
    DONGGUAN,
    GUANGZHOU,
    MONDAY,
    PROVINCE,
    TUESDAY,
    acts,
    mails_to,
    noon,
    official,
    post,
    told,
)
from tests.people import a_member, a_person, sign_in, staff, visitor


@pytest.fixture
def sides(db: Session) -> Sides:
    with at(noon(TUESDAY)):
        return two_sides(db, has_account=False)


@pytest.fixture
def inquiry(db: Session, sides: Sides) -> Inquiry:
    with at(noon(TUESDAY)):
        return ask(db, sides)


def link_to(db: Session, email: str) -> str:
    text = db.exec(select(Mail.text).where(Mail.to == email).order_by(col(Mail.id).desc())).first()
    found = re.search(r"/invitations/([\w-]+)", text or "")
    assert found
    return found[1]


def hand_over(db: Session) -> None:
    """What the outbox does after somebody joined."""
    db.flush()
    for job in db.exec(select(Job).where(Job.name == "inquiries.first_member")).all():
        accounts_missing.first_member(db, [job.payload])


def test_it_waits_without_a_clock_and_the_nearest_staff_are_told_once(
    db: Session, sides: Sides
) -> None:
    here, elsewhere = official(db), official(db, region=DONGGUAN)
    with at(noon(TUESDAY)):
        first = ask(db, sides)
    assert first.waits_for_account
    assert first.due_on is None
    assert told(db, first) == ["account.missing"]
    with at(noon(MONDAY)):
        overdue.keep_time(db)
    assert len(mails_to(db, here.email)) == 1
    assert mails_to(db, elsewhere.email) == []
    assert overseeing.counts(db, here)[overseeing.Tab.WAITING] == 1
    assert overseeing.counts(db, elsewhere)[overseeing.Tab.WAITING] == 0


def test_where_nobody_covers_the_region_the_province_is_told(db: Session, sides: Sides) -> None:
    province = official(db, region=PROVINCE)
    ask(db, sides)
    assert len(mails_to(db, province.email)) == 1


def test_each_step_of_the_staff_stands_in_the_thread_and_reaches_the_asker(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    here = official(db)
    accounts_missing.invite(db, inquiry, "boss@vendor.example", by=here)
    accounts_missing.pass_on(db, inquiry, "telephone", "说会注册", by=here)
    accounts_missing.give_up(db, inquiry, "电话停机", by=here)
    steps = ["account.missing", "account.invited", "account.passed_on", "account.unreachable"]
    assert told(db, inquiry) == steps
    assert len(mails_to(db, sides.asker.email)) == 3
    texts = db.exec(select(Mail.text).where(Mail.to == sides.asker.email)).all()
    assert not any("boss@" in text or WORDS in text for text in texts)
    assert sorted(acts(db, "inquiry.")) == [
        "inquiry.passed_on",
        "inquiry.sent",
        "inquiry.unreachable",
        "inquiry.vendor_invited",
    ]
    assert acts(db, "organisation.owner_invited") == ["organisation.owner_invited"]


def test_whoever_accepts_owns_the_organisation_and_the_clock_begins_on_that_day(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    here = official(db)
    newcomer = a_person(db, email="boss@vendor.example")
    with at(noon(TUESDAY)):
        accounts_missing.invite(db, inquiry, newcomer.email, by=here)
        ticket, _by = invitations.find(db, link_to(db, newcomer.email))
    with at(noon(MONDAY)):
        members.accept(db, ticket, by=visitor(db, newcomer))
        hand_over(db)
        db.refresh(inquiry)
        assert not inquiry.waits_for_account
        assert inquiry.due_on == due.first_due(MONDAY)
    membership = db.exec(select(Membership).where(Membership.person_id == newcomer.id)).one()
    assert membership.role == MemberRole.OWNER
    assert membership.organisation_id == inquiry.vendor_organisation_id
    assert told(db, inquiry)[-1] == "account.joined"
    assert len(mails_to(db, newcomer.email)) == 2  # the invitation, and what waited
    with pytest.raises(Conflict, match="does not wait"):
        accounts_missing.give_up(db, inquiry, "?", by=here)


def test_handing_over_twice_changes_nothing(db: Session, sides: Sides, inquiry: Inquiry) -> None:
    joined = a_member(db, inquiry.vendor_organisation_id)
    with at(noon(TUESDAY)):
        accounts_missing.hand_over(db, inquiry.vendor_organisation_id)
    with at(noon(MONDAY)):
        accounts_missing.hand_over(db, inquiry.vendor_organisation_id)
    assert inquiry.due_on == due.first_due(TUESDAY)
    assert len(mails_to(db, joined.email)) == 1


def test_the_first_who_joins_ends_what_staff_sent_to_others(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    here = official(db)
    for email in ("one@vendor.example", "two@vendor.example"):
        accounts_missing.invite(db, inquiry, email, by=here)
    first = a_person(db, email="one@vendor.example")
    ticket, _by = invitations.find(db, link_to(db, "one@vendor.example"))
    second = link_to(db, "two@vendor.example")
    members.accept(db, ticket, by=visitor(db, first))
    with pytest.raises(NotFound):
        invitations.find(db, second)
    with pytest.raises(Conflict, match="by now"):
        first_owners.invite(db, inquiry.vendor_organisation_id, "x@vendor.example", by=here)


def test_staff_invite_nobody_elsewhere_and_not_themselves(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    here, elsewhere = official(db), official(db, region=DONGGUAN)
    organisation_id = inquiry.vendor_organisation_id
    with pytest.raises(NotFound):
        first_owners.invite(db, organisation_id, "x@vendor.example", by=elsewhere)
    with pytest.raises(Forbidden, match="not yourself"):
        first_owners.invite(db, organisation_id, here.email, by=here)


def test_what_waits_for_a_vendor_that_was_merged_becomes_the_others(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    other = two_sides(db).listed
    sides.listed.merged_into = other.id
    db.add(sides.listed)
    db.flush()
    accounts_missing.hand_over(db, other.organisation_id)
    assert (inquiry.vendor_id, inquiry.vendor_organisation_id) == (other.id, other.organisation_id)
    assert not inquiry.waits_for_account


def merge(db: Session, sides: Sides, into: Sides) -> None:
    sides.listed.merged_into, sides.listed.stage = into.listed.id, Stage.MERGED
    db.add(sides.listed)
    db.flush()


def test_a_merge_alone_brings_what_waits_to_the_people_of_the_other_vendor(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    other = two_sides(db)
    with at(noon(MONDAY)):
        merged.follow(db)  # nothing was merged yet
        assert inquiry.waits_for_account
        merge(db, sides, other)
        merged.follow(db)
        merged.follow(db)
    db.refresh(inquiry)
    assert inquiry.vendor_id == other.listed.id
    assert not inquiry.waits_for_account
    assert inquiry.due_on == due.first_due(MONDAY)
    assert told(db, inquiry)[-1] == "account.joined"
    assert len(mails_to(db, other.vendor.email)) == 1
    assert seeing.find(db, other.vendor, inquiry.identifier)[0] is inquiry


def test_where_the_other_vendor_has_no_account_either_it_goes_on_waiting_there(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    other = two_sides(db, has_account=False)
    merge(db, sides, other)
    merged.follow(db)
    assert inquiry.waits_for_account
    assert inquiry.vendor_organisation_id == other.listed.organisation_id


def test_whoever_talks_in_a_thread_keeps_it_when_their_vendor_is_merged(db: Session) -> None:
    sides, other = two_sides(db), two_sides(db)
    inquiry = ask(db, sides)
    merge(db, sides, other)
    merged.follow(db)
    assert inquiry.vendor_organisation_id == sides.listed.organisation_id
    assert seeing.find(db, sides.vendor, inquiry.identifier)[0] is inquiry
    with pytest.raises(NotFound):
        seeing.find(db, other.vendor, inquiry.identifier)


def test_the_form_says_beforehand_whether_anybody_will_answer(
    client: TestClient, db: Session, sides: Sides
) -> None:
    sign_in(client, db, sides.asker_person, sides.asker.organisation_id)
    form = f"/inquiries/new?vendor={sides.listed.identifier}"
    assert "Nobody acts for this vendor" in client.get(form).text
    a_member(db, sides.listed.organisation_id)
    assert "3 working days to answer" in client.get(form).text


def test_the_desk_shows_it_and_offers_each_step(
    client: TestClient, db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    sign_in(client, db, staff(db, StaffRole.REVIEWER, region=GUANGZHOU))
    page = client.get("/desk/inquiries").text
    assert sides.listed.name in page
    address = f"/desk/inquiries/{inquiry.id}"
    assert f'href="{address}"' in page
    shown = client.get(address).text
    assert WORDS not in shown
    assert "13800001111" not in shown
    answer = client.post(f"{address}/invitation", data={"email": "no address"})
    assert answer.status_code == 422
    for wrong in ({"passed": "x"}, {"means": "telephone"}):
        assert client.post(f"{address}/passed-on", data=wrong).status_code == 422
    assert client.post(f"{address}/unreachable").status_code == 422
    assert "已转告前台" in post(
        client, f"{address}/passed-on", means="telephone", passed="已转告前台"
    )
    sign_in(client, db, sides.asker_person, sides.asker.organisation_id)
    thread = client.get(f"/inquiries/{inquiry.identifier}").text
    assert "Nobody acts for this vendor" in thread
    assert "已转告前台" in thread
