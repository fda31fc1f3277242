"""Merging, keeping apart, splitting: reversible, and no listing is lost."""

import pytest
from sqlmodel import Session, select

from app.catalogue import reading
from app.catalogue.models import Solution, Vendor
from app.catalogue.stages import Stage
from app.core.errors import Conflict, NotFound
from app.curation import batches, merging
from app.curation.admission import Twin
from app.curation.models import Batch, MergeCase
from search.engine import Kind
from tests.factories import OPERATOR, a_batch, a_proposal, a_record, the_record

NAME, TWIN_NAME = "树根互联股份有限公司", "树根互连科技有限公司"


def a_case(db: Session, older: Vendor, **values: object) -> tuple[MergeCase, Batch]:
    """A merge case of `older` and a newly proposed vendor that is like it."""
    twin = Twin(older.id, 0.86, ("one character differs",))
    newer = a_proposal(name=TWIN_NAME, twin=twin, in_review=True, **values)
    offer = a_proposal(
        Kind.SOLUTION, name="根云", links={"vendor_id": newer.record_id}, in_review=True
    )
    batch = a_batch(db, newer, offer, source="b.csv")
    return merging.waiting(db)[0], batch


def test_a_possible_twin_waits_in_the_queue_and_is_not_admitted_with_its_batch(
    db: Session,
) -> None:
    older = a_record(db, Kind.VENDOR, name=NAME)
    case, batch = a_case(db, older)
    assert batches.accept(db, batch, by=OPERATOR)["published"] == 0
    names = merging.names_of(db, [case])
    assert names[older.id][1] == NAME
    assert names[case.newer_id][1] == TWIN_NAME


def test_merging_moves_the_offers_and_keeps_both_names(db: Session) -> None:
    older = a_record(db, Kind.VENDOR, name=NAME)
    case, batch = a_case(db, older, credit_code="91440101MA59CDT1X0")
    merging.merge(db, case, by="李工")
    batches.accept(db, batch, by=OPERATOR, unverified=True)
    kept = the_record(db, Kind.VENDOR, older.id)
    assert kept.name in (NAME, TWIN_NAME)
    assert {kept.name, *kept.organisation.aliases} == {NAME, TWIN_NAME}
    assert kept.organisation.credit_code == "91440101MA59CDT1X0"
    assert [s.name for s in reading.solutions_of(db, kept)] == ["根云"]


def test_the_identifier_of_a_merged_record_leads_to_the_one_that_stays(db: Session) -> None:
    older = a_record(db, Kind.VENDOR, name=NAME)
    case, _batch = a_case(db, older)
    merging.merge(db, case, by="李工")
    db.flush()
    gone = db.get(Vendor, case.newer_id)
    assert gone is not None
    assert reading.find_by_identifier(db, gone.identifier).id == older.id
    assert reading.find_public(db, Kind.VENDOR, gone.slug).id == older.id


def test_splitting_gives_each_its_own_names_and_offers_back(db: Session) -> None:
    older = a_record(db, Kind.VENDOR, name=NAME)
    case, batch = a_case(db, older)
    merging.merge(db, case, by="李工")
    batches.accept(db, batch, by=OPERATOR, unverified=True)
    newer = merging.split(db, case, by="李工")
    db.flush()
    assert newer.stage == Stage.PUBLISHED
    assert newer.name == TWIN_NAME
    kept = the_record(db, Kind.VENDOR, older.id)
    assert (kept.name, kept.organisation.aliases) == (NAME, [])
    solution = db.exec(select(Solution)).one()
    assert solution.vendor_id == newer.id


def test_splitting_before_admission_leaves_the_newer_one_waiting(db: Session) -> None:
    older = a_record(db, Kind.VENDOR, name=NAME)
    case, batch = a_case(db, older)
    merging.merge(db, case, by="李工")
    newer = merging.split(db, case, by="李工")
    db.flush()
    assert newer.stage == Stage.SUBMITTED
    assert batches.accept(db, batch, by=OPERATOR, unverified=True)["published"] == 2


def test_a_chain_of_merges_leads_to_its_end_and_comes_apart_again(db: Session) -> None:
    oldest = a_record(db, Kind.VENDOR, name="树根互联")
    middle = a_record(db, Kind.VENDOR, name=NAME)
    first, _batch = a_case(db, middle)
    merging.merge(db, first, by="李工")
    second = MergeCase(
        kind=Kind.VENDOR, newer_id=middle.id, older_id=oldest.id, score=0.9, reasons=[]
    )
    db.add(second)
    db.flush()
    merging.merge(db, second, by="李工")
    db.flush()
    newest = db.get(Vendor, first.newer_id)
    assert newest is not None
    assert reading.find_by_identifier(db, newest.identifier).id == oldest.id
    merging.split(db, second, by="李工")
    db.flush()
    assert reading.find_by_identifier(db, newest.identifier).id == middle.id


def test_keeping_apart_lets_the_newer_one_go_on(db: Session) -> None:
    older = a_record(db, Kind.VENDOR, name=NAME)
    case, batch = a_case(db, older)
    merging.keep_apart(db, case, by="李工")
    assert batches.accept(db, batch, by=OPERATOR, unverified=True)["published"] == 2
    assert merging.waiting(db) == []


def test_a_decided_case_cannot_be_decided_again(db: Session) -> None:
    older = a_record(db, Kind.VENDOR, name=NAME)
    case, _batch = a_case(db, older)
    merging.keep_apart(db, case, by="李工")
    with pytest.raises(Conflict):
        merging.merge(db, case, by="李工")
    with pytest.raises(Conflict):
        merging.split(db, case, by="李工")


def test_a_record_that_was_merged_elsewhere_cannot_be_merged_again(db: Session) -> None:
    older = a_record(db, Kind.VENDOR, name=NAME)
    case, _batch = a_case(db, older)
    other = MergeCase(kind=Kind.VENDOR, newer_id=case.newer_id, older_id=older.id, score=1.0)
    db.add(other)
    db.flush()
    merging.merge(db, case, by="李工")
    with pytest.raises(Conflict, match="elsewhere"):
        merging.merge(db, other, by="李工")


def test_a_missing_case_is_refused_by_number(db: Session) -> None:
    with pytest.raises(NotFound, match="4711"):
        merging.find_case(db, 4711)
