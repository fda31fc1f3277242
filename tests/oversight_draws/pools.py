"""A pool to draw from: vendors in two cities, inspectors at home and from elsewhere."""

from typing import Any

from sqlmodel import Session

from app.accounts.models import Person, StaffRole
from app.accounts.visitor import Visitor
from app.catalogue.models import Vendor
from app.curation.oversight import draws, preparing
from app.curation.oversight.checklist import Answer
from app.curation.oversight.models import Draw, Finding, SpotCheck
from app.curation.oversight.preparing import Wish
from app.curation.oversight.spotchecks import Answered, Report
from search.engine import Kind
from tests.factories import a_record
from tests.people import DONGGUAN, GUANGZHOU, PROVINCE, staff, visitor

KINDS = ("platform", "service", "unstated")


def a_vendor(db: Session, name: str, region: str | None = DONGGUAN, **values: Any) -> Vendor:
    """A published vendor in Dongguan."""
    vendor = a_record(db, Kind.VENDOR, name=name, region=region, **values)
    assert isinstance(vendor, Vendor)
    return vendor


def a_publisher(db: Session, region: str = PROVINCE) -> Visitor:
    """Somebody who draws and decides."""
    return visitor(db, staff(db, StaffRole.PUBLISHER, region=region, name="Publisher"))


def an_inspector(db: Session, region: str = PROVINCE, name: str = "Inspector") -> Person:
    """Somebody who can be drawn to inspect."""
    return staff(db, StaffRole.INSPECTOR, region=region, name=name)


def a_wish(**given: Any) -> Wish:
    """All vendors of the province."""
    known = {"title": "Autumn draw", "region": PROVINCE, "kinds": KINDS, "percent": 100}
    return Wish(**{**known, **given})


def a_draw(db: Session, by: Visitor, **given: Any) -> Draw:
    """A draw that was made."""
    draw = preparing.prepare(db, a_wish(**given), by=by)
    draws.make(db, draw, "", by=by)
    db.flush()
    return draw


def a_check(db: Session, inspector: Person | None = None) -> tuple[SpotCheck, Visitor, Visitor]:
    """A check of one vendor in Dongguan, its inspector and somebody who can decide."""
    a_vendor(db, "东莞市甲乙软件有限公司")
    inspector = inspector or an_inspector(db, GUANGZHOU)
    publisher = a_publisher(db)
    draw = preparing.prepare(db, a_wish(), by=publisher)
    [check] = draws.make(db, draw, "", by=publisher)
    db.flush()
    return check, visitor(db, inspector), publisher


def a_report(check: SpotCheck, **given: Any) -> Report:
    """Everything conforms and was passed."""
    answers = {item["code"]: Answered(Answer.CONFORMS) for item in check.checklist}
    known = {
        "version": check.version,
        "answers": answers,
        "finding": Finding.PASSED,
        "report": "Everything was looked at on site.",
    }
    return Report(**{**known, **given})
