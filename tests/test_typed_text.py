"""What somebody typed stands in the form again whenever the answer says that something is wrong."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session, select

from app.accounts import tickets
from app.accounts.models import Claim, MemberRole, Person, Purpose, StaffRole
from app.catalogue.models import Vendor
from app.catalogue.stages import Stage
from app.core.formats import today
from app.curation.applications import drafts, questions
from app.curation.applications.models import Application, Objection, PublicNotice
from app.curation.oversight import checklist, quarantining
from app.curation.oversight.models import CheckStage, Draw, Finding, SpotCheck
from app.curation.reasons import QUARANTINE_REASONS, REFUSAL_REASONS
from app.inquiries.models import Inquiry
from search.engine import Kind
from tests.accounts.conftest import _cheap_hashing  # noqa: F401  each form is sent many times
from tests.desk.applications import A_DAY, an_application, at_notice, city_reviewer
from tests.everything import one_of_everything
from tests.forms import Form, Sent, forms_of
from tests.oversight.setting import a_publisher, a_vendor, an_assessment
from tests.people import (
    DONGGUAN,
    PROVINCE,
    a_member,
    a_person,
    an_organisation,
    sign_in,
    staff,
    visitor,
)
from tests.test_routes_by_role import EVERYBODY, PART, ROUTES

TRIED = {  # some whose words can be wrong
    "accounts": {"POST /register", "POST /account/organisations"},
    "workspace": {"POST /appeals", "POST /notices/{notice_id}/objections"},
    "desk": {"POST /desk/batches/{batch_id}/admit", "POST /desk/claims/{claim_id}"},
}
Ids = dict[str, list[object]]
AREAS = {
    "accounts": ("/account", "/register", "/sign-in", "/forgotten", "/reset", "/confirm"),
    "workspace": ("/workspace", "/appeals", "/notices"),
    "desk": ("/desk",),
}
ELSEWHERE = re.compile(
    r"/(account/searches|workspace/(needs|shortlists|self-check|fitting|trainings))"
)
"""Needs and trainings: their own tests ask the same of their forms."""

QUERIES = {
    "/desk/assessments/new": "?vendor={identifier}",
    "/reset": "?token={token}",
    "/confirm": "?token=anything",
}
"""What a page needs to be asked for."""

QUERIED = "/desk/spot-checks/draws/new"  # its form shows a preview, and what is wrong with it
BUTTONS = {
    "POST /account/address/confirm",
    "POST /account/certification/start-again",
    "POST /account/certification/submit",
    "POST /account/organisations/{organisation_id}/invitations/{ticket_id}/end",
    "POST /account/organisations/{organisation_id}/members/{person_id}/remove",
    "POST /account/second-factor/codes",
    "POST /account/second-factor/off",
    "POST /desk/applications/{application_id}/publish",
    "POST /desk/refunds/{refund_id}/again",
    "POST /desk/reports/{report_id}/thread/{attachment_id}",
    "POST /desk/spot-checks/draws",  # sends what its preview was asked for, with GET
    "POST /desk/staff/{person_id}/second-factor/remove",
    "POST /sign-in/provider/finish",
    "POST /workspace/applications/{application_id}/catch-up",
    "POST /workspace/applications/{application_id}/files/{attachment_id}/remove",
    "POST /workspace/applications/{application_id}/history",
    "POST /workspace/listings/{identifier}/history",
    "POST /workspace/listings/{record_id}/confirm",
}
"""Forms into which nothing is typed, and which this set of things does not show."""

SAME = {
    "POST /account/password": "secrets, which are typed anew",
    "POST /account/second-factor": "a secret",
    "POST /desk/merges/{case_id}/split": "the same form as for merging",
}


@dataclass
class Walk:
    """What a walk through the pages found."""

    lost: set[str]
    asked: set[str]
    wrong: set[str]  # routes that said so


@pytest.fixture
def ids(db: Session) -> Ids:
    """What the addresses call each thing by: one of everything in a region, at several stages."""
    made: dict[str, Any] = {**one_of_everything(db, DONGGUAN)}
    application = db.get_one(Application, made["application_id"])
    application.base_version = db.get_one(Vendor, application.record_id).version
    organisation_id = application.organisation_id
    owner = a_member(db, organisation_id)
    draft = drafts.start_new(db, Kind.SOLUTION, by=visitor(db, owner, organisation_id))
    questions.ask(db, application, "何时投产？", by=city_reviewer(db))
    hidden = _hidden(db)
    confirmed = an_assessment(db, a_vendor(db, "确认科技有限公司"))
    token = tickets.issue(db, Purpose.RESET, owner.email)
    other = an_organisation(db, "无主机械有限公司")
    db.add(Claim(organisation_id=other.id, person_id=a_person(db).id, message="员工"))
    db.flush()
    unreached = db.exec(select(Inquiry.id).where(Inquiry.waits_for_account)).one()
    return {
        **{name: [one] for name, one in made.items()},
        "application_id": [application.id, *_applications(db, application), draft.id],
        "notice_id": list(db.exec(select(PublicNotice.id))),
        "assessment_id": [made["assessment_id"], confirmed.id],
        "check_id": _checks(db, made),
        "draw_id": _draws(db, made),
        "inquiry_id": [made["inquiry_id"], unreached],
        "identifier": [made["identifier"], hidden.identifier],
        "act": ["quarantine", "extend", "lift", "remove", "recheck"],
        "organisation_id": [organisation_id],
        "owner": [owner.id],
        "token": [token],
    }


def _hidden(db: Session) -> Vendor:
    vendor = a_vendor(db, "暂停科技有限公司")
    said = {"code": next(iter(QUARANTINE_REASONS)), "reason": "核实中"}
    until = today() + 20 * A_DAY
    quarantining.begin(db, vendor, **said, until=until, by=a_publisher(db))
    return vendor


def _applications(db: Session, like: Application) -> Iterator[UUID]:
    """One at each other stage; the one that was refused is of the same organisation."""
    for stage in (Stage.RECOMMENDED, Stage.REVIEWED):
        yield an_application(db, stage=stage).id
    noticed = at_notice(db, publish_on=today() + 9 * A_DAY)
    notice = db.exec(select(PublicNotice).where(PublicNotice.application_id == noticed.id)).one()
    said = {"name": "李四", "contact": "li@example.com", "text": "不符"}
    db.add(Objection(notice_id=notice.id, **said))
    yield noticed.id
    by = a_publisher(db, PROVINCE).person_id
    reason = {"reason_code": next(iter(REFUSAL_REASONS)), "reason": "不符合条件"}
    own = {"organisation_id": like.organisation_id, "region": DONGGUAN, "decided_by": by}
    refused = Application(
        kind=Kind.SOLUTION,
        record_id=uuid4(),
        stage=Stage.REFUSED,
        name="旧方案",
        values={"name": "旧方案"},
        proposed_by=like.proposed_by,
        submitted_at=like.submitted_at,
        **reason,
        **own,
    )
    db.add(refused)
    db.flush()
    yield refused.id


def _checks(db: Session, made: Mapping[str, Any]) -> list[object]:
    """One to be reported on, and one to be decided about."""
    check = db.get_one(SpotCheck, made["check_id"])
    check.checklist = checklist.blank()
    reported = SpotCheck(
        draw_id=check.draw_id,
        vendor_id=a_vendor(db, "抽中科技有限公司").id,
        inspector_id=check.inspector_id,
        inspector_code="i-1",
        region=DONGGUAN,
        stage=CheckStage.REPORTED,
        finding=Finding.FAILED,
        report="未按要求整改完毕，详见附件。",
        reported_at=check.decided_at,
        checklist=checklist.blank(),
    )
    db.add(reported)
    db.flush()
    return [check.id, reported.id]


def _draws(db: Session, made: Mapping[str, Any]) -> list[object]:
    draw = db.get_one(Draw, made["draw_id"])
    draw.inputs = {**draw.inputs, "public_source": "体彩 2026-12-01"}
    db.flush()
    return [draw.id]


def visitors(site: FastAPI, db: Session, ids: Ids, roles: str) -> Iterator[TestClient]:
    """Those who may use a route, one after the other, each with a browser of their own."""
    organisation_id = ids["organisation_id"][0]
    assert isinstance(organisation_id, UUID)
    if roles == EVERYBODY:
        yield _browser(site)
    elif set(roles.split()) & set(StaffRole):
        inspector = db.exec(
            select(SpotCheck.inspector_id).where(SpotCheck.id == ids["check_id"][0])
        )
        yield sign_in(_browser(site), db, db.get_one(Person, inspector.one()))
        for region in (DONGGUAN, PROVINCE):
            yield sign_in(_browser(site), db, staff(db, *StaffRole, region=region))
    else:
        owner = db.get_one(Person, ids["owner"][0])
        yield sign_in(_browser(site), db, owner, organisation_id)
        new = an_organisation(db, "未认证机械有限公司")
        yield sign_in(_browser(site), db, a_member(db, new.id, MemberRole.OWNER), new.id)


def _browser(site: FastAPI) -> TestClient:
    headers = {"Cookie": "lang=en"}
    return TestClient(site, headers=headers, follow_redirects=False, raise_server_exceptions=False)


def addresses(path: str, ids: Ids) -> Iterator[str]:
    """A page about each of the things that it can be about."""
    names = PART.findall(path)
    wanted = path + QUERIES.get(path, "")
    names += re.findall(r"=\{(\w+)\}", wanted)
    for some in product(*(ids.get(name, [UUID(int=1)]) for name in names)):
        known = dict(zip(names, map(str, some), strict=True))
        yield re.sub(r"\{(\w+)\}", lambda part, known=known: known[part[1]], wanted)


def fillings(form: Form) -> Iterator[tuple[Mapping[str, str], Sent]]:
    """Ways to fill a form in: short words, endless ones, all but one; with and without choices."""
    short = {name: f"打字{n}" for n, name in enumerate(form.words)}
    length = 5000 if form.method == "post" else 400  # an address holds no more
    endless = {name: f"头{n}{'长' * length}尾{n}" for n, name in enumerate(form.words)}
    for words in (short, endless):
        for chosen in (None, 0, -1):
            yield words, form.filled(words, chosen)
    for left_out in form.words:
        for chosen in (0, -1):
            words = {**short, left_out: ""}
            yield words, form.filled(words, chosen)


def send(client: TestClient, form: Form, said: Sent) -> Response:
    """Send it as a browser would."""
    if form.method == "get":
        return client.get(form.target, params=said)
    if form.has_files:
        return client.post(form.target, files=[(name, (None, value)) for name, value in said])
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return client.post(form.target, content=urlencode(said), headers=kind)


def route_of(form: Form) -> str:
    """Which line of the table a form is sent to."""
    for route in ROUTES:
        method, path = route.split(" ")
        pattern = PART.sub("[^/]+", path)
        if method.lower() == form.method and re.fullmatch(pattern, form.action):
            return route
    return f"{form.method} {form.action}"


def lost_in(form: Form, words: Mapping[str, str], answer: Response) -> set[str]:
    """The fields whose words do not stand in the same form of the answer."""
    again = [one for one in forms_of(answer.text, form.action) if one.action == form.action]
    lost = [
        {name for name, said in words.items() if one.words.get(name, "").strip() != said}
        for one in again
    ]
    return min(lost, key=len, default=set(words))


def walk(client: TestClient, db: Session, pages: Iterable[str], found: Walk) -> None:
    """Fill in every form of these pages in every way."""
    for page in pages:
        answer = client.get(page)
        assert answer.status_code < 500, page
        if answer.status_code != 200:
            continue
        for form in forms_of(answer.text, page.partition("?")[0]):
            if form.method != "post" and form.action != QUERIED:
                continue
            route = route_of(form)
            found.asked.add(route)
            for words, said in fillings(form) if form.words else ():
                with db.begin_nested() as before:
                    answer = send(client, form, said)
                    before.rollback()
                if answer.status_code >= 500:
                    found.lost.add(f"{route}: {answer.status_code}")
                if answer.status_code == 422:
                    found.wrong.add(route)
                    lost = lost_in(form, words, answer)
                    found.lost |= {f"{route}: {name}" for name in lost}


@pytest.mark.parametrize("area", AREAS)
def test_what_was_typed_stands_in_the_form_again(
    site: FastAPI, db: Session, ids: Ids, area: str
) -> None:
    found = Walk(set(), set(), set())
    for roles in sorted(set(ROUTES.values())):
        pages = _pages(area, roles, "GET")
        if not pages:
            continue
        for client in visitors(site, db, ids, roles):
            walk(client, db, [a for page in pages for a in addresses(page, ids)], found)
    unseen = {f"POST {path}" for path in _pages(area, None, "POST")} - found.asked
    assert not sorted(found.lost)
    assert not sorted(unseen - BUTTONS - SAME.keys())
    assert found.wrong >= TRIED[area], "words of any length were taken"


def _pages(area: str, roles: str | None, method: str) -> Sequence[str]:
    """The addresses of an area that people of these roles may use."""
    lines = [(*route.split(" "), of) for route, of in ROUTES.items() if roles in (None, of)]
    return [
        path
        for how, path, _of in lines
        if how == method and path.startswith(AREAS[area]) and not ELSEWHERE.match(path)
    ]
