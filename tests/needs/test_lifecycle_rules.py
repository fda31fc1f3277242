"""From draft to outcome: what blocks publishing, deadlines to the second, reminders, the end."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from app.core.audit import AuditEntry
from app.core.db import at, now
from app.core.errors import Conflict, Invalid
from app.core.mail import Mail
from app.core.outbox import Job
from app.matching.following import NEWS_JOB
from app.matching.models import MatchFeedback
from app.needs import closing, outcomes, publishing, questions, telling
from app.needs.models import Confidentiality, Need, NeedStage, NeedTold, OutcomeKind
from app.needs.outcomes import Verdict
from search.engine import Kind
from tests.factories import a_record
from tests.needs.making import (
    ALIAS,
    NAME,
    a_closed_need,
    a_draft,
    a_match,
    a_need,
    a_vendor,
    a_writer,
    an_editor,
)

DEADLINE = datetime(2027, 3, 1, 9, 0, 7, tzinfo=UTC)
START = date(2027, 5, 1)


def acts(db: Session) -> list[str]:
    return [one.action for one in db.exec(select(AuditEntry).order_by(AuditEntry.number))]  # type: ignore[arg-type]


def mails(db: Session, about: str) -> list[Mail]:
    return [one for one in db.exec(select(Mail).order_by(Mail.to)) if about in one.subject]


def test_publishing_is_recorded_and_has_it_matched_once(db: Session) -> None:
    writer = a_writer(db)
    need = a_draft(db, writer)
    assert publishing.publish(db, need, seen=1, by=writer)
    assert (need.stage, need.published_by) == (NeedStage.PUBLISHED, writer.person_id)
    assert not publishing.publish(db, need, seen=1, by=writer)  # the second click
    db.flush()
    jobs = db.exec(select(Job).where(Job.name == publishing.MATCH)).all()
    assert [job.payload for job in jobs] == [{"need_id": str(need.id)}]
    assert acts(db) == ["need.published"]


def test_somebody_elses_click_on_what_changed_meanwhile_publishes_nothing(db: Session) -> None:
    writer = a_writer(db)
    colleague = an_editor(db, writer.organisation_id)
    need = a_draft(db, writer)
    with pytest.raises(Conflict):
        publishing.publish(db, need, seen=7, by=colleague)
    publishing.publish(db, need, seen=1, by=writer)
    with pytest.raises(Conflict):
        publishing.publish(db, need, seen=1, by=colleague)


@pytest.mark.parametrize(
    ("missing", "by"),
    [
        ({"title": ""}, "title"),
        ({"text": ""}, "text"),
        ({"text": "太短"}, "text"),
        ({"region": None}, "region"),
        ({"industries": []}, "industries"),
        ({"closes_at": None}, "closes_at"),
        ({"closes_at": datetime(2020, 1, 1, tzinfo=UTC)}, "closes_at"),
        ({"closes_at": datetime(2099, 1, 1, tzinfo=UTC)}, "closes_at"),
        ({"questions_until": datetime(2020, 1, 1, tzinfo=UTC)}, "questions_until"),
        ({"questions_until": datetime(2098, 1, 1, tzinfo=UTC)}, "questions_until"),
        ({"wanted_by": date(2020, 1, 1)}, "wanted_by"),
    ],
)
def test_what_is_missing_is_named_and_blocks_publishing(
    db: Session, missing: dict[str, Any], by: str
) -> None:
    writer = a_writer(db)
    need = a_draft(db, writer, **missing)
    assert list(publishing.lacking(db, need)) == [by]
    with pytest.raises(Invalid):
        publishing.publish(db, need, seen=1, by=writer)
    assert need.stage == NeedStage.DRAFT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", f"{NAME}的设备联网"),
        ("text", f"我们{ALIAS}有四十台注塑机，想要设备联网。"),
        ("text", "东莞市 创机塑料 制品 有四十台注塑机，想要设备联网。"),
        ("systems", "找王工 13800138000"),
        ("systems", "it@example.com"),
        ("parts", [{"title": ALIAS, "text": "联网", "scenarios": []}]),
    ],
)
def test_a_need_with_hidden_identity_must_not_name_itself(
    db: Session, name: str, value: Any
) -> None:
    need = a_draft(db, a_writer(db), confidentiality=Confidentiality.HIDDEN, **{name: value})
    assert list(publishing.lacking(db, need)) == [name]
    need.confidentiality = Confidentiality.PUBLIC
    assert publishing.lacking(db, need) == {}


def test_a_deadline_counts_to_the_second_before_any_job_ran(db: Session) -> None:
    with at(DEADLINE - timedelta(days=20)):
        writer = a_writer(db)
        need = a_need(db, writer, closes_at=DEADLINE)
    _vendor, asker = a_vendor(db)
    with at(DEADLINE - timedelta(seconds=1)):
        assert need.is_open
        assert questions.may_ask(db, need, asker)
    with at(DEADLINE):
        assert (need.stage, need.stands) == (NeedStage.PUBLISHED, NeedStage.CLOSED)
        assert not questions.may_ask(db, need, asker)
        with pytest.raises(Conflict):
            publishing.extend(db, need, DEADLINE + timedelta(days=1), by=writer)
        with pytest.raises(Conflict):
            publishing.withdraw(db, need, "不要了", by=writer)


def test_the_job_closes_what_is_due_at_its_deadline_and_says_so(db: Session) -> None:
    with at(DEADLINE - timedelta(days=20)):
        writer = a_writer(db)
        need = a_need(db, writer, closes_at=DEADLINE)
        other = a_need(db, writer, closes_at=DEADLINE + timedelta(days=1))
    with at(DEADLINE + timedelta(hours=3)):
        closing.close_due(db)
        closing.close_due(db)
    assert (need.stage, need.closed_at) == (NeedStage.CLOSED, DEADLINE)
    assert other.stage == NeedStage.PUBLISHED
    assert acts(db).count("need.closed") == 1
    assert [one.to for one in mails(db, need.title)] == [writer.email]


def test_a_deadline_can_be_made_later_but_not_earlier(db: Session) -> None:
    writer = a_writer(db)
    need = a_need(db, writer)
    assert need.closes_at
    later = need.closes_at + timedelta(days=5)
    publishing.extend(db, need, later, by=writer)
    assert need.closes_at == later
    for wrong in (later - timedelta(days=1), now() + timedelta(days=500)):
        with pytest.raises(Invalid):
            publishing.extend(db, need, wrong, by=writer)
    assert "need.extended" in acts(db)


def test_a_published_need_is_withdrawn_with_a_reason_a_draft_without(db: Session) -> None:
    writer = a_writer(db)
    draft, need = a_draft(db, writer), a_need(db, writer)
    publishing.withdraw(db, draft, "", by=writer)
    with pytest.raises(Invalid):
        publishing.withdraw(db, need, "", by=writer)
    publishing.withdraw(db, need, "预算取消", by=writer)
    assert (need.stage, need.withdrawn_why) == (NeedStage.WITHDRAWN, "预算取消")
    with pytest.raises(Conflict):
        publishing.publish(db, need, seen=need.version, by=writer)


def test_its_authors_are_reminded_after_thirty_sixty_and_ninety_days(db: Session) -> None:
    with at(DEADLINE):
        writer = a_writer(db)
        need = a_closed_need(db, writer, closes_at=DEADLINE + timedelta(days=1))
    sent = []
    for day in (29, 30, 31, 59, 60, 90, 120):
        with at(DEADLINE + timedelta(days=day)):
            closing.remind(db)
        db.flush()
        sent.append(len(mails(db, need.title)))
    assert sent == [0, 1, 1, 1, 2, 3, 3]


def test_reminders_that_were_missed_come_as_one(db: Session) -> None:
    with at(DEADLINE):
        need = a_closed_need(db, a_writer(db), closes_at=DEADLINE + timedelta(days=1))
    with at(DEADLINE + timedelta(days=75)):
        closing.remind(db)
        closing.remind(db)
    assert (need.reminded, len(mails(db, need.title))) == (2, 1)


@pytest.mark.parametrize("kind", list(OutcomeKind))
def test_only_a_need_without_a_complete_outcome_is_reminded_of(
    db: Session, kind: OutcomeKind
) -> None:
    with at(DEADLINE):
        writer = a_writer(db)
        need = a_closed_need(db, writer, closes_at=DEADLINE + timedelta(days=1))
        awarded = {"vendor_name": "池外公司", "value": 100, "starts_on": START}
        said = awarded if kind == OutcomeKind.AWARDED else {}
        outcomes.settle(db, need, Verdict(kind, **said), by=writer)  # type: ignore[arg-type]
        db.flush()
    with at(DEADLINE + timedelta(days=31)):
        closing.remind(db)
    is_reminded = kind == OutcomeKind.DECIDING
    assert len(mails(db, need.title)) == (1 if is_reminded else 0)
    assert (need.stage == NeedStage.SETTLED) is not is_reminded


def test_deciding_is_replaced_and_a_complete_outcome_is_the_end(db: Session) -> None:
    writer = a_writer(db)
    need = a_closed_need(db, writer)
    outcomes.settle(db, need, Verdict(OutcomeKind.DECIDING), by=writer)
    outcomes.settle(db, need, Verdict(OutcomeKind.DECIDING, note="下周开会"), by=writer)
    outcomes.settle(db, need, Verdict(OutcomeKind.NOBODY, note="都太贵"), by=writer)
    db.flush()
    for kind in OutcomeKind:
        with pytest.raises(Conflict):
            outcomes.settle(db, need, Verdict(kind), by=writer)
    found = outcomes.of(db, need)
    assert found
    assert (found.kind, found.note) == (OutcomeKind.NOBODY, "都太贵")
    assert acts(db).count("need.outcome") == 3


def test_an_open_need_has_no_outcome_and_one_past_its_deadline_may(db: Session) -> None:
    with at(DEADLINE - timedelta(days=20)):
        writer = a_writer(db)
        need = a_need(db, writer, closes_at=DEADLINE)
        with pytest.raises(Conflict):
            outcomes.settle(db, need, Verdict(OutcomeKind.CANCELLED), by=writer)
    with at(DEADLINE):
        outcomes.settle(db, need, Verdict(OutcomeKind.CANCELLED), by=writer)
    assert (need.stage, need.closed_at) == (NeedStage.SETTLED, DEADLINE)


def test_an_award_says_to_whom_for_how_much_and_from_when(db: Session) -> None:
    empty = outcomes.read(db, {"kind": "awarded"})
    assert set(empty.errors) == {"vendor", "value", "starts_on"}
    assert set(outcomes.read(db, {"kind": "lost"}).errors) == {"kind"}
    said = {"kind": "awarded", "value": "380000", "starts_on": "2027-05-01"}
    vendor = a_record(db, Kind.VENDOR, name="云联科技有限公司")
    chosen = outcomes.read(db, {**said, "vendor": vendor.identifier}).verdict
    by_name = outcomes.read(db, {**said, "vendor_name": vendor.name}).verdict
    assert chosen == by_name == Verdict(OutcomeKind.AWARDED, vendor.id, "", 38_000_000, START)
    outside = outcomes.read(db, {**said, "vendor": "outside", "vendor_name": "池外公司"}).verdict
    assert outside
    assert (outside.vendor_id, outside.vendor_name) == (None, "池外公司")


def told(db: Session, need: Need) -> list[Mail]:
    telling.tell_matched(db, need)
    db.flush()
    return mails(db, need.title)


@pytest.mark.parametrize("choice", list(Confidentiality))
def test_matched_vendors_are_told_once_and_not_whose_it_is_where_that_is_hidden(
    db: Session, choice: Confidentiality
) -> None:
    writer = a_writer(db)
    need = a_need(db, writer, confidentiality=choice)
    vendor, member = a_vendor(db)
    a_match(db, need, vendor)
    _other, _stranger = a_vendor(db, "没匹配上科技有限公司")
    assert [one.to for one in told(db, need)] == [member.email]
    assert len(told(db, need)) == 1  # not again
    assert len(db.exec(select(NeedTold)).all()) == 1
    letter = mails(db, need.title)[0]
    whole = f"{letter.subject}\n{letter.text}"
    assert (NAME in whole) is (choice != Confidentiality.HIDDEN)
    if choice == Confidentiality.HIDDEN:
        assert not {writer.email, writer.name, ALIAS, "南海"} & {
            name for name in (writer.email, writer.name, ALIAS, "南海") if name in whole
        }


def test_the_job_matches_an_open_need_and_leaves_any_other_alone(db: Session) -> None:
    writer = a_writer(db)
    for need in (a_draft(db, writer), a_closed_need(db, writer)):
        telling.match(db, [{"need_id": str(need.id)}])
    telling.match(db, [{"need_id": "00000000-0000-0000-0000-000000000000"}])
    assert db.exec(select(NeedTold)).all() == []


def test_publishing_finds_vendors_and_tells_them_and_an_award_is_kept_with_the_match(
    db: Session, fill_index: Callable[[], None]
) -> None:
    writer = a_writer(db)
    vendor, member = a_vendor(db)
    said = {"summary": "注塑机联网采集", "scenarios": ["equipment-connectivity"]}
    a_record(db, Kind.SOLUTION, name="设备联网平台", vendor_id=vendor.id, **said)
    fill_index()
    need = a_need(db, writer)
    telling.match(db, [{"need_id": str(need.id)}])
    telling.match(db, [{"need_id": str(need.id)}])
    assert [one.to for one in mails(db, need.title)] == [member.email]
    assert db.exec(select(Job).where(Job.name == NEWS_JOB)).first()  # its writer waits for more
    publishing.close(db, need, by=writer)
    verdict = Verdict(OutcomeKind.AWARDED, vendor.id, "", 38_000_000, START)
    outcomes.settle(db, need, verdict, by=writer)
    db.flush()
    feedback = db.exec(select(MatchFeedback)).one()
    assert (feedback.verdict, feedback.organisation_id) == ("awarded", writer.organisation_id)
