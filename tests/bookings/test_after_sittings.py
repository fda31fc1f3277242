"""What follows a sitting: attendance, certificates, feedback, figures."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.models import MemberRole, Person, StaffRole
from app.accounts.visitor import Visitor
from app.bookings import attendance_sheet, attending, certificate_sheet, certifying, feedback
from app.bookings.figures import in_year, offered_by, summed
from app.bookings.models import Booking, Certificate, Feedback, Order, Sitting
from app.bookings.stages import SeatStage
from app.catalogue.models import Training
from app.core.audit import AuditEntry
from app.core.db import at, now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.formats import today
from app.core.mail import Mail
from app.payments import figures
from app.payments.models import Payment, Refund
from app.payments.stages import PaymentStage, RefundStage
from tests.factories_bookings import (
    YUAN,
    a_booker,
    a_place,
    a_sitting,
    a_training,
    an_order,
    seats_of,
)
from tests.people import DONGGUAN, GUANGZHOU, a_member, a_person, sign_in, staff, visitor

HOUR = timedelta(hours=1)


@pytest.fixture
def sitting(db: Session) -> Sitting:
    """One that begins in a week and takes three hours."""
    return a_sitting(db)


@pytest.fixture
def organiser(db: Session, sitting: Sitting) -> Visitor:
    return visitor(db, db.get_one(Person, sitting.created_by), sitting.organisation_id)


@pytest.fixture
def booker(db: Session) -> Visitor:
    return a_booker(db, for_organisation=True)


@pytest.fixture
def seats(db: Session, sitting: Sitting, booker: Visitor) -> list[Booking]:
    """Three confirmed seats."""
    found = seats_of(db, an_order(db, sitting, booker, seats=3))
    assert {seat.stage for seat in found} == {SeatStage.CONFIRMED}
    return sorted(found, key=lambda seat: seat.participant)


@pytest.fixture
def during(sitting: Sitting) -> Iterator[None]:
    """The test happens while the sitting takes place."""
    with at(sitting.starts_at + HOUR):
        yield


def words(pdf: bytes) -> str:
    """The text of a document, as the reader inside browsers finds it."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return "".join(page.get_textpage().get_text_range() for page in document)


def actions(db: Session) -> list[str]:
    return list(db.exec(select(AuditEntry.action)))


def certified(db: Session, sitting: Sitting, seat: Booking, by: Visitor) -> Certificate:
    with at(sitting.starts_at + HOUR):
        attending.note(db, sitting, {seat.id}, (), by=by)
    with at(sitting.ends_at + HOUR):
        (made,) = certifying.issue(db, sitting, {seat.id}, by=by)
    return made


def test_a_list_changes_only_what_was_changed_on_it(
    db: Session, sitting: Sitting, organiser: Visitor, seats: list[Booking], during: None
) -> None:
    first, second, third = (seat.id for seat in seats)
    attending.note(db, sitting, {first}, (), by=organiser)
    # at the other door the list was opened before; there the second and not the first is ticked
    assert attending.note(db, sitting, {second}, (), by=organiser) == 1
    assert [bool(seat.attended_at) for seat in seats] == [True, True, False]
    assert attending.note(db, sitting, {second, third}, {first, second}, by=organiser) == 2
    assert [bool(seat.attended_at) for seat in seats] == [False, True, True]
    assert actions(db).count("booking.attendance_undone") == 1
    assert attending.counts(db, sitting) == (3, 2)


@pytest.mark.parametrize(
    ("after_start", "is_open"),
    [
        (timedelta(hours=-1, seconds=-1), False),
        (-HOUR, True),
        (timedelta(days=30, hours=3), True),
        (timedelta(days=30, hours=3, seconds=1), False),
    ],
)
def test_attendance_is_noted_from_an_hour_before_until_thirty_days_after(
    db: Session,
    sitting: Sitting,
    organiser: Visitor,
    seats: list[Booking],
    after_start: timedelta,
    is_open: bool,  # noqa: FBT001
) -> None:
    with at(sitting.starts_at + after_start):
        assert attending.is_open(sitting) is is_open
        if is_open:
            assert attending.note(db, sitting, {seats[0].id}, (), by=organiser) == 1
        else:
            with pytest.raises(Conflict):
                attending.note(db, sitting, {seats[0].id}, (), by=organiser)


def test_seats_of_another_sitting_are_not_noted(
    db: Session, sitting: Sitting, organiser: Visitor, during: None
) -> None:
    (other,) = seats_of(db, an_order(db))
    assert attending.note(db, sitting, {other.id}, (), by=organiser) == 0
    assert other.attended_at is None


def test_a_list_is_found_by_a_part_of_a_name_or_of_an_organisation(
    db: Session, sitting: Sitting, seats: list[Booking]
) -> None:
    assert [one.booking.id for one in attending.listed(db, sitting, "员2")] == [seats[1].id]
    assert len(attending.listed(db, sitting, "测试制造厂")) == 3
    assert attending.listed(db, sitting, "100%") == []


def test_a_ticket_shows_itself_to_its_holder_and_the_organiser_and_is_missing_for_others(
    db: Session, sitting: Sitting, organiser: Visitor, booker: Visitor, seats: list[Booking]
) -> None:
    seats[0].participant_email = "xueyuan@example.com"
    participant = visitor(db, a_person(db, email="xueyuan@example.com"))
    ticket = seats[0].ticket
    assert attending.find_ticket(db, booker, ticket).is_holder
    assert attending.find_ticket(db, participant, ticket).is_holder
    found = attending.find_ticket(db, organiser, ticket)
    assert (found.is_organiser, found.is_holder, found.may_be_marked) == (True, False, False)
    with at(sitting.starts_at):
        assert found.may_be_marked
    viewer = a_member(db, sitting.organisation_id, MemberRole.VIEWER)
    strangers = [a_booker(db), visitor(db, viewer, sitting.organisation_id)]
    for stranger in strangers:
        with pytest.raises(NotFound):
            attending.find_ticket(db, stranger, ticket)
    for nonsense in ("x\0y", "＊", "a" * 1000):
        with pytest.raises(NotFound):
            attending.find_ticket(db, booker, nonsense)


def test_only_the_organiser_marks_a_ticket(
    db: Session, sitting: Sitting, organiser: Visitor, booker: Visitor, seats: list[Booking]
) -> None:
    with at(sitting.starts_at):
        with pytest.raises(Forbidden):
            attending.mark_present(
                db, attending.find_ticket(db, booker, seats[0].ticket), by=booker
            )
        found = attending.find_ticket(db, organiser, seats[0].ticket)
        attending.mark_present(db, found, by=organiser)
        attending.mark_present(db, found, by=organiser)
        assert seats[0].attendance_by == organiser.person_id
        attending.undo(db, found, by=organiser)
    assert (seats[0].attended_at, seats[0].attendance_by) == (None, None)
    assert actions(db).count("booking.attended") == 1


def test_certificates_are_for_those_who_attended_once_it_is_over(
    db: Session, sitting: Sitting, organiser: Visitor, booker: Visitor, seats: list[Booking]
) -> None:
    seats[0].participant_email = "xueyuan@example.com"
    with at(sitting.starts_at + HOUR):
        attending.note(db, sitting, {seats[0].id, seats[1].id}, (), by=organiser)
        with pytest.raises(Conflict, match="once the sitting is over"):
            certifying.issue(db, sitting, None, by=organiser)
    before = len(db.exec(select(Mail)).all())
    with at(sitting.ends_at):
        made = certifying.issue(db, sitting, None, by=organiser)
        with pytest.raises(Conflict, match="Nobody is left"):
            certifying.issue(db, sitting, None, by=organiser)
    assert [one.booking_id for one in made] == [seats[0].id, seats[1].id]
    mails = db.exec(select(Mail).order_by(Mail.id)).all()[before:]
    assert sorted(mail.to for mail in mails) == sorted([booker.email, "xueyuan@example.com"])
    (to_booker,) = [mail for mail in mails if mail.to == booker.email]
    assert all(one.identifier in to_booker.text for one in made)


def test_attendance_that_a_certificate_rests_on_stays(
    db: Session, sitting: Sitting, organiser: Visitor, seats: list[Booking]
) -> None:
    certificate = certified(db, sitting, seats[0], organiser)
    with at(sitting.ends_at + HOUR):
        with pytest.raises(Conflict, match="Revoke it first"):
            attending.note(db, sitting, (), {seats[0].id}, by=organiser)
        certifying.revoke(db, certificate, "误签", by=organiser)
        assert attending.note(db, sitting, (), {seats[0].id}, by=organiser) == 1


def test_a_certificate_keeps_its_words_and_its_sheet_reads_back_in_chinese(
    db: Session, sitting: Sitting, organiser: Visitor, seats: list[Booking]
) -> None:
    certificate = certified(db, sitting, seats[0], organiser)
    training = db.get_one(Training, sitting.training_id)
    training.name = "改名后的培训"
    seats[0].participant = "别人"
    sheet = certificate_sheet.as_pdf(certificate)
    text = words(sheet)
    for said in ("学员1", "工业互联网基础培训", certificate.organiser, certificate.identifier):
        assert said in text
    assert "改名后" not in text
    assert f"/certificates/{certificate.identifier}" in text
    assert sheet == certificate_sheet.as_pdf(certificate)
    document = pypdfium2.PdfDocument(io.BytesIO(sheet))
    assert len(document) == 1
    width, height = document[0].get_size()
    assert width > height


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王小明", "王＊＊"),
        ("李", "李＊"),
        ("欧阳建国华强", "欧＊＊＊"),
        ("Ann Lee", "A＊＊ L＊＊"),
    ],
)
def test_a_name_is_masked(name: str, shown: str) -> None:
    assert certifying.masked(name) == shown


def test_everybody_checks_a_certificate_and_reads_the_name_only_by_knowing_it(
    client: TestClient, db: Session, sitting: Sitting, organiser: Visitor, seats: list[Booking]
) -> None:
    certificate = certified(db, sitting, seats[0], organiser)
    page = f"/certificates/{certificate.identifier}"
    assert client.get("/certificates").status_code == 200
    client.follow_redirects = False
    sent = client.get(f"/certificates?number={certificate.identifier.upper()}")
    assert sent.headers["location"] == page
    shown = client.get(page)
    assert "学＊＊" in shown.text
    assert "学员1" not in shown.text
    assert "valid" in shown.text
    assert "学员1" not in client.post(page, data={"name": "学员2"}).text
    assert "学员1" in client.post(page, data={"name": " 学员 1 "}).text
    for path in ("/certificates/z-0000000000", "/certificates/Z\u6587"):
        assert client.get(path).status_code == 404
    assert client.get("/certificates?number=z-0000000000").status_code == 404
    found = certifying.find(db, certificate.identifier)
    certifying.revoke(db, found, "冒名参加", by=organiser)
    assert "冒名参加" in client.get(page).text


def test_a_certificate_is_fetched_by_its_holder_and_its_organiser_alone(
    client: TestClient,
    db: Session,
    sitting: Sitting,
    organiser: Visitor,
    booker: Visitor,
    seats: list[Booking],
) -> None:
    certificate = certified(db, sitting, seats[0], organiser)
    page = f"/certificates/{certificate.identifier}/certificate.pdf"
    for person, organisation_id, status in (
        (db.get_one(Person, booker.person_id), booker.organisation_id, 200),
        (db.get_one(Person, organiser.person_id), organiser.organisation_id, 200),
        (a_person(db), None, 404),
    ):
        answer = sign_in(client, db, person, organisation_id).get(page)
        assert answer.status_code == status
        assert (answer.content[:5] == b"%PDF-") is (status == 200)


def test_a_certificate_is_revoked_once_with_a_reason_by_organiser_or_staff_of_the_region(
    client: TestClient, db: Session, sitting: Sitting, organiser: Visitor, seats: list[Booking]
) -> None:
    client.follow_redirects = False
    certificate = certified(db, sitting, seats[0], organiser)
    with pytest.raises(Invalid):
        certifying.revoke(db, certificate, "", by=organiser)
    page = f"/desk/trainings/certificates/{certificate.identifier}/revoke"
    sign_in(client, db, staff(db, StaffRole.PUBLISHER, region=GUANGZHOU))
    assert client.post(page, data={"why": "试"}).status_code == 404
    sign_in(client, db, staff(db, StaffRole.PUBLISHER, region=DONGGUAN))
    assert client.post(page, data={"why": ""}).status_code == 422
    assert client.post(page, data={"why": "冒名参加"}).status_code == 303
    certificate = certifying.find(db, certificate.identifier)
    assert certificate.revoked_why == "冒名参加"
    assert client.post(page, data={"why": "再次"}).status_code == 409


def test_the_list_for_the_door_reads_back_with_every_name(
    db: Session, sitting: Sitting, seats: list[Booking]
) -> None:
    training = db.get_one(Training, sitting.training_id)
    text = words(attendance_sheet.as_pdf(sitting, training, attending.listed(db, sitting)))
    for seat in seats:
        assert seat.participant in text
    assert training.name in text


def test_the_pages_of_the_organiser_work_by_forms_alone(
    client: TestClient, db: Session, sitting: Sitting, organiser: Visitor, seats: list[Booking]
) -> None:
    sign_in(client, db, db.get_one(Person, organiser.person_id), organiser.organisation_id)
    base = f"/workspace/trainings/sittings/{sitting.identifier}"
    sitting.starts_at, sitting.ends_at = now() - 2 * HOUR, now() - HOUR
    db.flush()
    assert "学员3" in client.get(f"{base}/attendance").text
    client.follow_redirects = False
    sent = client.post(f"{base}/attendance", data={"present": [str(seats[0].id)]})
    assert sent.status_code == 303
    assert "1 of 3 were there" in client.get(f"{base}/attendance").text
    page = client.get(f"/tickets/{seats[1].ticket}").text
    assert "Mark as present" in page
    assert client.post(f"/tickets/{seats[1].ticket}/present").status_code == 303
    assert "Present since" in client.get(f"/tickets/{seats[1].ticket}").text
    assert client.post(f"{base}/certificates", data={"whom": "all"}).status_code == 303
    issued = client.get(f"{base}/certificates").text
    assert issued.count("/workspace/trainings/certificates/z-") == 2
    for path in ("attendance/print", "attendance/list.pdf", "feedback"):
        assert client.get(f"{base}/{path}").status_code == 200
    picture = client.get(f"/tickets/{seats[1].ticket}/picture.svg")
    assert picture.headers["content-type"] == "image/svg+xml"


def test_the_pages_of_a_sitting_are_missing_for_another_organisation(
    client: TestClient, db: Session, sitting: Sitting, booker: Visitor
) -> None:
    sign_in(client, db, db.get_one(Person, booker.person_id), booker.organisation_id)
    base = f"/workspace/trainings/sittings/{sitting.identifier}"
    for path in ("attendance", "attendance/print", "attendance/list.pdf", "certificates"):
        assert client.get(f"{base}/{path}").status_code == 404
    assert client.get(f"{base}/feedback").status_code == 404
    assert client.post(f"{base}/attendance").status_code == 404
    assert client.post(f"{base}/certificates", data={"whom": "all"}).status_code == 404


def an_answer(db: Session, sitting: Sitting, stars: int, by: Visitor | None = None) -> Any:
    by = by or a_booker(db)
    order = an_order(db, sitting, by)
    with at(sitting.ends_at):
        asked = feedback.find(db, by, order.identifier)
        feedback.give(db, asked, stars, "讲得清楚", by=by)
    return order


def test_feedback_is_given_once_by_whoever_booked_and_changed_for_two_weeks(
    db: Session, sitting: Sitting
) -> None:
    by = a_booker(db)
    order = an_order(db, sitting, by)
    with pytest.raises(Conflict):
        feedback.find(db, by, order.identifier)
    with at(sitting.ends_at):
        with pytest.raises(NotFound):
            feedback.find(db, a_booker(db), order.identifier)
        with pytest.raises(Invalid):
            feedback.give(db, feedback.find(db, by, order.identifier), 6, "", by=by)
        feedback.give(db, feedback.find(db, by, order.identifier), 4, "好", by=by)
        db.flush()
    with at(sitting.ends_at + timedelta(days=14)):
        feedback.give(db, feedback.find(db, by, order.identifier), 2, "", by=by)
    with at(sitting.ends_at + timedelta(days=14, seconds=1)), pytest.raises(Conflict):
        feedback.give(db, feedback.find(db, by, order.identifier), 5, "", by=by)
    assert [one.stars for one in db.exec(select(Feedback))] == [2]


def test_an_average_is_shown_from_three_answers_on(
    client: TestClient, db: Session, sitting: Sitting
) -> None:
    training = db.get_one(Training, sitting.training_id)
    an_answer(db, sitting, 5)
    an_answer(db, sitting, 4)
    assert feedback.of_training(db, training.id).average is None
    assert "stars on average" not in client.get(f"/trainings/{training.slug}").text
    an_answer(db, sitting, 4)
    assert feedback.of_training(db, training.id).average == 4.3
    assert "4.3 of 5 stars on average" in client.get(f"/trainings/{training.slug}").text


def test_whoever_booked_is_asked_once_however_often_the_job_runs(
    db: Session, sitting: Sitting
) -> None:
    by, answered = a_booker(db), a_booker(db)
    order: Order = an_order(db, sitting, by)
    an_answer(db, sitting, 5, answered)
    noon = (sitting.ends_at + timedelta(days=1)).replace(hour=4)
    with at(noon.replace(hour=20)):  # four in the morning in China
        feedback.ask(db)
    for _run in range(3):
        with at(noon):
            feedback.ask(db)
            db.flush()
    told = [mail.to for mail in db.exec(select(Mail)) if order.identifier in mail.text]
    asked = [mail.to for mail in db.exec(select(Mail)) if "/feedback" in mail.text]
    assert asked == [by.email]
    assert by.email in told


def test_figures_count_seats_people_and_money_by_place_industry_and_month(db: Session) -> None:
    with at(now().replace(month=6, day=10, hour=4)):
        training = a_training(db, industries=["C29", "C34"])
        sitting = a_sitting(db, training, seats=3, price=100 * YUAN)
        order = an_order(db, sitting, a_booker(db))
        seat = seats_of(db, order)[0]
        order.stage, seat.stage = "confirmed", SeatStage.CONFIRMED
        payment = Payment(
            order_id=order.id, amount=10_000, received=10_000, stage=PaymentStage.PAID
        )
        db.add(payment)
        db.flush()
        known = {"payment_id": payment.id, "why": "goodwill"}
        db.add(Refund(amount=2_500, stage=RefundStage.DONE, **known))
        db.add(Refund(amount=1_000, stage=RefundStage.FAILED, **known))
        an_order(db, sitting, a_booker(db), seats=1)
        an_order(db, sitting, a_booker(db), seats=1)
        a_place(db, sitting)
        whose = offered_by(sitting.organisation_id)
    year = sitting.starts_at.year
    with at(sitting.ends_at + HOUR):
        seat.attended_at = sitting.starts_at
        db.flush()
        found = figures.of_year(db, whose, year)
    sums = found.all
    assert (sums.sittings, sums.offered, sums.booked) == (1, 3, 1)
    assert (sums.attended, sums.expected, sums.waiting) == (1, 1, 1)
    assert (sums.paid, sums.refunded, sums.kept) == (10_000, 2_500, 7_500)
    assert found.months[6].booked == 1
    assert set(found.cities) == {"441900"}
    assert {code: one.offered for code, one in found.industries.items()} == {"C29": 3, "C34": 3}
    assert figures.lines(db, whose, in_year(year + 1)) == []
    assert summed(year, []).all.offered == 0


def test_figures_stand_on_pages_and_in_files(
    client: TestClient, db: Session, sitting: Sitting, organiser: Visitor, seats: list[Booking]
) -> None:
    year = sitting.starts_at.year
    sign_in(client, db, db.get_one(Person, organiser.person_id), organiser.organisation_id)
    for show in ("", "seats", "attendance", "money", "nonsense"):
        page = client.get(f"/workspace/trainings/figures?year={year}&show={show}")
        assert page.status_code == 200
    sheet = client.get(f"/workspace/trainings/figures/export/csv?year={year}").text
    assert sitting.identifier in sheet
    sign_in(client, db, staff(db, StaffRole.REVIEWER, region=DONGGUAN))
    training = db.get_one(Training, sitting.training_id)
    assert training.name in client.get(f"/desk/trainings?year={year}").text
    assert "3 of 10" in client.get(f"/desk/trainings?tab=figures&year={year}").text
    assert client.get(f"/desk/trainings/sittings/{sitting.identifier}").status_code == 200
    for name in ("sittings", "training-figures"):
        sent = {"format": "csv", "query": f"year={year}"}
        assert client.post(f"/desk/exports/{name}", data=sent).status_code == 200
    sign_in(client, db, staff(db, StaffRole.REVIEWER, region=GUANGZHOU))
    assert training.name not in client.get(f"/desk/trainings?year={year}").text
    assert client.get(f"/desk/trainings/sittings/{sitting.identifier}").status_code == 404
    elsewhere = client.get(f"/desk/trainings?tab=figures&year={year}").text
    assert "3 of 10" not in elsewhere
    sent = {"format": "csv", "query": f"year={year}"}
    rows = client.post("/desk/exports/training-figures", data=sent).text.splitlines()
    assert rows[1].split(",")[:4] == ["All", "", "0", "0"]
    assert today().year <= year


def test_the_page_of_a_booking_leads_to_feedback_and_certificates(
    client: TestClient,
    db: Session,
    sitting: Sitting,
    organiser: Visitor,
    booker: Visitor,
    seats: list[Booking],
) -> None:
    order = db.get_one(Order, seats[0].order_id)
    certificate = certified(db, sitting, seats[0], organiser)
    sitting.starts_at, sitting.ends_at = now() - 2 * HOUR, now() - HOUR
    db.flush()
    client.follow_redirects = False
    sign_in(client, db, db.get_one(Person, booker.person_id), booker.organisation_id)
    page = client.get(f"/bookings/{order.identifier}").text
    assert f"/certificates/{certificate.identifier}" in page
    form = f"/bookings/{order.identifier}/feedback"
    assert form in page
    assert client.get(form).status_code == 200
    assert client.post(form, data={"stars": "9"}).status_code == 422
    assert client.post(form, data={"stars": "4", "said": "讲得清楚"}).status_code == 303
    assert "讲得清楚" in client.get(form).text
