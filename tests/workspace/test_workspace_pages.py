"""The vendors' workspace as a member meets it: begin, write, look, hand in, take back."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.models import MemberRole, StaffRole
from app.catalogue.models import Record
from app.catalogue.stages import Stage
from app.core import files
from app.curation.applications import drafts
from app.curation.applications.models import Application, Draft, Question
from search.engine import Kind
from tests.factories import a_record
from tests.people import (
    DONGGUAN,
    GUANGZHOU,
    a_member,
    a_person,
    an_organisation,
    sign_in,
    staff,
    visitor,
)
from tests.workspace.test_drafts import WHOLE, a_solution, a_vendor

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def solution(db: Session) -> Record:
    return a_solution(db, summary="老的简介")[0]


@pytest.fixture
def editor(client: TestClient, db: Session, solution: Any) -> TestClient:
    """An editor of the organisation whose solution is published."""
    return enter(client, db, solution.vendor.organisation_id)


def enter(
    client: TestClient, db: Session, organisation_id: UUID, role: MemberRole = MemberRole.EDITOR
) -> TestClient:
    return sign_in(client, db, a_member(db, organisation_id, role), organisation_id)


def begin(client: TestClient, **form: str) -> str:
    """The address of the application that was begun."""
    answer = client.post("/workspace/applications", data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).removesuffix("/edit")


def send(client: TestClient, path: str, **form: Any) -> Any:
    """Post, and go where the answer leads; the client forgets its cookie on the way otherwise."""
    answer = client.post(path, follow_redirects=False, **form)
    return client.get(answer.headers["location"]) if answer.status_code == 303 else answer


def version_in(html: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', html)
    assert found
    return found[1]


def typed(**changes: Any) -> dict[str, Any]:
    return {**WHOLE, "version": "1", **changes}


def test_from_nothing_to_handed_in(client: TestClient, db: Session) -> None:
    organisation = an_organisation(db)
    enter(client, db, organisation.id)
    assert "Your organisation is not in the pool yet" in client.get("/workspace").text
    place = begin(client, kind="vendor")
    page = client.get(f"{place}/edit").text
    assert organisation.name in page
    form = {
        "version": version_in(page),
        "name": organisation.name,
        "kind": "service",
        "summary": "做注塑车间的数字化。",
        "products": "MES",
        "scenarios": ["manufacturing-execution"],
        "region": DONGGUAN,
    }
    answer = send(client, f"{place}/edit", data={**form, "then": "go_on"})
    assert "All that is needed is there." in answer.text
    refused = send(client, f"{place}/hand-in")
    assert refused.status_code == 422
    assert "Tick the promise first" in refused.text
    done = send(client, f"{place}/hand-in", data={"promise": "yes"})
    assert "Your city or county looks at it until" in done.text
    assert "Handed in" in client.get("/workspace").text
    assert client.get(f"{place}/edit").status_code == 409


def test_what_cannot_be_meant_keeps_what_was_typed(editor: TestClient) -> None:
    place = begin(editor, kind="solution")
    answer = send(editor, f"{place}/edit", data=typed(price_from="很便宜"))
    assert answer.status_code == 422
    assert 'value="很便宜"' in answer.text
    assert "Write an amount in yuan" in answer.text


def test_it_saves_itself_in_a_part_of_the_page(editor: TestClient) -> None:
    place = begin(editor, kind="solution")
    answer = editor.post(f"{place}/edit", data=typed(), headers={"HX-Request": "true"})
    assert version_in(answer.text) == "2"
    assert "Saved 20" in answer.text
    assert "<form" not in answer.text
    assert 'hx-swap-oob="true"' in answer.text


def test_the_second_writer_keeps_both_texts(editor: TestClient) -> None:
    place = begin(editor, kind="solution")
    send(editor, f"{place}/edit", data=typed(summary="先写的人说联网"))
    late = typed(summary="后写的人说排产")
    part = editor.post(f"{place}/edit", data=late, headers={"HX-Request": "true"})
    assert part.status_code == 409
    assert version_in(part.text) == "1"  # and so the next one is refused as well
    answer = send(editor, f"{place}/edit", data=late)
    assert answer.status_code == 409
    assert "后写的人说排产</textarea>" in answer.text
    assert "先" in answer.text
    again = {**late, "version": version_in(answer.text)}
    assert send(editor, f"{place}/edit", data=again).status_code == 200


def test_a_change_waits_beside_the_published_listing(
    editor: TestClient, db: Session, solution: Any
) -> None:
    place = begin(editor, listing=solution.identifier)
    twice = send(editor, "/workspace/applications", data={"listing": solution.identifier})
    assert twice.status_code == 409
    assert place in twice.text
    send(editor, f"{place}/edit", data=typed(summary="新的简介"))
    page = editor.get(place).text
    assert re.search(r"<ins>.*新.*</ins>", page)
    assert re.search(r"<del>.*老.*</del>", page)
    preview = editor.get(f"{place}/preview")
    assert "新的简介" in preview.text
    assert "Preview of a draft" in preview.text
    assert preview.headers["X-Robots-Tag"] == "noindex"
    public = editor.get(f"/solutions/{solution.slug}").text
    assert "老的简介" in public
    assert "新的简介" not in public


@pytest.mark.parametrize("kind", ["solution", "case"])
def test_an_empty_draft_can_be_looked_at(editor: TestClient, kind: str) -> None:
    place = begin(editor, kind=kind)
    for page in ("", "/edit", "/preview", "/history"):
        assert editor.get(f"{place}{page}").status_code == 200


def test_a_draft_goes_back_to_an_earlier_state(editor: TestClient, db: Session) -> None:
    place = begin(editor, kind="solution")
    send(editor, f"{place}/edit", data=typed(summary="第一稿"))
    send(editor, f"{place}/edit", data=typed(summary="第二稿", version="2"))
    page = editor.get(f"{place}/history", params={"old": 2, "new": 3}).text
    assert "From state 2 to state 3" in page
    send(editor, f"{place}/history", data={"number": "2"})
    kept = db.exec(select(Application)).one()
    assert (kept.values["summary"], kept.version) == ("第一稿", 4)
    assert editor.get(f"{place}/history", params={"old": 1, "new": 99}).status_code == 404


def test_an_earlier_state_is_held_to_the_rules_of_today(editor: TestClient, db: Session) -> None:
    place = begin(editor, kind="solution")
    old = db.exec(select(Draft)).one()
    old.values = {"name": "很久以前", "deployment": ["mainframe"]}
    answer = send(editor, f"{place}/history", data={"number": "1"})
    assert answer.status_code == 422
    assert "“mainframe” cannot be chosen any more." in answer.text
    assert 'value="很久以前"' in answer.text
    assert db.exec(select(Application)).one().values == {}


def test_a_listing_is_proposed_back_to_what_it_said(
    editor: TestClient, db: Session, solution: Any
) -> None:
    place = f"/workspace/listings/{solution.identifier}"
    assert editor.get(place).status_code == 200
    assert "There is only one state" in editor.get(f"{place}/history").text
    record = drafts.find_own(
        db, visitor(db, a_person(db), solution.vendor.organisation_id), solution.identifier
    )
    record.summary, record.version = "列表改过的简介", record.version + 1
    answer = editor.post(f"{place}/history", data={"number": "1"}, follow_redirects=False)
    assert answer.status_code == 303
    assert db.exec(select(Application)).one().values["summary"] == "老的简介"


def test_a_withdrawn_listing_says_at_its_address_since_when_and_why(
    editor: TestClient, db: Session, solution: Any
) -> None:
    place = f"/workspace/listings/{solution.identifier}"
    slug, identifier = solution.slug, solution.identifier
    assert send(editor, f"{place}/withdraw", data={"why": " "}).status_code == 422
    done = send(editor, f"{place}/withdraw", data={"why": "已由新版本取代"})
    assert "It left the pool on" in done.text
    gone = editor.get(f"/solutions/{slug}")
    assert gone.status_code == 410
    assert "已由新版本取代" in gone.text
    assert "To its vendor" in gone.text
    led = editor.get(f"/id/{identifier}", follow_redirects=False)
    assert led.headers["location"] == f"/solutions/{slug}"
    assert editor.get(f"/api/v1/solutions/{identifier}").status_code == 410


def test_a_question_is_answered_where_it_is_asked(editor: TestClient, db: Session) -> None:
    place = begin(editor, kind="solution")
    application = db.exec(select(Application)).one()
    asked = Question(application_id=application.id, text="有检测报告吗？", by=a_person(db).id)
    db.add(asked)
    db.flush()
    assert "One question waits for your answer" in editor.get("/workspace").text
    answer = f"{place}/questions/{asked.id}"
    assert "Write an answer first" in send(editor, answer, data={"text": " "}).text
    assert "有，见附件" in send(editor, answer, data={"text": "有，见附件"}).text
    assert send(editor, answer, data={"text": "再答"}).status_code == 409


def test_files_are_for_members_and_the_staff_of_the_region(
    editor: TestClient, site: Any, db: Session
) -> None:
    place = begin(editor, kind="solution")
    page = send(editor, f"{place}/files", files={"file": ("证书.exe", PDF)}).text
    assert "证书.pdf" in page
    sent = db.exec(select(files.Attachment)).one()
    got = editor.get(f"/attachments/{sent.id}")
    assert (got.content, got.headers["content-type"]) == (PDF, "application/pdf")
    assert got.headers["content-disposition"].startswith("attachment;")
    application = db.exec(select(Application)).one()
    application.region, application.stage = DONGGUAN, Stage.SUBMITTED
    application.submitted_at = application.created_at
    for region, status in ((DONGGUAN, 200), (GUANGZHOU, 404)):
        person = staff(db, StaffRole.REVIEWER, region=region)
        other = sign_in(TestClient(site), db, person)
        assert other.get(f"/attachments/{sent.id}").status_code == status
    assert editor.get(f"/files/{sent.id}").status_code == 404
    assert send(editor, f"{place}/files/{sent.id}/remove").status_code == 409


def test_what_is_wrong_with_a_file_stands_beside_the_field(editor: TestClient) -> None:
    place = begin(editor, kind="solution")
    sent = [("file", ("好.pdf", PDF)), ("file", ("坏.exe", b"MZ" + b"\0" * 64))]
    answer = send(editor, f"{place}/files", files=sent)
    assert answer.status_code == 422
    assert re.search(r'id="file-error">坏.exe: Only PDF', answer.text)
    assert "好.pdf" in answer.text
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = editor.post(f"{place}/files", content=body, headers=kind)
    assert (answer.status_code, "Choose a file first." in answer.text) == (422, True)


def test_a_file_that_is_too_large_or_something_else_is_refused(editor: TestClient) -> None:
    place = begin(editor, kind="solution")
    for content, status in ((b"MZ" + b"\0" * 64, 422), (b"%PDF-1.4" + b"0" * 11_000_000, 413)):
        answer = send(editor, f"{place}/files", files={"file": ("a.pdf", content)})
        assert answer.status_code == status


ADDRESSES = (
    ("GET", "/workspace/applications/{id}"),
    ("GET", "/workspace/applications/{id}/edit"),
    ("POST", "/workspace/applications/{id}/edit"),
    ("GET", "/workspace/applications/{id}/preview"),
    ("GET", "/workspace/applications/{id}/history"),
    ("POST", "/workspace/applications/{id}/history"),
    ("POST", "/workspace/applications/{id}/hand-in"),
    ("POST", "/workspace/applications/{id}/catch-up"),
    ("POST", "/workspace/applications/{id}/withdraw"),
    ("POST", "/workspace/applications/{id}/questions/1"),
    ("POST", "/workspace/applications/{id}/files/{id}/remove"),
    ("GET", "/workspace/listings/{identifier}"),
    ("GET", "/workspace/listings/{identifier}/history"),
    ("POST", "/workspace/listings/{identifier}/history"),
    ("POST", "/workspace/listings/{identifier}/withdraw"),
)


def test_what_belongs_to_another_organisation_looks_missing(
    client: TestClient, db: Session, solution: Any
) -> None:
    owner = visitor(
        db,
        a_member(db, solution.vendor.organisation_id),
        solution.vendor.organisation_id,
    )
    draft = drafts.start_change(db, solution, by=owner)
    ids, identifier = (draft.id, uuid4()), solution.identifier
    other, _someone = a_vendor(db, name="另一家科技有限公司")
    enter(client, db, other.organisation_id)
    form = {"number": "1", "promise": "yes", "text": "x", "why": "x", "version": "1"}
    for method, path in ADDRESSES:
        answers = [
            client.request(
                method,
                path.format(id=id_, identifier=known),
                data=form if method == "POST" else None,
            )
            for id_, known in zip(ids, (identifier, "s-0000000000"), strict=True)
        ]
        said = [re.sub(r"[0-9a-f]{32}|[0-9a-f-]{36}", "", answer.text) for answer in answers]
        assert [answer.status_code for answer in answers] == [404, 404], path
        assert "注塑车间" not in said[0]
    assert solution.name not in client.get("/workspace").text
    answer = send(client, "/workspace/applications", data={"listing": identifier})
    assert answer.status_code == 404


def test_a_viewer_sees_and_changes_nothing(client: TestClient, db: Session, solution: Any) -> None:
    enter(client, db, solution.vendor.organisation_id, MemberRole.VIEWER)
    assert client.get("/workspace").status_code == 200
    assert client.get(f"/workspace/listings/{solution.identifier}").status_code == 200
    answer = send(client, "/workspace/applications", data={"listing": solution.identifier})
    assert answer.status_code == 403


def test_the_list_of_cases_says_when_it_is_empty(editor: TestClient, solution: Any) -> None:
    assert solution.name in editor.get("/workspace/listings").text
    assert "Nothing is here yet" in editor.get("/workspace/listings?kind=case").text
    assert editor.get("/workspace/listings?kind=moon").status_code == 404


def test_a_case_names_a_solution_of_its_own_vendor(
    editor: TestClient, db: Session, solution: Any
) -> None:
    stranger = a_record(db, Kind.SOLUTION, name="别家的方案", vendor="别家科技有限公司")
    own, foreign = str(solution.id), str(stranger.id)
    place = begin(editor, kind="case")
    refused = send(editor, f"{place}/edit", data={"version": "1", "solution_id": foreign})
    assert refused.status_code == 422
    send(editor, f"{place}/edit", data={"version": "1", "solution_id": own})
    assert db.exec(select(Application)).one().links["solution_id"] == own
    assert editor.get(f"{place}/preview").status_code == 200
