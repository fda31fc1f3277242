"""Nobody sees or touches what another organisation has not published: no member, no visitor."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.models import Claim, Person, Purpose, SignIn, StaffRole, Ticket
from app.catalogue import reading
from app.catalogue import service as catalogue
from app.catalogue.models import Case, Solution, Vendor
from app.catalogue.stages import Stage
from app.core import files
from app.core.db import now
from app.core.formats import today
from app.curation.applications import drafts
from app.curation.applications.models import Application, PublicNotice, Question
from search.engine import Kind
from tests.everything import PDF
from tests.factories import a_record
from tests.people import a_member, a_person, an_organisation, sign_in, staff, visitor

# needs, self-checks and shortlists are tried in tests of their own
OWN = re.compile(
    r"/(workspace(?!/(needs|self-check|shortlists|trainings))"
    r"|attachments|account/(organisations|sessions))/.*{"
)
"""Needs and trainings are tried by another owner beside their own rules."""

PART = re.compile(r"{(\w+)}")
TYPED = {"name": "注塑", "why": "试试", "text": "试试", "number": "1", "role": "viewer"}
SECRET = ("注塑草稿", "注塑申报", "注塑隐藏", "注塑撤回")


@dataclass(frozen=True, slots=True)
class Theirs:
    """A vendor with something at every stage, its owner, and the addresses' parts by name."""

    vendor: Vendor
    owner: Person
    parts: Mapping[str, object]
    hidden: Solution
    left: Solution
    case: Case


@pytest.fixture
def theirs(db: Session) -> Theirs:
    vendor = a_record(db, Kind.VENDOR, name="注塑公开厂")
    shown = a_record(db, Kind.SOLUTION, name="注塑公开方案", vendor_id=vendor.id)
    hidden = a_record(db, Kind.SOLUTION, name=SECRET[2], vendor_id=vendor.id)
    left = a_record(db, Kind.SOLUTION, name=SECRET[3], vendor_id=vendor.id)
    links = {"vendor_id": vendor.id, "solution_id": hidden.id}
    case = a_record(db, Kind.CASE, name="注塑公开案例", **links)
    assert isinstance(vendor, Vendor)
    owner = a_member(db, vendor.organisation_id, name="注塑老板")
    by = visitor(db, owner, vendor.organisation_id)
    values = {"name": SECRET[0], "summary": SECRET[0]}
    drafts.save(db, drafts.start_new(db, Kind.SOLUTION, by=by), values, seen=1, by=by)
    change = drafts.start_change(db, shown, by=by)
    drafts.save(db, change, {"name": SECRET[1], "summary": SECRET[1]}, seen=1, by=by)
    change.submitted_at, change.stage = now(), Stage.SUBMITTED
    about = {"subject": f"application:{change.id}", "organisation_id": vendor.organisation_id}
    file = files.keep(db, PDF, f"{SECRET[1]}.pdf", by=owner.id, **about)
    question = Question(application_id=change.id, text=SECRET[1], by=owner.id)
    claim = Claim(organisation_id=vendor.organisation_id, person_id=a_person(db).id)
    ticket = Ticket(
        purpose=Purpose.INVITE,
        token=uuid4().hex,
        email="somebody@example.com",
        organisation_id=vendor.organisation_id,
        role="viewer",
        expires_at=now().replace(year=now().year + 1),
    )
    session = SignIn(token=uuid4().hex, person_id=owner.id, ends_at=ticket.expires_at)
    db.add_all([question, claim, ticket, session])
    db.flush()
    parts = {
        "application_id": change.id,
        "attachment_id": file.id,
        "claim_id": claim.id,
        "identifier": shown.identifier,
        "organisation_id": vendor.organisation_id,
        "person_id": owner.id,
        "question_id": question.id,
        "record_id": shown.id,
        "sign_in_id": session.id,
        "ticket_id": ticket.id,
    }
    assert isinstance(hidden, Solution)
    assert isinstance(left, Solution)
    assert isinstance(case, Case)
    return Theirs(vendor, owner, parts, hidden, left, case)


def hide(db: Session, theirs: Theirs) -> None:
    """One listing is quarantined, another withdrawn; the index has not followed yet."""
    with catalogue.changing(db, by="Test") as changes:
        db.get_one(Solution, theirs.hidden.id).move_to(Stage.QUARANTINED)
        catalogue.leave(changes, db.get_one(Solution, theirs.left.id), Stage.WITHDRAWN)
    db.flush()


def routes_of(site: FastAPI) -> Iterator[tuple[str, str]]:
    """Each method and address that speaks of something that somebody owns."""
    for found in iter_route_contexts(site.routes):
        if isinstance(found.original_route, APIRoute) and OWN.match(found.path):
            yield from ((method, found.path) for method in found.methods or ())


def test_every_route_about_ones_own_is_tried_by_another_owner(
    site: FastAPI, client: TestClient, db: Session, theirs: Theirs
) -> None:
    client.follow_redirects = False
    organisation = an_organisation(db, "别家机械有限公司")
    a_record(db, Kind.VENDOR, name="别家机械有限公司")
    sign_in(client, db, a_member(db, organisation.id), organisation.id)
    tried = 0
    for method, path in routes_of(site):
        unknown = {*PART.findall(path)} - {*theirs.parts}
        assert not unknown, f"{path}: say in `theirs` whose {unknown} to try"
        answer = client.request(method, filled(path, theirs), data=TYPED)
        assert answer.status_code == 404, (method, path)
        tried += 1
    assert tried > 20
    subject = f"application:{theirs.parts['application_id']}"
    others: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", f"/appeals/{subject}", {}),
        ("GET", f"/appeals/new?subject={subject}", {}),
        ("POST", "/appeals", {"subject": subject, **TYPED}),
        ("POST", "/workspace/applications", {"listing": theirs.parts["identifier"]}),
        ("GET", f"/workspace/sightings?listing={theirs.parts['identifier']}", {}),
        ("POST", "/account/organisations/act-for", {"organisation": theirs.vendor.organisation_id}),
    ]
    for method, address, form in others:
        assert client.request(method, address, data=form).status_code == 404, address
    for page in ("", "/listings", "/listings?kind=case", "/sightings"):
        assert "注塑" not in client.get(f"/workspace{page}").text
    for page in ("", "/organisations", "/certification"):
        assert "注塑" not in client.get(f"/account{page}").text


def test_its_own_owner_gets_every_one_of_these_pages(
    site: FastAPI, client: TestClient, db: Session, theirs: Theirs
) -> None:
    sign_in(client, db, theirs.owner, theirs.vendor.organisation_id)
    for method, path in routes_of(site):
        if method == "GET":
            status = client.get(filled(path, theirs)).status_code
            assert status in ((404, 409) if path.endswith(("/appeal", "/edit")) else (200,)), path


def filled(path: str, theirs: Theirs) -> str:
    return PART.sub(lambda part: str(theirs.parts[part[1]]), path)


def public_pages(theirs: Theirs) -> Iterator[str]:
    """Everything that lists, finds, counts or compares, as anybody may ask for it."""
    yield from ("/", "/vendors", "/cases", "/notices", "/feeds/listings.xml", "/sitemap.xml")
    yield from (f"/api/v1/{folder}" for folder in ("solutions", "vendors", "cases"))
    for kind in (Kind.SOLUTION, Kind.VENDOR, Kind.CASE):
        yield f"/search?q=注塑&kind={kind}"
        yield f"/api/v1/search?q=注塑&kind={kind}"
    yield from ("/suggest?q=注塑", "/api/v1/suggest?q=注塑&limit=20")
    hidden, left = theirs.hidden.identifier, theirs.left.identifier
    yield f"/compare?id={theirs.parts['identifier']}&id={hidden}&id={left}"
    yield from (f"/vendors/{theirs.vendor.slug}", f"/api/v1/vendors/{theirs.vendor.identifier}")
    yield from (f"/cases/{theirs.case.slug}", f"/api/v1/cases/{theirs.case.identifier}")


def test_the_public_finds_nothing_that_is_not_published(
    client: TestClient,
    db: Session,
    theirs: Theirs,
    fill_index: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill_index()  # and it has not followed when somebody looks
    hide(db, theirs)
    find_nothing(client, theirs)
    fill_index()
    find_nothing(client, theirs)
    assert reading.counts(db)[Kind.SOLUTION] == 1
    for page in ("/api/v1/search?q=注塑", "/api/v1/solutions"):
        assert client.get(page).json()["total"] == 1
    assert client.get("/sitemap.xml").text.count("/solutions/") == 1
    for record in (theirs.hidden, theirs.left):
        assert client.get(f"/files/{theirs.parts['attachment_id']}").status_code == 404
        assert client.get(f"/solutions/{record.slug}").status_code in (404, 410)
    assert client.get(f"/id/{theirs.hidden.identifier}").status_code == 404
    for module in ("app.discovery.finding", "app.discovery.home", "app.catalogue.pages"):
        monkeypatch.setattr(f"{module}.ask", lambda _search, away: away())
    find_nothing(client, theirs)


def find_nothing(client: TestClient, theirs: Theirs) -> None:
    said = [*SECRET, theirs.hidden.identifier, theirs.hidden.slug, theirs.left.slug]
    for page in public_pages(theirs):
        answer = client.get(page)
        assert answer.status_code in (200, 422), page  # it says that some cannot be compared
        assert [secret for secret in said if secret in answer.text and secret not in page] == [], (
            page
        )


def test_a_checked_file_is_public_only_while_its_listing_is(
    client: TestClient, db: Session, theirs: Theirs
) -> None:
    file = db.get_one(files.Attachment, theirs.parts["attachment_id"])
    file.is_public, file.checked_at = True, now()
    address = f"/files/{file.id}"
    assert client.get(address).status_code == 404
    application = db.get_one(Application, theirs.parts["application_id"])
    application.stage = Stage.PUBLISHED
    assert client.get(address).status_code == 200
    solution = db.get_one(Solution, application.record_id)
    solution.stage = Stage.QUARANTINED
    assert client.get(address).status_code == 404


def test_an_ended_notice_says_what_was_announced_and_no_later_draft(
    client: TestClient, db: Session, theirs: Theirs
) -> None:
    application = db.get_one(Application, theirs.parts["application_id"])
    dates = dict.fromkeys(("starts_on", "ends_on", "publish_on"), today())
    about = {"application_id": application.id, "made_by": theirs.owner.id}
    notice = PublicNotice(**about, **dates, ended_at=now())
    db.add(notice)
    application.stage = Stage.RETURNED
    by = visitor(db, theirs.owner, theirs.vendor.organisation_id)
    values = {"name": SECRET[0], "summary": SECRET[0]}
    drafts.save(db, application, values, seen=application.version, by=by)
    for page in ("/notices", f"/notices/{notice.id}"):
        text = client.get(page).text
        assert SECRET[1] in text
        assert SECRET[0] not in text


def test_staff_see_no_file_of_a_draft_that_was_never_handed_in(
    client: TestClient, db: Session, theirs: Theirs
) -> None:
    address = f"/attachments/{theirs.parts['attachment_id']}"
    sign_in(client, db, staff(db, StaffRole.REVIEWER))
    assert client.get(address).status_code == 200
    application = db.get_one(Application, theirs.parts["application_id"])
    application.stage, application.submitted_at = Stage.WITHDRAWN, None
    assert client.get(address).status_code == 404
