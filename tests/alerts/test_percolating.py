"""A listing finds the searches that wait for it: all of them, only them, and without a walk."""

import random
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from app.alerts import saving
from app.alerts.models import Rhythm, Watch, WatchKey
from app.alerts.percolating import fits, waiting_for
from app.alerts.planning import boiled_down
from app.alerts.reading import asked_by
from app.catalogue.documents import document_of
from app.catalogue.index import get_searcher, get_vocabulary
from app.catalogue.models import Record
from app.catalogue.reading import by_identifiers
from app.discovery.results import query_of
from search.engine import Document, Kind
from search.searcher import Query
from tests.alerts.watches import a_reader, a_watch, plan
from tests.factories import a_record

Fill = Callable[[], None]
THINGS = ("码垛机器人", "注塑 MES", "能耗管理", "视觉质检", "仓储条码", "设备联网", "排产", "WMS")
DOES = ("减少停机", "每小时八百箱", "找出用电浪费", "查出划痕", "扫码出入库", "上云", "少加班")
INDUSTRIES = ("C29", "C34", "C38", "C39")
CITIES = ("440100", "440300", "440600", "441900")
COMPLAINTS = ("夜里停机没人知道", "电费一直涨找不到原因", "老师傅看花眼漏检划痕", "库存对不上账")


def document(db: Session, record: Record) -> Document:
    """What the index would hold of it."""
    db.flush()
    return document_of(by_identifiers(db, [record.identifier])[record.identifier], get_vocabulary())


def listings(db: Session, chance: random.Random, number: int) -> list[Record]:
    """Solutions of a few vendors in several cities, each of some things."""
    vendors = [a_record(db, Kind.VENDOR, name=f"厂{c}{number}", region=c) for c in CITIES]
    return [
        a_record(
            db,
            Kind.SOLUTION,
            name=f"{chance.choice(THINGS)}{chance.choice(THINGS)} {place}",
            summary=f"{chance.choice(DOES)}，{chance.choice(DOES)}。",
            industries=chance.sample(INDUSTRIES, chance.randint(0, 2)),
            price_from=chance.choice([None, 50_000_00, 500_000_00]),
            vendor_id=chance.choice(vendors).id,
        )
        for place in range(number)
    ]


def queries(chance: random.Random, number: int) -> Iterator[str]:
    """Searches with words, with filters, with both, with a complaint."""
    for _one in range(number):
        parts = [f"q={chance.choice([*THINGS, *DOES, *COMPLAINTS])}"] * (chance.random() < 0.7)
        parts += [f"industry={c}" for c in chance.sample(INDUSTRIES, chance.randint(0, 2))]
        parts += [f"city={chance.choice(CITIES)}"] * (chance.random() < 0.3)
        parts += ["max_price=100000"] * (chance.random() < 0.2)
        yield "&".join(parts)


def test_a_listing_finds_exactly_the_searches_that_would_find_it(db: Session, fill: Fill) -> None:
    chance = random.Random(7)  # noqa: S311  the same pool each time
    listings(db, chance, 40)
    fill()
    wanted = dict.fromkeys(queries(chance, 45))
    watches = [a_watch(db, query) for query in wanted]
    fresh = listings(db, chance, 14)
    fill()
    documents = [document(db, record) for record in fresh]
    found = waiting_for(db, documents)
    assert found == everywhere(db, watches, documents)
    own = {one.id for one in documents}
    told = 0
    for watch in watches:
        hits = {hit.id for hit in get_searcher().search(whole(watch)).hits} & own
        told += len(found.get(watch.id, []))
        if asked_by(watch).text:  # of what has some word of it, what is good
            assert set(found.get(watch.id, [])) <= hits
        else:
            assert set(found.get(watch.id, [])) == hits
    assert told > len(watches) / 2  # or nothing was shown


def whole(watch: Watch) -> Query:
    """The saved search, all of whose results are on one page."""
    return query_of(asked_by(watch), limit=1000)


def everywhere(
    db: Session, watches: list[Watch], documents: list[Document]
) -> dict[object, list[str]]:
    """What looking at every search for every listing would find."""
    entries = get_searcher().prepared(documents)
    plans = {one.plan.watch_id: one.plan for one in boiled_down(db, [w.id for w in watches])}
    found: dict[object, list[str]] = {}
    with db.no_autoflush:
        for watch in watches:
            kept = plans[watch.id]
            good = [e.document.id for e in entries if fits(watch, kept, e)]
            if good:
                found[watch.id] = good
    return found


@pytest.mark.parametrize("fill", [pytest.param("meaning", marks=pytest.mark.model)], indirect=True)
def test_a_complaint_finds_what_answers_it_in_other_words(db: Session, fill: Fill) -> None:
    chance = random.Random(3)  # noqa: S311  as above
    listings(db, chance, 40)
    fill()
    watch = a_watch(db, "q=机床夜里停了没人知道，早上才发现")
    good = a_record(
        db,
        Kind.SOLUTION,
        name="机床停机提醒",
        summary="设备一停机立刻通知到人，夜班也一样。",
        scenarios=["remote-monitoring"],
    )
    other = a_record(db, Kind.SOLUTION, name="财务报销软件", summary="发票识别与报销审批。")
    fill()
    found = waiting_for(db, [document(db, good), document(db, other)])
    assert found == {watch.id: [good.identifier]}


def test_a_name_finds_who_waits_for_it_however_common_its_words_are(
    db: Session, fill_index: Fill
) -> None:
    fill_index()
    watch = a_watch(db, "kind=vendor&q=东莞智能制造技术有限公司")
    vendor = a_record(db, Kind.VENDOR, name="东莞智能制造技术有限公司")
    assert waiting_for(db, [document(db, vendor)]) == {watch.id: [vendor.identifier]}


def test_one_that_is_never_told_is_not_looked_for(db: Session, fill_index: Fill) -> None:
    fill_index()
    a_watch(db, "industry=C29", rhythm=Rhythm.OFF)
    solution = a_record(db, Kind.SOLUTION, name="方案", industries=["C29"])
    assert waiting_for(db, [document(db, solution)]) == {}


def test_a_search_without_a_condition_waits_for_everything_of_its_kind(
    db: Session, fill_index: Fill
) -> None:
    fill_index()
    watch = a_watch(db, "kind=case")
    solution, case = (a_record(db, kind, name="甲") for kind in (Kind.SOLUTION, Kind.CASE))
    found = waiting_for(db, [document(db, solution), document(db, case)])
    assert found == {watch.id: [case.identifier]}


def test_each_code_of_the_rarest_facet_is_a_key_and_no_other(db: Session, fill_index: Fill) -> None:
    for number in range(3):
        a_record(db, Kind.SOLUTION, name=f"方案{number}", industries=["C29"], deployment=["edge"])
    fill_index()
    watch = a_watch(db, "industry=C34&industry=C38&deployment=edge")
    keys = set(db.exec(select(WatchKey.key).where(WatchKey.watch_id == watch.id)))
    assert keys == {"solution:f:industry=C34", "solution:f:industry=C38"}


def test_a_listing_costs_as_many_statements_whatever_waits(
    db: Session, fill: Fill, engine: Engine
) -> None:
    fill()
    by = [a_reader(db) for _ in range(3)]
    a_watch(db, "q=码垛机器人", by=by[0])
    solution = a_record(db, Kind.SOLUTION, name="码垛机器人方案", industries=["C29"])
    few = statements(db, engine, solution)
    for number in range(60):
        a_watch(db, f"q=设备联网 {number}&industry=C34", by=by[1 + number % 2])
    assert statements(db, engine, solution) <= few


def statements(db: Session, engine: Engine, record: Record) -> int:
    sent: list[str] = []

    def note(*said: object) -> None:
        sent.append(str(said[2]))

    db.flush()
    event.listen(engine, "before_cursor_execute", note)
    try:
        waiting_for(db, [document(db, record)])
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(sent)


def test_the_matrix_of_meanings_follows_what_is_saved_deleted_and_planned_anew(
    db: Session, fill: Fill
) -> None:
    fill()
    by = a_reader(db)
    solution = a_record(db, Kind.SOLUTION, name="码垛机器人方案", summary="每小时八百箱")
    one = a_watch(db, "q=码垛机器人", by=by)
    assert set(waiting_for(db, [document(db, solution)])) == {one.id}
    other = a_watch(db, "q=码垛机器人方案", by=by)
    assert set(waiting_for(db, [document(db, solution)])) == {one.id, other.id}
    saving.delete(db, one.id, by=by)
    plan(db, other)
    assert set(waiting_for(db, [document(db, solution)])) == {other.id}
