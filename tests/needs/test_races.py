"""Two at once over one need: one wins, the other one is told, nothing happens twice."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, select

from app.accounts.visitor import Visitor
from app.core.audit import AuditEntry, verify
from app.core.db import at, now, transaction
from app.core.errors import Conflict
from app.core.mail import Mail
from app.core.outbox import Job
from app.needs import closing, outcomes, publishing, questions, reading
from app.needs.models import Need, NeedQuestion, NeedStage, OutcomeKind
from app.needs.outcomes import Verdict
from tests.needs.making import a_closed_need, a_draft, a_need, a_vendor, a_writer, an_editor

pytestmark = pytest.mark.usefixtures("own_database")
Act = Callable[[Session, Need], Any]


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act raised or returned, all begun in the same moment."""
    ready = threading.Barrier(len(acts))
    ends: list[Any] = [None] * len(acts)

    def run(place: int) -> None:
        ready.wait()
        try:
            ends[place] = acts[place]()
        except Exception as error:
            ends[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def doing(by: Visitor, identifier: str, act: Act) -> Callable[[], Any]:
    """An act on a need that is held, in a transaction of its own, as a request does it."""

    def run() -> Any:
        with transaction() as db:
            return act(db, reading.take(db, by, identifier))

    return run


def two_of_one_organisation(
    make: Callable[[Session, Visitor], Need],
) -> tuple[Visitor, Visitor, str, UUID]:
    with transaction() as db:
        first = a_writer(db)
        second = an_editor(db, first.organisation_id)
        need = make(db, first)
        return first, second, need.identifier, need.id


def count(action: str) -> int:
    with transaction(writes=False) as db:
        assert verify(db).broken == ""
        return len(db.exec(select(AuditEntry).where(AuditEntry.action == action)).all())


def test_a_double_click_publishes_once() -> None:
    writer, _other, identifier, _id = two_of_one_organisation(a_draft)
    press = doing(writer, identifier, lambda db, n: publishing.publish(db, n, seen=1, by=writer))
    assert sorted(at_once(press, press)) == [False, True]
    assert count("need.published") == 1
    with transaction(writes=False) as db:
        jobs = db.exec(select(Job).where(Job.name == publishing.MATCH)).all()
    assert len(jobs) == 1


def test_two_editors_who_publish_at_once_publish_once() -> None:
    first, second, identifier, _id = two_of_one_organisation(a_draft)
    ends = at_once(
        doing(first, identifier, lambda db, n: publishing.publish(db, n, seen=1, by=first)),
        doing(second, identifier, lambda db, n: publishing.publish(db, n, seen=1, by=second)),
    )
    assert sorted(type(end).__name__ for end in ends) == ["Conflict", "bool"]
    assert count("need.published") == 1


def test_of_two_outcomes_at_once_one_stands() -> None:
    first, second, identifier, id_ = two_of_one_organisation(a_closed_need)
    kinds = {first: OutcomeKind.NOBODY, second: OutcomeKind.CANCELLED}

    def settle(by: Visitor) -> Callable[[], Any]:
        verdict = Verdict(kinds[by])
        return doing(
            identifier=identifier,
            by=by,
            act=lambda db, n: outcomes.settle(db, n, verdict, by=by).kind,
        )

    ends = at_once(settle(first), settle(second))
    assert [type(end) for end in ends if isinstance(end, Exception)] == [Conflict]
    with transaction(writes=False) as db:
        need = db.get_one(Need, id_)
        outcome = outcomes.of(db, need)
        assert need.stage == NeedStage.SETTLED
        assert outcome
        assert outcome.kind in ends
    assert count("need.outcome") == 1


def test_closing_by_hand_and_by_the_clock_closes_once() -> None:
    moment = now() + timedelta(days=31)
    writer, _other, identifier, _id = two_of_one_organisation(a_need)

    def by_the_clock() -> None:
        with at(moment), transaction() as db:
            closing.close_due(db)

    def by_outcome(db: Session, need: Need) -> None:
        with at(moment):
            outcomes.settle(db, need, Verdict(OutcomeKind.CANCELLED), by=writer)

    ends = at_once(by_the_clock, doing(writer, identifier, by_outcome), by_the_clock)
    assert ends == [None, None, None]
    assert (count("need.closed"), count("need.outcome")) == (1, 1)
    with transaction(writes=False) as db:
        assert len(db.exec(select(Mail)).all()) == 2  # to both editors, once


def test_one_question_gets_one_answer() -> None:
    first, second, identifier, id_ = two_of_one_organisation(a_need)
    with transaction() as db:
        _vendor, asker = a_vendor(db)
        question = questions.ask(db, db.get_one(Need, id_), "什么品牌？", by=asker).id

    def answering(by: Visitor, text: str) -> Callable[[], Any]:
        return doing(by, identifier, lambda db, n: questions.answer(db, n, question, text, by=by))

    ends = at_once(answering(first, "发那科"), answering(second, "三菱"))
    assert [type(end) for end in ends if end is not None] == [Conflict]
    with transaction(writes=False) as db:
        assert db.get_one(NeedQuestion, question).answer in ("发那科", "三菱")
