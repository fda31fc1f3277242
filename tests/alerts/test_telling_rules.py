"""Mails: when each rhythm says, of what is new and still public, to those it still concerns."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.accounts.models import Membership, Person
from app.accounts.visitor import Visitor
from app.alerts import rhythms, saving, telling
from app.alerts.models import Rhythm, Watch
from app.alerts.news import note
from app.alerts.waiting_needs import watch_of
from app.catalogue import service
from app.catalogue.models import Record
from app.catalogue.stages import Stage
from app.core.db import at
from app.core.mail import Mail
from app.core.outbox import Job
from app.needs.models import Need, NeedStage
from search.engine import Kind
from tests.alerts.watches import a_reader, a_watch, news_of, publish
from tests.factories import a_record
from tests.people import a_member, an_organisation, visitor

# Wednesday, ten in the morning in China
WEDNESDAY = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _index(fill_index: Callable[[], None]) -> None:
    fill_index()


@pytest.mark.parametrize(
    ("rhythm", "found", "told"),
    [
        (Rhythm.AT_ONCE, WEDNESDAY, WEDNESDAY + 5 * MINUTE),
        (Rhythm.DAILY, WEDNESDAY, datetime(2026, 11, 26, 0, 0, tzinfo=UTC)),
        (Rhythm.DAILY, WEDNESDAY - 3 * HOUR, datetime(2026, 11, 25, 0, 0, tzinfo=UTC)),
        (Rhythm.WEEKLY, WEDNESDAY, datetime(2026, 11, 30, 0, 0, tzinfo=UTC)),
        (Rhythm.WEEKLY, datetime(2026, 11, 30, tzinfo=UTC), datetime(2026, 12, 7, tzinfo=UTC)),
        (
            Rhythm.WEEKLY,
            datetime(2026, 11, 29, 23, 59, tzinfo=UTC),
            datetime(2026, 11, 30, tzinfo=UTC),
        ),
        (Rhythm.OFF, WEDNESDAY, None),
    ],
)
def test_each_rhythm_has_its_time_in_china(
    rhythm: Rhythm, found: datetime, told: datetime | None
) -> None:
    assert rhythms.next_time(rhythm, found) == told


def a_solution(db: Session, name: str = "码垛机器人方案", **values: Any) -> Record:
    return a_record(db, Kind.SOLUTION, name=name, **values)


def run(db: Session, moment: datetime) -> list[Mail]:
    """Let it be this moment: what is due is told; the mails that were written."""
    db.flush()
    before = len(db.exec(select(Mail)).all())
    with at(moment):
        telling.look(db)
        for job in db.exec(select(Job).where(Job.name == telling.TELL_JOB)).all():
            telling.tell(db, [job.payload])
            telling.tell(db, [job.payload])  # as after a crash
            db.delete(job)
        db.flush()
    return list(db.exec(select(Mail).order_by(col(Mail.id))).all())[before:]


def found(db: Session, rhythm: Rhythm, **values: Any) -> tuple[Watch, Record]:
    """A search of this rhythm and what was found for it on Wednesday at ten."""
    with at(WEDNESDAY - HOUR):
        watch = a_watch(db, rhythm=rhythm, **values)
    with at(WEDNESDAY):
        solution = a_solution(db)
        publish(db, solution)
    return watch, solution


def test_news_of_some_minutes_come_in_one_mail(db: Session) -> None:
    watch, _first = found(db, Rhythm.AT_ONCE)
    with at(WEDNESDAY + 2 * MINUTE):
        publish(db, a_solution(db, "码垛机器人二号"))
    assert run(db, WEDNESDAY + 4 * MINUTE) == []
    (mail,) = run(db, WEDNESDAY + 5 * MINUTE)
    assert "码垛机器人方案" in mail.text
    assert "码垛机器人二号" in mail.text
    assert run(db, WEDNESDAY + DAY) == []
    assert watch.last_at == WEDNESDAY + 5 * MINUTE


@pytest.mark.parametrize(
    ("rhythm", "last_quiet", "first_told"),
    [
        (
            Rhythm.DAILY,
            datetime(2026, 11, 25, 23, 59, tzinfo=UTC),
            datetime(2026, 11, 26, tzinfo=UTC),
        ),
        (
            Rhythm.WEEKLY,
            datetime(2026, 11, 29, 23, 59, tzinfo=UTC),
            datetime(2026, 11, 30, tzinfo=UTC),
        ),
    ],
)
def test_the_morning_comes_before_the_mail_and_only_once(
    db: Session, rhythm: Rhythm, last_quiet: datetime, first_told: datetime
) -> None:
    found(db, rhythm)
    assert run(db, last_quiet) == []
    assert len(run(db, first_told)) == 1
    assert run(db, first_told + 30 * DAY) == []


def test_without_news_there_is_no_mail(db: Session) -> None:
    a_watch(db, rhythm=Rhythm.AT_ONCE)
    assert run(db, WEDNESDAY + 30 * DAY) == []


def test_the_mail_is_in_the_persons_language_and_has_the_way_out(db: Session) -> None:
    watch, _solution = found(db, Rhythm.AT_ONCE, by=a_reader(db, language="en"))
    (mail,) = run(db, WEDNESDAY + HOUR)
    assert mail.subject == "One new listing for “我的搜索”"
    link = f"/alerts/unsubscribe/{saving.token_of(watch)}"
    assert mail.headers is not None
    assert mail.headers["List-Unsubscribe"].endswith(f"{link}>")
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in mail.text
    assert saving.token_of(watch) not in str(watch.model_dump(exclude={"kind", "rhythm"}))


def test_what_is_not_public_any_more_is_not_told_and_told_when_it_comes_back(db: Session) -> None:
    watch, solution = found(db, Rhythm.AT_ONCE)
    with service.changing(db, by="test") as changes:
        service.leave(changes, solution, Stage.WITHDRAWN)
    assert run(db, WEDNESDAY + HOUR) == []
    with service.changing(db, by="test") as changes:
        service.publish(changes, solution)
    with at(WEDNESDAY + DAY):
        publish(db, solution)
    assert len(run(db, WEDNESDAY + DAY + HOUR)) == 1
    assert [one.told_at for one in news_of(db, watch)] == [WEDNESDAY + DAY + HOUR]


@pytest.mark.parametrize("how", ["disabled", "unverified", "off"])
def test_who_is_gone_or_wants_none_gets_no_mail(db: Session, how: str) -> None:
    watch, _solution = found(db, Rhythm.AT_ONCE)
    person = db.get_one(Person, watch.person_id)
    if how == "disabled":
        person.disabled_at = WEDNESDAY
    elif how == "unverified":
        person.verified_at = None
    else:
        rhythms.change(watch, Rhythm.OFF)
    assert run(db, WEDNESDAY + HOUR) == []


def a_needs_watch(db: Session) -> tuple[Need, Watch, Visitor]:
    organisation = an_organisation(db)
    writer = visitor(db, a_member(db, organisation.id), organisation.id)
    need = Need(
        organisation_id=organisation.id,
        written_by=writer.person_id,
        stage=NeedStage.PUBLISHED,
        title="三号线码垛",
    )
    db.add(need)
    db.flush()
    with at(WEDNESDAY):
        watch = watch_of(db, need)
        solution = a_solution(db)
        note(db, watch, [(Kind.SOLUTION, solution.id, 1.0)])
    return need, watch, writer


def test_the_mail_of_a_need_leads_to_its_matches(db: Session) -> None:
    need, _watch, _writer = a_needs_watch(db)
    (mail,) = run(db, WEDNESDAY + DAY)
    assert f"/workspace/needs/{need.identifier}/matches" in mail.text


def test_who_left_the_organisation_hears_no_more_of_its_needs(db: Session) -> None:
    _need, _watch, writer = a_needs_watch(db)
    db.execute(delete(Membership).where(col(Membership.person_id) == writer.person_id))
    assert run(db, WEDNESDAY + DAY) == []


def test_of_a_need_that_closed_nothing_is_told(db: Session) -> None:
    need, _watch, _writer = a_needs_watch(db)
    need.stage = NeedStage.CLOSED
    assert run(db, WEDNESDAY + DAY) == []


def test_a_second_after_its_deadline_a_need_is_told_of_nothing(db: Session) -> None:
    need, _watch, _writer = a_needs_watch(db)
    need.closes_at = WEDNESDAY + timedelta(hours=1)  # before the next morning, unseen by any job
    assert run(db, WEDNESDAY + DAY) == []


def test_a_long_mail_names_the_first_and_counts_the_rest(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "SHOWN", 2)
    with at(WEDNESDAY - HOUR):
        a_watch(db, rhythm=Rhythm.AT_ONCE, by=a_reader(db, language="en"))
    with at(WEDNESDAY):
        publish(db, *(a_solution(db, f"码垛机器人{n}号") for n in range(5)))
    (mail,) = run(db, WEDNESDAY + HOUR)
    assert mail.subject.startswith("5 new listings")
    assert "And 3 more." in mail.text


def test_another_rhythm_takes_what_waits_along(db: Session) -> None:
    watch, _solution = found(db, Rhythm.WEEKLY)
    with at(WEDNESDAY + HOUR):
        rhythms.change(watch, Rhythm.DAILY)
    assert watch.next_at == datetime(2026, 11, 26, tzinfo=UTC)
