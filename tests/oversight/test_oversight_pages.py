"""The pages of oversight through HTTP: who sees what, and what they can do there."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session, select

from app.accounts.models import SignIn, StaffRole
from app.catalogue.stages import Stage
from app.core import formats
from app.core.db import now
from app.curation.oversight import freshness
from app.curation.oversight.models import Assessment, Domain, WhitelistEntry
from search.engine import Kind
from tests.factories import the_record
from tests.oversight.setting import a_vendor, an_assessment, an_entry, offers
from tests.oversight.test_assessment_rules import PDF
from tests.people import DONGGUAN, GUANGZHOU, a_member, sign_in, staff


@pytest.fixture
def publisher(client: TestClient, db: Session) -> TestClient:
    return sign_in(client, db, staff(db, StaffRole.PUBLISHER, region=DONGGUAN))


def typed(**changes: str) -> dict[str, str]:
    """What an inspector types."""
    said = {"valid_from": formats.today().isoformat()}
    said["valid_until"] = (formats.today() + timedelta(days=300)).isoformat()
    for domain in Domain:
        said |= {f"level_{domain}": "2", f"finding_{domain}": "边界防护到位"}
    return {**said, **changes}


def send(client: TestClient, address: str, **data: str) -> Response:
    """Post, and follow where it leads; the client's own way there would lose its session."""
    answer = client.post(address, data=data, follow_redirects=False)
    return client.get(answer.headers["location"]) if answer.status_code == 303 else answer


def test_from_an_inspector_s_draft_to_the_badge(client: TestClient, db: Session) -> None:
    vendor = a_vendor(db)
    sign_in(client, db, staff(db, StaffRole.INSPECTOR, region=DONGGUAN))
    address = f"/desk/assessments/new?vendor={vendor.identifier}"
    assert "Data security" in client.get(address).text
    address = address.replace("/new", "/files")
    refused = client.post(address, data=typed(level_data="3", valid_until="2999-01-01"))
    assert refused.status_code == 422
    assert "at the longest" in refused.text
    assert "边界防护到位" in refused.text
    file = {"evidence_data": ("扫描.pdf", PDF, "application/pdf")}
    written = client.post(address, data=typed(), files=file, follow_redirects=False)
    assert written.status_code == 303
    page = urlsplit(written.headers["location"]).path
    assert "扫描.pdf" in client.get(page).text
    edited = send(client, f"{page}/files", **typed(version="1", finding_data="已整改"))
    assert "已整改" in edited.text
    assert client.post(f"{page}/confirm", data={"version": "2"}).status_code == 403
    (assessment,) = db.exec(select(Assessment)).all()
    (evidence,) = assessment.domains["data"]["evidence"]
    sent = client.get(f"{page}/evidence/{evidence}")
    assert (sent.content, sent.headers["content-type"]) == (PDF, "application/pdf")
    assert sent.headers["content-disposition"].startswith("attachment")

    sign_in(client, db, staff(db, StaffRole.PUBLISHER, region=DONGGUAN))
    assert "Confirm the assessment" in client.get(page).text
    confirmed = send(client, f"{page}/confirm", version="2")
    assert "Put on the whitelist" in confirmed.text
    late = send(client, f"{page}/whitelist", until="2999-01-01")
    assert late.status_code == 422
    until = typed()["valid_until"]
    listed = send(client, f"{page}/whitelist", until=until)
    assert listed.url.path == "/desk/whitelist"
    assert vendor.name in listed.text
    assert f"Whitelist until {until}" in client.get(f"/vendors/{vendor.slug}").text
    (entry,) = db.exec(select(WhitelistEntry)).all()
    assert client.post(f"/desk/whitelist/{entry.id}/end", data={}).status_code == 422
    send(client, f"/desk/whitelist/{entry.id}/end", reason="厂商申请")
    assert "Whitelist until" not in client.get(f"/vendors/{vendor.slug}").text
    assert "厂商申请" in client.get("/desk/whitelist?standing=ended").text


def test_another_city_s_listings_assessments_and_entries_look_missing(
    client: TestClient, db: Session
) -> None:
    vendor = a_vendor(db)
    solution, _case = offers(db, vendor)
    entry = an_entry(db, vendor)
    roles = (StaffRole.PUBLISHER, StaffRole.INSPECTOR)
    sign_in(client, db, staff(db, *roles, region=GUANGZHOU))
    for address in (
        f"/desk/listings/{vendor.identifier}",
        f"/desk/listings/{solution.identifier}/remove",
        f"/desk/assessments/{entry.assessment_id}",
        f"/desk/assessments/new?vendor={vendor.identifier}",
        f"/desk/whitelist/{entry.id}/end",
    ):
        assert client.get(address).status_code == 404, address
    for address in ("/desk/listings", "/desk/listings?kind=solution", "/desk/assessments"):
        found = client.get(address)
        assert found.status_code == 200
        assert vendor.name not in found.text
    assert vendor.name not in client.get("/desk/whitelist").text


def test_a_publisher_hides_a_vendor_with_its_offers_and_shows_it_again(
    publisher: TestClient, db: Session
) -> None:
    vendor = a_vendor(db)
    solution, _case = offers(db, vendor)
    page = f"/desk/listings/{vendor.identifier}"
    assert "注塑 MES" in publisher.get(f"{page}/quarantine").text
    assert publisher.get(f"{page}/lift").status_code == 409
    refused = publisher.post(f"{page}/quarantine", data={"reason": "正在核实", "until": "明天"})
    assert refused.status_code == 422
    assert "Choose one of the reasons." in refused.text
    assert "正在核实" in refused.text
    until = (formats.today() + timedelta(days=30)).isoformat()
    said = {"code": "security", "reason": "正在核实", "until": until}
    hidden = send(publisher, f"{page}/quarantine", **said)
    assert f"Hidden until the end of {until}" in hidden.text
    assert "正在核实" in hidden.text
    for address in (f"/vendors/{vendor.slug}", f"/solutions/{solution.slug}"):
        public = publisher.get(address)
        assert public.status_code == 404  # it may come back
        assert "Hidden while it is looked into" in public.text
        assert "正在核实" not in public.text
    shown = send(publisher, f"{page}/lift", reason="已核实")
    assert "Shown again" in shown.text
    assert publisher.get(f"/solutions/{solution.slug}").status_code == 200


def test_hiding_and_removing_ask_for_the_password_again(publisher: TestClient, db: Session) -> None:
    vendor = a_vendor(db)
    for session in db.exec(select(SignIn)):
        session.fresh_at = now() - timedelta(hours=1)
    for act in ("quarantine", "remove"):
        address = f"/desk/listings/{vendor.identifier}/{act}"
        asked = publisher.get(address, follow_redirects=False)
        assert asked.headers["location"].startswith("/sign-in/again?")
        said = {"code": "other", "reason": "试试"}
        done = publisher.post(address, data=said, follow_redirects=False)
        assert done.headers["location"].startswith("/sign-in/again?")
    assert the_record(db, Kind.VENDOR, vendor.id).stage == Stage.PUBLISHED


def test_staff_filter_the_listings_and_read_one_s_story(publisher: TestClient, db: Session) -> None:
    vendor = a_vendor(db)
    a_vendor(db, name="一家新厂商")
    an_entry(db, vendor, days=20)
    listed = publisher.get("/desk/listings?kind=vendor&whitelist=ending&stage=published")
    assert vendor.name in listed.text
    assert "一家新厂商" not in listed.text
    assert "Nothing meets all of this" in publisher.get("/desk/listings?standing=recheck").text
    assert publisher.get("/desk/listings?stage=nonsense").status_code == 422
    story = publisher.get(f"/desk/listings/{vendor.identifier}").text
    assert "Put on the whitelist" in story
    assert "Assessment confirmed" in story
    passed = send(publisher, f"/desk/listings/{vendor.identifier}/recheck", reason="资料齐全")
    assert "Passed the yearly re-check" in passed.text
    removed = send(
        publisher, f"/desk/listings/{vendor.identifier}/remove", code="closed", reason="已注销"
    )
    assert "已注销" in removed.text
    assert vendor.name in publisher.get("/desk/listings?stage=removed").text


def test_other_staff_read_but_cannot_act(client: TestClient, db: Session) -> None:
    vendor = a_vendor(db)
    assessment = an_assessment(db, vendor)
    sign_in(client, db, staff(db, StaffRole.AUDITOR, region=DONGGUAN))
    assert client.get(f"/desk/listings/{vendor.identifier}").status_code == 200
    page = client.get(f"/desk/assessments/{assessment.id}")
    assert "Revoke" not in page.text
    assert client.post(f"/desk/assessments/{assessment.id}/revoke").status_code == 403
    assert client.get(f"/desk/listings/{vendor.identifier}/confirm").status_code == 403


def test_a_vendor_confirms_its_own_listings_only(client: TestClient, db: Session) -> None:
    vendor, other = a_vendor(db), a_vendor(db, name="别家")
    sign_in(client, db, a_member(db, vendor.organisation_id), vendor.organisation_id)

    def press(record_id: UUID) -> int:
        address = f"/workspace/listings/{record_id}/confirm"
        return client.post(address, follow_redirects=False).status_code

    assert press(other.id) == 404
    assert press(vendor.id) == 303
    confirmation = freshness.confirmation_of(db, vendor)
    assert confirmation is not None
    assert confirmation.confirmed_at is not None
