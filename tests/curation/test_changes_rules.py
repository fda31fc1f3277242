"""What a change to the catalogue leaves behind, one record or a thousand at once."""

import pytest
from sqlmodel import Session, col, select

from app.catalogue import service
from app.catalogue.models import Revision, Vendor
from app.core.audit import AuditEntry
from app.core.outbox import Job
from app.curation import batches
from search.engine import Kind
from tests.factories import OPERATOR, a_batch, a_proposal, a_record


def test_two_of_one_name_in_one_batch_get_addresses_of_their_own(db: Session) -> None:
    a_batch(db, a_proposal(name="注塑云"), a_proposal(name="注塑云"), accept=True)
    slugs = sorted(db.exec(select(Vendor.slug)).all())
    assert slugs[0] == "zhu-su-yun"
    assert slugs[1].startswith("zhu-su-yun-")


def test_each_record_of_a_batch_keeps_one_revision_one_entry_and_one_job(db: Session) -> None:
    proposals = [a_proposal(name=f"第{number}科技有限公司") for number in range(3)]
    a_batch(db, *proposals, accept=True)
    revisions = db.exec(select(Revision)).all()
    assert sorted(r.number for r in revisions) == [1, 1, 1]
    published = select(AuditEntry).where(AuditEntry.action == "vendor.published")
    assert len(db.exec(published).all()) == 3
    jobs = db.exec(select(Job)).all()
    assert {job.payload["id"] for job in jobs} == {str(p.record_id) for p in proposals}
    assert len(jobs) == 3


def test_a_record_restated_twice_in_one_go_keeps_both_revisions_in_order(db: Session) -> None:
    vendor = a_record(db, Kind.VENDOR, name="树根互联", summary="first")
    with service.changing(db, by=OPERATOR) as changes:
        for summary in ("second", "third"):
            said = {"name": "树根互联", "summary": summary}
            assert service.restate(changes, vendor, said, {}) == ["summary"]
    kept = db.exec(select(Revision).order_by(col(Revision.number))).all()
    assert [(r.number, r.values["summary"]) for r in kept] == [
        (1, "first"),
        (2, "second"),
        (3, "third"),
    ]


def test_changes_that_fail_half_way_leave_no_trace(db: Session) -> None:
    vendor = a_record(db, Kind.VENDOR, name="树根互联")
    before = len(db.exec(select(AuditEntry)).all())

    def change_and_fail() -> None:
        with service.changing(db, by=OPERATOR) as changes:
            service.restate(changes, vendor, {"name": "树根互联", "summary": "new"}, {})
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        change_and_fail()
    assert len(db.exec(select(AuditEntry)).all()) == before
    assert len(db.exec(select(Revision)).all()) == 1


def test_accepting_an_empty_batch_changes_nothing(db: Session) -> None:
    batch = a_batch(db)
    assert batches.accept(db, batch, by=OPERATOR) == {"published": 0, "changed": 0}
    assert batch.accepted_at is None
