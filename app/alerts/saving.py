"""Saving a search, and what its owner does with it: name it, tell its rhythm, forget it."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy import delete as delete_from
from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor, hash_token
from app.alerts import rhythms
from app.alerts.models import News, Rhythm, Watch, WatchKey, WatchPlan
from app.core import outbox
from app.core.db import lock
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import mark
from app.core.settings import get_settings
from app.discovery.browsing import Browsing

MOST = 50  # saved searches of one person
LONGEST_TITLE = 80  # characters
PLAN_JOB = "alerts.plan"
SAVING = 4_402_270  # the number of a lock; it means nothing


def title_fault(title: str) -> str:
    """The msgid that says what is wrong with a name; empty when nothing is."""
    if not title:
        return mark("Give the search a name.")
    too_long = len(title) > LONGEST_TITLE
    return mark("Say it in at most {most} characters.") if too_long else ""


def save(db: Session, asked: Browsing, title: str, rhythm: Rhythm, *, by: Visitor) -> Watch:
    """Keep a search for a person; one that they have already takes the new name and rhythm.

    Raises `Invalid` for a name that is none, `Conflict` where they have too many.
    """
    fault = title_fault(title)
    if fault:
        raise Invalid(fault, most=LONGEST_TITLE)
    lock(db, SAVING)  # or two at once would both find room for one
    searches = searches_of(db, by.person_id)
    watch = next((one for one in searches if one.query == asked.lasting), None)
    if watch is None:
        if len(searches) >= MOST:
            raise Conflict("You have saved {most} searches. Delete one first.", most=MOST)
        watch = Watch(person_id=by.person_id, kind=asked.kind, query=asked.lasting, title=title)
        watch.unsubscribe = hash_token(token_of(watch))
        db.add(watch)
        db.flush()  # its plan refers to it
        outbox.enqueue(db, PLAN_JOB, id=str(watch.id))
    watch.title = title
    rhythms.change(watch, rhythm)
    return watch


def searches_of(db: Session, person_id: UUID) -> Sequence[Watch]:
    """The saved searches of a person, the newest first."""
    chosen = select(Watch).where(Watch.person_id == person_id, col(Watch.need_id).is_(None))
    return db.exec(chosen.order_by(col(Watch.created_at).desc(), col(Watch.id))).all()


def token_of(watch: Watch) -> str:
    """What the link in the mails holds that ends them: the same in each, and kept nowhere."""
    secret = get_settings().secret_key.get_secret_value().encode()
    made = hmac.new(secret, f"alerts.unsubscribe:{watch.id}".encode(), hashlib.sha256)
    return urlsafe_b64encode(made.digest()).decode().rstrip("=")


def find_own(db: Session, watch_id: UUID, *, by: Visitor) -> Watch:
    """One's own saved search or waiting need. Raises `NotFound` for any other."""
    watch = db.get(Watch, watch_id)
    if watch is None or watch.person_id != by.person_id:
        raise NotFound("There is no such saved search.")
    return watch


def change(db: Session, watch_id: UUID, title: str, rhythm: Rhythm, *, by: Visitor) -> None:
    """Rename a saved search and tell how often to write; a need keeps its own name."""
    watch = find_own(db, watch_id, by=by)
    if watch.need_id is None:
        fault = title_fault(title)
        if fault:
            raise Invalid(fault, most=LONGEST_TITLE)
        watch.title = title
    rhythms.change(watch, rhythm)


def delete(db: Session, watch_id: UUID, *, by: Visitor) -> None:
    """Forget a saved search; what waits for a need lasts as long as the need."""
    watch = find_own(db, watch_id, by=by)
    if watch.need_id is not None:
        raise Conflict("Close the need to be told nothing more about it, or set it to “never”.")
    for model in (News, WatchKey, WatchPlan):
        db.execute(delete_from(model).where(col(model.watch_id) == watch.id))
    db.delete(watch)


def tie(
    db: Session, watch_id: UUID, shortlist_id: UUID, organisation_id: UUID, *, by: Visitor
) -> None:
    """Let a saved search of one's own belong to a shortlist."""
    watch = find_own(db, watch_id, by=by)
    if watch.need_id is None:
        watch.shortlist_id, watch.organisation_id = shortlist_id, organisation_id


def untie(db: Session, watch_id: UUID, shortlist_id: UUID) -> None:
    """Let a saved search be only its owner's again."""
    _untie(db, shortlist_id, col(Watch.id) == watch_id)


def untie_all(db: Session, shortlist_id: UUID) -> None:
    """The same for every search of a shortlist."""
    _untie(db, shortlist_id)


def _untie(db: Session, shortlist_id: UUID, *which: ColumnElement[bool]) -> None:
    tied = update(Watch).where(col(Watch.shortlist_id) == shortlist_id, *which)
    db.execute(tied.values(shortlist_id=None, organisation_id=None))


def unsubscribe(db: Session, token: str) -> Watch:
    """Write no more for the watch of this link. Raises `NotFound` where there is none."""
    watch = find_by_token(db, token)
    rhythms.change(watch, Rhythm.OFF)
    return watch


def find_by_token(db: Session, token: str) -> Watch:
    """The watch that a link in a mail ends. Raises `NotFound` where it is none any more."""
    found = db.exec(select(Watch).where(Watch.unsubscribe == hash_token(token))).first()
    if found is None:
        raise NotFound("Nothing is sent under this link: the search was deleted, or never was.")
    return found
