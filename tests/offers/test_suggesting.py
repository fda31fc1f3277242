"""Trainings beside solutions and needs: those that fit and have a date to come, or nothing."""

from collections.abc import Callable
from datetime import timedelta

from fastapi.testclient import TestClient
from sqlmodel import Session

from app.bookings import sittings
from app.bookings.suggesting import Topic, suggest
from app.catalogue import index
from app.core.db import at
from search.engine import Kind
from search.searcher import Query
from tests.factories import a_record
from tests.factories_trainings import a_sitting, an_organiser, offered

Fill = Callable[[], None]
QUALITY = Topic({"quality-inspection"}, ())


def names(db: Session, topic: Topic) -> list[str]:
    return [one.training.name for one in suggest(db, topic)]


def test_what_shares_a_scenario_is_suggested_once_it_has_a_date(
    db: Session, fill_index: Fill
) -> None:
    training = offered(db, name="视觉质检入门", scenarios=["quality-inspection"])
    offered(db, name="财务软件", scenarios=["finance-expenses"])
    fill_index()
    assert names(db, QUALITY) == []
    sitting = a_sitting(db, training)
    assert names(db, QUALITY) == ["视觉质检入门"]
    with at(sitting.starts_at + timedelta(hours=1)):
        assert names(db, QUALITY) == []
    sittings.cancel(db, sitting, "停电", by=an_organiser(db, training))
    assert names(db, QUALITY) == []


def test_what_shares_more_comes_first(db: Session, fill_index: Fill) -> None:
    both = {"scenarios": ["quality-inspection"], "industries": ["C39"]}
    first = offered(db, name="电子厂质检", **both)
    second = offered(db, name="质检通识", scenarios=["quality-inspection"])
    a_sitting(db, second, days=5), a_sitting(db, first, days=50)
    fill_index()
    topic = Topic({"quality-inspection"}, {"C39"})
    assert names(db, topic) == ["电子厂质检", "质检通识"]


def test_words_find_what_names_no_scenario(db: Session, fill_index: Fill) -> None:
    training = offered(db, name="注塑车间能耗管理培训", scenarios=[])
    a_sitting(db, training)
    fill_index()
    assert names(db, Topic((), (), text="注塑车间能耗管理")) == ["注塑车间能耗管理培训"]
    assert names(db, QUALITY) == []


def test_a_solution_shows_the_next_date_of_what_fits(
    client: TestClient, db: Session, fill_index: Fill
) -> None:
    solution = a_record(db, Kind.SOLUTION, name="视觉质检", scenarios=["quality-inspection"])
    fill_index()
    path = f"/solutions/{solution.slug}"
    assert "Trainings on this" not in client.get(path).text
    a_sitting(db, offered(db, name="视觉质检入门", scenarios=["quality-inspection"]))
    page = client.get(path).text
    assert "Trainings on this" in page
    assert "视觉质检入门" in page


def test_a_training_is_found_by_what_it_is_about(db: Session, fill_index: Fill) -> None:
    offered(db, name="车间主任必修", scenarios=["predictive-maintenance"], teacher="张三丰")
    offered(db, name="另一门课", scenarios=[], level="advanced")
    fill_index()
    searcher = index.get_searcher()
    asked = Query(text="预测性维护", kinds=(Kind.TRAINING,))
    assert [hit.name for hit in searcher.search(asked).hits][:1] == ["车间主任必修"]
    asked = Query(text="", kinds=(Kind.TRAINING,), filters={"level": ("advanced",)})
    assert [hit.name for hit in searcher.search(asked).hits] == ["另一门课"]
    asked = Query(text="张三丰", kinds=(Kind.TRAINING,))
    assert "车间主任必修" in [hit.name for hit in searcher.search(asked).hits]
