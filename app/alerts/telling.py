"""Telling people by mail what is new for them: once, in their language, with a way to end it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.models import Membership, Person
from app.alerts.models import News, Rhythm, Watch
from app.alerts.reading import asked_by
from app.alerts.saving import token_of
from app.catalogue.addresses import address
from app.catalogue.models import MODELS, Case, Record, Solution
from app.catalogue.reading import OPTIONS
from app.catalogue.stages import Stage
from app.core import mail, outbox
from app.core.db import now
from app.core.outbox import job
from app.core.schedule import recurring
from app.core.settings import get_settings
from app.needs.models import Need
from search.engine import Kind

TELL_JOB = "alerts.tell"
EVERY = timedelta(minutes=1)
MOST = 1000  # watches taken up in one round
SHOWN = 20  # listings in one mail


@dataclass(frozen=True, slots=True)
class Line:
    """One listing in a mail."""

    name: str
    vendor: str
    path: str


@recurring("alerts.look", every=EVERY)
def look(db: Session) -> None:
    """Have everybody told for whom it is time."""
    due = select(Watch.id).where(col(Watch.next_at) <= now()).order_by(col(Watch.next_at))
    for id_ in db.exec(due.limit(MOST)):
        outbox.enqueue(db, TELL_JOB, key=str(id_), id=str(id_))


@job(TELL_JOB)
def tell(db: Session, payloads: list[dict[str, Any]]) -> None:
    """Write the mail of a watch, if it is time and something is new; safe to repeat."""
    (payload,) = payloads
    id_ = UUID(payload["id"])
    watch = db.exec(select(Watch).where(Watch.id == id_).with_for_update()).first()
    if watch is None or watch.next_at is None or watch.next_at > now():
        return
    watch.next_at = None
    person = _reader(db, watch)
    waiting = select(News).where(News.watch_id == watch.id, col(News.told_at).is_(None))
    news = db.exec(waiting.order_by(col(News.score).desc(), col(News.id))).all()
    public = _public(db, news) if person and news else {}
    told = [one for one in news if one.record_id in public]
    if person is None or not told:
        return
    _write(db, watch, person, [public[one.record_id] for one in told])
    watch.last_at = now()
    for one in told:
        one.told_at = now()


def _reader(db: Session, watch: Watch) -> Person | None:
    """Who is told: nobody who is gone, left the organisation, wants no mail or has ended it."""
    person = db.get(Person, watch.person_id)
    if person is None or person.disabled_at or not person.verified_at:
        return None
    if watch.rhythm == Rhythm.OFF or not _waits(db, watch):
        return None
    if watch.organisation_id is None:
        return person
    member = select(Membership.id).where(
        Membership.person_id == person.id, Membership.organisation_id == watch.organisation_id
    )
    return person if db.exec(member).first() is not None else None


def _waits(db: Session, watch: Watch) -> bool:
    """A need waits as long as it is open, a search as long as there is one."""
    if watch.need_id is None:
        return True
    need = db.get(Need, watch.need_id)
    return need is not None and need.is_open


def _public(db: Session, news: Sequence[News]) -> dict[UUID, Record]:
    """The listings that are still public, by id, one query a kind."""
    found: dict[UUID, Record] = {}
    for kind in dict.fromkeys(Kind(one.kind) for one in news):
        model = MODELS[kind]
        ids = [one.record_id for one in news if one.kind == kind]
        chosen = select(model).where(col(model.id).in_(ids), model.stage == Stage.PUBLISHED)
        rows = db.exec(chosen.options(*OPTIONS.get(kind, ())))
        found.update((record.id, record) for record in rows)
    return found


def _write(db: Session, watch: Watch, person: Person, records: Sequence[Record]) -> None:
    link = f"/alerts/unsubscribe/{token_of(watch)}"
    home = get_settings().public_url.rstrip("/")
    written = mail.write(
        db,
        person.email,
        "alert",
        language=person.language,
        title=watch.title,
        is_need=watch.need_id is not None,
        lines=[_line(record) for record in records[:SHOWN]],
        total=len(records),
        path=_path(db, watch),
        unsubscribe=link,
    )
    written.headers = {
        "List-Unsubscribe": f"<{home}{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _line(record: Record) -> Line:
    vendor = record.vendor if isinstance(record, Solution | Case) else None
    return Line(record.name, vendor.name if vendor else "", address(record))


def _path(db: Session, watch: Watch) -> str:
    """Where everything is that was found, new or not."""
    if watch.need_id is None:
        return asked_by(watch).sorted_by("newest").url
    need = db.get_one(Need, watch.need_id)
    return f"/workspace/needs/{need.identifier}/matches"
