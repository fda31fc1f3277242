"""What comes in by lists: candidates, acceptance, revisions, people's edits, undo."""

import pytest
from sqlmodel import Session, select

from app.catalogue import reading
from app.catalogue.models import Revision, Solution, Vendor
from app.catalogue.stages import Stage
from app.core.audit import AuditEntry
from app.core.errors import Conflict, NotFound
from app.core.outbox import Job
from app.curation import batches
from app.curation.admission import edit
from app.curation.models import Candidate, Standing
from search.engine import Kind
from tests.factories import OPERATOR, a_batch, a_proposal, a_record, the_record


def test_a_proposal_is_not_public_before_it_is_accepted(db: Session) -> None:
    a_batch(db, a_proposal())
    assert reading.counts(db)[Kind.VENDOR] == 0


def test_accepting_a_batch_publishes_it_with_audit_revision_and_index_job(db: Session) -> None:
    batch = a_batch(db, a_proposal())
    assert batches.accept(db, batch, by="王工") == {"published": 1, "changed": 0}
    vendor = db.exec(select(Vendor)).one()
    assert vendor.stage == Stage.PUBLISHED
    actions = set(db.exec(select(AuditEntry.action).where(AuditEntry.by == "王工")))
    assert actions == {"vendor.published", "batch.accepted"}
    assert db.exec(select(Revision)).one().by == "王工"
    assert str(vendor.id) in {job.payload["id"] for job in db.exec(select(Job))}


def test_accepting_twice_changes_nothing(db: Session) -> None:
    batch = a_batch(db, a_proposal(), accept=True)
    assert batches.accept(db, batch, by=OPERATOR) == {"published": 0, "changed": 0}
    assert len(db.exec(select(Revision)).all()) == 1


def test_each_value_says_where_it_came_from(db: Session) -> None:
    vendor = a_record(db, Kind.VENDOR, summary="注塑云", sheet="平台商", row=7)
    origin = vendor.origins["summary"]
    assert (origin["file"], origin["sheet"], origin["row"]) == ("list.csv", "平台商", 7)


def test_a_change_of_a_public_record_waits_and_then_keeps_the_earlier_revision(
    db: Session,
) -> None:
    vendor = a_record(db, Kind.VENDOR, summary="old")
    batch = a_batch(db, a_proposal(record_id=vendor.id, summary="new"))
    assert the_record(db, Kind.VENDOR, vendor.id).summary == "old"
    batches.accept(db, batch, by=OPERATOR)
    assert the_record(db, Kind.VENDOR, vendor.id).summary == "new"
    revisions = reading.revisions(db, vendor)
    assert [(r.number, r.values["summary"]) for r in revisions] == [(2, "new"), (1, "old")]
    assert revisions[0].changed == ["summary"]


def test_a_later_list_outdoes_an_earlier_one_but_silence_changes_nothing(db: Session) -> None:
    vendor = a_record(db, Kind.VENDOR, summary="old", products="MES")
    a_batch(db, a_proposal(record_id=vendor.id, summary="new"), source="b.csv", accept=True)
    vendor = the_record(db, Kind.VENDOR, vendor.id)
    assert (vendor.summary, vendor.products) == ("new", "MES")


def test_a_list_that_repeats_itself_does_not_outdo_a_newer_one(db: Session) -> None:
    vendor = a_record(db, Kind.VENDOR, summary="first", products="MES")
    a_batch(db, a_proposal(record_id=vendor.id, summary="second"), source="b.csv", accept=True)
    first = db.exec(select(Candidate).where(Candidate.source == "list.csv")).one()
    repeated = a_proposal(
        record_id=vendor.id,
        summary="first",
        products="APS",
        replaces=(first.id,),
        since={"summary": first.batch_id},
    )
    a_batch(db, repeated, accept=True)
    vendor = the_record(db, Kind.VENDOR, vendor.id)
    assert (vendor.summary, vendor.products) == ("second", "APS")


def test_a_person_outdoes_every_list_even_a_later_one(db: Session) -> None:
    vendor = a_record(db, Kind.VENDOR, summary="list")
    assert edit(db, vendor, {"summary": "person"}, by="李工") == ["summary"]
    a_batch(db, a_proposal(record_id=vendor.id, summary="list again"), accept=True)
    vendor = the_record(db, Kind.VENDOR, vendor.id)
    assert vendor.summary == "person"
    assert vendor.origins["summary"]["by"] == "李工"


def test_a_person_may_empty_a_field(db: Session) -> None:
    vendor = a_record(db, Kind.VENDOR, summary="list", scenarios=["mes"])
    edit(db, vendor, {"summary": None, "scenarios": None}, by="李工")
    vendor = the_record(db, Kind.VENDOR, vendor.id)
    assert (vendor.summary, vendor.scenarios) == (None, [])


def test_a_field_that_a_kind_does_not_state_cannot_be_edited(db: Session) -> None:
    vendor = a_record(db, Kind.VENDOR)
    with pytest.raises(Conflict, match="stage"):
        edit(db, vendor, {"stage": "withdrawn"}, by="李工")


def test_the_legal_name_is_shown_and_the_short_one_becomes_an_alias(db: Session) -> None:
    vendor = a_record(db, Kind.VENDOR, name="树根互联股份有限公司")
    a_batch(db, a_proposal(record_id=vendor.id, name="树根互联"), source="b.csv", accept=True)
    vendor = the_record(db, Kind.VENDOR, vendor.id)
    assert vendor.name == vendor.organisation.name == "树根互联股份有限公司"
    assert vendor.organisation.aliases == ["树根互联"]


def test_addresses_are_readable_and_never_shared(db: Session) -> None:
    first = a_record(db, Kind.VENDOR, name="注塑云")
    second = a_record(db, Kind.VENDOR, name="注塑云")
    assert first.slug == "zhu-su-yun"
    assert second.slug.startswith("zhu-su-yun-")
    assert first.identifier != second.identifier


def test_taking_a_batch_back_withdraws_what_only_it_said(db: Session) -> None:
    batch = a_batch(db, a_proposal(), accept=True)
    assert batches.take_back(db, batch, by=OPERATOR) == {"withdrawn": 1, "restored": 0}
    assert reading.counts(db)[Kind.VENDOR] == 0
    assert db.exec(select(Candidate)).one().standing == Standing.TAKEN_BACK


def test_taking_a_batch_back_restores_what_it_replaced(db: Session) -> None:
    vendor = a_record(db, Kind.VENDOR, summary="old")
    before = db.exec(select(Candidate)).one()
    change = a_proposal(record_id=vendor.id, summary="new", replaces=(before.id,))
    batch = a_batch(db, change, accept=True)
    assert before.standing == Standing.SUPERSEDED
    assert batches.take_back(db, batch, by=OPERATOR) == {"withdrawn": 0, "restored": 1}
    assert the_record(db, Kind.VENDOR, vendor.id).summary == "old"


def test_a_record_that_another_list_names_survives_the_undo(db: Session) -> None:
    first = a_batch(db, proposal := a_proposal(summary="said by the first"), accept=True)
    a_batch(db, a_proposal(record_id=proposal.record_id), source="b.csv", accept=True)
    batches.take_back(db, first, by=OPERATOR)
    vendor = the_record(db, Kind.VENDOR, proposal.record_id)
    assert (vendor.stage, vendor.summary) == (Stage.PUBLISHED, None)


def test_a_batch_taken_back_can_neither_be_accepted_nor_taken_back_again(db: Session) -> None:
    batch = a_batch(db, a_proposal())
    batches.take_back(db, batch, by=OPERATOR)
    with pytest.raises(Conflict, match="taken back"):
        batches.accept(db, batch, by=OPERATOR)
    with pytest.raises(Conflict, match="taken back"):
        batches.take_back(db, batch, by=OPERATOR)


def test_a_withdrawn_record_comes_back_under_its_old_identifier(db: Session) -> None:
    batch = a_batch(db, proposal := a_proposal(), accept=True)
    identifier = db.exec(select(Vendor.identifier)).one()
    batches.take_back(db, batch, by=OPERATOR)
    again = a_proposal(record_id=proposal.record_id, is_new=True)
    a_batch(db, again, accept=True)
    vendor = the_record(db, Kind.VENDOR, proposal.record_id)
    assert (vendor.identifier, vendor.stage) == (identifier, Stage.PUBLISHED)


def test_a_missing_batch_is_refused_by_number(db: Session) -> None:
    with pytest.raises(NotFound, match="4711"):
        batches.find(db, 4711)


def test_rows_that_their_list_marks_unverified_wait_until_somebody_insists(db: Session) -> None:
    batch = a_batch(db, a_proposal(in_review=True))
    assert batches.accept(db, batch, by=OPERATOR)["published"] == 0
    assert batches.accept(db, batch, by=OPERATOR, unverified=True)["published"] == 1


def test_an_unlawful_move_is_refused_by_name(db: Session) -> None:
    solution = a_record(db, Kind.SOLUTION, name="注塑 MES")
    assert isinstance(solution, Solution)
    with pytest.raises(Conflict, match="注塑 MES"):
        solution.move_to(Stage.SUBMITTED)


def test_vendors_are_published_before_what_they_offer(db: Session) -> None:
    vendor = a_proposal()
    solution = a_proposal(Kind.SOLUTION, name="MES", links={"vendor_id": vendor.record_id})
    batch = a_batch(db, vendor, solution, accept=True)
    published = db.exec(select(AuditEntry.action).order_by(AuditEntry.at)).all()
    assert [a for a in published if a.endswith("published")] == [
        "vendor.published",
        "solution.published",
    ]
    assert batches.latest(db)[0].id == batch.id
