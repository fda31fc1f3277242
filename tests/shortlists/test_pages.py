"""The pages of shortlists: putting on from anywhere, keeping, comparing, taking home."""

import csv
import io
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts.models import MemberRole, Person
from app.accounts.visitor import Visitor
from app.matching.models import Match, MatchFeedback, MatchRun, Verdict
from app.needs.models import Need, NeedStage
from app.shortlists import freezing, keeping
from app.shortlists.models import Shortlist, ShortlistItem
from search.engine import Kind
from tests.counting import count_queries
from tests.factories import a_record
from tests.people import a_person, sign_in
from tests.shortlists.lists import a_keeper, a_list, a_solution, items, organisation_of

BAD = "=1+1"
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def enter(client: TestClient, db: Session, by: Visitor) -> TestClient:
    return sign_in(client, db, db.get_one(Person, by.person_id), by.organisation_id)


def address(shortlist: Shortlist) -> str:
    return f"/workspace/shortlists/{shortlist.id}"


def act(client: TestClient, path: str, **said: object) -> Response:
    """Post it without scripts, and see the page that it leads to."""
    answer = client.post(path, data=said, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"])


@pytest.fixture
def by(db: Session, client: TestClient) -> Visitor:
    """Somebody who keeps lists and is signed in."""
    keeper = a_keeper(db)
    enter(client, db, keeper)
    return keeper


def test_every_page_of_what_can_be_listed_has_the_way_onto_a_list(
    db: Session, client: TestClient
) -> None:
    vendor = a_record(db, Kind.VENDOR, name="甲厂")
    links = {"vendor_id": vendor.id}
    solution = a_record(db, Kind.SOLUTION, name="方案", **links)
    case = a_record(db, Kind.CASE, name="案例", **links)
    for path, record in (("vendors", vendor), ("solutions", solution), ("cases", case)):
        page = client.get(f"/{path}/{record.slug}").text
        assert f'href="/workspace/shortlists/add?listing={record.identifier}"' in page


def test_search_results_have_the_way_onto_a_list(
    db: Session, client: TestClient, fill_index: object
) -> None:
    solution = a_solution(db)
    fill_index()  # type: ignore[operator]
    page = client.get("/search").text
    assert f"/workspace/shortlists/add?listing={solution.identifier}" in page


def test_who_is_not_signed_in_is_led_to_do_so_and_back(db: Session, client: TestClient) -> None:
    solution = a_solution(db)
    path = f"/workspace/shortlists/add?listing={solution.identifier}"
    answer = client.get(path, follow_redirects=False)
    assert answer.headers["location"].startswith("/sign-in?next=%2Fworkspace%2Fshortlists%2Fadd")
    assert solution.identifier in answer.headers["location"]
    assert client.get(path, headers=PART).headers["HX-Redirect"].startswith("/sign-in?next=")


def test_who_belongs_nowhere_or_only_looks_is_not_offered_it(
    db: Session, client: TestClient
) -> None:
    solution = a_solution(db)
    viewer = a_keeper(db, role=MemberRole.VIEWER)
    for person, organisation_id in (
        (a_person(db), None),
        (db.get_one(Person, viewer.person_id), viewer.organisation_id),
    ):
        sign_in(client, db, person, organisation_id)
        assert "shortlists/add" not in client.get(f"/solutions/{solution.slug}").text


def test_a_listing_is_put_on_a_new_list_and_the_list_is_shown(
    db: Session, client: TestClient, by: Visitor
) -> None:
    solution = a_solution(db)
    path = f"/workspace/shortlists/add?listing={solution.identifier}"
    assert "Name of the new list" in client.get(path).text
    page = act(client, "/workspace/shortlists/add", listing=solution.identifier, title="三号线")
    assert "<h1>三号线</h1>" in page.text
    assert solution.name in page.text


def test_with_scripts_the_button_becomes_a_form_and_then_says_where_it_went(
    db: Session, client: TestClient, by: Visitor
) -> None:
    solution, made = a_solution(db), a_list(db, by=by, title="三号线")
    path = f"/workspace/shortlists/add?listing={solution.identifier}"
    form = client.get(path, headers=PART)
    assert "<html" not in form.text
    assert "<title>" not in form.text
    assert "三号线" in form.text
    said = {"listing": solution.identifier, "shortlist": str(made.id)}
    done = client.post("/workspace/shortlists/add", data=said, headers=PART)
    assert f'href="{address(made)}"' in done.text
    assert [item.record_id for item in items(db, made)] == [solution.id]


def test_who_types_the_name_of_a_new_list_gets_one_whatever_list_stood_beside_it(
    db: Session, client: TestClient, by: Visitor
) -> None:
    solution, made = a_solution(db), a_list(db, by=by, title="三号线")
    said = {"listing": solution.identifier, "shortlist": str(made.id), "title": "四号线"}
    assert "<h1>四号线</h1>" in act(client, "/workspace/shortlists/add", **said).text
    assert items(db, made) == []


@pytest.mark.parametrize(
    "said", [{"title": ""}, {"shortlist": "x"}, {"title": "长" * 81}], ids=["none", "no id", "long"]
)
def test_what_cannot_be_taken_is_said_beside_the_form(
    db: Session, client: TestClient, by: Visitor, said: dict[str, str]
) -> None:
    solution = a_solution(db)
    answer = client.post("/workspace/shortlists/add", data={"listing": solution.identifier, **said})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert db.exec(select(ShortlistItem)).all() == []


def test_a_match_of_ones_own_need_is_kept_with_what_it_led_to(
    db: Session, client: TestClient, by: Visitor
) -> None:
    solution = a_solution(db)
    ids = []
    for keeper in (by, a_keeper(db)):
        need = Need(
            organisation_id=keeper.organisation_id,
            written_by=keeper.person_id,
            stage=NeedStage.PUBLISHED,
            title="码垛",
        )
        db.add(need)
        db.flush()
        run = MatchRun(need_id=need.id, need_version=1, wanted={})
        db.add(run)
        db.flush()
        match = Match(
            run_id=run.id,
            need_id=need.id,
            solution_id=solution.id,
            vendor_id=solution.vendor_id,  # type: ignore[attr-defined]
            solution_version=1,
            rank=1,
            score=1.0,
        )
        db.add(match)
        db.flush()
        ids.append(match.id)
    for number, match_id in enumerate(ids):
        said = {"listing": solution.identifier, "title": f"第{number}", "match": str(match_id)}
        act(client, "/workspace/shortlists/add", **said)
    kept = db.exec(select(ShortlistItem.match_id, Shortlist.need_id).join(Shortlist)).all()
    assert {match_id for match_id, _need in kept} == {ids[0], None}
    assert sum(need is not None for _match, need in kept) == 1
    (said_of,) = db.exec(select(MatchFeedback)).all()
    assert (said_of.match_id, said_of.verdict) == (ids[0], Verdict.SHORTLISTED)


def test_notes_order_and_taking_off_work_without_scripts(
    db: Session, client: TestClient, by: Visitor
) -> None:
    one, two = a_solution(db, "甲方案"), a_solution(db, "乙方案")
    made = a_list(db, one, two, by=by)
    first, second = items(db, made)
    base = f"{address(made)}/items"
    assert "要问价" in act(client, f"{base}/{first.id}", text="要问价").text
    page = act(client, f"{base}/{second.id}/move", to="up").text
    assert page.index("乙方案") < page.index("甲方案")
    assert "甲方案" not in act(client, f"{base}/{first.id}/remove").text


def test_a_list_is_shared_frozen_copied_and_deleted(
    db: Session, client: TestClient, by: Visitor
) -> None:
    made = a_list(db, a_solution(db), by=by, title="三号线")
    page = act(client, f"{address(made)}/share", shared="1").text
    assert "Shared in the organisation" in page
    version = db.get_one(Shortlist, made.id).version
    assert "Frozen on" in act(client, f"{address(made)}/freeze", version=version).text
    assert client.post(f"{address(made)}/delete").status_code == 409
    page = act(client, f"{address(made)}/copy")
    assert "三号线 (copy)" in page.text
    assert "三号线 (copy)" not in act(client, f"{page.url.path}/delete").text


def test_a_list_is_described_and_what_is_wrong_stands_beside_the_field(
    db: Session, client: TestClient, by: Visitor
) -> None:
    made = a_list(db, by=by)
    said = {"title": "", "note": "为什么", "version": made.version}
    answer = client.post(address(made), data=said)
    assert answer.status_code == 422
    assert 'id="title-error"' in answer.text
    assert "为什么" in answer.text
    assert "<h1>新的</h1>" in act(client, address(made), **{**said, "title": "新的"}).text


def test_those_of_one_kind_are_compared_and_of_a_frozen_list_as_they_were(
    db: Session, client: TestClient, by: Visitor
) -> None:
    records = [a_solution(db, f"方案{n}", summary=f"第{n}种") for n in range(5)]
    made = a_list(db, *records, by=by)
    freezing.freeze(db, made.id, made.version, by=by)
    records[0].summary = "后来改了"
    ids = [("id", record.identifier) for record in records]
    page = client.get(f"{address(made)}/compare", params=ids[:2])
    assert page.status_code == 200
    assert "第0种" in page.text
    assert "后来改了" not in page.text
    assert client.get(f"{address(made)}/compare", params=ids).status_code == 422  # only four


def test_a_file_of_a_list_holds_everything_and_no_formula(
    db: Session, client: TestClient, by: Visitor
) -> None:
    solution = a_solution(db, BAD, summary="说明", source="名单")
    made = a_list(db, solution, by=by, title="a/b:[c]")
    keeping.note(db, made.id, items(db, made)[0].id, "@SUM(A1)", by=by)
    answer = client.get(f"{address(made)}/export/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert (rows[0]["Name"], rows[0]["Note"]) == ("'" + BAD, "'@SUM(A1)")
    assert (rows[0]["Vendor"], rows[0]["Source"]) == ("云端注塑科技有限公司", "名单")
    assert "/" not in answer.headers["content-disposition"].partition("''")[2]
    book = load_workbook(io.BytesIO(client.get(f"{address(made)}/export/xlsx").content))
    assert [cell.value for cell in book.active[2]][3] == "'" + BAD  # type: ignore[index,union-attr]


def test_the_page_for_printing_has_every_fact(db: Session, client: TestClient, by: Visitor) -> None:
    made = a_list(db, a_solution(db, price_text="八万元起"), by=by)
    assert "八万元起" in client.get(f"{address(made)}/print").text
    freezing.freeze(db, made.id, made.version, by=by)
    assert "八万元起" in client.get(f"{address(made)}/print").text


PAGES = ("", "/print", "/compare", "/export/csv", "/export/xlsx")
ACTS = ("", "/share", "/freeze", "/copy", "/delete", "/searches", f"/searches/{uuid4()}/remove")
SAID = {"version": "1", "shared": "1", "title": "x", "text": "x", "to": "up", "watch": str(uuid4())}


def test_nobody_outside_sees_counts_takes_home_or_changes_a_list(
    db: Session, client: TestClient
) -> None:
    owner = a_keeper(db)
    solution = a_solution(db)
    made = a_list(db, solution, by=owner, title="只给自己")
    item = items(db, made)[0]
    colleague = a_keeper(db, organisation_of(db, owner), MemberRole.OWNER)
    stranger = a_keeper(db, role=MemberRole.OWNER)
    for shared, others in ((False, [colleague, stranger]), (True, [stranger])):
        if shared:
            keeping.share(db, made.id, shared=True, by=owner)
        for other in others:
            enter(client, db, other)
            assert [client.get(address(made) + p).status_code for p in PAGES] == [404] * len(PAGES)
            acts = [*ACTS, *(f"/items/{item.id}{end}" for end in ("", "/move", "/remove"))]
            got = [client.post(address(made) + act, data=SAID).status_code for act in acts]
            assert got == [404] * len(acts)
            assert "只给自己" not in client.get("/workspace/shortlists").text
            path = f"/workspace/shortlists/add?listing={solution.identifier}"
            assert "只给自己" not in client.get(path).text
            put = {"listing": solution.identifier, "shortlist": str(made.id)}
            assert client.post("/workspace/shortlists/add", data=put).status_code == 404


def test_a_viewer_reads_a_shared_list_and_changes_nothing(db: Session, client: TestClient) -> None:
    owner = a_keeper(db)
    made = a_list(db, a_solution(db), by=owner)
    keeping.share(db, made.id, shared=True, by=owner)
    enter(client, db, a_keeper(db, organisation_of(db, owner), MemberRole.VIEWER))
    page = client.get(address(made))
    assert page.status_code == 200
    assert "<form" not in page.text.partition("<main")[2].replace('id="beside"', "")
    assert client.post(f"{address(made)}/freeze", data=SAID).status_code == 403


def test_a_page_asks_as_often_for_many_listings_as_for_few(
    db: Session, client: TestClient, by: Visitor, engine: Engine
) -> None:
    few = a_list(db, *(a_solution(db, f"少{n}") for n in range(2)), by=by)
    many = a_list(db, *(a_solution(db, f"多{n}") for n in range(9)), by=by)
    for page in ("", "/print", "/export/csv"):
        assert count_queries(engine, client, address(few) + page) == count_queries(
            engine, client, address(many) + page
        )
    before = count_queries(engine, client, "/workspace/shortlists")
    for number in range(5):
        a_list(db, by=by, title=f"又一个{number}")
    assert count_queries(engine, client, "/workspace/shortlists") == before
