"""How often something may be tried: counted in the database before it is looked at.

A try counts in the transaction that it is part of, and one that counts under the same key waits
for its end, so that tries in parallel cannot cheat. Whoever tried must be answered by returning,
not by raising: what raises counts nothing.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from sqlalchemy import case, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.accounts.models import Throttle
from app.core.db import is_postgres, now
from app.core.errors import Refusal
from app.core.formats import format_moment
from app.core.i18n import mark
from app.core.settings import get_settings

KEPT = timedelta(days=1)
TRIED = mark("This was tried too often. Try again after {moment}.")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries within some time, under one name."""

    name: str
    tries: int
    within: timedelta


PASSWORDS = Limit("password", 10, timedelta(minutes=15))  # of one account
PASSWORDS_FROM = Limit("passwords-from", 50, timedelta(minutes=15))  # from one address
CODES = Limit("code", 10, timedelta(minutes=15))  # of one person
ASKING_FROM = Limit("asking-from", 30, timedelta(hours=1))  # for mails, from one address
MAILS = Limit("mails", 5, timedelta(hours=1))  # to one address


class TooMany(Refusal):
    """It was tried too often; says from when on it may be tried again (`{moment}`)."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, until: datetime, said: str) -> None:
        super().__init__(said, moment=format_moment(until + timedelta(minutes=1)))
        self.headers = {"Retry-After": str(max(1, round((until - now()).total_seconds())))}


def count(db: Session, limit: Limit, what: object, said: str = TRIED) -> None:
    """Note one more try; raises `TooMany`, which says so, when the limit was reached before."""
    tries, since = _add(db, limit, what)
    if tries > limit.tries:
        raise TooMany(since + limit.within, said)


def allows(db: Session, limit: Limit, what: object) -> bool:
    """Note one more try; False when the limit was reached before."""
    return _add(db, limit, what)[0] <= limit.tries


def forgive(db: Session, limit: Limit, what: object) -> None:
    """Forget the tries: the last one was right."""
    db.execute(delete(Throttle).where(col(Throttle.key) == _key(limit, what)))


def sweep(db: Session) -> None:
    """Drop the counts that no limit looks at any more."""
    db.execute(delete(Throttle).where(col(Throttle.since) < now() - KEPT))


def _add(db: Session, limit: Limit, what: object) -> tuple[int, datetime]:
    moment = now()
    insert: Any = postgresql.insert if is_postgres(db) else sqlite.insert
    row = insert(Throttle).values(key=_key(limit, what), tries=1, since=moment)
    is_over = col(Throttle.since) <= moment - limit.within
    anew = {
        "tries": case((is_over, 1), else_=col(Throttle.tries) + 1),
        "since": case((is_over, row.excluded.since), else_=col(Throttle.since)),
    }
    upsert = row.on_conflict_do_update(index_elements=["key"], set_=anew)
    counted = db.execute(upsert.returning(Throttle.tries, Throttle.since)).one()
    return int(counted.tries), counted.since


def _key(limit: Limit, what: object) -> str:
    """Nobody can tell from the table whose tries these are."""
    secret = get_settings().secret_key.get_secret_value().encode()
    return hmac.new(secret, f"{limit.name}:{what}".encode(), hashlib.sha256).hexdigest()
