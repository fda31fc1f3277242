"""Staff read a thread only when it was reported, with a reason that is recorded first."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.models import MemberRole, Membership, StaffRole
from app.accounts.visitor import Visitor
from app.core.audit import AuditEntry
from app.core.db import at, now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.inquiries import attaching, reporting
from app.inquiries.models import Inquiry, InquiryReport, Side
from app.inquiries.reporting import Case, Outcome
from app.needs.models import Confidentiality
from tests.everything import PDF
from tests.inquiries.makers import ASKER, WORDS, Sides, a_need, ask, two_sides
from tests.inquiries_followup.setting import (
    DONGGUAN,
    GUANGZHOU,
    acts,
    mails_to,
    official,
    post,
    told,
)
from tests.people import sign_in, staff

FOSHAN = "440600"
PUBLISHER = StaffRole.PUBLISHER


@pytest.fixture
def sides(db: Session) -> Sides:
    return two_sides(db)


@pytest.fixture
def inquiry(db: Session, sides: Sides) -> Inquiry:
    return ask(db, sides)


def report(db: Session, sides: Sides, inquiry: Inquiry, side: Side = Side.VENDOR) -> InquiryReport:
    by = sides.asker if side is Side.ASKER else sides.vendor
    made = reporting.report(db, inquiry, side, "advertising", "群发广告", by=by)
    db.flush()
    return made


def case_for(db: Session, by: Visitor, made: InquiryReport) -> Case:
    return reporting.find(db, by, made.id)


def test_a_report_needs_a_known_reason_and_a_sentence_and_waits_once(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    here = official(db, PUBLISHER)
    for code, text in (("dislike", "不喜欢"), ("insult", ""), ("insult", "长" * 1001)):
        with pytest.raises(Invalid):
            reporting.report(db, inquiry, Side.VENDOR, code, text, by=sides.vendor)
    report(db, sides, inquiry)
    with pytest.raises(Conflict, match="already"):
        report(db, sides, inquiry)
    report(db, sides, inquiry, Side.ASKER)
    assert len(mails_to(db, here.email)) == 2
    assert told(db, inquiry) == []  # the other side is told only what is decided


def test_staff_of_either_sides_region_see_it_and_nobody_else(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    made = report(db, sides, inquiry)
    for region, sees in ((GUANGZHOU, True), (DONGGUAN, True), (FOSHAN, False)):
        by = official(db, PUBLISHER, region)
        assert reporting.waiting(db, by) == reporting.page(db, by, 1).total == sees
        if not sees:
            with pytest.raises(NotFound):
                case_for(db, by, made)


def test_opening_needs_a_reason_and_is_recorded(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    made, by = report(db, sides, inquiry), official(db, PUBLISHER)
    case = case_for(db, by, made)
    with pytest.raises(Invalid):
        reporting.open_thread(db, case, "", by=by)
    assert acts(db, "report.opened") == []
    opened = reporting.open_thread(db, case, "看是否广告", by=by)
    assert WORDS in [message.text for message, _name in opened.messages]
    entry = db.exec(select(AuditEntry).where(AuditEntry.action == "report.opened")).one()
    assert (entry.why, entry.person_id) == ("看是否广告", by.person_id)


def test_once_decided_only_who_decided_opens_it_again(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    made, by, other = report(db, sides, inquiry), official(db, PUBLISHER), official(db, PUBLISHER)
    reporting.decide(db, case_for(db, by, made), Outcome.DISMISSED, "没有问题", by=by)
    reporting.open_thread(db, case_for(db, by, made), "复核", by=by)
    with pytest.raises(Forbidden, match="decided"):
        reporting.open_thread(db, case_for(db, other, made), "好奇", by=other)
    with pytest.raises(Conflict, match="already"):
        reporting.decide(db, case_for(db, other, made), Outcome.WARNED, "再判", by=other)


def test_who_belongs_to_a_side_neither_opens_nor_decides(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    made, by = report(db, sides, inquiry), official(db, PUBLISHER)
    own = {"organisation_id": inquiry.vendor_organisation_id, "person_id": by.person_id}
    db.add(Membership(role=MemberRole.VIEWER, **own))
    db.flush()
    with pytest.raises(Forbidden, match="belong"):
        reporting.open_thread(db, case_for(db, by, made), "看", by=by)
    with pytest.raises(Forbidden, match="belong"):
        reporting.decide(db, case_for(db, by, made), Outcome.WARNED, "好", by=by)


def test_a_suspended_organisation_asks_again_only_after_its_last_day(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    made, by = report(db, sides, inquiry), official(db, PUBLISHER)
    case = case_for(db, by, made)
    for days in (0, 366):
        with pytest.raises(Invalid):
            reporting.decide(db, case, Outcome.SUSPENDED, "群发", by=by, days=days)
        assert made.decided_at is None
    reporting.decide(db, case, Outcome.SUSPENDED, "群发", by=by, days=7)
    other = two_sides(db)
    theirs = Sides(**{**vars(other), "asker": sides.asker})
    with pytest.raises(Forbidden, match="until the end of"):
        ask(db, theirs)
    with at(now() + timedelta(days=8)):
        ask(db, theirs)


def test_both_sides_are_told_what_was_decided(db: Session, sides: Sides, inquiry: Inquiry) -> None:
    made, by = report(db, sides, inquiry, Side.ASKER), official(db, PUBLISHER)
    before = len(mails_to(db, sides.vendor.email))
    reporting.decide(db, case_for(db, by, made), Outcome.WARNED, "请勿群发", by=by)
    assert told(db, inquiry) == ["report.vendor_warned"]
    assert len(mails_to(db, sides.vendor.email)) == before + 1
    assert len(mails_to(db, sides.asker.email)) == 1
    assert acts(db, "report.") == ["report.made", "report.upheld"]


def test_who_hides_is_named_to_the_staff_elsewhere_only_inside_the_opened_thread(
    client: TestClient, db: Session, sides: Sides
) -> None:
    need = a_need(db, sides.asker, confidentiality=Confidentiality.HIDDEN)
    inquiry = ask(db, sides, need=need)
    made = report(db, sides, inquiry)
    sign_in(client, db, staff(db, *StaffRole, region=GUANGZHOU))
    pages = ("/desk/reports", f"/desk/reports/{made.id}", f"/desk/inquiries/{inquiry.id}")
    for page in (*pages, "/desk/audit", "/desk/inquiries?tab=overdue"):
        text = client.get(page).text
        assert ASKER not in text, page
        assert "采购员乙" not in text, page
    exported = client.post("/desk/exports/inquiries", data={"format": "csv"}).text
    assert sides.listed.name in exported
    assert ASKER not in exported
    opened = client.post(f"/desk/reports/{made.id}/thread", data={"why": "核实"})
    assert ASKER in opened.text
    assert opened.headers["cache-control"] == "no-store"
    sign_in(client, db, staff(db, PUBLISHER, region=DONGGUAN))  # of the need's own place
    assert ASKER in client.get(f"/desk/reports/{made.id}").text


def test_no_page_of_the_desk_shows_what_is_said_in_a_thread(
    client: TestClient, db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    file = attaching.attach(db, inquiry, Side.ASKER, PDF, "plan.pdf", by=sides.asker)
    db.flush()
    sign_in(client, db, staff(db, *StaffRole, region="440000"))
    for page in ("/desk", "/desk/inquiries", f"/desk/inquiries/{inquiry.id}", "/desk/audit"):
        assert WORDS not in client.get(page).text, page
    for address in (
        f"/inquiries/{inquiry.identifier}",
        f"/inquiries/{inquiry.identifier}/files/{file.id}",
        f"/attachments/{file.id}",
    ):
        assert client.get(address).status_code in (403, 404), address
    assert acts(db, "report.") == []


def test_a_reported_threads_files_are_fetched_with_a_reason(
    client: TestClient, db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    file = attaching.attach(db, inquiry, Side.ASKER, PDF, "plan.pdf", by=sides.asker)
    other = attaching.attach(db, ask(db, two_sides(db)), Side.ASKER, PDF, "b.pdf", by=sides.asker)
    made = report(db, sides, inquiry)
    address = f"/desk/reports/{made.id}/thread"
    sign_in(client, db, staff(db, PUBLISHER, region=GUANGZHOU))
    page = client.post(address, data={"why": "核实"}).text
    assert f'action="{address}/{file.id}"' in page
    assert client.post(f"{address}/{file.id}", data={"why": "核实"}).content == PDF
    assert client.post(f"{address}/{file.id}").status_code == 422
    assert client.post(f"{address}/{other.id}", data={"why": "核实"}).status_code == 404
    assert acts(db, "report.file_opened") == ["report.file_opened"]


def test_the_pages_report_and_decide(
    client: TestClient, db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    sign_in(client, db, sides.vendor_person, sides.vendor.organisation_id)
    thread = f"/inquiries/{inquiry.identifier}"
    wrong = client.post(f"{thread}/report", data={"reason": "no", "report": "x"})
    assert wrong.status_code == 422
    done = post(client, f"{thread}/report", reason="insult", report="骂人")
    assert "You have reported this thread" in done
    made = db.exec(select(InquiryReport)).one()
    sign_in(client, db, staff(db, PUBLISHER, region=GUANGZHOU))
    address = f"/desk/reports/{made.id}"
    assert "骂人" in client.get(address).text
    assert client.post(f"{address}/thread").status_code == 422
    for said in ({}, {"outcome": "warned"}, {"outcome": "suspended", "days": "x", "answer": "好"}):
        assert client.post(f"{address}/decision", data=said).status_code == 422, said
        assert db.get_one(InquiryReport, made.id).decided_at is None
    said = {"outcome": "suspended", "days": "3", "answer": "停三天"}
    assert "no new inquiries until" in post(client, f"{address}/decision", **said)
