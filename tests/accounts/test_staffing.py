"""Who belongs to the staff: given inside one's own region, ended at once, never without anybody."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.accounts import staffing
from app.accounts.models import Appointment, Person, SignIn, StaffRole
from app.core.audit import AuditEntry
from app.core.db import now
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.mail import Mail
from tests.people import DONGGUAN, GUANGZHOU, PROVINCE, a_person, sign_in, staff, visitor

ADMINISTRATOR, REVIEWER = StaffRole.ADMINISTRATOR, StaffRole.REVIEWER
AUDITOR = StaffRole.AUDITOR
STAY: Any = {"follow_redirects": False}


def test_an_administrator_sees_the_staff_of_their_region_and_nobody_else(
    client: TestClient, db: Session
) -> None:
    inside = staff(db, REVIEWER, region="441900119", name="镇审核员")
    outside = staff(db, REVIEWER, region=GUANGZHOU, name="广州审核员")
    sign_in(client, db, staff(db, ADMINISTRATOR, region=DONGGUAN, name="莞管理员"))
    page = client.get("/desk/staff").text
    assert "镇审核员" in page
    assert "广州审核员" not in page
    assert client.get(f"/desk/staff/{inside.id}").status_code == 200
    assert client.get(f"/desk/staff/{outside.id}").status_code == 404
    assert client.post(f"/desk/staff/{outside.id}/end").status_code == 404


def test_somebody_comes_into_the_staff_by_an_invitation(client: TestClient, db: Session) -> None:
    sign_in(client, db, staff(db, ADMINISTRATOR, region=DONGGUAN))
    wish = {"email": "new@example.com", "roles": ["reviewer", "auditor"], "region": DONGGUAN}
    for wrong in ({"roles": []}, {"region": GUANGZHOU}, {"region": PROVINCE}, {"email": "x"}):
        assert client.post("/desk/staff/invitations", data={**wish, **wrong}).status_code == 422
    assert client.post("/desk/staff/invitations", data=wish, **STAY).status_code == 303
    assert "new@example.com" in client.get("/desk/staff").text
    text = db.exec(select(Mail.text).order_by(col(Mail.id).desc())).first() or ""
    link = re.search(r"/invitations/\S+", text)
    assert link
    assert "审核员" in text or "Reviewer" in text
    person = a_person(db, email="new@example.com")
    sign_in(client, db, person)
    assert "into the staff" in client.get(link[0]).text
    client.post(link[0], **STAY)
    found = db.exec(select(Appointment).where(Appointment.person_id == person.id)).all()
    assert {(one.role, one.region) for one in found} == {
        ("reviewer", DONGGUAN),
        ("auditor", DONGGUAN),
    }
    assert client.get(link[0]).status_code == 404


def test_roles_change_and_end_with_every_session(client: TestClient, db: Session) -> None:
    official = staff(db, REVIEWER, region=DONGGUAN)
    sign_in(client, db, official)
    sign_in(client, db, staff(db, ADMINISTRATOR))
    place = f"/desk/staff/{official.id}"
    client.post(place, data={"roles": ["inspector"], "region": "441900119"}, **STAY)
    found = db.exec(select(Appointment).where(Appointment.person_id == official.id)).one()
    assert (found.role, found.region) == ("inspector", "441900119")
    client.post(f"{place}/end", **STAY)
    session = db.exec(select(SignIn).where(SignIn.person_id == official.id)).one()
    assert session.ended_at
    assert client.get(place).status_code == 404
    actions = db.exec(select(AuditEntry.action).order_by(col(AuditEntry.at))).all()
    assert actions == ["appointment.changed", "appointment.ended"]


def test_a_lost_second_factor_is_removed_and_every_session_ends(
    client: TestClient, db: Session
) -> None:
    official = staff(db, REVIEWER, region=DONGGUAN, totp_since=now(), totp_secret="lost")
    sign_in(client, db, official)
    administrator = staff(db, ADMINISTRATOR, totp_since=now())
    sign_in(client, db, administrator)
    remove = f"/desk/staff/{official.id}/second-factor/remove"
    assert remove in client.get(f"/desk/staff/{official.id}").text
    assert client.post(remove, **STAY).status_code == 303
    assert db.get_one(Person, official.id).totp_since is None
    assert db.exec(select(SignIn).where(SignIn.person_id == official.id)).one().ended_at
    assert "second_factor.taken_away" in db.exec(select(AuditEntry.action)).all()
    assert db.exec(select(Mail).where(Mail.to == official.email)).first()
    assert client.post(remove, **STAY).status_code == 409
    own = f"/desk/staff/{administrator.id}/second-factor/remove"
    assert client.post(own, **STAY).status_code == 403


def test_it_takes_a_fresh_password(client: TestClient, db: Session) -> None:
    official = staff(db, REVIEWER)
    sign_in(client, db, staff(db, ADMINISTRATOR))
    session = db.exec(select(SignIn)).one()
    session.fresh_at = now().replace(year=2000)
    db.flush()
    answer = client.post(f"/desk/staff/{official.id}/end", **STAY)
    assert answer.headers["location"].startswith("/sign-in/again")


def test_nobody_gives_more_than_they_have_nor_anything_to_themselves(db: Session) -> None:
    administrator = visitor(db, staff(db, ADMINISTRATOR, region=DONGGUAN))
    official = staffing.find_for(db, administrator, staff(db, REVIEWER, region=DONGGUAN).id)
    own = staffing.find_for(db, administrator, administrator.person_id)
    for region in (PROVINCE, GUANGZHOU, "", "999999"):
        with pytest.raises(Forbidden):
            staffing.change(db, official, [REVIEWER], region, by=administrator)
    with pytest.raises(Forbidden, match="themselves"):
        staffing.change(db, own, [ADMINISTRATOR, AUDITOR], DONGGUAN, by=administrator)


def test_the_last_administrator_of_a_region_stays_one(db: Session) -> None:
    last = visitor(db, staff(db, ADMINISTRATOR, AUDITOR))
    staff(db, ADMINISTRATOR, region=DONGGUAN)  # reaches less far
    own = staffing.find_for(db, last, last.person_id)
    with pytest.raises(Conflict, match="at least one administrator"):
        staffing.change(db, own, [AUDITOR], PROVINCE, by=last)
    with pytest.raises(Conflict, match="at least one administrator"):
        staffing.end(db, own, by=last)
    staff(db, ADMINISTRATOR)
    staffing.change(db, own, [AUDITOR], PROVINCE, by=last)
    with pytest.raises(Forbidden):  # and has no say any more
        staffing.end(db, own, by=last)


def test_who_belongs_to_the_staff_elsewhere_is_not_taken_over(db: Session) -> None:
    person = staff(db, REVIEWER, region=GUANGZHOU, email="other@example.com")
    administrator = visitor(db, staff(db, ADMINISTRATOR, region=DONGGUAN))
    with pytest.raises(NotFound):
        staffing.find_for(db, administrator, person.id)
    staffing.invite(db, person.email, [REVIEWER], DONGGUAN, by=administrator)
    ticket = staffing.invited(db, administrator)[0]
    with pytest.raises(Conflict, match="belong to the staff already"):
        staffing.accept(db, ticket, by=visitor(db, person))
