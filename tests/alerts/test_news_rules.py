"""News: what became public or fits by now, since the search was saved; each told once."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from app.accounts.models import Person
from app.alerts import rhythms, saving, waiting_needs
from app.alerts.models import Rhythm, Watch
from app.catalogue import service
from app.catalogue.models import Record, Vendor
from app.catalogue.stages import Stage
from app.core.db import at, now
from app.core.mail import Mail
from app.curation.oversight.models import Assessment, WhitelistEntry
from app.matching.models import Match, MatchRun
from app.needs.models import Need, NeedStage, NeedTold
from search.engine import Kind
from tests.alerts.watches import a_reader, a_watch, news_of, plan, publish
from tests.factories import a_batch, a_proposal, a_record
from tests.people import a_member, a_person, an_organisation, visitor

LATER = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _index(fill_index: Callable[[], None]) -> None:
    fill_index()


def a_solution(db: Session, name: str = "码垛机器人方案", **values: object) -> Record:
    return a_record(db, Kind.SOLUTION, name=name, **values)


def change(db: Session, record: Record, **values: object) -> None:
    """The listing says this from now on."""
    links = {"vendor_id": record.vendor_id}  # type: ignore[attr-defined]
    said = {"name": record.name, **values}
    a_batch(db, a_proposal(Kind.SOLUTION, record_id=record.id, links=links, **said), accept=True)


def test_what_becomes_public_after_the_search_was_saved_is_news(db: Session) -> None:
    watch = a_watch(db)
    solution = a_solution(db)
    publish(db, solution, a_solution(db, "财务软件"))
    assert [one.record_id for one in news_of(db, watch)] == [solution.id]
    assert watch.next_at is not None


def test_what_was_public_and_fitted_before_is_no_news_when_it_changes(db: Session) -> None:
    solution = a_solution(db)
    with at(now() + LATER):
        watch = a_watch(db)
    with at(now() + 2 * LATER):
        change(db, solution, summary="一句新的话")
        publish(db, solution)
    assert news_of(db, watch) == []
    assert watch.next_at is None


def test_what_was_public_and_fits_only_now_is_news(db: Session) -> None:
    solution = a_solution(db, "某方案", industries=["C34"])
    with at(now() + LATER):
        by_words, by_code = a_watch(db), a_watch(db, "industry=C29")
    with at(now() + 2 * LATER):
        change(db, solution, summary="码垛机器人", industries=["C29"])
        publish(db, solution)
    assert [len(news_of(db, watch)) for watch in (by_words, by_code)] == [1, 1]


def test_a_listing_that_is_told_of_twice_is_noted_once(db: Session) -> None:
    watch, solution = a_watch(db), a_solution(db)
    publish(db, solution)
    (first,) = news_of(db, watch)
    first.told_at, watch.next_at = now(), None
    publish(db, solution)
    publish(db, solution)
    assert len(news_of(db, watch)) == 1
    assert watch.next_at is None


def test_news_that_could_not_be_told_wait_once_more_when_the_listing_comes_back(
    db: Session,
) -> None:
    watch, solution = a_watch(db), a_solution(db)
    publish(db, solution)
    watch.next_at = None
    publish(db, solution)
    assert watch.next_at is not None


def test_what_left_before_it_could_be_looked_at_is_no_news(db: Session) -> None:
    watch, solution = a_watch(db), a_solution(db)
    with service.changing(db, by="test") as changes:
        service.leave(changes, solution, Stage.WITHDRAWN)
    publish(db, solution)
    assert news_of(db, watch) == []


def test_a_vendor_that_comes_onto_the_whitelist_is_news_for_who_waits_for_that(
    db: Session,
) -> None:
    listed, known = (a_record(db, Kind.VENDOR, name=name) for name in ("新上榜", "早在榜"))
    days = {"valid_from": date(2026, 1, 1), "valid_until": date(2099, 1, 1)}

    def whitelist(vendor: Record) -> None:
        assert isinstance(vendor, Vendor)
        person = a_person(db)
        carried = Assessment(vendor_id=vendor.id, written_by=person.id, domains={}, **days)
        db.add(carried)
        db.flush()
        entry = {"assessment_id": carried.id, "decided_by": person.id, **days}
        db.add(WhitelistEntry(vendor_id=vendor.id, **entry))
        vendor.whitelisted_until = days["valid_until"]

    whitelist(known)
    with at(now() + LATER):
        watch = a_watch(db, "kind=vendor&whitelist=valid")
    with at(now() + 2 * LATER):
        whitelist(listed)
        publish(db, listed, known)
    assert [one.record_id for one in news_of(db, watch)] == [listed.id]


def test_a_search_whose_code_is_known_no_more_finds_nothing_rather_than_everything(
    db: Session,
) -> None:
    watch = a_watch(db, "industry=C29")
    watch.query = "kind=solution&industry=gone"
    plan(db, watch)
    publish(db, a_solution(db))
    assert news_of(db, watch) == []


def a_need(db: Session, stage: NeedStage = NeedStage.PUBLISHED) -> Need:
    organisation = an_organisation(db)
    need = Need(
        organisation_id=organisation.id,
        written_by=a_member(db, organisation.id).id,
        stage=stage,
        title="三号线码垛",
    )
    db.add(need)
    db.flush()
    return need


def matches(db: Session, need: Need, *records: Record) -> list[str]:
    """The ids of current matches of a need with these solutions."""
    run = MatchRun(need_id=need.id, need_version=1, wanted={})
    db.add(run)
    db.flush()
    made = [
        Match(
            run_id=run.id,
            need_id=need.id,
            solution_id=record.id,
            vendor_id=record.vendor_id,  # type: ignore[attr-defined]
            solution_version=1,
            rank=rank,
            score=1.0 / rank,
        )
        for rank, record in enumerate(records, start=1)
    ]
    db.add_all(made)
    db.flush()
    return [str(match.id) for match in made]


def test_who_wrote_a_need_waits_for_its_matches_and_hears_of_each_solution_once(
    db: Session,
) -> None:
    need, solution = a_need(db), a_solution(db)
    for _run in range(2):  # matched again, the solution is no news
        ids = matches(db, need, solution)
        waiting_needs.need_news(db, [{"need_id": str(need.id), "match_ids": ids}])
    watch = db.exec(select(Watch).where(Watch.need_id == need.id)).one()
    assert (watch.person_id, watch.organisation_id) == (need.written_by, need.organisation_id)
    assert watch.rhythm == Rhythm.DAILY
    assert [one.record_id for one in news_of(db, watch)] == [solution.id]


def test_whoever_publishes_a_need_can_say_from_then_on_how_often_to_be_told(db: Session) -> None:
    need = a_need(db)
    waiting_needs.need_news(db, [{"need_id": str(need.id), "match_ids": []}])
    (watch,) = db.exec(select(Watch))
    assert (watch.need_id, watch.next_at) == (need.id, None)
    writer = visitor(db, db.get_one(Person, need.written_by), need.organisation_id)
    saving.change(db, watch.id, "", Rhythm.AT_ONCE, by=writer)
    ids = matches(db, need, a_solution(db))
    waiting_needs.need_news(db, [{"need_id": str(need.id), "match_ids": ids}])
    assert watch.next_at is not None
    assert watch.next_at <= now() + rhythms.AT_ONCE


def test_a_vendor_that_a_later_listing_brought_is_told_of_the_need_once(db: Session) -> None:
    need, solution = a_need(db), a_solution(db)
    vendor = db.get_one(Vendor, solution.vendor_id)  # type: ignore[attr-defined]
    member = a_member(db, vendor.organisation_id)
    payload = {"need_id": str(need.id), "match_ids": matches(db, need, solution)}
    for _run in range(2):
        waiting_needs.need_news(db, [payload])
    db.flush()
    (letter,) = db.exec(select(Mail).where(Mail.to == member.email))
    assert need.title in letter.subject


def test_after_the_deadline_no_vendor_is_told_of_a_need(db: Session) -> None:
    need, solution = a_need(db), a_solution(db)
    need.closes_at = now() - timedelta(seconds=1)
    payload = {"need_id": str(need.id), "match_ids": matches(db, need, solution)}
    waiting_needs.need_news(db, [payload])
    assert db.exec(select(NeedTold)).all() == []


def test_matches_of_another_need_or_of_one_that_is_not_open_are_no_news(db: Session) -> None:
    closed, need = a_need(db, NeedStage.CLOSED), a_need(db)
    ids = matches(db, closed, a_solution(db))
    waiting_needs.need_news(db, [{"need_id": str(closed.id), "match_ids": ids}])
    assert db.exec(select(Watch)).all() == []
    waiting_needs.need_news(db, [{"need_id": str(need.id), "match_ids": [*ids, str(uuid4())]}])
    (watch,) = db.exec(select(Watch)).all()
    assert news_of(db, watch) == []


def test_two_people_with_the_same_search_are_each_told(db: Session) -> None:
    watches = [a_watch(db, by=a_reader(db)) for _ in range(2)]
    publish(db, a_solution(db))
    assert [len(news_of(db, watch)) for watch in watches] == [1, 1]
