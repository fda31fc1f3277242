"""Where the listings of a list are today: said on the list, and followed when merged."""

from sqlmodel import Session

from app.catalogue import service
from app.catalogue.models import Record
from app.catalogue.stages import Stage
from app.shortlists import contents
from app.shortlists.contents import Item
from app.shortlists.following import Standing
from tests.shortlists.lists import a_keeper, a_list, a_solution


def leave(db: Session, record: Record, stage: Stage, into: Record | None = None) -> None:
    with service.changing(db, by="test") as changes:
        service.leave(changes, record, stage, into=into)


def the_item(db: Session, record: Record, stage: Stage, into: Record | None = None) -> Item:
    """How a list shows a listing that went this way after it was put there."""
    by = a_keeper(db)
    made = a_list(db, record, by=by)
    leave(db, record, stage, into)
    db.flush()
    (item,) = contents.look(db, by, made.id).items
    return item


def test_a_listing_that_became_part_of_another_leads_to_that(db: Session) -> None:
    first, middle, last = (a_solution(db, name) for name in ("甲", "乙", "丙"))
    leave(db, middle, Stage.MERGED, last)
    item = the_item(db, first, Stage.MERGED, middle)
    assert (item.name, item.former_name, item.today.standing) == ("丙", "甲", Standing.MERGED)


def test_a_listing_that_left_is_named_and_says_so(db: Session) -> None:
    for stage in (Stage.WITHDRAWN, Stage.REMOVED):
        item = the_item(db, a_solution(db, "走了"), stage)
        assert (item.name, item.record, item.href) == ("走了", None, "")
        assert item.today.standing is Standing.GONE


def test_a_hidden_listing_shows_nothing_but_its_name(db: Session) -> None:
    item = the_item(db, a_solution(db, "在查", summary="秘密"), Stage.QUARANTINED)
    assert (item.today.standing, item.record, item.facts) == (Standing.HIDDEN, None, [])


def test_what_leads_in_a_circle_ends(db: Session) -> None:
    one, two = a_solution(db, "甲"), a_solution(db, "乙")
    leave(db, two, Stage.MERGED, one)
    item = the_item(db, one, Stage.MERGED, two)
    assert item.today.standing is Standing.GONE
