"""Two at once: nothing is changed in a list that is being frozen, and nothing is lost."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, select

from app.accounts.visitor import Visitor
from app.catalogue.models import Solution
from app.core.db import transaction
from app.core.errors import Conflict
from app.shortlists import freezing, keeping
from app.shortlists.models import Shortlist, ShortlistItem
from tests.accounts.test_organisations_races import at_once
from tests.shortlists.lists import a_keeper, a_list, a_solution

pytestmark = pytest.mark.usefixtures("own_database")


def prepared() -> tuple[UUID, int, Visitor, UUID]:
    """A list with something on it, and another listing."""
    with transaction() as db:
        by = a_keeper(db)
        made = a_list(db, a_solution(db), by=by)
        return made.id, made.version, by, a_solution(db, "另一个").id


def stored(shortlist_id: UUID) -> tuple[bool, list[ShortlistItem]]:
    with transaction(writes=False) as db:
        made = db.get_one(Shortlist, shortlist_id)
        return made.frozen_at is not None, list(keeping.items_of(db, shortlist_id))


@pytest.mark.parametrize("_attempt", range(5))
def test_what_is_put_on_a_list_while_it_is_frozen_is_frozen_or_refused(_attempt: int) -> None:
    id_, version, by, other = prepared()

    def put(db: Session) -> None:
        keeping.put(db, id_, db.get_one(Solution, other), by=by)

    def freeze(db: Session) -> None:
        freezing.freeze(db, id_, version, by=by)

    failed = at_once(put, freeze)
    assert [type(error) for error in failed] == [Conflict]
    is_frozen, items = stored(id_)
    assert len(items) == (1 if is_frozen else 2)
    assert all((item.frozen is not None) is is_frozen for item in items)


def test_two_who_freeze_at_once_freeze_it_once() -> None:
    id_, version, by, _other = prepared()

    def freeze(db: Session) -> Any:
        return freezing.freeze(db, id_, version, by=by)

    assert [type(error) for error in at_once(freeze, freeze)] == [Conflict]


def test_two_who_put_the_same_at_once_put_it_once() -> None:
    id_, _version, by, other = prepared()

    def put(db: Session) -> Any:
        return keeping.put(db, id_, db.get_one(Solution, other), by=by)

    assert at_once(put, put) == []
    assert len(stored(id_)[1]) == 2


def test_notes_and_moves_at_once_are_both_kept() -> None:
    id_, _version, by, other = prepared()
    with transaction() as db:
        keeping.put(db, id_, db.get_one(Solution, other), by=by)
        db.flush()
        first, _second = db.exec(
            select(ShortlistItem.id).where(ShortlistItem.shortlist_id == id_)
        ).all()

    def note(db: Session) -> None:
        keeping.note(db, id_, first, "看过", by=by)

    def move(db: Session) -> None:
        keeping.move(db, id_, first, up=False, by=by)

    acts: tuple[Callable[[Session], Any], ...] = (note, move)
    assert at_once(*acts) == []
    items = stored(id_)[1]
    assert {item.note for item in items} == {"", "看过"}
    assert sorted(item.position for item in items) == [0, 1]
