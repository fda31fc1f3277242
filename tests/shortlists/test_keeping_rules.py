"""Keeping a list: what goes onto it, in which order, who may change it, and when nobody may."""

import pytest
from sqlmodel import Session, select

from app.accounts.models import MemberRole
from app.core.audit import AuditEntry
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.shortlists import freezing, keeping, seeing
from app.shortlists.models import Shortlist
from search.engine import Kind
from tests.factories import a_record
from tests.shortlists.lists import a_keeper, a_list, a_solution, items, organisation_of


def test_what_is_put_on_a_list_stands_at_its_end_and_only_once(db: Session) -> None:
    by = a_keeper(db)
    first, second = a_solution(db), a_solution(db, "视觉质检")
    made = a_list(db, first, second, first, by=by)
    assert [item.record_id for item in items(db, made)] == [first.id, second.id]


def test_only_what_can_be_compared_for_buying_is_put_on_a_list(db: Session) -> None:
    by = a_keeper(db)
    policy = a_record(db, Kind.INFORMATION, name="某政策")
    with pytest.raises(Invalid, match="Only solutions, vendors and cases"):
        keeping.put(db, a_list(db, by=by).id, policy, by=by)


def test_a_full_list_takes_no_more(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    by = a_keeper(db)
    monkeypatch.setattr(keeping, "MOST_ITEMS", 1)
    made = a_list(db, a_solution(db), by=by)
    with pytest.raises(Conflict, match="full"):
        keeping.put(db, made.id, a_solution(db, "另一个"), by=by)


@pytest.mark.parametrize("title", ["", "长" * 81])
def test_a_list_has_a_name_that_fits(db: Session, title: str) -> None:
    with pytest.raises(Invalid):
        keeping.begin(db, title, by=a_keeper(db))


def test_moving_lets_two_neighbours_change_places(db: Session) -> None:
    by = a_keeper(db)
    one, two, three = (a_solution(db, name) for name in ("甲", "乙", "丙"))
    made = a_list(db, one, two, three, by=by)
    moved = items(db, made)[2]
    keeping.move(db, made.id, moved.id, up=True, by=by)
    assert [i.record_id for i in items(db, made)] == [one.id, three.id, two.id]
    keeping.move(db, made.id, items(db, made)[0].id, up=True, by=by)
    assert [i.position for i in items(db, made)] == [0, 1, 2]


def test_what_was_taken_off_is_not_on_the_list_any_more(db: Session) -> None:
    by = a_keeper(db)
    made = a_list(db, a_solution(db), a_solution(db, "乙"), by=by)
    gone, stays = items(db, made)
    keeping.take_off(db, made.id, gone.id, by=by)
    assert [(i.id, i.position) for i in items(db, made)] == [(stays.id, 0)]
    with pytest.raises(NotFound):
        keeping.note(db, made.id, gone.id, "too late", by=by)


def test_who_describes_what_somebody_changed_meanwhile_is_told(db: Session) -> None:
    by = a_keeper(db)
    made = a_list(db, by=by)
    read = made.version
    keeping.put(db, made.id, a_solution(db), by=by)
    with pytest.raises(Conflict, match="meantime"):
        keeping.describe(db, made.id, "新名", "", read, by=by)


def test_a_list_is_its_owners_alone_until_it_is_shared(db: Session) -> None:
    owner = a_keeper(db)
    colleague = a_keeper(db, organisation_of(db, owner))
    made = a_list(db, a_solution(db), by=owner)
    with pytest.raises(NotFound):
        seeing.find(db, colleague, made.id)
    with pytest.raises(NotFound):
        keeping.copy(db, made.id, "偷看", by=colleague)
    keeping.share(db, made.id, shared=True, by=owner)
    assert seeing.find(db, colleague, made.id) is made
    keeping.put(db, made.id, a_solution(db, "乙"), by=colleague)
    assert len(items(db, made)) == 2


def test_only_its_owner_shares_and_deletes_a_list(db: Session) -> None:
    owner = a_keeper(db)
    colleague = a_keeper(db, organisation_of(db, owner), MemberRole.OWNER)
    made = a_list(db, by=owner)
    keeping.share(db, made.id, shared=True, by=owner)
    with pytest.raises(Forbidden):
        keeping.share(db, made.id, shared=False, by=colleague)
    with pytest.raises(Forbidden):
        keeping.delete(db, made.id, by=colleague)


def test_a_deleted_list_is_gone_with_all_that_stood_on_it(db: Session) -> None:
    by = a_keeper(db)
    made = a_list(db, a_solution(db), by=by)
    keeping.delete(db, made.id, by=by)
    assert db.exec(select(Shortlist)).all() == []
    assert items(db, made) == []


def test_sharing_and_freezing_are_noted_without_what_the_list_is_called(db: Session) -> None:
    by = a_keeper(db)
    made = a_list(db, a_solution(db), by=by, title="不外传")
    keeping.share(db, made.id, shared=True, by=by)
    keeping.share(db, made.id, shared=True, by=by)
    freezing.freeze(db, made.id, made.version, by=by)
    db.flush()
    noted = db.exec(select(AuditEntry).where(AuditEntry.subject_kind == "shortlist")).all()
    assert sorted(entry.action for entry in noted) == ["shortlist.frozen", "shortlist.shared"]
    assert "不外传" not in "".join(str(entry.model_dump()) for entry in noted)
