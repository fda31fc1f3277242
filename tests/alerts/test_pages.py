"""The pages of saved searches, from the search page to the end of the mails."""

from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.alerts import saving
from app.alerts.models import Rhythm, Watch
from app.core.outbox import Job
from tests.alerts.watches import a_reader, a_watch
from tests.counting import count_queries
from tests.people import sign_in
from tests.shortlists.lists import a_keeper, a_list

SEARCH = "kind=vendor&q=注塑&city=441900"


@pytest.fixture
def by(db: Session, client: TestClient) -> Visitor:
    """Somebody who is signed in and belongs nowhere."""
    reader = a_reader(db)
    sign_in(client, db, db.get_one(Person, reader.person_id))
    client.follow_redirects = False
    return reader


def test_the_search_page_offers_to_save_what_it_shows(client: TestClient) -> None:
    page = client.get(f"/vendors?q={quote('注塑')}&city=441900&sort=name").text
    said = "/account/searches/new?kind=vendor&amp;q=%E6%B3%A8%E5%A1%91&amp;city=441900"
    assert f'href="{said}"' in page
    assert "/account/searches/new" not in client.get("/vendors").text


def test_who_is_not_signed_in_comes_back_with_the_search(client: TestClient) -> None:
    path = f"/account/searches/new?kind=vendor&q={quote('注塑 停机')}&city=441900"
    answer = client.get(path, follow_redirects=False)
    target = urlsplit(answer.headers["location"])
    assert target.path == "/sign-in"
    assert parse_qs(target.query)["next"] == [path.replace("%20", "%20")]


def test_a_search_is_saved_under_a_name_and_leads_back_to_its_results(
    db: Session, client: TestClient, by: Visitor
) -> None:
    form = client.get(f"/account/searches/new?{SEARCH}").text
    assert 'value="注塑 · 东莞"' in form or 'value="注塑 · Dongguan"' in form
    said = {"query": SEARCH, "title": "东莞的注塑", "rhythm": "weekly"}
    assert client.post("/account/searches", data=said).headers["location"] == "/account/searches"
    page = client.get("/account/searches").text
    assert "东莞的注塑" in page
    assert f'href="/vendors?q={quote("注塑")}&amp;city=441900"' in page
    watch = db.exec(select(Watch)).one()
    assert (watch.rhythm, watch.person_id) == (Rhythm.WEEKLY, by.person_id)
    assert db.exec(select(Job.payload).where(Job.name == saving.PLAN_JOB)).one() == {
        "id": str(watch.id)
    }


def test_the_same_search_saved_again_is_the_same_one(
    db: Session, client: TestClient, by: Visitor
) -> None:
    for title, rhythm in (("一", "daily"), ("二", "at_once")):
        said = {"query": SEARCH, "title": title, "rhythm": rhythm}
        client.post("/account/searches", data=said)
    watch = db.exec(select(Watch)).one()
    assert (watch.title, watch.rhythm) == ("二", Rhythm.AT_ONCE)


def test_a_fault_is_said_beside_the_field_and_the_search_is_kept(
    client: TestClient, by: Visitor
) -> None:
    answer = client.post("/account/searches", data={"query": SEARCH, "title": ""})
    assert answer.status_code == 422
    assert 'id="title-error"' in answer.text
    assert "注塑" in answer.text


def test_only_so_many_searches_can_be_saved(
    db: Session, client: TestClient, by: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "MOST", 1)
    client.post("/account/searches", data={"query": SEARCH, "title": "一"})
    answer = client.post("/account/searches", data={"query": "q=别的", "title": "二"})
    assert answer.status_code == 422
    assert len(db.exec(select(Watch)).all()) == 1


def test_a_saved_search_is_renamed_told_otherwise_and_deleted(
    db: Session, client: TestClient, by: Visitor
) -> None:
    watch = a_watch(db, by=by)
    path = f"/account/searches/{watch.id}"
    assert client.post(path, data={"title": "新名", "rhythm": "off"}).status_code == 303
    kept = db.exec(select(Watch)).one()
    assert (kept.title, kept.rhythm) == ("新名", Rhythm.OFF)
    answer = client.post(path, data={"title": "", "rhythm": "off"})
    assert answer.status_code == 422
    assert f'id="title-{watch.id}-error"' in answer.text
    assert client.post(f"{path}/delete").status_code == 303
    assert db.exec(select(Watch)).all() == []


def test_nobody_else_sees_changes_or_deletes_it(
    db: Session, client: TestClient, by: Visitor
) -> None:
    watch = a_watch(db, title="别人的", by=a_reader(db))
    assert "别人的" not in client.get("/account/searches").text
    path = f"/account/searches/{watch.id}"
    said = {"title": "新名", "rhythm": "off"}
    assert [client.post(p, data=said).status_code for p in (path, f"{path}/delete")] == [404, 404]


def test_the_page_asks_as_often_for_many_searches_as_for_few(
    db: Session, client: TestClient, by: Visitor, engine: Engine
) -> None:
    a_watch(db, by=by)
    before = count_queries(engine, client, "/account/searches")
    for number in range(6):
        a_watch(db, f"q=搜索{number}", by=by)
    assert count_queries(engine, client, "/account/searches") == before


def test_a_link_in_a_mail_ends_it_without_signing_in_and_never_by_looking(
    db: Session, client: TestClient, fill_index: Callable[[], None]
) -> None:
    watch = a_watch(db)
    path = f"/alerts/unsubscribe/{saving.token_of(watch)}"
    for _look in range(2):
        page = client.get(path)
        assert "我的搜索" in page.text
        assert '<form method="post"' in page.text
    assert db.get_one(Watch, watch.id).rhythm == Rhythm.DAILY
    # as a mail provider does it: no cookie, no origin, one field
    answer = client.post(
        path, data={"List-Unsubscribe": "One-Click"}, headers={"Cookie": ""}, follow_redirects=False
    )
    assert answer.status_code == 200
    assert db.get_one(Watch, watch.id).rhythm == Rhythm.OFF
    assert client.post(path).status_code == 200
    assert '<form method="post" action="/alerts' not in client.get(path).text


def test_a_link_that_is_none_says_so(db: Session, client: TestClient) -> None:
    watch = a_watch(db)
    for token in ("x", watch.unsubscribe, str(watch.id), "%00"):
        path = f"/alerts/unsubscribe/{token}"
        assert [client.get(path).status_code, client.post(path).status_code] == [404, 404]


def test_the_link_stays_the_same_from_mail_to_mail_and_is_another_for_each_search(
    db: Session,
) -> None:
    one, other = a_watch(db), a_watch(db)
    assert saving.token_of(one) == saving.token_of(db.get_one(Watch, one.id))
    assert saving.token_of(one) != saving.token_of(other)


def test_a_search_belongs_to_a_list_until_it_is_taken_off(db: Session, client: TestClient) -> None:
    keeper = a_keeper(db)
    sign_in(client, db, db.get_one(Person, keeper.person_id), keeper.organisation_id)
    client.follow_redirects = False
    made, watch = a_list(db, by=keeper), a_watch(db, by=keeper, title="相关搜索")
    path = f"/workspace/shortlists/{made.id}"
    assert f'<option value="{watch.id}">' in client.get(path).text
    assert client.post(f"{path}/searches", data={"watch": str(watch.id)}).status_code == 303
    page = client.get(path).text
    assert "相关搜索" in page
    assert f'<option value="{watch.id}">' not in page
    assert f'href="{path}"' in client.get("/account/searches").text
    client.post(f"{path}/searches/{watch.id}/remove")
    assert db.get_one(Watch, watch.id).shortlist_id is None


def test_a_search_of_somebody_else_cannot_be_put_on_ones_list(
    db: Session, client: TestClient
) -> None:
    keeper = a_keeper(db)
    sign_in(client, db, db.get_one(Person, keeper.person_id), keeper.organisation_id)
    made, watch = a_list(db, by=keeper), a_watch(db)
    path = f"/workspace/shortlists/{made.id}/searches"
    assert client.post(path, data={"watch": str(watch.id)}).status_code == 404
