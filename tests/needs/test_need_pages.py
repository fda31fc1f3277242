"""Needs as people meet them: describe, understand, publish, be asked, say what came of it."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.models import MemberRole, Person
from app.accounts.visitor import Visitor
from app.needs import questions
from app.needs.models import Confidentiality, Need, NeedQuestion, NeedStage, Outcome
from tests.needs.making import (
    NAME,
    a_closed_need,
    a_draft,
    a_match,
    a_need,
    a_vendor,
    a_writer,
)
from tests.people import a_member, sign_in

WORDS = "佛山南海的注塑厂，想做设备联网、MES，预算50万以内。"


def enter(client: TestClient, db: Session, who: Visitor) -> TestClient:
    return sign_in(client, db, db.get_one(Person, who.person_id), who.organisation_id)


def send(client: TestClient, path: str, **form: Any) -> Any:
    """Post without following, so that the address that follows can be looked at."""
    return client.post(path, data=form, follow_redirects=False)


def the_need(db: Session, identifier: str) -> Need:
    return db.exec(select(Need).where(Need.identifier == identifier)).one()


@pytest.fixture
def writer(db: Session) -> Visitor:
    return a_writer(db)


def test_from_a_few_words_to_a_published_need(
    client: TestClient, db: Session, writer: Visitor
) -> None:
    enter(client, db, writer)
    assert "my &lt;b&gt;words" in client.get("/workspace/needs/new?q=my <b>words").text
    assert send(client, "/workspace/needs/new", text="短").status_code == 422
    begun = send(client, "/workspace/needs/new", text=WORDS)
    assert begun.status_code == 303
    edit = begun.headers["location"]
    page = client.get(edit).text
    assert "Equipment connectivity" in page
    assert "Manufacturing execution" in page
    own = edit.removesuffix("/edit")
    shown = client.get(own).text
    assert "2 things are missing" not in shown
    assert f'href="{edit}#closes_at"' in shown
    assert "Publish</button>" not in shown
    saved = send(
        client,
        edit,
        title="注塑车间联网",
        text=WORDS,
        region="440605",
        industries="C29",
        closes_at="2027-01-31T17:00:00",
        confidentiality="hidden",
        version="1",
        then="go_on",
    )
    assert (saved.status_code, saved.headers["location"]) == (303, own)
    shown = client.get(own).text
    version = re.findall(r'name="version" value="(\d+)"', shown)[0]
    assert send(client, f"{own}/publish", version=version).status_code == 303
    assert send(client, f"{own}/publish", version=version).status_code == 303
    need = the_need(db, own.rpartition("/")[2])
    assert (need.stage, need.confidentiality) == (NeedStage.PUBLISHED, "hidden")
    assert client.get(edit).status_code == 409
    assert "注塑车间联网" in client.get("/workspace/needs").text


def test_words_are_understood_before_they_are_saved(
    client: TestClient, db: Session, writer: Visitor
) -> None:
    need = a_draft(db, writer, tags=[], parts=[])
    address = f"/workspace/needs/{need.identifier}/understand"
    enter(client, db, writer)
    said = {"text": WORDS, "title": "联网", "confidentiality": "public"}
    whole = client.post(address, data=said).text
    assert whole.startswith("<!DOCTYPE html>")
    assert 'value="scenario:equipment-connectivity"' in whole
    part = client.post(address, data=said, headers={"HX-Request": "true"}).text
    assert 'value="scenario:manufacturing-execution"' in part
    assert "<!DOCTYPE" not in part
    assert 'id="parts"' in part
    gone = {"shown": ["scenario:manufacturing-execution"], "tag": []}
    part = client.post(address, data={**said, **gone}, headers={"HX-Request": "true"}).text
    ticked = re.findall(r'value="scenario:([a-z-]+)" (checked)?', part)
    assert ("manufacturing-execution", "checked") not in ticked
    assert ("equipment-connectivity", "checked") in ticked
    db.expire_all()
    assert the_need(db, need.identifier).text == need.text


def test_a_draft_saves_itself_and_shows_what_somebody_else_saved(
    client: TestClient, db: Session, writer: Visitor
) -> None:
    need = a_draft(db, writer)
    edit = f"/workspace/needs/{need.identifier}/edit"
    enter(client, db, writer)
    form = {"title": "新标题", "text": need.text, "confidentiality": "public", "version": "1"}
    part = client.post(edit, data=form, headers={"HX-Request": "true"})
    assert 'name="version" value="2"' in part.text
    assert 'id="completeness"' in part.text
    late = client.post(edit, data={**form, "title": "别的标题"}, headers={"HX-Request": "true"})
    assert late.status_code == 409
    assert 'name="version" value="1"' in late.text
    whole = client.post(edit, data={**form, "title": "别的标题"})
    assert whole.status_code == 409
    assert "别的" in whole.text
    assert the_need(db, need.identifier).title == "新标题"


def test_what_blocks_publishing_is_listed_with_links_to_its_fields(
    client: TestClient, db: Session, writer: Visitor
) -> None:
    need = a_draft(db, writer, region=None, industries=[])
    own = f"/workspace/needs/{need.identifier}"
    enter(client, db, writer)
    answer = send(client, f"{own}/publish", version="1")
    assert answer.status_code == 422
    for name in ("region", "industries"):
        assert f'href="{own}/edit#{name}"' in answer.text
    assert the_need(db, need.identifier).stage == NeedStage.DRAFT


def test_a_viewer_reads_along_and_changes_nothing(
    client: TestClient, db: Session, writer: Visitor
) -> None:
    need = a_draft(db, writer)
    assert writer.organisation_id
    viewer = a_member(db, writer.organisation_id, MemberRole.VIEWER)
    sign_in(client, db, viewer, writer.organisation_id)
    own = f"/workspace/needs/{need.identifier}"
    page = client.get(own)
    assert page.status_code == 200
    assert "Make a copy" not in page.text
    assert send(client, f"{own}/publish", version="1").status_code == 403


def test_another_organisation_finds_none_of_it(
    client: TestClient, db: Session, writer: Visitor
) -> None:
    need = a_closed_need(db, writer, confidentiality=Confidentiality.MATCHED)
    own = f"/workspace/needs/{need.identifier}"
    enter(client, db, a_writer(db, "别家制造有限公司"))
    acts: dict[str, dict[str, str]] = {
        "edit": {"title": "改"},
        "understand": {"text": "改"},
        "publish": {"version": "1"},
        "extend": {"closes_at": "2027-01-01T00:00"},
        "close": {},
        "withdraw": {"why": "改"},
        "copy": {},
        "outcome": {"kind": "cancelled"},
        f"questions/{need.id}": {"text": "改"},
    }
    assert [client.get(path).status_code for path in (own, f"{own}/edit")] == [404, 404]
    assert client.get(f"/needs/{need.identifier}").status_code == 404
    assert send(client, f"/needs/{need.identifier}/questions", text="谁?").status_code == 404
    for act, form in acts.items():
        assert send(client, f"{own}/{act}", **form).status_code == 404, act
    assert need.title not in client.get("/workspace/needs").text


HIDDEN_PAGES = ("/needs", "/needs?when=over", "/needs?q=注塑", "/needs?city=440600")


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_no_page_gives_away_whose_hidden_need_it_is(
    client: TestClient, db: Session, writer: Visitor, language: str
) -> None:
    need = a_need(db, writer, confidentiality=Confidentiality.HIDDEN)
    vendor, asker = a_vendor(db)
    a_match(db, need, vendor)
    question = questions.ask(db, need, "什么品牌？", by=asker)
    db.flush()
    questions.answer(db, need, question.id, "发那科", by=writer)
    secrets = [
        NAME,
        "创机",
        writer.name,
        writer.email,
        str(writer.organisation_id),
        str(writer.person_id),
        str(need.id),
        "南海",
        "Nanhai",
        "440605",
    ]
    for who in (None, asker, a_writer(db, "别家制造有限公司")):
        client.headers["Cookie"] = f"lang={language}"
        if who:
            enter(client, db, who)
        for path in (*HIDDEN_PAGES, f"/needs/{need.identifier}", "/", "/sitemaps/1.xml"):
            answer = client.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
            told = answer.text + str(answer.headers)
            assert [one for one in secrets if one in told] == [], (who, path)
    found = client.get("/needs", params={"q": "创机"})
    assert need.title not in found.text  # a search for the name does not find it either
    assert need.title in client.get("/needs?city=440600").text


def test_its_own_people_see_it_as_others_do_and_are_told_so(
    client: TestClient, db: Session, writer: Visitor
) -> None:
    need = a_need(db, writer, confidentiality=Confidentiality.HIDDEN)
    enter(client, db, writer)
    page = client.get(f"/needs/{need.identifier}").text
    assert "as others see it" in page
    assert f"/workspace/needs/{need.identifier}" in page


def test_a_vendor_asks_and_everybody_reads_the_answer(
    client: TestClient, db: Session, writer: Visitor
) -> None:
    need = a_need(db, writer)
    vendor, asker = a_vendor(db)
    page = f"/needs/{need.identifier}"
    assert "Your question" not in client.get(page).text
    enter(client, db, asker)
    assert send(client, f"{page}/questions", text="").status_code == 422
    assert send(client, f"{page}/questions", text="什么<品牌>？").status_code == 303
    assert "not answered yet" in client.get(page).text
    enter(client, db, writer)
    own = f"/workspace/needs/{need.identifier}"
    shown = client.get(own).text
    assert "什么&lt;品牌&gt;？" in shown
    assert vendor.name not in shown
    assert asker.name not in shown
    question = db.exec(select(NeedQuestion.id)).one()
    assert send(client, f"{own}/questions/{question}", text="").status_code == 422
    assert send(client, f"{own}/questions/{question}", text="发那科").status_code == 303
    assert send(client, f"{own}/questions/{question}", text="三菱").status_code == 409
    client.headers["Cookie"] = "lang=en"
    assert "发那科" in client.get(page).text


def test_a_published_need_is_extended_closed_and_settled(
    client: TestClient, db: Session, writer: Visitor
) -> None:
    need = a_need(db, writer)
    vendor, _member = a_vendor(db)
    a_match(db, need, vendor)
    own = f"/workspace/needs/{need.identifier}"
    enter(client, db, writer)
    for wrong in ("", "soon", "2020-01-01T00:00"):
        assert send(client, f"{own}/extend", closes_at=wrong).status_code == 422
    assert send(client, f"{own}/close").status_code == 303
    assert send(client, f"{own}/close").status_code == 409
    page = client.get(own).text
    assert vendor.name in page  # may be chosen as the winner
    assert send(client, f"{own}/outcome").status_code == 422
    assert send(client, f"{own}/outcome", kind="awarded").status_code == 422
    assert send(client, f"{own}/outcome", kind="deciding").status_code == 303
    won = {"vendor": vendor.identifier, "value": "380000", "starts_on": "2027-05-01"}
    assert send(client, f"{own}/outcome", kind="awarded", **won).status_code == 303
    assert send(client, f"{own}/outcome", kind="cancelled").status_code == 409
    assert vendor.name in client.get(own).text
    outcome = db.exec(select(Outcome)).one()
    assert (outcome.vendor_id, outcome.value) == (vendor.id, 38_000_000)
    client.headers["Cookie"] = "lang=en"
    public = client.get(f"/needs/{need.identifier}").text
    assert "Settled" in public
    assert vendor.name not in public


def test_a_need_is_withdrawn_and_copied(client: TestClient, db: Session, writer: Visitor) -> None:
    need = a_need(db, writer)
    own = f"/workspace/needs/{need.identifier}"
    enter(client, db, writer)
    assert send(client, f"{own}/withdraw").status_code == 422
    assert send(client, f"{own}/withdraw", why="预算取消").status_code == 303
    assert "预算取消" in client.get(own).text
    copied = send(client, f"{own}/copy").headers["location"]
    assert need.title in client.get(copied).text
    client.headers["Cookie"] = "lang=en"
    assert client.get(f"/needs/{need.identifier}").status_code == 404


def test_the_way_to_a_need_is_offered_where_people_look_for_solutions(
    client: TestClient, db: Session
) -> None:
    assert "/workspace/needs/new" in client.get("/").text
    assert "/workspace/needs/new?q=%E8%81%94%E7%BD%91" in client.get("/search?q=联网").text
    assert 'href="/needs"' in client.get("/vendors").text
