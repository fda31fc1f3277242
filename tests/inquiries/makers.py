"""Threads for tests, with the people on both sides."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlmodel import Session

from app.accounts.models import MemberRole, Person
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation, Solution, Vendor
from app.inquiries import sending
from app.inquiries.asking import About
from app.inquiries.models import Inquiry
from app.inquiries.sending import Question
from app.needs.models import Confidentiality, Need, NeedStage
from search.engine import Kind
from tests.factories import a_record
from tests.people import DONGGUAN, a_member, an_organisation, visitor

ASKER = "东莞隐名精密制造有限公司"
WORDS = "我厂有四十台注塑机，能否联网？"
CONTACT = {"name": "联系人甲", "telephone": "13800001111", "wechat": "jia-0001"}


@dataclass
class Sides:
    """A manufacturer and a vendor with a solution, each with somebody who acts for it."""

    asker: Visitor
    vendor: Visitor
    listed: Vendor
    solution: Solution
    asker_person: Person
    vendor_person: Person


def two_sides(db: Session, *, has_account: bool = True, solution_name: str = "注塑机联网") -> Sides:
    """A manufacturer in Dongguan, and a vendor in the pool; perhaps nobody acts for it yet."""
    listed = a_record(db, Kind.VENDOR, name="云端注塑科技有限公司", region="440100")
    solution = a_record(db, Kind.SOLUTION, name=solution_name, vendor_id=listed.id)
    assert isinstance(listed, Vendor)
    assert isinstance(solution, Solution)
    manufacturer = an_organisation(db, ASKER)
    asking = a_member(db, manufacturer.id, name="采购员乙")
    answering = a_member(db, listed.organisation_id, name="销售员丙") if has_account else asking
    return Sides(
        asker=visitor(db, asking, manufacturer.id),
        vendor=visitor(db, answering, listed.organisation_id if has_account else None),
        listed=listed,
        solution=solution,
        asker_person=asking,
        vendor_person=answering,
    )


def a_need(db: Session, by: Visitor, **values: Any) -> Need:
    """A published need of the asker in Dongguan's plastics industry."""
    known: dict[str, Any] = {
        "title": "设备联网",
        "stage": NeedStage.PUBLISHED,
        "region": DONGGUAN,
        "industries": ["C29"],
        "confidentiality": Confidentiality.PUBLIC,
    }
    assert by.organisation_id
    need = Need(organisation_id=by.organisation_id, written_by=by.person_id, **{**known, **values})
    db.add(need)
    db.flush()
    return need


def ask(db: Session, sides: Sides, *, need: Need | None = None, **said: Any) -> Inquiry:
    """The asker sends an inquiry about the solution."""
    question = Question(**{"text": WORDS, "sent_key": uuid4().hex, "contact": CONTACT, **said})
    about = About(vendor=_vendor(db, sides), solution=sides.solution, need=need)
    return sending.send(db, about, question, by=sides.asker)


def another_member(db: Session, by: Visitor, role: MemberRole = MemberRole.EDITOR) -> Visitor:
    """Somebody else of the same organisation."""
    assert by.organisation_id
    return visitor(db, a_member(db, by.organisation_id, role), by.organisation_id)


def _vendor(db: Session, sides: Sides) -> Vendor:
    vendor = db.get_one(Vendor, sides.listed.id)
    vendor.organisation = db.get_one(Organisation, vendor.organisation_id)
    return vendor
