"""A clock to move, and vendors with assessments and whitelist entries, for these tests."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from app.accounts.models import StaffRole
from app.accounts.visitor import Visitor
from app.catalogue.models import Case, Solution, Vendor
from app.core import db as core_db
from app.core import formats
from app.core.formats import CHINA
from app.curation.oversight import assessing, freshness, quarantining, removing, whitelisting
from app.curation.oversight.assessing import Found
from app.curation.oversight.models import Assessment, Domain, WhitelistEntry
from search.engine import Kind
from tests.factories import a_record
from tests.people import DONGGUAN, staff, visitor


class Clock:
    """Says what moment it is to everything that oversight reads the time from."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.moment = datetime.now(UTC)
        for module in (core_db, formats, assessing, freshness, quarantining, removing):
            if hasattr(module, "now"):
                patch.setattr(module, "now", lambda: self.moment)

    def go_to(self, day: date, hour: int = 12) -> None:
        """That hour of a day in China."""
        self.moment = datetime(day.year, day.month, day.day, hour, tzinfo=CHINA).astimezone(UTC)

    def pass_days(self, days: int) -> None:
        self.moment += timedelta(days=days)


def an_inspector(db: Session, region: str = DONGGUAN) -> Visitor:
    return visitor(db, staff(db, StaffRole.INSPECTOR, region=region, name="检查员"))


def a_publisher(db: Session, region: str = DONGGUAN) -> Visitor:
    return visitor(db, staff(db, StaffRole.PUBLISHER, region=region, name="发布员"))


def a_vendor(db: Session, name: str = "莞云智造科技有限公司", **values: Any) -> Vendor:
    """A published vendor in Dongguan."""
    record = a_record(db, Kind.VENDOR, **{"name": name, "region": DONGGUAN, **values})
    assert isinstance(record, Vendor)
    return record


def offers(db: Session, vendor: Vendor) -> tuple[Solution, Case]:
    """A published solution and a case of this vendor."""
    solution = a_record(db, Kind.SOLUTION, name="注塑 MES", vendor_id=vendor.id)
    case = a_record(db, Kind.CASE, name="注塑车间改造", vendor_id=vendor.id)
    assert isinstance(solution, Solution)
    assert isinstance(case, Case)
    return solution, case


def found(level: int = 2, days: int = 300, **levels: int) -> Found:
    """The same level in all domains, unless one is named; from today for so many days."""
    return Found(
        {domain: levels.get(domain, level) for domain in Domain},
        dict.fromkeys(Domain, "按要求整改完毕"),
        formats.today(),
        formats.today() + timedelta(days=days),
    )


def an_assessment(db: Session, vendor: Vendor, **of: Any) -> Assessment:
    """A confirmed one."""
    assessment = assessing.write(db, vendor, found(**of), by=an_inspector(db))
    db.flush()
    assessing.confirm(db, assessment, seen=1, by=a_publisher(db))
    return assessment


def an_entry(db: Session, vendor: Vendor, days: int = 200) -> WhitelistEntry:
    """On the whitelist for so many more days."""
    until = formats.today() + timedelta(days=days)
    assessment = an_assessment(db, vendor)
    return whitelisting.admit(db, assessment, until, by=a_publisher(db))
