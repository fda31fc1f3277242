"""Needs for tests: whole ones in every stage, who wrote them, and vendors matched with them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Session

from app.accounts.models import MemberRole
from app.accounts.visitor import Visitor
from app.catalogue.models import Vendor
from app.core.db import now
from app.matching.models import Match, MatchRun
from app.needs import publishing
from app.needs.models import Confidentiality, Need, NeedStage
from search.engine import Kind
from tests.factories import a_record
from tests.people import a_member, an_organisation, visitor

NAME = "东莞市创机塑料制品有限公司"
ALIAS = "创机塑料"
COUNTY = "440605"  # Nanhai, in Foshan
CITY = "440600"
TEXT = "四十台注塑机夜里停机没人知道，想先设备联网，再上 MES，最后做能耗管理。"
WHOLE: dict[str, Any] = {
    "title": "注塑车间设备联网",
    "text": TEXT,
    "systems": "金蝶 ERP",
    "region": COUNTY,
    "industries": ["C29"],
    "budget_from": 100_000_00,
    "budget_to": 500_000_00,
    "tags": [{"facet": "scenario", "code": "equipment-connectivity", "said": "设备联网"}],
    "parts": [{"title": "设备联网", "text": "机台联网", "scenarios": ["equipment-connectivity"]}],
}


def a_writer(db: Session, name: str = NAME, **values: Any) -> Visitor:
    """Somebody who writes needs of an organisation in Dongguan that is not in the pool."""
    organisation = an_organisation(db, name, aliases=[ALIAS], **values)
    return an_editor(db, organisation.id)


def an_editor(db: Session, organisation_id: UUID | None) -> Visitor:
    """Somebody who may write needs, ask and answer for an organisation."""
    assert organisation_id is not None
    name = f"{uuid4().hex[:8]}先生"  # told from everybody else
    person = a_member(db, organisation_id, MemberRole.EDITOR, name=name)
    return visitor(db, person, organisation_id)


def a_draft(db: Session, writer: Visitor, **values: Any) -> Need:
    """A draft with everything that it needs to be published."""
    said = {**WHOLE, "closes_at": now() + timedelta(days=30), **values}
    need = Need(organisation_id=writer.organisation_id, written_by=writer.person_id, **said)
    db.add(need)
    db.flush()
    return need


def a_need(db: Session, writer: Visitor, **values: Any) -> Need:
    """A published need."""
    need = a_draft(db, writer, **values)
    publishing.publish(db, need, seen=need.version, by=writer)
    db.flush()
    return need


def a_closed_need(db: Session, writer: Visitor, **values: Any) -> Need:
    """A need that its writer closed."""
    need = a_need(db, writer, **values)
    publishing.close(db, need, by=writer)
    db.flush()
    return need


def a_vendor(db: Session, name: str = "云联科技有限公司") -> tuple[Vendor, Visitor]:
    """A vendor of the pool and somebody who answers for it."""
    vendor = a_record(db, Kind.VENDOR, name=name)
    assert isinstance(vendor, Vendor)
    return vendor, an_editor(db, vendor.organisation_id)


def a_match(db: Session, need: Need, vendor: Vendor, **values: Any) -> Match:
    """A match of the need with a solution of the vendor."""
    solution = a_record(db, Kind.SOLUTION, name=f"{vendor.name}的方案", vendor_id=vendor.id)
    run = MatchRun(need_id=need.id, need_version=need.version, wanted={})
    db.add(run)
    db.flush()
    said = {"rank": 1, "score": 1.0, "solution_version": solution.version, **values}
    match = Match(
        run_id=run.id, need_id=need.id, solution_id=solution.id, vendor_id=vendor.id, **said
    )
    db.add(match)
    db.flush()
    return match


def in_every_stage(db: Session, writer: Visitor, choice: Confidentiality) -> dict[str, Need]:
    """One need in each stage, all confidential in the same way."""
    draft = a_draft(db, writer, confidentiality=choice)
    published = a_need(db, writer, confidentiality=choice)
    closed = a_closed_need(db, writer, confidentiality=choice)
    settled = a_closed_need(db, writer, confidentiality=choice)
    settled.move_to(NeedStage.SETTLED)
    withdrawn = a_need(db, writer, confidentiality=choice)
    publishing.withdraw(db, withdrawn, "预算取消", by=writer)
    db.flush()
    made = (draft, published, closed, settled, withdrawn)
    return {str(need.stage): need for need in made}
