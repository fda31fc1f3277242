"""How listings are found: noted in memory, cleaned of what is personal, shown to their vendor."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.models import MemberRole
from app.catalogue import seen
from app.catalogue.index import get_vocabulary
from app.core.db import transaction
from app.core.settings import Settings
from app.curation.applications import sightings
from app.curation.applications.models import Sighting
from app.curation.applications.sightings import Recorder, add, clean, known_words
from search.engine import Kind
from tests.factories import a_record
from tests.people import a_member, sign_in
from tests.workspace.test_drafts import a_solution


@pytest.fixture(autouse=True)
def _no_notes() -> Iterator[None]:
    seen.take()
    yield
    seen.take()


def test_of_a_question_only_words_of_the_trade_are_kept(db: Session) -> None:
    a_record(db, Kind.SOLUTION, name="注塑机联网网关", summary="机台停机报警")
    known = known_words(db, get_vocabulary())
    said = "我是诸葛建国，电话138 0013 8000，邮箱 zhuge@example.com，注塑机停机没人知道"
    kept = clean(said, known)
    assert "注塑机" in kept
    assert "停机" in kept
    for personal in ("诸葛", "建国", "138", "8000", "zhuge", "example"):
        assert personal not in kept


def test_a_search_and_a_look_are_noted_without_touching_the_database(
    client: TestClient, db: Session, fill_index: Callable[[], None]
) -> None:
    solution, _editor = a_solution(db)
    fill_index()
    address = f"/search?q={quote(solution.name)}&deployment=public_cloud"
    assert client.get(address).status_code == 200
    referer = {"Referer": f"http://testserver{address}"}
    client.get(f"/solutions/{solution.slug}", headers=referer)
    assert db.exec(select(Sighting)).all() == []
    taken = seen.take()
    assert [one.ids for one in taken.shown] == [[solution.id]]
    assert [(one.record_id, one.text) for one in taken.opened] == [(solution.id, solution.name)]


def test_the_vendors_own_visits_do_not_count(client: TestClient, db: Session) -> None:
    solution, _editor = a_solution(db)
    organisation_id = solution.vendor.organisation_id
    person = a_member(db, organisation_id, MemberRole.VIEWER)
    sign_in(client, db, person, organisation_id).get(f"/solutions/{solution.slug}")
    assert seen.take().opened == []


def test_the_recorder_writes_and_what_it_cannot_write_breaks_nothing(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as db:
        solution, _editor = a_solution(db)
        other = a_record(db, Kind.SOLUTION, name="本地部署的 MES", vendor_id=solution.vendor_id)
    filters = {"deployment": ("public_cloud",)}
    monkeypatch.setattr(sightings, "_without", lambda *_asked: [solution.id, other.id])
    recorder = Recorder()
    for _n in range(2):
        seen.note_shown(Kind.SOLUTION, "注塑车间", filters, [solution], is_first=True)
        recorder.write()
    with transaction(writes=False) as db:
        rows = {(row.record_id, row.facet): row.shown for row in db.exec(select(Sighting))}
    assert rows == {(solution.id, ""): 2, (other.id, "deployment"): 2}

    def broken(*_asked: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(sightings, "add", broken)
    seen.note_shown(Kind.SOLUTION, "注塑", {}, [solution], is_first=True)
    recorder.write()


def test_a_vendor_sees_how_its_own_listings_are_found(client: TestClient, db: Session) -> None:
    solution, editor = a_solution(db)
    foreign = a_record(db, Kind.SOLUTION, name="别家的方案", vendor="别家科技有限公司")
    person = a_member(db, solution.vendor.organisation_id, MemberRole.VIEWER)
    sign_in(client, db, person, editor.organisation_id)
    assert "Nothing has been counted yet" in client.get("/workspace/sightings").text
    day = seen.today()
    keys = {
        ((solution.id, day, "注塑机", ""), "shown"): 7,
        ((solution.id, day, "", "city"), "shown"): 3,
        ((foreign.id, day, "别人的问题", ""), "shown"): 9,
    }
    add(db, sightings.Counter(keys))
    page = client.get("/workspace/sightings").text
    assert "注塑机" in page
    assert "City" in page
    assert "别人的问题" not in page
    chosen = client.get("/workspace/sightings", params={"listing": solution.identifier})
    assert chosen.status_code == 200
    hidden = client.get("/workspace/sightings", params={"listing": foreign.identifier})
    assert hidden.status_code == 404
