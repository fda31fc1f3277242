"""Runs are stored whole and once, put in order again from their records, and told as news."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import Session, col, func, select

from app.catalogue import index
from app.catalogue.models import Solution
from app.catalogue.stages import Stage
from app.core.db import at, get_engine, transaction
from app.core.outbox import HANDLERS, Job
from app.core.settings import Settings
from app.matching import following, keeping, service, waiting
from app.matching.models import Match, MatchRun, WaitingPart
from app.matching.ordering import key
from app.matching.replaying import replayed
from app.matching.weighing import WEIGHTS, total
from search.engine import Kind
from tests.matching.makers import Refresh, a_need, a_solution, a_vendor, wanted

WEEK = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


def keep(db: Session, need_id: UUID, text: str = "设备联网", version: int = 1) -> MatchRun:
    return service.keep(db, need_id=need_id, need_version=version, wanted=wanted(text))


def matches(db: Session, need_id: UUID, *, current: bool = True) -> list[Match]:
    chosen = select(Match).where(Match.need_id == need_id, col(Match.is_current) == current)
    return list(db.exec(chosen.order_by(col(Match.rank))))


def jobs(db: Session, name: str) -> list[Job]:
    db.flush()
    return list(db.exec(select(Job).where(Job.name == name).order_by(col(Job.id))))


def test_a_run_holds_everything_that_its_order_rests_on(db: Session, fill_index: Refresh) -> None:
    a_solution(db, "设备联网网关")
    need_id = a_need(db)
    fill_index()
    run = keep(db, need_id)
    (match,) = matches(db, need_id)
    assert run.salt.startswith("20")
    assert run.weights["floor"] == run.floor > 0
    assert set(run.versions) == {"model", "index", "vocabulary", "pool", "rules"}
    assert (run.eligible, run.uncovered) == (1, [])
    assert run.cover[0]["vendor_id"] == str(match.vendor_id)
    assert match.score == total(match.scores)
    assert (match.rank, match.solution_version) == (1, match.solution_version)


def test_the_same_answer_is_stored_once_and_another_replaces_it(
    db: Session, fill_index: Refresh
) -> None:
    a_solution(db, "设备联网网关")
    need_id = a_need(db)
    fill_index()
    first = keep(db, need_id)
    assert keep(db, need_id).id == first.id
    a_solution(db, "设备联网平台")
    fill_index()
    second = keep(db, need_id)
    assert second.id != first.id
    assert {match.run_id for match in matches(db, need_id)} == {second.id}
    assert {match.run_id for match in matches(db, need_id, current=False)} == {first.id}
    assert keep(db, need_id, version=2).need_version == 2


def test_current_matches_leave_out_what_left_the_pool_or_breaks_a_limit_now(
    db: Session, fill_index: Refresh
) -> None:
    gone = a_solution(db, "设备联网一", vendor_id=a_vendor(db, name="甲").id)
    dear = a_solution(db, "设备联网二", vendor_id=a_vendor(db, name="乙").id)
    stays = a_solution(db, "设备联网三", vendor_id=a_vendor(db, name="丙").id)
    need_id = a_need(db)
    fill_index()
    asked = wanted(max_price=100_000_00)
    service.keep(db, need_id=need_id, need_version=1, wanted=asked)
    db.get_one(Solution, gone.id).stage = Stage.WITHDRAWN
    db.get_one(Solution, dear.id).price_from = 900_000_00
    db.flush()
    run = service.current(db, need_id)
    assert run is not None
    assert [solution.id for _match, solution in run.matches] == [stays.id]
    assert service.current(db, uuid4()) is None


def test_current_matches_take_two_queries_however_many(db: Session, fill_index: Refresh) -> None:
    for number in range(6):
        a_solution(db, "设备联网网关", vendor_id=a_vendor(db, name=f"第{number}家").id)
    need_id = a_need(db)
    fill_index()
    keep(db, need_id)
    db.flush()
    db.expunge_all()
    told: list[str] = []
    connection = db.connection()
    event.listen(connection, "before_cursor_execute", lambda *call: told.append(call[2]))
    run = service.current(db, need_id)
    assert run is not None
    assert {solution.vendor.organisation.name for _match, solution in run.matches}
    assert len(run.matches) == 6
    assert len(told) == 2


scores = st.fixed_dictionaries(
    {name: st.floats(0, 0.4).map(lambda x: round(x, 6)) for name in ("meaning", "words", "cases")}
)


@given(st.lists(scores, min_size=1, max_size=12), st.data())
def test_a_stored_order_is_what_its_records_give_again(
    said: list[dict[str, float]], data: st.DataObject
) -> None:
    run = MatchRun(
        need_id=uuid4(), need_version=1, wanted={}, salt="2026-W48", weights=WEIGHTS.as_dict()
    )
    numbers = st.lists(st.integers(1, 2**120), min_size=len(said), max_size=len(said), unique=True)
    ids = [UUID(int=number) for number in data.draw(numbers)]
    ranked = sorted(
        zip(said, ids, strict=True),
        key=lambda one: key(total(one[0]), one[1], run.salt, WEIGHTS.step),
    )
    stored = [
        Match(
            run_id=run.id,
            need_id=run.need_id,
            solution_id=id_,
            vendor_id=uuid4(),
            solution_version=1,
            rank=rank,
            score=total(one),
            scores=one,
        )
        for rank, (one, id_) in enumerate(ranked, start=1)
    ]
    told = replayed(run, data.draw(st.permutations(stored)), stored[0])
    assert told.agrees
    assert [place.rank for place in told.order] == list(range(1, len(stored) + 1))
    assert told.above is None
    for upper, lower in zip(told.order, told.order[1:], strict=False):
        assert upper.score >= lower.score - WEIGHTS.step
    if told.why_below and told.below:
        explained = sum(told.why_below.differences.values())
        assert explained == pytest.approx(told.place.score - told.below.score, abs=1e-5)


def test_a_replay_tells_why_neighbours_are_where_they_are_and_sees_a_changed_record(
    db: Session, fill_index: Refresh
) -> None:
    best = a_solution(db, "设备联网网关", summary="设备联网。")
    for number in range(3):
        vendor = a_vendor(db, name=f"第{number}家")
        a_solution(db, "工业网关产品", vendor_id=vendor.id, summary="提供设备联网。产品很多。")
    need_id = a_need(db)
    fill_index()
    keep(db, need_id, "设备联网网关")
    first, second, *_others = matches(db, need_id)
    assert first.solution_id == best.id
    told = service.replay(db, first)
    assert told.agrees
    assert told.why_below is not None
    assert told.why_below.by == "score"
    assert told.why_below.differences["words"] > 0
    equal = service.replay(db, second)
    assert equal.why_below is not None
    assert equal.why_below.by == "salt"
    assert equal.below is not None
    assert equal.place.tie < equal.below.tie
    second.scores = {**second.scores, "words": 0.9}
    assert not service.replay(db, first).agrees


def test_a_new_listing_has_fitting_needs_matched_again_and_leaves_word_once(
    db: Session, fill_index: Refresh
) -> None:
    a_solution(db, "设备联网网关")
    need_id = a_need(db)
    fill_index()
    keep(db, need_id)
    new = a_solution(db, "设备联网平台", vendor_id=a_vendor(db, name="新来的").id)
    other = a_solution(db, "报销软件", scenarios=["finance-expenses"])
    fill_index()
    following.listings_published(db, [{"kind": "solution", "id": str(other.id)}])
    assert jobs(db, following.AGAIN_JOB) == []
    for _twice in range(2):
        following.listings_published(db, [{"kind": "solution", "id": str(new.id)}])
    (again,) = jobs(db, following.AGAIN_JOB)
    for _twice in range(2):
        following.again(db, [again.payload])
    (news,) = jobs(db, following.NEWS_JOB)
    (told,) = [match for match in matches(db, need_id) if match.solution_id == new.id]
    assert news.payload == {"need_id": str(need_id), "match_ids": [str(told.id)]}


def test_a_listing_outside_the_limits_wakes_no_need(db: Session, fill_index: Refresh) -> None:
    need_id = a_need(db)
    fill_index()
    asked = wanted(max_price=100_000_00)
    service.keep(db, need_id=need_id, need_version=1, wanted=asked)
    dear = a_solution(db, "设备联网", price_from=900_000_00)
    cheap = a_solution(db, "设备联网", price_from=90_000_00)
    assert waiting.may_fit(db, [dear]) == set()
    assert waiting.may_fit(db, [dear, cheap]) == {need_id}


def test_a_need_that_left_is_matched_no_more_and_keeps_its_matches(
    db: Session, fill_index: Refresh
) -> None:
    a_solution(db, "设备联网网关")
    need_id = a_need(db)
    fill_index()
    keep(db, need_id)
    service.leave(db, need_id)
    new = a_solution(db, "设备联网平台")
    fill_index()
    assert waiting.may_fit(db, [new]) == set()
    following.again(db, [{"need_id": str(need_id)}])
    assert len(matches(db, need_id)) == 1


def test_each_week_waiting_needs_are_matched_again(db: Session, fill_index: Refresh) -> None:
    a_solution(db, "设备联网网关")
    need_id = a_need(db)
    fill_index()
    with at(WEEK):
        keep(db, need_id)
        following.weekly(db)
        assert jobs(db, following.AGAIN_JOB) == []
    with at(WEEK + timedelta(days=7)):
        following.weekly(db)
    assert [job.payload for job in jobs(db, following.AGAIN_JOB)] == [{"need_id": str(need_id)}]


def test_the_index_tells_matching_of_solutions_and_cases() -> None:
    from app.catalogue.following import FOLLOWERS  # noqa: PLC0415  filled by imports

    assert FOLLOWERS[following.PUBLISHED_JOB] == {Kind.SOLUTION, Kind.CASE}
    assert {following.PUBLISHED_JOB, following.AGAIN_JOB} <= set(HANDLERS)


@pytest.fixture
def own_index(own_database: Settings) -> Callable[[], None]:
    index.get_searcher.cache_clear()

    def fill() -> None:
        with transaction(writes=False) as db:
            index.get_searcher().rebuild(index.documents(db))

    return fill


def test_two_who_keep_at_once_leave_one_current_run(own_index: Callable[[], None]) -> None:
    with transaction() as db:
        a_solution(db, "设备联网网关")
        need_id = a_need(db)
    own_index()
    start = Barrier(2)
    faults: list[BaseException] = []

    def work(version: int) -> None:
        try:
            start.wait()
            with transaction() as db:
                keep(db, need_id, version=version)
        except BaseException as fault:
            faults.append(fault)

    threads = [Thread(target=work, args=(version,)) for version in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    index.get_searcher().close()
    index.get_searcher.cache_clear()
    assert faults == []
    with transaction(writes=False) as db:
        (current,) = matches(db, need_id)
        assert keeping.newest(db, need_id) == db.get(MatchRun, current.run_id)
        assert db.exec(select(func.count()).select_from(MatchRun)).one() == 2
        assert db.exec(select(func.count()).select_from(WaitingPart)).one() == 1
    get_engine().dispose()
