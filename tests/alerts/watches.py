"""Saved searches for tests, planned as the job would plan them, and listings that are told."""

from sqlmodel import Session, select
from starlette.datastructures import QueryParams

from app.accounts.visitor import Visitor
from app.alerts import news, planning, saving
from app.alerts.models import News, Rhythm, Watch
from app.catalogue.models import Record
from app.discovery import browsing
from tests.people import a_person, visitor


def a_reader(db: Session, **values: object) -> Visitor:
    """Somebody with an account and no organisation."""
    return visitor(db, a_person(db, **values))


def a_watch(
    db: Session,
    query: str = "q=码垛机器人",
    *,
    by: Visitor | None = None,
    rhythm: Rhythm = Rhythm.DAILY,
    title: str = "我的搜索",
) -> Watch:
    """A saved search that has been planned."""
    asked, problems = browsing.read(QueryParams(query))
    assert problems == []
    watch = saving.save(db, asked, title, rhythm, by=by or a_reader(db))
    plan(db, watch)
    return watch


def plan(db: Session, *watches: Watch) -> None:
    db.flush()
    planning.keep(db, planning.boiled_down(db, [watch.id for watch in watches]))
    db.flush()


def publish(db: Session, *records: Record) -> None:
    """Tell that these listings are public, as is done once the index holds them."""
    db.flush()
    payloads = [{"kind": str(record.KIND), "id": str(record.id)} for record in records]
    news.listing_published(db, payloads)
    db.flush()


def news_of(db: Session, watch: Watch) -> list[News]:
    db.flush()
    return list(db.exec(select(News).where(News.watch_id == watch.id).order_by(News.id)))  # type: ignore[arg-type]
