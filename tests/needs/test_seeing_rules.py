"""Who sees a need, who knows whose it is, and that nobody else finds, counts or guesses it."""

from typing import Any

import pytest
from sqlmodel import Session, select

from app.accounts.models import MemberRole, StaffRole
from app.accounts.visitor import Visitor
from app.catalogue.stages import Stage
from app.core.errors import NotFound
from app.needs import browsing, reading
from app.needs.models import Confidentiality, Need, NeedStage
from app.needs.seeing import shown_region, shows_identity, visible
from tests.needs.making import (
    CITY,
    COUNTY,
    a_match,
    a_need,
    a_vendor,
    a_writer,
    an_editor,
    in_every_stage,
)
from tests.people import DONGGUAN, GUANGZHOU, PROVINCE, a_member, staff, visitor

SHOWN = {NeedStage.PUBLISHED, NeedStage.CLOSED, NeedStage.SETTLED}
FOSHAN = CITY


def seen(db: Session, who: Visitor | None) -> set[Any]:
    return set(db.exec(select(Need.id).where(visible(who))))


def staff_of(db: Session, region: str) -> Visitor:
    return visitor(db, staff(db, StaffRole.REVIEWER, region=region))


@pytest.mark.parametrize("choice", list(Confidentiality))
def test_its_own_members_see_it_in_every_stage(db: Session, choice: Confidentiality) -> None:
    writer = a_writer(db)
    made = in_every_stage(db, writer, choice)
    viewer = a_member(db, writer.organisation_id or made["draft"].id, MemberRole.VIEWER)
    reader = visitor(db, viewer, writer.organisation_id)
    for who in (writer, reader):
        assert seen(db, who) == {need.id for need in made.values()}
        assert all(shows_identity(need, who) for need in made.values())


@pytest.mark.parametrize("choice", [Confidentiality.PUBLIC, Confidentiality.HIDDEN])
def test_everybody_sees_what_is_open_closed_or_settled_and_nothing_else(
    db: Session, choice: Confidentiality
) -> None:
    made = in_every_stage(db, a_writer(db), choice)
    shown = {need.id for stage, need in made.items() if stage in SHOWN}
    _vendor, stranger = a_vendor(db)
    for who in (None, stranger, staff_of(db, GUANGZHOU)):
        assert seen(db, who) == shown
    for stage, need in made.items():
        if stage not in SHOWN:
            with pytest.raises(NotFound):
                reading.find_visible(db, None, need.identifier)


def test_only_matched_vendors_and_the_staff_of_its_region_see_one_for_matched_vendors(
    db: Session,
) -> None:
    need = a_need(db, a_writer(db), confidentiality=Confidentiality.MATCHED)
    vendor, matched = a_vendor(db)
    _other, stranger = a_vendor(db, "别家科技有限公司")
    a_match(db, need, vendor)
    may = (matched, staff_of(db, PROVINCE), staff_of(db, FOSHAN), staff_of(db, COUNTY))
    assert all(seen(db, who) == {need.id} and shows_identity(need, who) for who in may)
    may_not = (None, stranger, staff_of(db, DONGGUAN), staff_of(db, GUANGZHOU))
    for who in may_not:
        assert seen(db, who) == set()
        with pytest.raises(NotFound):
            reading.find_visible(db, who, need.identifier)
        assert browsing.look(db, who, browsing.Asked()).page.total == 0


def test_an_old_match_or_a_vendor_that_left_the_pool_opens_nothing(db: Session) -> None:
    need = a_need(db, a_writer(db), confidentiality=Confidentiality.MATCHED)
    vendor, matched = a_vendor(db)
    match = a_match(db, need, vendor, is_current=False)
    assert seen(db, matched) == set()
    match.is_current = True
    db.add(match)
    db.flush()
    assert seen(db, matched) == {need.id}
    vendor.stage = Stage.QUARANTINED
    db.add(vendor)
    db.flush()
    assert seen(db, matched) == set()


def test_whose_it_is_stays_hidden_from_all_but_its_members_and_the_staff_there(
    db: Session,
) -> None:
    writer = a_writer(db)
    need = a_need(db, writer, confidentiality=Confidentiality.HIDDEN)
    vendor, matched = a_vendor(db)
    a_match(db, need, vendor)
    for who in (None, matched, staff_of(db, GUANGZHOU)):
        assert not shows_identity(need, who)
        assert shown_region(need, who) == CITY
        assert reading.find_visible(db, who, need.identifier).organisation is None
    for who in (writer, an_editor(db, writer.organisation_id), staff_of(db, FOSHAN)):
        assert shows_identity(need, who)
        assert shown_region(need, who) == COUNTY
        assert reading.find_visible(db, who, need.identifier).organisation is not None


def test_who_acts_for_another_organisation_just_now_is_a_stranger(db: Session) -> None:
    writer = a_writer(db)
    need = a_need(db, writer, confidentiality=Confidentiality.HIDDEN)
    other = a_writer(db, "别家制造有限公司")
    assert not shows_identity(need, other)
    with pytest.raises(NotFound):
        reading.find_own(db, other, need.identifier)
    with pytest.raises(NotFound):
        reading.find_own(db, other, "n-0000000000")
    with pytest.raises(NotFound):
        reading.find_visible(db, other, "n-\0")
