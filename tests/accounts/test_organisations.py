"""Organisations and their members: no second record, always an owner, rights that end at once."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.accounts import claims, invitations, members, organisations
from app.accounts.models import (
    Claim,
    ClaimStage,
    MemberRole,
    Membership,
    Person,
    SignIn,
    StaffRole,
    Ticket,
)
from app.accounts.organisations import Addition
from app.catalogue.models import Organisation
from app.core.audit import AuditEntry
from app.core.db import now
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.mail import Mail
from tests.people import (
    DONGGUAN,
    GUANGZHOU,
    a_member,
    a_person,
    an_organisation,
    sign_in,
    staff,
    visitor,
)

CODE = "91440300708461136T"
OWNER, EDITOR, VIEWER = MemberRole.OWNER, MemberRole.EDITOR, MemberRole.VIEWER


def after(client: TestClient, place: str, **data: object) -> str:
    """The page that a form leads to."""
    answer = client.post(place, data=data, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text


def newest_link(db: Session) -> str:
    text = db.exec(select(Mail.text).order_by(col(Mail.id).desc())).first() or ""
    found = re.search(r"/invitations/\S+", text)
    assert found
    return found[0]


@pytest.mark.parametrize(
    ("typed", "is_right"),
    [
        (CODE, True),
        ("统一社会信用代码:9144 0300-7084 6113 6t", True),
        ("91440300708461136A", False),
        ("9144030070846113", False),
        ("91440300708461136O", False),
    ],
)
def test_a_credit_code_is_tidied_and_its_check_digit_verified(
    typed: str,
    is_right: bool,  # noqa: FBT001
) -> None:
    assert (not organisations.code_fault(organisations.tidy_code(typed))) is is_right


def test_what_nobody_knows_is_created_in_its_place_and_acted_for(
    client: TestClient, db: Session
) -> None:
    person = a_person(db)
    sign_in(client, db, person)
    page = client.get("/account/organisations")
    assert "You belong to no organisation yet" in page.text
    wrong = client.post("/account/organisations", data={"code": "1", "name": "深圳某厂"})
    assert wrong.status_code == 422
    assert "instead of 18" in wrong.text
    assert "深圳某厂" in wrong.text
    assert "This one" in after(client, "/account/organisations", code=CODE, name="深圳某厂")
    made = db.exec(select(Organisation).where(Organisation.credit_code == CODE)).one()
    assert made.region == "440300"
    assert organisations.role_in(db, made.id, person.id) is OWNER


@pytest.mark.parametrize("known", [{"credit_code": CODE}, {"name": "广东\uff08测试\uff09厂"}])
def test_what_the_pool_knows_is_claimed_and_never_made_twice(
    db: Session, known: dict[str, str]
) -> None:
    organisation = an_organisation(db, **known)
    owner = a_member(db, organisation.id, email="owner@example.com")
    person = visitor(db, a_person(db, name="来人"))
    addition = Addition(CODE, "广东(测试)厂", "我是车间主任")
    claim = claims.add(db, addition, by=person)
    assert claim is not None
    assert claim.organisation_id == organisation.id
    assert organisations.role_in(db, organisation.id, person.person_id) is None
    told = db.exec(select(Mail).where(Mail.to == owner.email)).one()
    assert "来人" in told.text
    with pytest.raises(Conflict, match="already; wait"):
        claims.add(db, addition, by=person)
    assert len(db.exec(select(Organisation)).all()) == 1


def test_the_owner_decides_about_a_claim_and_the_staff_do_not_see_it(
    client: TestClient, db: Session
) -> None:
    organisation = an_organisation(db, credit_code=CODE)
    owner = a_member(db, organisation.id)
    person = a_person(db, name="来人")
    claim = claims.add(db, Addition(CODE, "甲"), by=visitor(db, person))
    assert claim
    reviewer = visitor(db, staff(db, StaffRole.REVIEWER, region=DONGGUAN))
    assert claims.for_staff(db, reviewer, 1).total == 0
    sign_in(client, db, owner, organisation.id)
    place = f"/account/organisations/{organisation.id}"
    assert "来人" in client.get(f"{place}/members").text
    silent = client.post(f"{place}/claims/{claim.id}/refuse")
    assert silent.status_code == 422
    after(client, f"{place}/claims/{claim.id}/accept", role="editor")
    assert organisations.role_in(db, organisation.id, person.id) is EDITOR
    assert client.post(f"{place}/claims/{claim.id}/accept").status_code == 409


def test_staff_of_the_region_decide_where_there_is_no_owner(
    client: TestClient, db: Session
) -> None:
    organisation = an_organisation(db, name="无主机械厂", credit_code=CODE)
    first, second = (
        claims.add(db, Addition(CODE, "甲"), by=visitor(db, a_person(db))) for _ in "ab"
    )
    assert first
    assert second
    sign_in(client, db, staff(db, StaffRole.REVIEWER, region=GUANGZHOU))
    assert "无主机械厂" not in client.get("/desk/claims").text
    said = {"decision": "accept", "why": "电话核实"}
    assert client.post(f"/desk/claims/{first.id}", data=said).status_code == 404
    sign_in(client, db, staff(db, StaffRole.REVIEWER, region=DONGGUAN))
    assert "2 claims wait" in client.get("/desk/claims").text
    assert client.post(f"/desk/claims/{first.id}", data={**said, "why": " "}).status_code == 422
    assert "No claim waits" in after(client, f"/desk/claims/{first.id}", **said)
    assert db.get_one(Claim, first.id).stage == ClaimStage.ACCEPTED
    assert organisations.role_in(db, organisation.id, first.person_id) is OWNER
    # the other one is the new owner's to decide
    assert client.post(f"/desk/claims/{second.id}", data=said).status_code == 404


def test_nobody_decides_about_their_own_claim(db: Session) -> None:
    an_organisation(db, credit_code=CODE)
    official = visitor(db, staff(db, StaffRole.REVIEWER, region=DONGGUAN))
    claim = claims.add(db, Addition(CODE, "甲"), by=official)
    assert claim
    with pytest.raises(Forbidden):
        claims.accept(db, claims.find_for_staff(db, official, claim.id), OWNER, "自己", by=official)


def test_one_switches_visibly_between_ones_own_organisations_only(
    client: TestClient, db: Session
) -> None:
    one, other = an_organisation(db, name="甲厂"), an_organisation(db, name="乙厂")
    stranger = an_organisation(db, name="丙厂")
    person = a_member(db, one.id)
    db.add(Membership(organisation_id=other.id, person_id=person.id, role=VIEWER))
    sign_in(client, db, person, one.id)
    act = "/account/organisations/act-for"
    assert "<small>乙厂</small>" in after(client, act, organisation=str(other.id))
    assert client.post(act, data={"organisation": str(stranger.id)}).status_code == 404
    assert client.get(f"/account/organisations/{stranger.id}/members").status_code == 404
    after(client, act)
    assert db.exec(select(SignIn.organisation_id)).one() is None


def test_the_last_owner_stays(db: Session) -> None:
    organisation = an_organisation(db)
    owner = visitor(db, a_member(db, organisation.id), organisation.id)
    for act in (
        lambda: members.leave(db, organisation, by=owner),
        lambda: members.remove(db, organisation, owner.person_id, by=owner),
        lambda: members.change_role(db, organisation, owner.person_id, EDITOR, by=owner),
    ):
        with pytest.raises(Conflict, match="at least one owner"):
            act()
    second = a_member(db, organisation.id)
    members.leave(db, organisation, by=owner)
    assert [person.id for _row, person in members.of(db, organisation.id)] == [second.id]


def test_who_is_removed_loses_sessions_rights_and_open_invitations_at_once(
    client: TestClient, db: Session
) -> None:
    organisation = an_organisation(db)
    owner, second = a_member(db, organisation.id), a_member(db, organisation.id)
    place = f"/account/organisations/{organisation.id}"
    sign_in(client, db, second, organisation.id)
    after(client, f"{place}/invitations", email="back@example.com", role="owner")
    link = newest_link(db)
    cookie = client.headers["Cookie"]
    sign_in(client, db, owner, organisation.id)
    after(client, f"{place}/members/{second.id}/remove")
    client.headers["Cookie"] = cookie
    assert client.get(f"{place}/members", follow_redirects=False).status_code == 303
    assert client.get(link).status_code == 404
    entry = db.exec(select(AuditEntry).where(AuditEntry.action == "member.removed")).one()
    assert entry.details == {"person": str(second.id)}


@pytest.mark.parametrize("role", [EDITOR, VIEWER])
def test_only_owners_manage_members(client: TestClient, db: Session, role: MemberRole) -> None:
    organisation = an_organisation(db)
    a_member(db, organisation.id)
    person = a_member(db, organisation.id, role)
    sign_in(client, db, person, organisation.id)
    place = f"/account/organisations/{organisation.id}"
    page = client.get(f"{place}/members")
    assert "Invite somebody" not in page.text
    assert (
        client.post(f"{place}/members/{person.id}/role", data={"role": "owner"}).status_code == 403
    )


def test_an_owner_elsewhere_is_a_stranger_here(client: TestClient, db: Session) -> None:
    own, other = an_organisation(db), an_organisation(db)
    person, victim = a_member(db, own.id), a_member(db, other.id)
    db.add(Membership(organisation_id=other.id, person_id=person.id, role=EDITOR))
    sign_in(client, db, person, own.id)
    place = f"/account/organisations/{other.id}"
    for act in (f"members/{victim.id}/remove", "invitations"):
        answer = client.post(f"{place}/{act}", data={"email": "a@example.com"})
        assert answer.status_code == 404


def test_an_invitation_works_once_for_its_own_address_only(client: TestClient, db: Session) -> None:
    organisation = an_organisation(db, name="邀请机械厂")
    owner = a_member(db, organisation.id)
    sign_in(client, db, owner, organisation.id)
    place = f"/account/organisations/{organisation.id}/invitations"
    assert client.post(place, data={"email": "nonsense"}).status_code == 422
    assert client.post(place, data={"email": owner.email}).status_code == 422
    assert "new@example.com" in after(client, place, email=" New@Example.com", role="editor")
    link = newest_link(db)
    client.headers["Cookie"] = "lang=en"
    page = client.get(link)
    assert "邀请机械厂" in page.text
    assert f"/register?next={link}" in page.text
    assert "new@example.com" not in page.text
    sign_in(client, db, a_person(db))
    assert "for another address" in client.get(link).text
    assert client.post(link).status_code == 403
    invited = a_person(db, email="new@example.com")
    sign_in(client, db, invited)
    assert "<small>邀请机械厂</small>" in after(client, link)
    assert organisations.role_in(db, organisation.id, invited.id) is EDITOR
    assert client.post(link).status_code == 404


def test_an_invitation_ends_after_seven_days_or_when_it_is_taken_back(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation = an_organisation(db)
    owner = visitor(db, a_member(db, organisation.id), organisation.id)
    for email in ("a@example.com", "b@example.com", "b@example.com"):
        members.invite(db, organisation, email, VIEWER, by=owner)
    db.flush()
    tickets = members.invited(db, organisation.id)
    assert sorted(ticket.email for ticket in tickets) == ["a@example.com", "b@example.com"]
    members.take_back(db, organisation, tickets[0].id, by=owner)
    assert len(members.invited(db, organisation.id)) == 1
    stranger = visitor(db, a_person(db))
    with pytest.raises(NotFound):
        members.take_back(db, an_organisation(db), tickets[1].id, by=stranger)
    later = now() + timedelta(days=7, seconds=1)
    monkeypatch.setattr(invitations, "now", lambda: later)
    assert members.invited(db, organisation.id) == []


def test_a_link_that_nobody_sent_leads_nowhere(client: TestClient, db: Session) -> None:
    assert client.get(f"/invitations/{uuid4().hex}").status_code == 404
    assert db.exec(select(Ticket)).all() == []
    assert db.exec(select(Person)).all() == []
