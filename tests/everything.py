"""One of everything that the staff see, all of it in one region and marked as such."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlmodel import Session, select

from app.accounts.models import (
    Certification,
    CertificationStage,
    Claim,
    Purpose,
    StaffRole,
    Ticket,
)
from app.bookings.models import Certificate
from app.catalogue.models import Organisation, Record, Vendor
from app.catalogue.stages import Stage
from app.core import audit, files
from app.core.db import now
from app.core.formats import today
from app.curation.admission import Twin
from app.curation.applications.models import Appeal, Application, Draft
from app.curation.models import MergeCase
from app.curation.oversight.models import Assessment, Domain, Draw, SpotCheck, WhitelistEntry
from app.inquiries.models import Inquiry, InquiryReport, Rating, Side
from app.payments.models import Payment, Refund
from app.payments.refunds import LARGE, Why
from app.payments.stages import PaymentStage, RefundStage
from search.engine import Kind
from tests.factories import a_batch, a_proposal, a_record
from tests.factories_bookings import a_booking, a_sitting, a_training, an_order
from tests.people import PROVINCE, a_member, a_person, an_organisation, staff, visitor

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
DAYS = {"valid_from": date(2026, 1, 1), "valid_until": date(2027, 1, 1)}
NOBODY = {
    "number": 0,
    "percent": 5,
    "public_source": "",
    "commitment": "0" * 64,
    "vendors": [],
    "inspectors": [],
    "excluded": [],
}
LEVEL = {"level": 2, "finding": "按要求整改完毕", "evidence": []}


def marked(region: str | None) -> str:
    """What everything in a region is called by."""
    return f"〔{region}〕"


def one_of_everything(db: Session, region: str | None) -> Mapping[str, object]:
    """Makes it; answers what the addresses of the desk call each by."""
    mark = marked(region)
    vendor = a_record(db, Kind.VENDOR, name=f"{mark}厂", region=region)
    assert isinstance(vendor, Vendor)
    a_record(db, Kind.SOLUTION, name=f"{mark}方案", vendor_id=vendor.id)
    a_record(db, Kind.CASE, name=f"{mark}案例", vendor_id=None, region=region)
    organisation = db.get_one(Organisation, vendor.organisation_id)
    order_id = _subsidised(db, region, mark)
    return {
        "identifier": vendor.identifier,
        **_imported(db, vendor, region, mark),
        **_asked_for(db, vendor, organisation, region, mark),
        **_decided(db, vendor, region, mark),
        **_asked(db, vendor, region, mark),
        **_trained(db, region, mark),
        "order_id": order_id,
        "refund_id": _refund(db, order_id),
    }


def _refund(db: Session, order_id: UUID) -> UUID:
    """A large refund that waits for a second person."""
    payment = Payment(
        order_id=order_id, amount=LARGE, received=LARGE, stage=PaymentStage.PAID, is_surplus=True
    )
    refund = Refund(
        payment_id=payment.id, amount=LARGE, why=Why.GOODWILL, stage=RefundStage.WAITING
    )
    db.add(payment)
    db.flush()
    db.add(refund)
    db.flush()
    return refund.id


def _subsidised(db: Session, region: str | None, mark: str) -> UUID:
    """A booking that waits for a decision about public money."""
    organiser = an_organisation(db, f"{mark}培训机构", region=region)
    training = a_training(db, organiser, name=f"{mark}培训", subsidy=50)
    sitting = a_sitting(db, training, price=1000_00, region=region)
    known = {"wants_subsidy": True, "why_subsidised": f"{mark}小微企业"}
    return an_order(db, sitting, visitor(db, a_person(db, name=f"{mark}学员")), **known).id


def _imported(db: Session, vendor: Vendor, region: str | None, mark: str) -> dict[str, object]:
    twin = Twin(vendor.id, 0.8, ("The names sound the same.",))
    comes = a_proposal(name=f"{mark}场", region=region, twin=twin, in_review=True)
    changed = a_proposal(record_id=vendor.id, name=f"{mark}厂", summary=f"{mark}新")
    new = a_proposal(name=f"{mark}新厂", region=region)
    batch = a_batch(db, comes, changed, new, source=f"{mark}.csv")
    db.flush()
    pair = db.exec(select(MergeCase.id).where(MergeCase.newer_id == comes.record_id)).one()
    return {"batch_id": batch.id, "case_id": pair}


def _asked_for(
    db: Session, vendor: Record, organisation: Organisation, region: str | None, mark: str
) -> dict[str, object]:
    """What people of an organisation want: an application, an appeal, to be certified, to join."""
    person = a_person(db, name=f"{mark}人")
    about = {"organisation_id": organisation.id, "region": region}
    values = {"name": f"{mark}申报", "summary": f"{mark}简介"}
    application = Application(
        kind=Kind.VENDOR,
        record_id=vendor.id,
        open_for=vendor.id,
        links={"organisation_id": str(organisation.id)},
        stage=Stage.SUBMITTED,
        name=values["name"],
        values=values,
        proposed_by=person.id,
        submitted_at=now(),
        due_on=today(),
        **about,
    )
    db.add(application)
    db.flush()
    db.add(Draft(application_id=application.id, number=1, values=values, by=person.id))
    subject = f"application:{application.id}"
    appeal = Appeal(subject=subject, text=f"{mark}不服", by=person.id, **about)
    claim = Claim(organisation_id=organisation.id, person_id=person.id, message=f"{mark}员工")
    certification = Certification(
        stage=CertificationStage.SUBMITTED, submitted_at=now(), submitted_by=person.id, **about
    )
    for one in (application, certification):
        kept = f"{type(one).__name__.lower()}:{one.id}"
        known = {"organisation_id": organisation.id, "by": person.id}
        file = files.keep(db, PDF, f"{mark}.pdf", subject=kept, **known)
        db.flush()
        certification.licence_id = file.id
    made = {"application": application, "appeal": appeal, "claim": claim}
    made |= {"certification": certification}
    db.add_all(made.values())
    db.flush()
    _note(db, region, mark, *made.values(), organisation)
    return {f"{name}_id": one.id for name, one in made.items()}


def _decided(db: Session, vendor: Record, region: str | None, mark: str) -> dict[str, object]:
    """What staff do: assess, whitelist, draw, check, take in others."""
    place = region or PROVINCE
    person = staff(db, StaffRole.INSPECTOR, region=place, name=f"{mark}检查员")
    other = staff(db, StaffRole.INSPECTOR, region=place, name=f"{mark}另一人")
    domains = {str(domain): LEVEL for domain in Domain}
    listed = {"id": vendor.identifier, "name": vendor.name, "city": None, "kind": "unstated"}
    assessment = Assessment(vendor_id=vendor.id, domains=domains, written_by=person.id, **DAYS)
    draw = Draw(
        title=f"{mark}抽查",
        region=place,
        inputs={**NOBODY, "vendors": [listed]},
        inputs_hash="0" * 64,
        secret="0" * 64,
        prepared_by=person.id,
    )
    ticket = Ticket(
        purpose=Purpose.APPOINT,
        token=uuid4().hex,
        email=f"{mark}@example.com",
        role=StaffRole.AUDITOR,
        region=place,
        expires_at=now().replace(year=now().year + 1),
    )
    db.add_all([assessment, draw, ticket])
    db.flush()
    on, drawn = {"vendor_id": vendor.id}, {"inspector_id": person.id, "inspector_code": "i-1"}
    entry = WhitelistEntry(assessment_id=assessment.id, decided_by=other.id, **on, **DAYS)
    check = SpotCheck(draw_id=draw.id, region=region, **on, **drawn)
    made = {"assessment": assessment, "draw": draw, "entry": entry, "check": check}
    db.add_all([entry, check])
    db.flush()
    _note(db, region, mark, *made.values(), person, f"list:{uuid4()}")
    ids = {f"{name}_id": one.id for name, one in made.items()}
    return {**ids, "person_id": other.id, "ticket_id": ticket.id}


def _asked(db: Session, vendor: Record, region: str | None, mark: str) -> dict[str, object]:
    """Inquiries that need the staff for every reason; one is reported, with a flagged rating."""
    asker = an_organisation(db, f"{mark}厂家", region=region)
    person = a_member(db, asker.id, name=f"{mark}采购员")
    vendor = db.get_one(Vendor, vendor.id)
    about = {"organisation_id": asker.id, "vendor_id": vendor.id}
    known = {"vendor_organisation_id": vendor.organisation_id, "region": region, **about}
    sent = {"asked_by": person.id, "subject": f"{mark}咨询"}
    late = {"due_on": today() - timedelta(days=9), "escalated_at": now(), "escalated_why": "急"}
    waiting = Inquiry(sent_key=uuid4().hex, waits_for_account=True, **sent, **known)
    inquiry = Inquiry(sent_key=uuid4().hex, **late, **sent, **known)
    db.add_all([waiting, inquiry])
    db.flush()
    by = {"inquiry_id": inquiry.id, "by": person.id}
    report = InquiryReport(
        side=Side.ASKER,
        against_id=vendor.organisation_id,
        reason_code="fraud",
        text=f"{mark}报",
        **by,
    )
    rating = Rating(stars=1, text=f"{mark}差", flags=["mutual"], is_flagged=True, **about, **by)
    db.add_all([report, rating])
    db.flush()
    _note(db, region, mark, inquiry, report, f"rating:{inquiry.id}")
    return {"inquiry_id": inquiry.id, "report_id": report.id, "rating_id": inquiry.id}


def _trained(db: Session, region: str | None, mark: str) -> dict[str, object]:
    """A sitting that is over, with a certificate of somebody who attended."""
    organiser = an_organisation(db, f"{mark}培训机构", region=region)
    training = a_training(db, organiser, name=f"{mark}培训")
    sitting = a_sitting(db, training, region=region)
    seat = a_booking(db, an_order(db, sitting))
    sitting.starts_at, sitting.ends_at = now() - timedelta(hours=4), now() - timedelta(hours=1)
    seat.attended_at = now()
    certificate = Certificate(
        booking_id=seat.id,
        participant=f"{mark}学员",
        training=training.name,
        organiser=organiser.name,
        starts_at=sitting.starts_at,
        ends_at=sitting.ends_at,
    )
    db.add(certificate)
    db.flush()
    _note(db, region, mark, sitting, seat, certificate)
    return {"sitting": sitting.identifier, "certificate": certificate.identifier}


def _note(db: Session, region: str | None, mark: str, *subjects: audit.HasId | str) -> None:
    """An entry about each in the audit trail, by somebody of the staff there."""
    by = visitor(db, staff(db, StaffRole.AUDITOR, region=region or PROVINCE, name=f"{mark}审计员"))
    for subject in subjects:
        audit.record(db, by, "thing.done", subject, why=f"{mark}因")
