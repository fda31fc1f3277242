"""Freezing: what listings said that day is kept word for word, and nothing in the list changes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.catalogue import service
from app.catalogue.facts import facts_of
from app.catalogue.models import Record, Solution, Vendor
from app.catalogue.stages import Stage
from app.core.db import at, now
from app.core.errors import Conflict
from app.core.sheets import Format
from app.shortlists import contents, freezing, keeping
from app.shortlists.following import Standing
from app.shortlists.models import Shortlist
from app.shortlists.sheet import as_sheet
from search.engine import Kind
from tests.factories import a_batch, a_proposal, a_record
from tests.shortlists.lists import a_keeper, a_list, a_solution, items


def frozen(db: Session, *records: Record, by: Visitor) -> Shortlist:
    made = a_list(db, *records, by=by)
    return freezing.freeze(db, made.id, made.version, by=by)


def change(db: Session, solution: Solution, **values: object) -> None:
    """The listing says something else from now on."""
    said = {"name": solution.name, "summary": solution.summary, **values}
    links = {"vendor_id": solution.vendor_id}
    a_batch(db, a_proposal(Kind.SOLUTION, record_id=solution.id, links=links, **said), accept=True)


def everything(db: Session) -> tuple[Vendor, Solution, Record]:
    vendor = a_record(db, Kind.VENDOR, name="东莞甲厂", region="441900", products="机械手")
    solution = a_record(
        db,
        Kind.SOLUTION,
        name="码垛一号",
        vendor_id=vendor.id,
        summary="每小时八百箱。见 https://example.com/a",
        source="工信厅名单",
        price_from=1_200_000,
        year=2025,
    )
    case = a_record(
        db, Kind.CASE, name="某饮料厂", vendor_id=vendor.id, solution_id=solution.id, factory="饮料"
    )
    assert isinstance(vendor, Vendor)
    assert isinstance(solution, Solution)
    return vendor, solution, case


def test_a_frozen_listing_shows_the_facts_that_its_page_showed(db: Session) -> None:
    by = a_keeper(db)
    records = everything(db)
    made = frozen(db, *records, by=by)
    db.flush()
    kept = [freezing.as_it_was(Kind(i.kind), i.frozen or {}) for i in items(db, made)]
    for record, one in zip(records, kept, strict=True):
        assert one is not None
        assert (one.name, one.version, one.source) == (record.name, record.version, record.source)
        assert facts_of(one) == facts_of(record)


def test_a_frozen_list_says_what_was_said_then_whatever_changes_afterwards(db: Session) -> None:
    by = a_keeper(db)
    _vendor, solution, _case = everything(db)
    made = frozen(db, solution, by=by)
    change(db, solution, summary="如今每小时一千箱。")
    db.flush()
    (item,) = contents.look(db, by, made.id).items
    assert item.record is not None
    assert (item.record.summary or "").startswith("每小时八百箱")
    assert item.changed_since
    assert item.vendor == "东莞甲厂"


Act = Callable[[Session, Shortlist, Visitor], object]
ACTS: dict[str, Act] = {
    "describe": lambda db, one, by: keeping.describe(db, one.id, "新", "", one.version, by=by),
    "put on": lambda db, one, by: keeping.put(db, one.id, a_solution(db, "乙"), by=by),
    "note": lambda db, one, by: keeping.note(db, one.id, items(db, one)[0].id, "注", by=by),
    "move": lambda db, one, by: keeping.move(db, one.id, items(db, one)[0].id, up=True, by=by),
    "take off": lambda db, one, by: keeping.take_off(db, one.id, items(db, one)[0].id, by=by),
    "delete": lambda db, one, by: keeping.delete(db, one.id, by=by),
    "freeze": lambda db, one, by: freezing.freeze(db, one.id, one.version, by=by),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_nothing_in_a_frozen_list_can_be_changed(db: Session, act: Act) -> None:
    by = a_keeper(db)
    made = frozen(db, a_solution(db), by=by)
    with pytest.raises(Conflict, match="frozen"):
        act(db, made, by)


def test_what_changed_since_it_was_looked_at_is_not_frozen_unseen(db: Session) -> None:
    by = a_keeper(db)
    made = a_list(db, a_solution(db), by=by)
    seen = made.version
    keeping.put(db, made.id, a_solution(db, "乙"), by=by)
    with pytest.raises(Conflict, match="meantime"):
        freezing.freeze(db, made.id, seen, by=by)


def test_a_copy_of_a_frozen_list_goes_on_from_what_listings_say_today(db: Session) -> None:
    by = a_keeper(db)
    _vendor, solution, _case = everything(db)
    made = a_list(db, solution, by=by)
    keeping.note(db, made.id, items(db, made)[0].id, "先看这个", by=by)
    freezing.freeze(db, made.id, made.version, by=by)
    change(db, solution, summary="如今每小时一千箱。")
    copied = keeping.copy(db, made.id, "再来", by=by)
    db.flush()
    (item,) = contents.look(db, by, copied.id).items
    assert (item.record and item.record.summary, item.row.note) == (
        "如今每小时一千箱。",
        "先看这个",
    )
    assert copied.frozen_at is None


def test_a_whitelist_entry_that_held_that_day_is_still_shown_after_it_ended(db: Session) -> None:
    by = a_keeper(db)
    vendor = a_record(db, Kind.VENDOR, name="白名单厂")
    assert isinstance(vendor, Vendor)
    vendor.whitelisted_until = (now() + timedelta(days=30)).date()
    made = frozen(db, vendor, by=by)
    db.flush()
    with at(now() + timedelta(days=400)):
        (item,) = contents.look(db, by, made.id).items
    said = {fact.field: fact.text for fact in item.facts}
    assert vendor.whitelisted_until.isoformat() in said["whitelist"]


def test_what_was_gone_already_is_kept_by_its_name_only(db: Session) -> None:
    by = a_keeper(db)
    solution = a_solution(db, "下架的方案")
    made = a_list(db, solution, by=by)
    with service.changing(db, by="test") as changes:
        service.leave(changes, solution, Stage.WITHDRAWN)
    freezing.freeze(db, made.id, made.version, by=by)
    db.flush()
    (item,) = contents.look(db, by, made.id).items
    assert (item.record, item.name, item.today.standing) == (None, "下架的方案", Standing.GONE)
    assert "下架的方案" in as_sheet(contents.look(db, by, made.id), Format.CSV).content.decode()
