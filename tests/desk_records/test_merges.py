"""The merge queue over HTTP: seen inside the region, decided once, both addresses lead on."""

from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.models import StaffRole
from app.catalogue.models import Vendor
from app.core.audit import AuditEntry
from app.curation import batches
from app.curation.admission import Twin
from app.curation.models import MergeCase
from search.engine import Kind
from tests.factories import OPERATOR, a_batch, a_proposal, a_record
from tests.people import DONGGUAN, GUANGZHOU, sign_in, staff

OLDER, NEWER = "树根互联股份有限公司", "树根互连科技有限公司"


def a_pair(db: Session, older: str = DONGGUAN, newer: str = DONGGUAN) -> MergeCase:
    """Two vendors that may be one, both public, with different websites and one offer."""
    there = a_record(db, Kind.VENDOR, name=OLDER, region=older, website="https://one.example")
    twin = Twin(there.id, 0.86, ("One character differs.",))
    comes = a_proposal(name=NEWER, region=newer, website="https://two.example", twin=twin, row=7)
    offer = a_proposal(Kind.SOLUTION, name="根云", links={"vendor_id": comes.record_id})
    a_batch(db, comes, offer, source="b.csv", accept=True)
    return db.exec(select(MergeCase)).one()


def reviewer(client: TestClient, db: Session, region: str = DONGGUAN) -> TestClient:
    client.follow_redirects = False
    return sign_in(client, db, staff(db, StaffRole.REVIEWER, region=region, name="审核员甲"))


def test_a_pair_is_shown_side_by_side_with_origins_and_what_will_happen(
    client: TestClient, db: Session
) -> None:
    case = a_pair(db)
    reviewer(client, db)
    queue = client.get("/desk/merges?kind=vendor&region=441900")
    assert NEWER in queue.text
    assert "86%" in queue.text
    page = client.get(f"/desk/merges/{case.id}").text
    assert OLDER in page
    assert "https://two.example" in page
    assert "b.csv, row 7" in page
    assert "(differs)" in page
    assert "its 1 offer moves over" in page


def test_a_merge_over_http_keeps_both_addresses_and_can_be_split(
    client: TestClient, db: Session
) -> None:
    case = a_pair(db)
    reviewer(client, db)
    newer, older = db.get_one(Vendor, case.newer_id), db.get_one(Vendor, case.older_id)
    old, kept = (newer.slug, newer.identifier), (older.slug, older.identifier)
    decided = client.post(f"/desk/merges/{case.id}/merge", data={"why": "同一家"})
    assert decided.headers["location"] == f"/desk/merges/{case.id}"
    for path in (f"/vendors/{old[0]}", f"/id/{old[1]}"):
        assert client.get(path).headers["location"] == f"/vendors/{kept[0]}"
    entry = db.exec(select(AuditEntry).where(AuditEntry.action == "merge.merged")).one()
    assert (entry.by, entry.why, entry.after) == ("审核员甲", "同一家", {"state": "merged"})
    assert NEWER in client.get("/desk/merges?state=decided").text
    assert client.post(f"/desk/merges/{case.id}/merge").status_code == 409
    assert "with its own values" in client.get(f"/desk/merges/{case.id}").text
    client.post(f"/desk/merges/{case.id}/split")
    assert client.get(f"/vendors/{old[0]}").status_code == 200


def test_keeping_apart_decides_the_case(client: TestClient, db: Session) -> None:
    case = a_pair(db)
    reviewer(client, db)
    client.post(f"/desk/merges/{case.id}/keep-apart")
    page = client.get(f"/desk/merges/{case.id}").text
    assert "Nothing is left to decide" in page
    assert "No pair waits" in client.get("/desk/merges").text


def test_a_pair_half_outside_is_seen_but_decided_by_the_province(
    client: TestClient, db: Session
) -> None:
    case = a_pair(db, newer=GUANGZHOU)
    reviewer(client, db)
    assert "the province decides" in client.get(f"/desk/merges/{case.id}").text
    assert client.post(f"/desk/merges/{case.id}/merge").status_code == 403
    reviewer(client, db, "440000")
    assert client.post(f"/desk/merges/{case.id}/merge").status_code == 303


def test_a_pair_elsewhere_looks_missing(client: TestClient, db: Session) -> None:
    case = a_pair(db, GUANGZHOU, GUANGZHOU)
    reviewer(client, db)
    assert "No pair waits" in client.get("/desk/merges").text
    for path in (f"/desk/merges/{case.id}", "/desk/merges/99999999999"):
        assert client.get(path).status_code == 404
    assert client.post(f"/desk/merges/{case.id}/keep-apart").status_code == 404


def test_what_belongs_to_a_ticked_offer_comes_with_it(db: Session) -> None:
    vendor = a_proposal(name=NEWER)
    offer = a_proposal(Kind.SOLUTION, name="根云", links={"vendor_id": vendor.record_id})
    batch = a_batch(db, vendor, offer, a_proposal(name=OLDER))
    chosen = batches.with_vendors(db, batch, frozenset({offer.record_id}))
    assert chosen == {vendor.record_id, offer.record_id}
    assert batches.accept(db, batch, only=chosen, by=OPERATOR)["published"] == 2
