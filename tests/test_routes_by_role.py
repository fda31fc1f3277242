"""Every route and who may use it, in one table; a route without a line here fails.

The table says what was decided; the code says what is: the permission that a route declares and
the roles that are granted it. The test compares the two. Region is no part of it: who may use a
page sees and decides there only inside their own (tried below).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.grants import MEMBER_GRANTS, STAFF_GRANTS, UNPROVEN, grants_of
from app.accounts.models import MemberRole, Person, StaffRole
from app.core.access import Can, may
from app.curation.oversight.models import SpotCheck
from tests.everything import one_of_everything
from tests.people import DONGGUAN, GUANGZHOU, a_member, a_person, an_organisation, sign_in, staff

EVERYBODY = "everybody"
SIGNED_IN = "signed in"  # whoever they are, with the second factor that they owe
UNPROVEN_TOO = "signed in, even before the second factor"
MEMBERS, EDITORS, OWNERS = "viewer editor owner", "editor owner", "owner"
STAFF = "reviewer inspector publisher auditor administrator"

ROUTES: dict[str, str] = {
    "GET /": EVERYBODY,
    "GET /accessibility": EVERYBODY,
    "GET /account": SIGNED_IN,
    "POST /account": SIGNED_IN,
    "GET /account/address": SIGNED_IN,
    "POST /account/address": SIGNED_IN,
    "GET /account/address/confirm": SIGNED_IN,
    "POST /account/address/confirm": SIGNED_IN,
    "GET /account/certification": OWNERS,
    "POST /account/certification/bank": OWNERS,
    "POST /account/certification/business": OWNERS,
    "POST /account/certification/contact": OWNERS,
    "GET /account/certification/licence": MEMBERS,
    "POST /account/certification/licence": OWNERS,
    "POST /account/certification/register": OWNERS,
    "POST /account/certification/start-again": OWNERS,
    "POST /account/certification/submit": OWNERS,
    "GET /account/organisations": SIGNED_IN,
    "POST /account/organisations": SIGNED_IN,
    "POST /account/organisations/act-for": SIGNED_IN,
    "POST /account/organisations/{organisation_id}/claims/{claim_id}/accept": OWNERS,
    "POST /account/organisations/{organisation_id}/claims/{claim_id}/refuse": OWNERS,
    "POST /account/organisations/{organisation_id}/invitations": OWNERS,
    "POST /account/organisations/{organisation_id}/invitations/{ticket_id}/end": OWNERS,
    "POST /account/organisations/{organisation_id}/leave": SIGNED_IN,
    "GET /account/organisations/{organisation_id}/members": SIGNED_IN,
    "POST /account/organisations/{organisation_id}/members/{person_id}/remove": OWNERS,
    "POST /account/organisations/{organisation_id}/members/{person_id}/role": OWNERS,
    "GET /account/password": SIGNED_IN,
    "POST /account/password": SIGNED_IN,
    "GET /account/searches": SIGNED_IN,
    "POST /account/searches": SIGNED_IN,
    "GET /account/searches/new": SIGNED_IN,
    "POST /account/searches/{watch_id}": SIGNED_IN,
    "POST /account/searches/{watch_id}/delete": SIGNED_IN,
    "GET /account/second-factor": UNPROVEN_TOO,
    "POST /account/second-factor": UNPROVEN_TOO,
    "POST /account/second-factor/codes": SIGNED_IN,
    "POST /account/second-factor/off": SIGNED_IN,
    "GET /account/second-factor/picture.svg": UNPROVEN_TOO,
    "GET /account/second-factor/set-up": UNPROVEN_TOO,
    "POST /account/second-factor/set-up": UNPROVEN_TOO,
    "POST /account/sessions/end-others": SIGNED_IN,
    "POST /account/sessions/{sign_in_id}/end": SIGNED_IN,
    "GET /alerts/unsubscribe/{token}": EVERYBODY,
    "POST /alerts/unsubscribe/{token}": EVERYBODY,
    "GET /api/v1/cases": EVERYBODY,
    "GET /api/v1/cases/{key}": EVERYBODY,
    "GET /api/v1/docs": EVERYBODY,
    "GET /api/v1/information": EVERYBODY,
    "GET /api/v1/information/{key}": EVERYBODY,
    "GET /api/v1/openapi.json": EVERYBODY,
    "GET /api/v1/search": EVERYBODY,
    "GET /api/v1/solutions": EVERYBODY,
    "GET /api/v1/solutions/{key}": EVERYBODY,
    "GET /api/v1/suggest": EVERYBODY,
    "GET /api/v1/trainings": EVERYBODY,
    "GET /api/v1/trainings/{key}": EVERYBODY,
    "GET /api/v1/vendors": EVERYBODY,
    "GET /api/v1/vendors/{key}": EVERYBODY,
    "POST /appeals": EDITORS,
    "GET /appeals/new": EDITORS,
    "GET /appeals/{subject}": EDITORS,
    "GET /attachments/{attachment_id}": SIGNED_IN,
    "GET /bookings": SIGNED_IN,
    "POST /bookings/places/{place_id}/leave": SIGNED_IN,
    "GET /bookings/{identifier}": SIGNED_IN,
    "GET /bookings/{identifier}/calendar.ics": SIGNED_IN,
    "GET /bookings/{identifier}/cancel": SIGNED_IN,
    "POST /bookings/{identifier}/cancel": SIGNED_IN,
    "GET /bookings/{identifier}/feedback": SIGNED_IN,
    "POST /bookings/{identifier}/feedback": SIGNED_IN,
    "GET /bookings/{identifier}/paid": SIGNED_IN,
    "GET /bookings/{identifier}/pay": SIGNED_IN,
    "POST /bookings/{identifier}/pay": SIGNED_IN,
    "GET /bookings/{identifier}/seats/{booking_id}": SIGNED_IN,
    "POST /bookings/{identifier}/seats/{booking_id}": SIGNED_IN,
    "GET /bookings/{identifier}/tickets": SIGNED_IN,
    "GET /cases": EVERYBODY,
    "GET /cases/{slug}": EVERYBODY,
    "GET /certificates": EVERYBODY,
    "GET /certificates/{identifier}": EVERYBODY,
    "POST /certificates/{identifier}": EVERYBODY,
    "GET /certificates/{identifier}/certificate.pdf": SIGNED_IN,
    "GET /compare": EVERYBODY,
    "GET /confirm": EVERYBODY,
    "POST /confirm": EVERYBODY,
    "GET /desk": STAFF,
    "GET /desk/appeals": "publisher",
    "GET /desk/appeals/{appeal_id}": "publisher",
    "POST /desk/appeals/{appeal_id}": "publisher",
    "GET /desk/applications": STAFF,
    "GET /desk/applications/{application_id}": STAFF,
    "POST /desk/applications/{application_id}/files/{file_id}/checked": STAFF,
    "POST /desk/applications/{application_id}/notes": STAFF,
    "POST /desk/applications/{application_id}/notice": "publisher",
    "POST /desk/applications/{application_id}/objections/{objection_id}": "publisher",
    "POST /desk/applications/{application_id}/publish": STAFF,
    "POST /desk/applications/{application_id}/questions": STAFF,
    "POST /desk/applications/{application_id}/recommend": "reviewer",
    "POST /desk/applications/{application_id}/refuse": STAFF,
    "POST /desk/applications/{application_id}/return": STAFF,
    "POST /desk/applications/{application_id}/review": "reviewer",
    "POST /desk/applications/{application_id}/scores": "reviewer",
    "GET /desk/assessments": STAFF,
    "POST /desk/assessments/files": "inspector",
    "GET /desk/assessments/new": "inspector",
    "GET /desk/assessments/{assessment_id}": STAFF,
    "POST /desk/assessments/{assessment_id}/confirm": "publisher",
    "GET /desk/assessments/{assessment_id}/edit": "inspector",
    "GET /desk/assessments/{assessment_id}/evidence/{file_id}": STAFF,
    "POST /desk/assessments/{assessment_id}/files": "inspector",
    "POST /desk/assessments/{assessment_id}/revoke": "publisher",
    "POST /desk/assessments/{assessment_id}/whitelist": "publisher",
    "GET /desk/audit": "auditor",
    "POST /desk/audit/check": "auditor",
    "GET /desk/batches": "publisher",
    "GET /desk/batches/{batch_id}": "publisher",
    "POST /desk/batches/{batch_id}/admit": "publisher",
    "POST /desk/batches/{batch_id}/take-back": "publisher",
    "GET /desk/certifications": "reviewer",
    "GET /desk/certifications/{certification_id}": "reviewer",
    "POST /desk/certifications/{certification_id}": "reviewer",
    "GET /desk/certifications/{certification_id}/licence": "reviewer",
    "GET /desk/claims": "reviewer",
    "POST /desk/claims/{claim_id}": "reviewer",
    "GET /desk/criteria": "administrator",
    "POST /desk/criteria/{kind}": "administrator",
    "POST /desk/criteria/{kind}/{code}": "administrator",
    "POST /desk/criteria/{kind}/{code}/move": "administrator",
    "POST /desk/criteria/{kind}/{code}/retire": "administrator",
    "GET /desk/exports": STAFF,
    "POST /desk/exports/{name}": STAFF,
    "GET /desk/inquiries": "reviewer publisher",
    "GET /desk/inquiries/{inquiry_id}": "reviewer publisher",
    "POST /desk/inquiries/{inquiry_id}/close": "reviewer publisher",
    "POST /desk/inquiries/{inquiry_id}/invitation": "reviewer publisher",
    "POST /desk/inquiries/{inquiry_id}/messages": "reviewer publisher",
    "POST /desk/inquiries/{inquiry_id}/passed-on": "reviewer publisher",
    "POST /desk/inquiries/{inquiry_id}/province": "reviewer publisher",
    "POST /desk/inquiries/{inquiry_id}/unreachable": "reviewer publisher",
    "GET /desk/listings": STAFF,
    "GET /desk/listings/{identifier}": STAFF,
    "GET /desk/listings/{identifier}/{act}": "publisher",
    "POST /desk/listings/{identifier}/{act}": "publisher",
    "GET /desk/matches": "reviewer publisher auditor",
    "GET /desk/merges": "reviewer",
    "GET /desk/merges/{case_id}": "reviewer",
    "POST /desk/merges/{case_id}/keep-apart": "reviewer",
    "POST /desk/merges/{case_id}/merge": "reviewer",
    "POST /desk/merges/{case_id}/split": "reviewer",
    "GET /desk/ratings": "publisher",
    "POST /desk/ratings/{rating_id}": "publisher",
    "GET /desk/refunds": "reviewer publisher auditor",
    "POST /desk/refunds": "reviewer",
    "POST /desk/refunds/{refund_id}/again": "reviewer",
    "POST /desk/refunds/{refund_id}/approve": "publisher",
    "POST /desk/refunds/{refund_id}/decline": "publisher",
    "GET /desk/reports": "publisher",
    "GET /desk/reports/{report_id}": "publisher",
    "POST /desk/reports/{report_id}/decision": "publisher",
    "POST /desk/reports/{report_id}/thread": "publisher",
    "POST /desk/reports/{report_id}/thread/{attachment_id}": "publisher",
    "GET /desk/seats": "reviewer",
    "POST /desk/seats/{order_id}": "reviewer",
    "GET /desk/spot-checks": STAFF,
    "GET /desk/spot-checks/draws": STAFF,
    "POST /desk/spot-checks/draws": "publisher",
    "GET /desk/spot-checks/draws/new": "publisher",
    "GET /desk/spot-checks/draws/{draw_id}": STAFF,
    "POST /desk/spot-checks/draws/{draw_id}/drop": "publisher",
    "POST /desk/spot-checks/draws/{draw_id}/make": "publisher",
    "GET /desk/spot-checks/{check_id}": STAFF,
    "POST /desk/spot-checks/{check_id}/decision": "publisher",
    "GET /desk/spot-checks/{check_id}/evidence/{attachment_id}": STAFF,
    "POST /desk/spot-checks/{check_id}/report/files": "inspector",
    "POST /desk/spot-checks/{check_id}/return": "publisher",
    "POST /desk/spot-checks/{check_id}/substitute": "publisher",
    "GET /desk/staff": "administrator",
    "POST /desk/staff/invitations": "administrator",
    "POST /desk/staff/invitations/{ticket_id}/end": "administrator",
    "GET /desk/staff/{person_id}": "administrator",
    "POST /desk/staff/{person_id}": "administrator",
    "POST /desk/staff/{person_id}/end": "administrator",
    "POST /desk/staff/{person_id}/second-factor/remove": "administrator",
    "GET /desk/trainings": "reviewer publisher auditor",
    "GET /desk/trainings/certificates/{certificate}": "reviewer publisher auditor",
    "POST /desk/trainings/certificates/{certificate}/revoke": "publisher",
    "GET /desk/trainings/sittings/{sitting}": "reviewer publisher auditor",
    "GET /desk/whitelist": STAFF,
    "GET /desk/whitelist/{entry_id}/end": "publisher",
    "POST /desk/whitelist/{entry_id}/end": "publisher",
    "GET /development/mail": EVERYBODY,
    "GET /favicon.ico": EVERYBODY,
    "GET /feeds/information.xml": EVERYBODY,
    "GET /feeds/listings.xml": EVERYBODY,
    "GET /files/{attachment_id}": EVERYBODY,
    "GET /forgotten": EVERYBODY,
    "POST /forgotten": EVERYBODY,
    "GET /healthz": EVERYBODY,
    "GET /how-ranking-works": EVERYBODY,
    "GET /id/{identifier}": EVERYBODY,
    "GET /information": EVERYBODY,
    "GET /information/{slug}": EVERYBODY,
    "GET /inquiries": MEMBERS,
    "GET /inquiries/answers": EDITORS,
    "POST /inquiries/answers": EDITORS,
    "POST /inquiries/answers/{answer_id}": EDITORS,
    "POST /inquiries/answers/{answer_id}/remove": EDITORS,
    "GET /inquiries/blocks": MEMBERS,
    "POST /inquiries/blocks/{block_id}/end": EDITORS,
    "POST /inquiries/files": EDITORS,
    "GET /inquiries/new": SIGNED_IN,
    "GET /inquiries/{identifier}": MEMBERS,
    "POST /inquiries/{identifier}/block": EDITORS,
    "POST /inquiries/{identifier}/contact": EDITORS,
    "POST /inquiries/{identifier}/contract": EDITORS,
    "POST /inquiries/{identifier}/contract/confirm": EDITORS,
    "POST /inquiries/{identifier}/contract/dismiss": EDITORS,
    "POST /inquiries/{identifier}/escalation": EDITORS,
    "GET /inquiries/{identifier}/events": MEMBERS,
    "POST /inquiries/{identifier}/files": EDITORS,
    "GET /inquiries/{identifier}/files/{attachment_id}": MEMBERS,
    "POST /inquiries/{identifier}/messages": EDITORS,
    "POST /inquiries/{identifier}/no-answer-needed": EDITORS,
    "POST /inquiries/{identifier}/question": EDITORS,
    "POST /inquiries/{identifier}/rating": EDITORS,
    "POST /inquiries/{identifier}/rating/reply": EDITORS,
    "POST /inquiries/{identifier}/report": EDITORS,
    "POST /inquiries/{identifier}/steps": EDITORS,
    "GET /invitations/{token}": EVERYBODY,
    "POST /invitations/{token}": SIGNED_IN,
    "GET /mail-sent": EVERYBODY,
    "POST /matches/{match_id}/feedback": EDITORS,
    "GET /matches/{match_id}/why": SIGNED_IN,
    "GET /needs": EVERYBODY,
    "GET /needs/{identifier}": EVERYBODY,
    "POST /needs/{identifier}/questions": EDITORS,
    "GET /notices": EVERYBODY,
    "GET /notices/{notice_id}": EVERYBODY,
    "POST /notices/{notice_id}/objections": EVERYBODY,
    "GET /opensearch.xml": EVERYBODY,
    "POST /payments/webhook": EVERYBODY,
    "GET /readyz": EVERYBODY,
    "GET /receipts/{number}": SIGNED_IN,
    "GET /receipts/{number}/pdf": SIGNED_IN,
    "GET /register": EVERYBODY,
    "POST /register": EVERYBODY,
    "GET /reset": EVERYBODY,
    "POST /reset": EVERYBODY,
    "GET /robots.txt": EVERYBODY,
    "GET /search": EVERYBODY,
    "GET /sign-in": EVERYBODY,
    "POST /sign-in": EVERYBODY,
    "GET /sign-in/again": UNPROVEN_TOO,
    "POST /sign-in/again": UNPROVEN_TOO,
    "GET /sign-in/provider": EVERYBODY,
    "GET /sign-in/provider/back": EVERYBODY,
    "GET /sign-in/provider/finish": EVERYBODY,
    "POST /sign-in/provider/finish": EVERYBODY,
    "POST /sign-out": EVERYBODY,
    "GET /sitemap.xml": EVERYBODY,
    "GET /sitemaps/{number}.xml": EVERYBODY,
    "GET /solutions": EVERYBODY,
    "GET /solutions/{slug}": EVERYBODY,
    "GET /sources": EVERYBODY,
    "GET /spot-checks": EVERYBODY,
    "GET /spot-checks/checks/{check_id}": EVERYBODY,
    "GET /spot-checks/findings": EVERYBODY,
    "GET /spot-checks/{draw_id}": EVERYBODY,
    "GET /spot-checks/{draw_id}.json": EVERYBODY,
    "GET /stand-in/checkout/{session_id}": EVERYBODY,
    "POST /stand-in/checkout/{session_id}": EVERYBODY,
    "GET /suggest": EVERYBODY,
    "GET /tickets/{ticket}": SIGNED_IN,
    "GET /tickets/{ticket}/picture.svg": SIGNED_IN,
    "POST /tickets/{ticket}/present": EDITORS,
    "POST /tickets/{ticket}/undo": EDITORS,
    "GET /trainings": EVERYBODY,
    "GET /trainings/calendar.ics": EVERYBODY,
    "GET /trainings/{slug}": EVERYBODY,
    "GET /trainings/{slug}/calendar.ics": EVERYBODY,
    "GET /trainings/{slug}/sittings/{identifier}.ics": EVERYBODY,
    "GET /trainings/{slug}/sittings/{identifier}/book": SIGNED_IN,
    "POST /trainings/{slug}/sittings/{identifier}/book": SIGNED_IN,
    "POST /trainings/{slug}/sittings/{identifier}/wait": SIGNED_IN,
    "GET /vendors": EVERYBODY,
    "GET /vendors/{slug}": EVERYBODY,
    "GET /workspace": MEMBERS,
    "POST /workspace/applications": EDITORS,
    "GET /workspace/applications/{application_id}": MEMBERS,
    "GET /workspace/applications/{application_id}/appeal": EDITORS,
    "POST /workspace/applications/{application_id}/catch-up": EDITORS,
    "GET /workspace/applications/{application_id}/edit": EDITORS,
    "POST /workspace/applications/{application_id}/edit": EDITORS,
    "POST /workspace/applications/{application_id}/files": EDITORS,
    "POST /workspace/applications/{application_id}/files/{attachment_id}/remove": EDITORS,
    "POST /workspace/applications/{application_id}/hand-in": EDITORS,
    "GET /workspace/applications/{application_id}/history": MEMBERS,
    "POST /workspace/applications/{application_id}/history": EDITORS,
    "GET /workspace/applications/{application_id}/preview": MEMBERS,
    "POST /workspace/applications/{application_id}/questions/{question_id}": EDITORS,
    "POST /workspace/applications/{application_id}/withdraw": EDITORS,
    "GET /workspace/fitting-needs": MEMBERS,
    "GET /workspace/listings": MEMBERS,
    "GET /workspace/listings/{identifier}": MEMBERS,
    "GET /workspace/listings/{identifier}/history": MEMBERS,
    "POST /workspace/listings/{identifier}/history": EDITORS,
    "POST /workspace/listings/{identifier}/withdraw": EDITORS,
    "POST /workspace/listings/{record_id}/confirm": EDITORS,
    "GET /workspace/needs": MEMBERS,
    "GET /workspace/needs/new": EDITORS,
    "POST /workspace/needs/new": EDITORS,
    "GET /workspace/needs/{identifier}": MEMBERS,
    "POST /workspace/needs/{identifier}/close": EDITORS,
    "POST /workspace/needs/{identifier}/copy": EDITORS,
    "GET /workspace/needs/{identifier}/edit": EDITORS,
    "POST /workspace/needs/{identifier}/edit": EDITORS,
    "POST /workspace/needs/{identifier}/extend": EDITORS,
    "GET /workspace/needs/{identifier}/matches": MEMBERS,
    "POST /workspace/needs/{identifier}/outcome": EDITORS,
    "POST /workspace/needs/{identifier}/publish": EDITORS,
    "POST /workspace/needs/{identifier}/questions/{question_id}": EDITORS,
    "POST /workspace/needs/{identifier}/understand": EDITORS,
    "POST /workspace/needs/{identifier}/withdraw": EDITORS,
    "GET /workspace/self-check": MEMBERS,
    "GET /workspace/self-check/new": EDITORS,
    "POST /workspace/self-check/new": EDITORS,
    "POST /workspace/self-check/{check_id}/need": EDITORS,
    "GET /workspace/shortlists": MEMBERS,
    "POST /workspace/shortlists": EDITORS,
    "GET /workspace/shortlists/add": EDITORS,
    "POST /workspace/shortlists/add": EDITORS,
    "GET /workspace/shortlists/{shortlist_id}": MEMBERS,
    "POST /workspace/shortlists/{shortlist_id}": EDITORS,
    "GET /workspace/shortlists/{shortlist_id}/compare": MEMBERS,
    "POST /workspace/shortlists/{shortlist_id}/copy": EDITORS,
    "POST /workspace/shortlists/{shortlist_id}/delete": EDITORS,
    "GET /workspace/shortlists/{shortlist_id}/export/{form}": MEMBERS,
    "POST /workspace/shortlists/{shortlist_id}/freeze": EDITORS,
    "POST /workspace/shortlists/{shortlist_id}/items/{item_id}": EDITORS,
    "POST /workspace/shortlists/{shortlist_id}/items/{item_id}/move": EDITORS,
    "POST /workspace/shortlists/{shortlist_id}/items/{item_id}/remove": EDITORS,
    "GET /workspace/shortlists/{shortlist_id}/print": MEMBERS,
    "POST /workspace/shortlists/{shortlist_id}/searches": EDITORS,
    "POST /workspace/shortlists/{shortlist_id}/searches/{watch_id}/remove": EDITORS,
    "POST /workspace/shortlists/{shortlist_id}/share": EDITORS,
    "GET /workspace/sightings": MEMBERS,
    "GET /workspace/trainings": MEMBERS,
    "GET /workspace/trainings/certificates/{identifier}": EDITORS,
    "POST /workspace/trainings/certificates/{identifier}/revoke": EDITORS,
    "GET /workspace/trainings/figures": MEMBERS,
    "GET /workspace/trainings/figures/export/{form}": MEMBERS,
    "GET /workspace/trainings/sittings/{identifier}": MEMBERS,
    "GET /workspace/trainings/sittings/{identifier}/attendance": EDITORS,
    "POST /workspace/trainings/sittings/{identifier}/attendance": EDITORS,
    "GET /workspace/trainings/sittings/{identifier}/attendance/list.pdf": EDITORS,
    "GET /workspace/trainings/sittings/{identifier}/attendance/print": EDITORS,
    "GET /workspace/trainings/sittings/{identifier}/cancel": EDITORS,
    "POST /workspace/trainings/sittings/{identifier}/cancel": EDITORS,
    "GET /workspace/trainings/sittings/{identifier}/certificates": EDITORS,
    "POST /workspace/trainings/sittings/{identifier}/certificates": EDITORS,
    "GET /workspace/trainings/sittings/{identifier}/codes": EDITORS,
    "POST /workspace/trainings/sittings/{identifier}/codes": EDITORS,
    "POST /workspace/trainings/sittings/{identifier}/codes/{code_id}/withdraw": EDITORS,
    "GET /workspace/trainings/sittings/{identifier}/edit": EDITORS,
    "POST /workspace/trainings/sittings/{identifier}/edit": EDITORS,
    "GET /workspace/trainings/sittings/{identifier}/feedback": MEMBERS,
    "POST /workspace/trainings/sittings/{identifier}/move": EDITORS,
    "GET /workspace/trainings/{training}/sittings/new": EDITORS,
    "POST /workspace/trainings/{training}/sittings/new": EDITORS,
}

ROLES = {
    **{str(role): grants_of(role, frozenset()) for role in MemberRole},
    **{str(role): grants_of(None, frozenset({role})) for role in StaffRole},
}


def routes(app: Any) -> Iterator[tuple[str, APIRoute, Any]]:
    """Each method of each route as it stands in the table."""
    for found in iter_route_contexts(app.routes):
        if isinstance(found.original_route, APIRoute):
            for method in found.methods or ():
                yield f"{method} {found.path}", found.original_route, found.dependant


def needed(dependencies: Iterable[Any]) -> Iterator[Can]:
    """The permissions that a route asks for, itself or through what it depends on."""
    for dependency in dependencies:
        if isinstance(dependency.call, may):
            yield dependency.call.permission
        yield from needed(dependency.dependencies)


def who_may(permissions: frozenset[Can]) -> str:
    """The roles that are granted all of these, in the order of the grants."""
    if not permissions:
        return EVERYBODY
    if permissions <= UNPROVEN:
        return UNPROVEN_TOO
    if permissions <= grants_of(None, frozenset()):
        return SIGNED_IN
    return " ".join(role for role, grants in sorted_roles() if permissions <= grants)


def sorted_roles() -> list[tuple[str, frozenset[Can]]]:
    order = ("viewer", "editor", "owner", *map(str, StaffRole))
    return [(role, ROLES[role]) for role in order]


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """Each route and the roles that the code lets in."""
    from app.main import create_app  # noqa: PLC0415  imports every feature

    app = create_app(worker=False)
    return {
        name: who_may(frozenset(needed(dependant.dependencies)))
        for name, _route, dependant in routes(app)
    }


def test_every_route_stands_in_the_table_with_the_roles_that_may_use_it(
    found: dict[str, str],
) -> None:
    missing = [f'    "{name}": "{roles}",' for name, roles in found.items() if name not in ROUTES]
    assert not missing, "decide about these:\n" + "\n".join(sorted(missing))
    assert {name: found.get(name) for name in ROUTES} == ROUTES


def test_the_table_is_sorted_so_that_two_who_add_to_it_do_not_meet() -> None:
    by_path = sorted(ROUTES, key=lambda name: name.split(" ")[::-1])
    assert list(ROUTES) == by_path


def test_the_table_holds_over_http_for_one_page_of_each_kind(
    found: dict[str, str], client: TestClient, db: Session
) -> None:
    client.follow_redirects = False
    pages = {roles: name for name, roles in found.items() if name[:4] == "GET " and "{" not in name}
    pages.pop(EVERYBODY)
    for name in pages.values():
        answer = client.get(name.removeprefix("GET "))
        assert answer.headers["location"].startswith("/sign-in?"), name
    for role, person, organisation_id in everyone(db):
        sign_in(client, db, person, organisation_id)
        for roles, name in pages.items():
            may_use = roles in (SIGNED_IN, UNPROVEN_TOO) or role in roles.split()
            status = client.get(name.removeprefix("GET ")).status_code
            assert (status != 403) is may_use, (role, name, status)


def everyone(db: Session) -> Iterator[tuple[str, Person, UUID | None]]:
    """Somebody of each role, and somebody who has none."""
    yield "person", a_person(db), None
    organisation = an_organisation(db)
    for member in MemberRole:
        yield str(member), a_member(db, organisation.id, member), organisation.id
    for role in StaffRole:
        yield str(role), staff(db, role), None


def test_nobody_is_granted_what_no_route_or_page_asks_for(found: dict[str, str]) -> None:
    assert set().union(*MEMBER_GRANTS.values(), *STAFF_GRANTS.values()) <= set(Can)
    assert {role for role, grants in sorted_roles() if not grants} == set()


NO_PLACE = ("/desk/criteria/{kind}", "/desk/exports/{name}")
"""Addresses with a part to fill in that have no region."""

FURTHER = {"act": "quarantine", "objection_id": "1"}
"""Parts to fill in that need more than an id that is none."""

PART = re.compile(r"{(\w+)}")
TYPED = {"version": "1", "decision": "accept", "why": "试试", "reason": "试试", "text": "试试"}
"""What forms ask for, so that no answer is about what was typed."""


def about_something(found: dict[str, str]) -> list[str]:
    return [
        name
        for name in found
        if name.partition(" ")[2].startswith("/desk/")
        and "{" in name
        and not name.partition(" ")[2].startswith(NO_PLACE)
    ]


def test_every_desk_route_about_something_is_tried_from_another_region(
    found: dict[str, str], client: TestClient, db: Session
) -> None:
    client.follow_redirects = False
    made = one_of_everything(db, GUANGZHOU)
    sign_in(client, db, staff(db, *StaffRole, region=DONGGUAN))
    for name in about_something(found):
        method, path = name.split(" ")
        about = PART.findall(path)[0]
        assert about in made, f"{name}: say in tests/everything.py how to make one, as {about}"
        answer = client.request(method, filled(path, made), data=TYPED)
        assert answer.status_code == 404, name
    sign_in(client, db, staff(db, *StaffRole, region=GUANGZHOU))
    for name in about_something(found):
        path = name.removeprefix("GET ")
        if path != name and not {*PART.findall(path)} - {*made, *FURTHER}:
            assert client.get(filled(path, made)).status_code in (200, 403), name


def test_an_inspector_sees_their_own_check_wherever_it_is(client: TestClient, db: Session) -> None:
    made = one_of_everything(db, GUANGZHOU)
    check = db.get_one(SpotCheck, made["check_id"])
    check.inspector_id = staff(db, StaffRole.INSPECTOR, region=DONGGUAN).id
    page, draw = f"/desk/spot-checks/{check.id}", f"/desk/spot-checks/draws/{check.draw_id}"
    sign_in(client, db, db.get_one(Person, check.inspector_id))
    assert [client.get(address).status_code for address in (page, draw)] == [200, 404]
    sign_in(client, db, staff(db, *StaffRole, region=DONGGUAN))
    assert client.get(page).status_code == 404


def filled(path: str, made: Mapping[str, object]) -> str:
    """The address of what was made; any further part to fill in is an id that is none."""
    return PART.sub(lambda part: str({**FURTHER, **made}.get(part[1]) or uuid4()), path)
