"""The figures of how soon vendors answer, and the pages of both sides and the staff."""

from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.models import MemberRole, StaffRole
from app.core.db import at, now
from app.core.formats import today
from app.inquiries import figures
from app.inquiries.models import Inquiry, Side
from tests.inquiries.makers import WORDS, Sides, ask, two_sides
from tests.inquiries_followup.setting import (
    DONGGUAN,
    FRIDAY,
    GUANGZHOU,
    MONDAY,
    TUESDAY,
    after,
    noon,
    official,
    post,
    say,
)
from tests.people import a_member, sign_in, staff


@pytest.fixture
def sides(db: Session) -> Sides:
    return two_sides(db)


def sent(db: Session, day: date) -> tuple[Sides, Inquiry]:
    with at(noon(day)):
        own = two_sides(db)
        return own, ask(db, own)


@pytest.mark.parametrize(
    ("days", "middle"),
    [({}, None), ({2: 1}, 2), ({1: 1, 4: 1}, 2.5), ({1: 3, 9: 2}, 1), ({0: 1, 3: 1, 5: 2}, 4)],
)
def test_the_median_of_counted_days(days: dict[int, int], middle: float | None) -> None:
    assert figures.median(days) == middle


def test_what_can_still_be_answered_in_time_is_not_counted_yet(db: Session) -> None:
    in_time, late, never, open_one = (sent(db, TUESDAY) for _n in range(4))
    with at(noon(after(TUESDAY, 1))):
        say(db, *in_time, Side.VENDOR)
    with at(noon(MONDAY)):
        say(db, *late, Side.VENDOR)
        open_one[1].due_on = after(MONDAY, 3)
        db.flush()
        found = figures.of(db, official(db))
        elsewhere = figures.of(db, official(db, region=DONGGUAN))
    assert never
    assert (found.sent, found.answered, found.median) == (4, 2, 2.5)
    assert (found.all.in_time, found.all.of) == (1, 3)
    assert list(found.cities) == [GUANGZHOU]
    month = found.months[TUESDAY.replace(day=1)]
    assert (month.percent, len(found.months)) == (33, 12)
    assert (elsewhere.sent, elsewhere.all.of) == (0, 0)


def test_the_desk_shows_the_figures_and_narrows_its_lists(client: TestClient, db: Session) -> None:
    _own, inquiry = sent(db, TUESDAY)
    inquiry.sent_on = today()
    db.flush()
    sign_in(client, db, staff(db, StaffRole.REVIEWER, region="440000"))
    page = client.get("/desk/inquiries?tab=figures").text
    assert "0 of 1" in page
    address = f"/desk/inquiries/{inquiry.id}"
    late = "/desk/inquiries?tab=overdue"
    assert address in client.get(late).text
    assert address in client.get(f"{late}&region={GUANGZHOU}").text
    assert address not in client.get(f"{late}&region={DONGGUAN}").text
    assert "1 waits" in client.get("/desk").text
    exported = client.post(
        "/desk/exports/inquiries", data={"format": "csv", "query": "tab=overdue"}
    )
    assert inquiry.identifier in exported.text
    assert WORDS not in exported.text


def test_the_asker_calls_and_the_staff_act_on_the_pages(
    client: TestClient, db: Session, sides: Sides
) -> None:
    inquiry = ask(db, sides)
    inquiry.due_on = FRIDAY
    db.flush()
    thread = f"/inquiries/{inquiry.identifier}"
    sign_in(client, db, sides.asker_person, sides.asker.organisation_id)
    assert f'action="{thread}/escalation"' in client.get(thread).text
    assert client.post(f"{thread}/escalation").status_code == 422
    page = post(client, f"{thread}/escalation", escalation="产线停了")
    assert "The staff were called" in page
    assert f'action="{thread}/escalation"' not in page
    sign_in(client, db, staff(db, StaffRole.REVIEWER, region=GUANGZHOU))
    address = f"/desk/inquiries/{inquiry.id}"
    assert "产线停了" in client.get(address).text
    for part, field in (("messages", "text"), ("province", "province"), ("close", "closing")):
        assert client.post(f"{address}/{part}").status_code == 422
        post(client, f"{address}/{part}", **{field: "请答复"})
    assert client.post(f"{address}/close", data={"closing": "再关"}).status_code == 409
    sign_in(client, db, sides.vendor_person, sides.vendor.organisation_id)
    assert "请答复" in client.get(thread).text


def test_the_vendor_asks_back_and_leaves_a_thank_you_on_the_page(
    client: TestClient, db: Session, sides: Sides
) -> None:
    inquiry = ask(db, sides)
    thread = f"/inquiries/{inquiry.identifier}"
    sign_in(client, db, sides.vendor_person, sides.vendor.organisation_id)
    assert "Your answer is due by" in client.get(thread).text
    assert client.post(f"{thread}/question").status_code == 422
    page = post(client, f"{thread}/question", text="几台设备？", sent_key="k")
    assert "stands still until the reply" in page
    inquiry = db.get_one(Inquiry, inquiry.id)
    say(db, sides, inquiry, Side.ASKER)
    say(db, sides, inquiry, Side.VENDOR)
    say(db, sides, inquiry, Side.ASKER)
    db.flush()
    assert f'action="{thread}/no-answer-needed"' in client.get(thread).text
    assert "needing no answer" in post(client, f"{thread}/no-answer-needed")


def test_who_only_reads_along_is_offered_nothing(
    client: TestClient, db: Session, sides: Sides
) -> None:
    inquiry = ask(db, sides)
    inquiry.due_on = FRIDAY
    inquiry.overdue_told_at = now()
    assert sides.asker.organisation_id
    viewer = a_member(db, sides.asker.organisation_id, MemberRole.VIEWER)
    sign_in(client, db, viewer, sides.asker.organisation_id)
    page = client.get(f"/inquiries/{inquiry.identifier}").text
    assert "working day" in page
    for part in ("escalation", "report", "block", "rating"):
        assert f"/{part}" not in page, part
