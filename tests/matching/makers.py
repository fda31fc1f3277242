"""Needs and listings for the tests of matching."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.catalogue.models import Case, Solution, Vendor
from app.catalogue.reading import SOLUTION
from app.matching.splitting import split
from app.matching.wanted import Limits, Wanted
from app.needs.models import Need, NeedStage
from search.engine import Kind
from tests.factories import a_record
from tests.people import a_person, an_organisation

Refresh = Callable[[], None]


def a_vendor(db: Session, name: str = "云端注塑科技有限公司", **values: Any) -> Vendor:
    vendor = a_record(db, Kind.VENDOR, name=name, **values)
    assert isinstance(vendor, Vendor)
    return vendor


def a_solution(db: Session, name: str = "注塑机联网系统", **values: Any) -> Solution:
    values.setdefault("scenarios", ["equipment-connectivity"])
    made = a_record(db, Kind.SOLUTION, name=name, **values)
    return db.exec(
        select(Solution)
        .where(Solution.id == made.id)
        .options(SOLUTION)
        .execution_options(populate_existing=True)
    ).one()


def a_case(db: Session, name: str = "某厂设备联网", **values: Any) -> Case:
    case = a_record(db, Kind.CASE, name=name, **values)
    assert isinstance(case, Case)
    return case


def wanted(text: str = "设备联网", **limits: Any) -> Wanted:
    return Wanted(text, split(text), Limits(**limits))


def a_need(db: Session, **values: Any) -> UUID:
    """A published need of an organisation of its own."""
    organisation = an_organisation(db, name="需求方机械厂")
    person = a_person(db)
    need = Need(
        organisation_id=organisation.id,
        written_by=person.id,
        stage=NeedStage.PUBLISHED,
        title="设备联网",
        text="设备联网",
        **values,
    )
    db.add(need)
    db.flush()
    return need.id


__all__ = ["a_case", "a_need", "a_solution", "a_vendor", "wanted"]
