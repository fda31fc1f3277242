"""Ratings: only after a contract, once, with one reply; what looks out of place is flagged."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.models import MemberRole, Membership, StaffRole
from app.catalogue.models import Organisation
from app.core.db import now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.outbox import Job
from app.curation.applications import appeals
from app.inquiries import contacts, deciding, ratings, rings
from app.inquiries.models import Inquiry, Rating, Side
from app.needs.models import Confidentiality
from tests.inquiries.makers import ASKER, Sides, a_need, ask, two_sides
from tests.inquiries_followup.setting import (
    DONGGUAN,
    GUANGZHOU,
    PROVINCE,
    acts,
    mails_to,
    official,
    post,
    say,
    sign,
    told,
)
from tests.people import a_member, an_organisation, sign_in, staff, visitor

PUBLISHER = StaffRole.PUBLISHER


@pytest.fixture
def sides(db: Session) -> Sides:
    return two_sides(db)


def signed(db: Session, sides: Sides, **about: object) -> Inquiry:
    inquiry = ask(db, sides, **about)  # type: ignore[arg-type]
    sign(db, sides, inquiry)
    return inquiry


def rate(db: Session, sides: Sides, inquiry: Inquiry, stars: int = 5) -> Rating:
    return ratings.rate(db, inquiry, Side.ASKER, stars, "不错", by=sides.asker)


def another_asker(db: Session, sides: Sides, *, days: int = 0) -> Sides:
    """The same vendor, and another manufacturer that came so many days ago."""
    came = now() - timedelta(days=days)
    organisation = an_organisation(db, "又一家制造有限公司", created_at=came)
    person = a_member(db, organisation.id)
    own = {"asker": visitor(db, person, organisation.id), "asker_person": person}
    return Sides(**{**vars(sides), **own})


def rated(db: Session, sides: Sides, *stars: int) -> list[Rating]:
    """One rating each by manufacturers that have nothing to do with each other."""
    made = []
    for n, given in enumerate(stars):
        other = another_asker(db, sides, days=30 * n + 20)
        made.append(rate(db, other, signed(db, other), given))
    db.flush()
    rings.look(db, sides.listed.id)
    return made


def test_only_a_contract_that_both_confirmed_opens_a_rating(db: Session, sides: Sides) -> None:
    inquiry = ask(db, sides)
    say(db, sides, inquiry, Side.VENDOR)
    with pytest.raises(Conflict, match="both sides have confirmed"):
        rate(db, sides, inquiry)
    sign(db, sides, inquiry)
    with pytest.raises(Forbidden):
        ratings.rate(db, inquiry, Side.VENDOR, 5, "", by=sides.vendor)
    for stars, text in ((0, ""), (6, ""), (5, "长" * 1001)):
        with pytest.raises(Invalid):
            ratings.rate(db, inquiry, Side.ASKER, stars, text, by=sides.asker)
    rate(db, sides, inquiry)
    with pytest.raises(Conflict, match="already"):
        rate(db, sides, inquiry, 1)
    assert told(db, inquiry)[-1] == "rating.made"
    assert acts(db, "rating.") == ["rating.made"]


def test_the_vendor_replies_once(db: Session, sides: Sides) -> None:
    inquiry = signed(db, sides)
    with pytest.raises(Conflict):
        ratings.reply(db, inquiry, Side.VENDOR, "谢谢", by=sides.vendor)
    rate(db, sides, inquiry)
    with pytest.raises(Forbidden):
        ratings.reply(db, inquiry, Side.ASKER, "自夸", by=sides.asker)
    ratings.reply(db, inquiry, Side.VENDOR, "谢谢", by=sides.vendor)
    with pytest.raises(Conflict):
        ratings.reply(db, inquiry, Side.VENDOR, "再谢", by=sides.vendor)


def test_an_average_is_shown_from_three_on_and_leaves_out_what_is_hidden(
    db: Session, sides: Sides
) -> None:
    made = rated(db, sides, 5, 4)
    assert ratings.of_vendor(db, sides.listed.id).average is None
    made += rated(db, sides, 2)
    shown = ratings.of_vendor(db, sides.listed.id)
    assert (shown.average, shown.total) == (3.7, 3)
    assert shown.stars == {5: 1, 4: 1, 3: 0, 2: 1, 1: 0}
    made[0].is_hidden = True
    db.flush()
    assert ratings.of_vendor(db, sides.listed.id).total == 2


def test_who_hides_is_not_named_on_the_vendors_page_even_once_the_vendor_knows(
    client: TestClient, db: Session, sides: Sides
) -> None:
    need = a_need(db, sides.asker, confidentiality=Confidentiality.HIDDEN)
    inquiry = signed(db, sides, need=need)
    contacts.release(db, inquiry, Side.ASKER, by=sides.asker)
    rate(db, sides, inquiry)
    db.flush()
    client.headers["Cookie"] = "lang=en"
    page = client.get(f"/vendors/{sides.listed.slug}").text
    assert "A manufacturer in" in page
    assert ASKER not in page
    assert "An average is shown from 3 on" in page


def test_a_rating_far_from_the_middle_of_three_others_is_flagged(db: Session, sides: Sides) -> None:
    few = rated(db, sides, 5, 1)
    assert not any(one.is_flagged for one in few)
    more = rated(db, sides, 5, 5)
    assert [one.flags for one in [*few, *more]] == [[], ["outlier"], [], []]


def test_a_vendor_that_rated_its_rater_is_flagged(db: Session, sides: Sides) -> None:
    back = two_sides(db)
    theirs = Sides(**{**vars(back), "asker": sides.vendor})
    theirs.vendor = visitor(
        db, a_member(db, back.listed.organisation_id), back.vendor.organisation_id
    )
    own = another_asker(db, sides)
    own.asker = theirs.vendor
    rate(db, theirs, signed(db, theirs))
    rating = rate(db, own, signed(db, own))
    db.flush()
    rings.look(db, sides.listed.id)
    assert rating.flags == ["mutual"]


def test_a_person_on_both_sides_and_a_common_domain_are_flagged(db: Session, sides: Sides) -> None:
    rating = rate(db, sides, signed(db, sides))
    rings.look(db, sides.listed.id)
    assert rating.flags == []  # example.com is nobody's
    vendor, asker = sides.vendor.organisation_id, sides.asker.organisation_id
    assert vendor
    assert asker
    db.add(
        Membership(organisation_id=vendor, person_id=sides.asker.person_id, role=MemberRole.VIEWER)
    )
    db.get_one(Organisation, vendor).website = "https://www.maker.cn/about"
    a_member(db, asker, email="sales@maker.cn")
    db.flush()
    rings.look(db, sides.listed.id)
    assert rating.flags == ["people", "domain"]


def test_three_raters_of_one_week_are_flagged_together(db: Session, sides: Sides) -> None:
    made = []
    for days in (3, 5, 40, 9):
        other = another_asker(db, sides, days=days)
        made.append(rate(db, other, signed(db, other)))
    db.flush()
    rings.look(db, sides.listed.id)
    flagged = ["newcomers" in one.flags for one in made]
    assert flagged == [True, True, False, True]


def test_a_rating_is_looked_at_by_a_job_after_it_was_made(db: Session, sides: Sides) -> None:
    rate(db, sides, signed(db, sides))
    db.flush()
    (job,) = db.exec(select(Job).where(Job.name == "inquiries.look_at_ratings")).all()
    rings.look_again(db, [job.payload])


def a_flagged(db: Session, sides: Sides, **about: object) -> tuple[Rating, Inquiry]:
    inquiry = signed(db, sides, **about)
    rating = rate(db, sides, inquiry, 1)
    rating.flags, rating.is_flagged = ["mutual"], True
    db.flush()
    return rating, inquiry


def test_staff_hide_or_clear_a_flagged_rating_once(db: Session, sides: Sides) -> None:
    here, elsewhere = official(db, PUBLISHER), official(db, PUBLISHER, DONGGUAN)
    rating, inquiry = a_flagged(db, sides)
    with pytest.raises(NotFound):
        deciding.take(db, elsewhere, inquiry.id)
    deciding.take(db, here, inquiry.id)
    with pytest.raises(Invalid):
        deciding.hide(db, rating, inquiry, "", by=here)
    deciding.hide(db, rating, inquiry, "互评", by=here)
    with pytest.raises(Conflict, match="already"):
        deciding.clear(db, rating, "好", by=here)
    db.flush()
    assert ratings.of_vendor(db, sides.listed.id).total == 0
    rings.look(db, sides.listed.id)
    assert not rating.is_flagged  # what was decided is not asked again
    assert len(mails_to(db, sides.asker.email)) >= 1


def test_who_rated_may_appeal_and_an_allowed_appeal_shows_it_again(
    db: Session, sides: Sides
) -> None:
    here, province = official(db, PUBLISHER), official(db, PUBLISHER, PROVINCE)
    rating, inquiry = a_flagged(db, sides)
    deciding.hide(db, rating, inquiry, "互评", by=here)
    db.flush()
    subject = f"rating:{inquiry.id}"
    with pytest.raises(NotFound):
        appeals.lodge(db, subject, "不是", by=sides.vendor)
    appeal = appeals.lodge(db, subject, "我们没有关联", by=sides.asker)
    db.flush()
    with pytest.raises(Forbidden, match="own decision"):
        appeals.decide(db, appeal, "好", is_allowed=True, by=here)
    appeals.decide(db, appeal, "确无关联", is_allowed=True, by=province)
    assert not rating.is_hidden
    assert acts(db, "rating.shown_again") == ["rating.shown_again"]


def test_an_appeal_of_who_hides_lies_with_the_staff_of_their_own_region(
    db: Session, sides: Sides
) -> None:
    need = a_need(db, sides.asker, confidentiality=Confidentiality.HIDDEN)
    rating, inquiry = a_flagged(db, sides, need=need)
    here = official(db, PUBLISHER)
    deciding.hide(db, rating, inquiry, "互评", by=here)
    db.flush()
    appeals.lodge(db, f"rating:{inquiry.id}", "不是", by=sides.asker)
    db.flush()
    assert appeals.listed(db, here, number=1, size=10).total == 0
    assert appeals.listed(db, official(db, PUBLISHER, DONGGUAN), number=1, size=10).total == 1


def test_the_pages_rate_reply_and_decide(client: TestClient, db: Session, sides: Sides) -> None:
    inquiry = signed(db, sides)
    thread = f"/inquiries/{inquiry.identifier}"
    sign_in(client, db, sides.asker_person, sides.asker.organisation_id)
    assert client.post(f"{thread}/rating", data={"rating": "好"}).status_code == 422
    assert "4 of 5 stars" in post(client, f"{thread}/rating", stars="4")
    sign_in(client, db, sides.vendor_person, sides.vendor.organisation_id)
    assert client.post(f"{thread}/rating/reply").status_code == 422
    assert "多谢" in post(client, f"{thread}/rating/reply", reply="多谢")
    assert "多谢" in client.get(f"/vendors/{sides.listed.slug}").text
    rating = db.get_one(Rating, inquiry.id)
    rating.flags, rating.is_flagged = ["newcomers"], True
    db.flush()
    sign_in(client, db, staff(db, PUBLISHER, region=GUANGZHOU))
    page = client.get("/desk/ratings").text
    assert "within the same seven days" in page
    address = f"/desk/ratings/{inquiry.id}"
    assert client.post(address, data={"decision": "hide"}).status_code == 422
    post(client, address, decision="hide", why="同周注册")
    assert "同周注册" in client.get("/desk/ratings?tab=hidden").text
    assert "多谢" not in client.get(f"/vendors/{sides.listed.slug}").text
