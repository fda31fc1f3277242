"""Imported lists over HTTP: a preview that keeps its word, admission of all or some, undo."""

from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.models import StaffRole
from app.catalogue.models import Vendor
from app.catalogue.stages import Stage
from app.core.audit import AuditEntry
from app.curation.admission import Twin
from app.curation.models import Batch
from search.engine import Kind
from tests.factories import a_batch, a_proposal, a_record, the_record
from tests.people import DONGGUAN, GUANGZHOU, PROVINCE, sign_in, staff


def publisher(client: TestClient, db: Session, region: str = PROVINCE) -> TestClient:
    client.follow_redirects = False
    return sign_in(client, db, staff(db, StaffRole.PUBLISHER, region=region, name="发布员甲"))


def stage_of(db: Session, name: str) -> str | None:
    return db.exec(select(Vendor.stage).where(Vendor.name == name)).first()


def a_list(db: Session) -> Batch:
    """A new vendor in Dongguan, one in Guangzhou, a change, one unverified, one perhaps there."""
    known = a_record(db, Kind.VENDOR, name="旧厂有限公司", summary="before", region=DONGGUAN)
    twin = Twin(known.id, 0.8, ("The names sound the same.",))
    return a_batch(
        db,
        a_proposal(name="东莞新厂有限公司", region=DONGGUAN, sheet="表一", row=3),
        a_proposal(name="广州新厂有限公司", region=GUANGZHOU),
        a_proposal(record_id=known.id, name="旧厂有限公司", summary="after", region=DONGGUAN),
        a_proposal(name="未核有限公司", region=DONGGUAN, in_review=True),
        a_proposal(name="旧场有限公司", region=DONGGUAN, in_review=True, twin=twin),
        source="new.csv",
    )


def test_the_preview_says_what_would_change_and_why_something_is_held(
    client: TestClient, db: Session
) -> None:
    batch = a_list(db)
    publisher(client, db)
    assert "new.csv" in client.get("/desk/batches").text
    page = client.get(f"/desk/batches/{batch.id}").text
    assert "New (2)" in page
    assert "Known already (1)" in page
    assert "东莞新厂有限公司" in page
    assert "表一 3" in page
    changed = client.get(f"/desk/batches/{batch.id}?show=changed").text
    assert "<del>before</del>" in changed
    assert "<ins>after</ins>" in changed
    queued = client.get(f"/desk/batches/{batch.id}?show=queued").text
    assert "旧场有限公司" in queued
    assert "/desk/merges/" in queued
    assert "未核有限公司" in client.get(f"/desk/batches/{batch.id}?show=unverified").text
    assert stage_of(db, "东莞新厂有限公司") == Stage.SUBMITTED  # looking changed nothing


def test_only_what_is_ticked_is_admitted(client: TestClient, db: Session) -> None:
    batch = a_list(db)
    publisher(client, db)
    assert client.post(f"/desk/batches/{batch.id}/admit").status_code == 422
    ticked = db.exec(select(Vendor.id).where(Vendor.name == "广州新厂有限公司")).one()
    sent = {"record": [str(ticked)], "why": "已核"}
    assert client.post(f"/desk/batches/{batch.id}/admit", data=sent).status_code == 303
    assert stage_of(db, "广州新厂有限公司") == Stage.PUBLISHED
    assert stage_of(db, "东莞新厂有限公司") == Stage.SUBMITTED
    entry = db.exec(select(AuditEntry).where(AuditEntry.action == "batch.accepted")).all()[-1]
    assert (entry.by, entry.why, entry.details["published"]) == ("发布员甲", "已核", 1)
    assert "发布员甲 admitted the list" in client.get(f"/desk/batches/{batch.id}").text


def test_ticked_rows_that_their_list_calls_unverified_are_admitted_alone(
    client: TestClient, db: Session
) -> None:
    batch = a_list(db)
    publisher(client, db)
    ticked = db.exec(select(Vendor.id).where(Vendor.name == "未核有限公司")).one()
    sent = {"record": [str(ticked)], "unverified": "true"}
    client.post(f"/desk/batches/{batch.id}/admit", data=sent)
    assert stage_of(db, "未核有限公司") == Stage.PUBLISHED
    assert stage_of(db, "旧场有限公司") == Stage.SUBMITTED


def test_admitting_all_does_what_the_preview_said_and_taking_back_needs_a_reason(
    client: TestClient, db: Session
) -> None:
    batch = a_list(db)
    publisher(client, db)
    client.post(f"/desk/batches/{batch.id}/admit", data={"what": "all"})
    assert stage_of(db, "东莞新厂有限公司") == stage_of(db, "广州新厂有限公司") == Stage.PUBLISHED
    assert stage_of(db, "未核有限公司") == stage_of(db, "旧场有限公司") == Stage.SUBMITTED
    known = db.exec(select(Vendor.id).where(Vendor.name == "旧厂有限公司")).one()
    assert the_record(db, Kind.VENDOR, known).summary == "after"
    assert client.post(f"/desk/batches/{batch.id}/take-back", data={"why": " "}).status_code == 422
    client.post(f"/desk/batches/{batch.id}/take-back", data={"why": "错表"})
    assert stage_of(db, "东莞新厂有限公司") == Stage.WITHDRAWN
    assert the_record(db, Kind.VENDOR, known).summary == "before"
    page = client.get(f"/desk/batches/{batch.id}").text
    assert "Taken back" in page
    assert "2 records published, 1 record changed" in page
    assert "错表" in page


def test_a_city_sees_counts_and_admits_only_its_own_part(client: TestClient, db: Session) -> None:
    batch = a_list(db)
    publisher(client, db, DONGGUAN)
    page = client.get(f"/desk/batches/{batch.id}").text
    assert "New (1)" in page
    assert "广州新厂有限公司" not in page
    assert "Only what lies in your region" in page
    assert "Take the whole list back" not in page
    client.post(f"/desk/batches/{batch.id}/admit", data={"what": "all"})
    assert stage_of(db, "东莞新厂有限公司") == Stage.PUBLISHED
    assert stage_of(db, "广州新厂有限公司") == Stage.SUBMITTED
    taken = client.post(f"/desk/batches/{batch.id}/take-back", data={"why": "错表"})
    assert taken.status_code == 403


def test_a_batch_elsewhere_looks_missing(client: TestClient, db: Session) -> None:
    batch = a_batch(db, a_proposal(name="广州新厂有限公司", region=GUANGZHOU))
    publisher(client, db, DONGGUAN)
    assert "No list was imported" in client.get("/desk/batches").text
    assert client.get(f"/desk/batches/{batch.id}").status_code == 404
    assert client.post(f"/desk/batches/{batch.id}/admit").status_code == 404
    assert client.get("/desk/batches/99999999999").status_code == 404
