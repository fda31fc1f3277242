"""The due day, to the day: working days, pauses, reminders, and what becomes overdue."""

from datetime import date

import pytest
from sqlmodel import Session, select

from app.accounts.models import StaffRole
from app.core.db import at
from app.core.errors import Conflict, Forbidden, Invalid
from app.inquiries import due, escalating, overdue, overseeing, pausing, stepping
from app.inquiries.models import Inquiry, InquiryStage, Side
from tests.inquiries.makers import Sides, ask, two_sides
from tests.inquiries_followup.setting import (
    DONGGUAN,
    FRIDAY,
    GUANGZHOU,
    MONDAY,
    PROVINCE,
    TUESDAY,
    acts,
    after,
    mails_to,
    noon,
    official,
    say,
    told,
)


@pytest.fixture
def sides(db: Session) -> Sides:
    with at(noon(TUESDAY)):
        return two_sides(db)


def asked(db: Session, sides: Sides, day: date = TUESDAY) -> Inquiry:
    with at(noon(day)):
        return ask(db, sides)


def ask_back(db: Session, sides: Sides, inquiry: Inquiry, key: str = "") -> None:
    pausing.ask_back(db, inquiry, Side.VENDOR, "几台？", sent_key=key, by=sides.vendor)


@pytest.mark.parametrize(
    ("sent", "due_on"),
    [
        (TUESDAY, FRIDAY),
        (FRIDAY, date(2026, 3, 11)),  # over a weekend
        (date(2026, 3, 7), date(2026, 3, 11)),  # sent on a Saturday
        (date(2026, 2, 12), date(2026, 2, 24)),  # 13th, the Saturday worked, after the festival
        (date(2026, 4, 30), date(2026, 5, 8)),  # Labour Day until the 5th
    ],
)
def test_the_first_answer_is_due_after_three_working_days(
    db: Session, sides: Sides, sent: date, due_on: date
) -> None:
    assert asked(db, sides, sent).due_on == due_on


def test_an_answer_is_late_only_once_its_day_is_over_in_china(db: Session, sides: Sides) -> None:
    inquiry = asked(db, sides)
    with at(noon(FRIDAY, hour=23)):
        assert not due.is_overdue(inquiry)
    with at(noon(after(FRIDAY, 1), hour=0)):  # still Friday in UTC
        assert due.is_overdue(inquiry)
        assert due.days_late(inquiry) == 0  # no working day has passed since
    with at(noon(MONDAY)):
        assert due.days_late(inquiry) == 1


def test_asking_back_lets_the_days_that_are_left_wait(db: Session, sides: Sides) -> None:
    inquiry = asked(db, sides)
    with at(noon(after(TUESDAY, 1))):  # two days are left
        ask_back(db, sides, inquiry)
        assert inquiry.stage == InquiryStage.SENT
    with at(noon(MONDAY)):
        assert not due.is_overdue(inquiry)
        say(db, sides, inquiry, Side.ASKER)
    assert inquiry.due_on == date(2026, 3, 11)
    assert inquiry.clock_stopped_at is None


def test_a_pause_over_a_holiday_gives_back_working_days_alone(db: Session, sides: Sides) -> None:
    inquiry = asked(db, sides, date(2026, 4, 29))  # Wednesday; due on the 7th of May
    assert inquiry.due_on == date(2026, 5, 7)
    with at(noon(date(2026, 4, 30))):
        ask_back(db, sides, inquiry)
    with at(noon(date(2026, 5, 6))):  # the holiday is over: one working day has passed
        say(db, sides, inquiry, Side.ASKER)
    assert inquiry.due_on == date(2026, 5, 8)


def test_after_a_pause_nobody_is_late_on_the_same_day(db: Session, sides: Sides) -> None:
    inquiry = asked(db, sides)
    with at(noon(FRIDAY)):
        ask_back(db, sides, inquiry)
    with at(noon(after(FRIDAY, 1))):  # nothing was left; the asker replies on Saturday
        say(db, sides, inquiry, Side.ASKER)
    assert inquiry.due_on == MONDAY


def test_asking_back_twice_with_one_key_says_it_once_and_never_after_an_answer(
    db: Session, sides: Sides
) -> None:
    inquiry = asked(db, sides)
    with at(noon(TUESDAY)):
        ask_back(db, sides, inquiry, "key")
        ask_back(db, sides, inquiry, "key")
        with pytest.raises(Conflict, match="next word"):
            ask_back(db, sides, inquiry, "other")
        say(db, sides, inquiry, Side.ASKER)
        say(db, sides, inquiry, Side.VENDOR)
        with pytest.raises(Conflict, match="first answer"):
            ask_back(db, sides, inquiry, "third")
    with pytest.raises(Conflict):
        pausing.ask_back(db, inquiry, Side.ASKER, "?", sent_key="", by=sides.asker)


def test_later_answers_have_five_days_from_what_the_asker_wrote_first(
    db: Session, sides: Sides
) -> None:
    inquiry = asked(db, sides)
    with at(noon(after(TUESDAY, 1))):
        say(db, sides, inquiry, Side.VENDOR)
        assert not due.is_running(inquiry)
    with at(noon(FRIDAY)):
        say(db, sides, inquiry, Side.ASKER)
    with at(noon(MONDAY)):
        say(db, sides, inquiry, Side.ASKER, "还有一点")  # gives no more days
    assert inquiry.due_on == date(2026, 3, 13)


def test_how_long_the_first_answer_took_leaves_out_the_pause(db: Session, sides: Sides) -> None:
    inquiry = asked(db, sides)
    with at(noon(after(TUESDAY, 1))):
        ask_back(db, sides, inquiry)
    with at(noon(MONDAY)):
        say(db, sides, inquiry, Side.ASKER)
    with at(noon(after(MONDAY, 1))):
        say(db, sides, inquiry, Side.VENDOR)
    assert (inquiry.answered_after, inquiry.answered_in_time) == (2, True)
    with at(noon(after(MONDAY, 20))):
        say(db, sides, inquiry, Side.ASKER)
        say(db, sides, inquiry, Side.VENDOR)
    assert inquiry.answered_after == 2  # the first one counts


def test_to_decline_is_an_answer_and_a_late_one_is_counted_as_late(
    db: Session, sides: Sides
) -> None:
    inquiry = asked(db, sides)
    with at(noon(after(MONDAY, 1))):
        declined = {"version": inquiry.version, "by": sides.vendor, "why": "做不了"}
        stepping.step(db, inquiry, Side.VENDOR, InquiryStage.DECLINED, **declined)  # type: ignore[arg-type]
    assert (inquiry.answered_after, inquiry.answered_in_time) == (5, False)
    assert not due.is_running(inquiry)


def test_the_vendor_is_reminded_the_working_day_before_and_on_the_day_once_each(
    db: Session, sides: Sides
) -> None:
    inquiry = asked(db, sides, after(TUESDAY, 1))  # due on Monday
    assert inquiry.due_on == MONDAY
    sent = []
    for day in (after(TUESDAY, 2), FRIDAY, after(FRIDAY, 1), after(FRIDAY, 2), MONDAY, MONDAY):
        with at(noon(day)):
            overdue.keep_time(db)
        sent.append(len(mails_to(db, sides.vendor.email)) - 1)  # the first one told of it
    assert sent == [0, 1, 1, 1, 2, 2]
    assert "今天到期" in mails_to(db, sides.vendor.email)[-1]


def test_nobody_is_mailed_before_the_office_opens(db: Session, sides: Sides) -> None:
    asked(db, sides)
    with at(noon(FRIDAY, hour=1)):
        overdue.keep_time(db)
    assert len(mails_to(db, sides.vendor.email)) == 1


def test_who_has_answered_is_neither_reminded_nor_overdue(db: Session, sides: Sides) -> None:
    inquiry = asked(db, sides)
    with at(noon(TUESDAY)):
        say(db, sides, inquiry, Side.VENDOR)
    here = official(db)
    for day in (FRIDAY, MONDAY):
        with at(noon(day)):
            overdue.keep_time(db)
    assert len(mails_to(db, sides.vendor.email)) == 1
    assert mails_to(db, here.email) == []


def test_overdue_goes_once_to_the_staff_nearest_to_the_vendor(db: Session, sides: Sides) -> None:
    here, elsewhere = official(db), official(db, region=DONGGUAN)
    province, inspector = official(db, region=PROVINCE), official(db, StaffRole.INSPECTOR)
    asked(db, sides)
    for _again in range(2):
        with at(noon(MONDAY)):
            overdue.keep_time(db)
    assert len(mails_to(db, here.email)) == 1
    for other in (elsewhere, province, inspector):
        assert mails_to(db, other.email) == []


def test_where_no_staff_covers_the_vendor_the_province_is_told(db: Session, sides: Sides) -> None:
    official(db, region=DONGGUAN)
    province = official(db, region=PROVINCE)
    asked(db, sides)
    with at(noon(MONDAY)):
        overdue.keep_time(db)
    assert len(mails_to(db, province.email)) == 1


def test_a_new_due_day_is_reminded_and_reported_anew(db: Session, sides: Sides) -> None:
    here = official(db)
    inquiry = asked(db, sides)
    with at(noon(MONDAY)):
        overdue.keep_time(db)
        say(db, sides, inquiry, Side.VENDOR)
        say(db, sides, inquiry, Side.ASKER)
    with at(noon(date(2026, 3, 17))):
        overdue.keep_time(db)
    assert inquiry.due_on == date(2026, 3, 16)
    assert len(mails_to(db, here.email)) == 2


def test_the_asker_calls_the_staff_once_and_only_when_it_is_overdue(
    db: Session, sides: Sides
) -> None:
    here = official(db)
    inquiry = asked(db, sides)

    def call(why: str = "设备停着", side: Side = Side.ASKER) -> None:
        by = sides.asker if side is Side.ASKER else sides.vendor
        escalating.escalate(db, inquiry, side, why, by=by)

    with at(noon(FRIDAY)), pytest.raises(Conflict, match="once the answer is overdue"):
        call()
    with at(noon(MONDAY)):
        with pytest.raises(Forbidden):
            call(side=Side.VENDOR)
        with pytest.raises(Invalid, match="sentence"):
            call("")
        call()
        with pytest.raises(Conflict, match="already"):
            call()
        assert overseeing.counts(db, here)[overseeing.Tab.ESCALATED] == 1
    assert len(mails_to(db, here.email)) == 1
    assert told(db, inquiry) == ["overdue.escalated"]


def test_staff_write_to_both_pass_on_to_the_province_and_close(db: Session, sides: Sides) -> None:
    here, province = official(db), official(db, region=PROVINCE)
    inquiry = asked(db, sides)
    with at(noon(MONDAY)):
        with pytest.raises(Conflict, match="does not wait"):
            escalating.close(db, inquiry, "好", by=here)
        escalating.escalate(db, inquiry, Side.ASKER, "急", by=sides.asker)
        escalating.write(db, inquiry, "请今天答复。", by=here)
        with pytest.raises(Forbidden, match="yourself"):
            escalating.pass_on(db, inquiry, "请省里看", by=province)
        escalating.pass_on(db, inquiry, "请省里看", by=here)
        with pytest.raises(Conflict, match="already"):
            escalating.pass_on(db, inquiry, "再请", by=here)
        escalating.close(db, inquiry, "供应商已答应", by=province)
        assert overseeing.counts(db, here)[overseeing.Tab.ESCALATED] == 0
    assert len(mails_to(db, province.email)) == 1
    for side in (sides.asker, sides.vendor):
        assert len(mails_to(db, side.email)) >= 2
    assert acts(db, "inquiry.escal") == [
        "inquiry.escalated",
        "inquiry.escalation_closed",
        "inquiry.escalation_passed_on",
    ]


def test_after_a_new_due_day_has_passed_the_asker_may_call_again(db: Session, sides: Sides) -> None:
    here, inquiry = official(db), asked(db, sides)
    with at(noon(MONDAY)):
        escalating.escalate(db, inquiry, Side.ASKER, "急", by=sides.asker)
        escalating.close(db, inquiry, "已催", by=here)
        assert not escalating.may_escalate(inquiry, Side.ASKER)
        say(db, sides, inquiry, Side.VENDOR)
        say(db, sides, inquiry, Side.ASKER)
    with at(noon(date(2026, 3, 17))):
        assert escalating.may_escalate(inquiry, Side.ASKER)


def test_the_vendor_may_take_a_thank_you_as_needing_no_answer(db: Session, sides: Sides) -> None:
    inquiry = asked(db, sides)
    with at(noon(TUESDAY)):
        with pytest.raises(Conflict):
            pausing.leave(db, inquiry, Side.VENDOR, by=sides.vendor)  # not before the first answer
        say(db, sides, inquiry, Side.VENDOR)
        say(db, sides, inquiry, Side.ASKER, "谢谢")
        assert due.is_running(inquiry)
        with pytest.raises(Forbidden):
            pausing.leave(db, inquiry, Side.ASKER, by=sides.asker)
        pausing.leave(db, inquiry, Side.VENDOR, by=sides.vendor)
        assert not due.is_running(inquiry)
    assert told(db, inquiry) == ["clock.left"]


def test_what_is_said_of_one_inquiry_is_what_the_lists_choose(db: Session, sides: Sides) -> None:
    inquiry = asked(db, sides)
    here = official(db, region=GUANGZHOU)
    for day in (FRIDAY, MONDAY):
        with at(noon(day)):
            db.flush()
            listed = db.exec(select(Inquiry.id).where(due.overdue())).all()
            assert (inquiry.id in listed) is due.is_overdue(inquiry)
            counted = overseeing.counts(db, here)[overseeing.Tab.OVERDUE]
            assert counted == due.is_overdue(inquiry)
